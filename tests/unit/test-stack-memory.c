/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of stacks: how much there is, what happens at its end, and when it is given back. */
#define _GNU_SOURCE
#include "base/port.h"
#include "stack/inside.h"
#include "test-memory.h"
#include "test-suite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define GUI_SIZE ((size_t) 8 * 1024 * 1024)

static unsigned
count_mappings (void)
{
  FILE *file = fopen ("/proc/self/maps", "re");
  unsigned lines = 0;
  int c;
  ck_assert_ptr_nonnull (file);
  while ((c = getc (file)) != EOF)
    lines += c == '\n';
  fclose (file);
  return lines;
}

static void
leave_once (void *data)
{
  ++*(unsigned *) data;
  lodger__stack_leave ();
  --*(unsigned *) data;
}

/* ---- many -------------------------------------------------------------------------------------------------------- */

enum
{
  MANY = 10000, /* test_scaled() makes 500 of it under a sanitizer */
  SPARE = 64    /* mappings that the test itself and its checker may make */
};

static LodgerStack *parked[MANY];

static void
park (unsigned count, unsigned *alive)
{
  for (unsigned i = 0; i < count; i++)
    {
      parked[i] = lodger__stack_take (GUI_SIZE);
      ck_assert_ptr_nonnull (parked[i]);
      ck_assert (!lodger__stack_start (parked[i], leave_once, alive));
    }
  ck_assert_uint_eq (*alive, count);
}

static void
unpark (unsigned count, unsigned *alive)
{
  for (unsigned i = 0; i < count; i++)
    {
      ck_assert (lodger__stack_resume (parked[i]));
      lodger__stack_give (parked[i]);
    }
  ck_assert_uint_eq (*alive, 0);
}

static void
give_all_back (void)
{
  lodger__stack_begin_watch ();
  while (lodger__stack_give_back ())
    ;
}

START_TEST (many_suspended_stacks_take_a_page_each)
{
  const unsigned count = lodger__port_is_checked () ? test_scaled (500) : MANY;
  const size_t page = (size_t) sysconf (_SC_PAGESIZE);
  size_t before, used;
  unsigned alive = 0;
  lodger__stack_give (lodger__stack_take (0));
  before = memory_resident ();
  park (count, &alive);
  used = memory_resident () - before;
  if (!lodger__port_is_checked ())
    ck_assert_msg (used <= count * page + 64 * page, "%zu bytes each", used / count);
  unpark (count, &alive);
  ck_assert_int_eq (lodger__stack_have_surplus (), true);
  give_all_back ();
  ck_assert (!lodger__stack_have_surplus ());
  if (!lodger__port_is_checked ())
    ck_assert_uint_lt (memory_resident () - before, 256 * page);
}
END_TEST

START_TEST (stacks_without_guard_pages_share_their_mappings)
{
  const unsigned count = test_scaled (1000);
  const unsigned before = count_mappings ();
  unsigned alive = 0;
  lodger__stack_limit_guards (false, 10);
  log_capture_begin ();
  park (count, &alive);
  if (!lodger__port_is_checked ())
    ck_assert_uint_lt (count_mappings () - before, 2 * 10 + SPARE);
  ck_assert_uint_eq (log_capture_count_of ("no guard page"), count > 10);
  log_capture_end ();
  unpark (count, &alive);
}
END_TEST

START_TEST (stacks_with_markers_share_their_mappings)
{
  const unsigned count = test_scaled (1000);
  const unsigned before = count_mappings ();
  unsigned alive = 0;
  park (count, &alive);
  if (parked[0]->guard == LODGER_GUARD_MARKERS && !lodger__port_is_checked ())
    ck_assert_uint_lt (count_mappings () - before, SPARE);
  unpark (count, &alive);
}
END_TEST

/* ---- giving back ------------------------------------------------------------------------------------------------- */

static void __attribute__ ((noinline)) fill_mebibyte (void *data)
{
  volatile char much[1024 * 1024];
  for (size_t i = 0; i < sizeof much; i += 1024)
    much[i] = (char) i;
  (void) data;
}

/* A few may keep what they have, so that a thread that uses one now and then is never woken up for that. */
START_TEST (a_stack_gives_back_what_was_used_deep_down)
{
  enum
  {
    USED = 9
  };
  LodgerStack *stacks[USED], *stack;
  unsigned char *present = calloc (1, GUI_SIZE / 4096), pages = 0;
  for (int i = 0; i < USED; i++)
    {
      stacks[i] = lodger__stack_take (GUI_SIZE);
      ck_assert (lodger__stack_start (stacks[i], fill_mebibyte, NULL));
    }
  for (int i = 0; i < USED; i++)
    {
      ck_assert (!lodger__stack_have_surplus ());
      lodger__stack_give (stacks[i]);
    }
  ck_assert (lodger__stack_have_surplus ());
  stack = stacks[USED - 1];
  give_all_back ();
  ck_assert (!lodger__stack_have_surplus ());
  ck_assert_int_eq (mincore (stack->low, GUI_SIZE - 64 * 1024, present), 0);
  for (size_t i = 0; i < GUI_SIZE / 4096; i++)
    pages |= present[i] & 1;
  ck_assert_uint_eq (pages, 0);
  ck_assert_ptr_eq (lodger__stack_take (GUI_SIZE), stack);
  ck_assert (lodger__stack_start (stack, fill_mebibyte, NULL));
  lodger__stack_give (stack);
  free (present);
}
END_TEST

START_TEST (stacks_that_are_in_use_are_not_given_back)
{
  enum
  {
    USED = 100
  };
  LodgerStack *stacks[USED];
  for (int i = 0; i < USED; i++)
    stacks[i] = lodger__stack_take (0);
  for (int i = 0; i < USED; i++)
    lodger__stack_give (stacks[i]);
  ck_assert (lodger__stack_have_surplus ());
  lodger__stack_begin_watch ();
  for (int i = 0; i < USED; i++)
    stacks[i] = lodger__stack_take (0);
  for (int i = 0; i < USED; i++)
    lodger__stack_give (stacks[i]);
  ck_assert (!lodger__stack_give_back ());
  ck_assert (lodger__stack_have_surplus ());
  give_all_back ();
  ck_assert (!lodger__stack_have_surplus ());
}
END_TEST

static void *
use_stacks (void *data)
{
  LodgerStack *stacks[8];
  unsigned alive = 0;
  for (int i = 0; i < 8; i++)
    {
      stacks[i] = lodger__stack_take (GUI_SIZE);
      test_check (!lodger__stack_start (stacks[i], leave_once, &alive));
    }
  for (int i = 0; i < 8; i++)
    {
      test_check (lodger__stack_resume (stacks[i]));
      lodger__stack_give (stacks[i]);
    }
  *(char **) data = stacks[3]->low;
  return NULL;
}

START_TEST (a_thread_that_ends_frees_its_stacks)
{
  pthread_t thread;
  char *low = NULL;
  unsigned char present[1];
  ck_assert_int_eq (pthread_create (&thread, NULL, use_stacks, &low), 0);
  ck_assert_int_eq (pthread_join (thread, NULL), 0);
  ck_assert_int_eq (mincore (low + GUI_SIZE / 2, 1, present), -1);
}
END_TEST

#ifndef LODGER_TOOL_THREAD /* its pthread_exit() knows the thread's own stack only */
static void
exit_thread (void *data)
{
  *(LodgerStack **) data = lodger__stack_current ();
  pthread_exit (data);
}

static void *
start_exit (void *data)
{
  lodger__stack_start (lodger__stack_take (0), exit_thread, data);
  return NULL;
}

START_TEST (a_thread_may_end_on_a_stack)
{
  pthread_t thread;
  LodgerStack *stack = NULL;
  void *result = NULL;
  ck_assert_int_eq (pthread_create (&thread, NULL, start_exit, &stack), 0);
  ck_assert_int_eq (pthread_join (thread, &result), 0);
  ck_assert_ptr_eq (result, &stack);
  ck_assert_ptr_nonnull (stack);
  lodger__stack_drop (stack);
}
END_TEST
#endif

START_TEST (a_stack_that_is_too_large_is_refused)
{
  ck_assert_ptr_null (lodger__stack_take ((size_t) 1 << 40));
}
END_TEST

START_TEST (a_stack_without_memory_is_refused)
{
  struct rlimit limit = { .rlim_cur = 1024 * 1024, .rlim_max = 1024 * 1024 };
  LodgerStack *stack = lodger__stack_take (0);
  lodger__stack_give (stack);
  if (lodger__port_is_checked ())
    return;
  ck_assert_int_eq (setrlimit (RLIMIT_AS, &limit), 0);
  ck_assert_ptr_null (lodger__stack_take (GUI_SIZE));
  ck_assert_ptr_eq (lodger__stack_take (0), stack);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("stack-memory");
  test_add (suite, many_suspended_stacks_take_a_page_each);
  test_add (suite, stacks_without_guard_pages_share_their_mappings);
  test_add (suite, stacks_with_markers_share_their_mappings);
  test_add (suite, a_stack_gives_back_what_was_used_deep_down);
  test_add (suite, stacks_that_are_in_use_are_not_given_back);
  test_add (suite, a_thread_that_ends_frees_its_stacks);
#ifndef LODGER_TOOL_THREAD
  test_add (suite, a_thread_may_end_on_a_stack);
#endif
  test_add (suite, a_stack_that_is_too_large_is_refused);
  test_add (suite, a_stack_without_memory_is_refused);
  return test_main (suite, argc, argv);
}
