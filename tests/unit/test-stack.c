/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "stack/stack.h"
#include "stack/tools.h"
#include "test-suite.h"

#include <errno.h>
#include <fenv.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What happened, one letter each. */
static char steps[64];

static void
step (char letter)
{
  const size_t length = strlen (steps);
  ck_assert_uint_lt (length, sizeof steps - 1);
  steps[length] = letter;
}

static void
leave_twice (void *data)
{
  (void) data;
  step ('a');
  lodger__stack_leave ();
  step ('b');
  lodger__stack_leave ();
  step ('c');
}

START_TEST (a_stack_goes_on_where_it_left)
{
  LodgerStack *stack = lodger__stack_take (0);
  ck_assert_ptr_nonnull (stack);
  ck_assert (!lodger__stack_start (stack, leave_twice, NULL));
  step ('1');
  ck_assert (!lodger__stack_resume (stack));
  step ('2');
  ck_assert (lodger__stack_resume (stack));
  ck_assert_str_eq (steps, "a1b2c");
  lodger__stack_give (stack);
}
END_TEST

static void
note_stack (void *data)
{
  *(LodgerStack **) data = lodger__stack_current ();
}

START_TEST (the_current_stack_is_the_one_that_code_runs_on)
{
  LodgerStack *stack = lodger__stack_take (0), *seen = NULL;
  ck_assert_ptr_null (lodger__stack_current ());
  ck_assert (lodger__stack_start (stack, note_stack, &seen));
  ck_assert_ptr_eq (seen, stack);
  ck_assert_ptr_null (lodger__stack_current ());
  lodger__stack_give (stack);
}
END_TEST

START_TEST (a_stack_that_is_given_is_taken_again)
{
  LodgerStack *stack = lodger__stack_take (100 * 1024);
  ck_assert_uint_eq (lodger__stack_size (stack), 128 * 1024);
  for (int i = 0; i < 3; i++)
    {
      steps[0] = '\0';
      memset (steps, 0, sizeof steps);
      ck_assert (!lodger__stack_start (stack, leave_twice, NULL));
      ck_assert (!lodger__stack_resume (stack));
      ck_assert (lodger__stack_resume (stack));
      ck_assert_str_eq (steps, "abc");
      lodger__stack_give (stack);
      ck_assert_ptr_eq (lodger__stack_take (128 * 1024), stack);
    }
  lodger__stack_give (stack);
  ck_assert_ptr_ne (lodger__stack_take (64 * 1024), stack);
}
END_TEST

/* ---- stacks in each other ---------------------------------------------------------------------------------------- */

typedef struct Nest
{
  LodgerStack *outer, *inner;
} Nest;

static void
be_inner (void *data)
{
  Nest *nest = data;
  ck_assert_ptr_eq (lodger__stack_current (), nest->inner);
  step ('i');
  lodger__stack_leave ();
  ck_assert_ptr_eq (lodger__stack_current (), nest->inner);
  step ('j');
  lodger__stack_leave ();
  step ('k');
}

static void
be_outer (void *data)
{
  Nest *nest = data;
  step ('o');
  ck_assert (!lodger__stack_start (nest->inner, be_inner, nest));
  ck_assert_ptr_eq (lodger__stack_current (), nest->outer);
  step ('p');
  lodger__stack_leave ();
  step ('q');
  ck_assert (lodger__stack_resume (nest->inner));
  step ('r');
}

START_TEST (a_stack_leaves_to_the_one_that_resumed_it)
{
  Nest nest = { lodger__stack_take (0), lodger__stack_take (0) };
  ck_assert (!lodger__stack_start (nest.outer, be_outer, &nest));
  step ('1');
  ck_assert (!lodger__stack_resume (nest.inner));
  step ('2');
  ck_assert (lodger__stack_resume (nest.outer));
  ck_assert_str_eq (steps, "oip1j2qkr");
  lodger__stack_give (nest.inner);
  lodger__stack_give (nest.outer);
}
END_TEST

enum
{
  DEPTH = 100
};

static void
go_deeper (void *data)
{
  int *depth = data;
  LodgerStack *stack, *self = lodger__stack_current ();
  if (++*depth == DEPTH)
    return;
  stack = lodger__stack_take (0);
  ck_assert (lodger__stack_start (stack, go_deeper, depth));
  ck_assert_ptr_eq (lodger__stack_current (), self);
  lodger__stack_give (stack);
}

START_TEST (stacks_may_be_deep_in_each_other)
{
  int depth = 0;
  LodgerStack *stack = lodger__stack_take (0);
  ck_assert (lodger__stack_start (stack, go_deeper, &depth));
  ck_assert_int_eq (depth, DEPTH);
  lodger__stack_give (stack);
}
END_TEST

/* ---- the thread's own stack -------------------------------------------------------------------------------------- */

static uintptr_t own_stack;

static uintptr_t
distance (uintptr_t from, uintptr_t to)
{
  return from > to ? from - to : to - from;
}

enum
{
  MUCH = 1024 * 1024
};

/* Two frames of a MiB each: valgrind takes a larger one for a switch. */
static int __attribute__ ((noinline)) fill (int frames)
{
  volatile char much[MUCH];
  for (size_t i = 0; i < sizeof much; i += 1024)
    much[i] = 1;
  return much[1024] + (frames > 1 ? fill (frames - 1) : 0);
}

static void
need_much (void *data)
{
  ck_assert_ptr_null (lodger__stack_current ());
  ck_assert_uint_lt (distance (own_stack, (uintptr_t) __builtin_frame_address (0)), MUCH);
  *(int *) data += fill (2) / 2;
}

static void
borrow_twice (void *data)
{
  LodgerStack *self = lodger__stack_current ();
  lodger__stack_borrow (need_much, data);
  ck_assert_ptr_eq (lodger__stack_current (), self);
  lodger__stack_leave ();
  lodger__stack_borrow (need_much, data);
}

START_TEST (a_small_stack_borrows_the_threads_own_for_a_large_frame)
{
  int runs = 0;
  LodgerStack *stack = lodger__stack_take (0);
  own_stack = (uintptr_t) __builtin_frame_address (0);
  ck_assert (!lodger__stack_start (stack, borrow_twice, &runs));
  ck_assert (lodger__stack_resume (stack));
  ck_assert_int_eq (runs, 2);
  lodger__stack_borrow (need_much, &runs);
  ck_assert_int_eq (runs, 3);
  lodger__stack_give (stack);
}
END_TEST

static void
borrow_inside (void *data)
{
  LodgerStack *stack = lodger__stack_take (0);
  if (stack == NULL)
    return;
  ck_assert (!lodger__stack_start (stack, borrow_twice, data));
  lodger__stack_leave ();
  ck_assert (lodger__stack_resume (stack));
  lodger__stack_give (stack);
}

START_TEST (a_stack_inside_others_borrows_the_threads_own)
{
  int runs = 0;
  LodgerStack *stack = lodger__stack_take (0);
  own_stack = (uintptr_t) __builtin_frame_address (0);
  ck_assert (!lodger__stack_start (stack, borrow_inside, &runs));
  ck_assert_int_eq (runs, 1);
  ck_assert (lodger__stack_resume (stack));
  ck_assert_int_eq (runs, 2);
  lodger__stack_give (stack);
}
END_TEST

static void
run_others (void *data)
{
  int *runs = data;
  LodgerStack *stack = lodger__stack_take (0);
  ck_assert_ptr_null (lodger__stack_current ());
  ck_assert (!lodger__stack_start (stack, borrow_twice, runs));
  ck_assert (lodger__stack_resume (stack));
  lodger__stack_give (stack);
  ck_assert_ptr_null (lodger__stack_current ());
}

static void
borrow_for_others (void *data)
{
  lodger__stack_borrow (run_others, data);
}

START_TEST (what_runs_on_the_borrowed_stack_starts_others_that_borrow_it)
{
  int runs = 0;
  LodgerStack *stack = lodger__stack_take (0);
  own_stack = (uintptr_t) __builtin_frame_address (0);
  ck_assert (lodger__stack_start (stack, borrow_for_others, &runs));
  ck_assert_int_eq (runs, 2);
  lodger__stack_give (stack);
}
END_TEST

/* ---- what belongs to a stack ------------------------------------------------------------------------------------- */

static void
change_own (void *data)
{
  (void) data;
  errno = EDOM;
  fesetround (FE_UPWARD);
  lodger__stack_leave ();
  ck_assert_int_eq (errno, EDOM);
  ck_assert_int_eq (fegetround (), FE_UPWARD);
}

static double
third (void)
{
  volatile double one = 1, three = 3;
  return one / three;
}

START_TEST (errno_and_rounding_are_each_stacks_own)
{
  LodgerStack *stack = lodger__stack_take (0);
  const double nearest = third ();
  errno = ERANGE;
  ck_assert (!lodger__stack_start (stack, change_own, NULL));
  ck_assert_int_eq (errno, ERANGE);
  ck_assert_int_eq (fegetround (), FE_TONEAREST);
  ck_assert (third () <= nearest && third () >= nearest);
  fesetround (FE_DOWNWARD);
  errno = ENOENT;
  ck_assert (lodger__stack_resume (stack));
  ck_assert_int_eq (errno, ENOENT);
  ck_assert_int_eq (fegetround (), FE_DOWNWARD);
  fesetround (FE_TONEAREST);
  lodger__stack_give (stack);
}
END_TEST

static void
change_borrowed (void *data)
{
  (void) data;
  ck_assert_int_eq (errno, EDOM);
  errno = ENOSPC;
}

static void
borrow_to_change (void *data)
{
  (void) data;
  errno = EDOM;
  lodger__stack_borrow (change_borrowed, NULL);
  ck_assert_int_eq (errno, ENOSPC);
}

START_TEST (a_borrowed_stack_is_entered_as_by_a_plain_call)
{
  LodgerStack *stack = lodger__stack_take (0);
  errno = ERANGE;
  ck_assert (lodger__stack_start (stack, borrow_to_change, NULL));
  ck_assert_int_eq (errno, ERANGE);
  lodger__stack_give (stack);
}
END_TEST

START_TEST (a_room_is_aligned_and_kept)
{
  LodgerStack *stack = lodger__stack_take (0);
  unsigned char *room = lodger__stack_room (stack);
  ck_assert_uint_eq ((uintptr_t) room % 16, 0);
  memset (room, 0xff, LODGER_STACK_ROOM);
  memset (steps, 0, sizeof steps);
  ck_assert (!lodger__stack_start (stack, leave_twice, NULL));
  for (int i = 0; i < LODGER_STACK_ROOM; i++)
    ck_assert_uint_eq (room[i], 0xff);
  lodger__stack_drop (stack);
}
END_TEST

#ifndef LODGER_TOOL_THREAD /* in a child it ignores what orders the stacks, which are threads to it */
static void
fork_on_stack (void *data)
{
  *(pid_t *) data = fork ();
  lodger__stack_leave ();
}

START_TEST (a_child_that_was_forked_on_a_stack_goes_on_there)
{
  LodgerStack *stack = lodger__stack_take (0);
  pid_t child = -1;
  int status;
  ck_assert (!lodger__stack_start (stack, fork_on_stack, &child));
  if (child == 0)
    _exit (lodger__stack_current () == NULL && lodger__stack_resume (stack) ? 23 : 1);
  ck_assert (lodger__stack_resume (stack));
  lodger__stack_give (stack);
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert (WIFEXITED (status) && WEXITSTATUS (status) == 23);
}
END_TEST
#endif

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("stack");
  test_add (suite, a_stack_goes_on_where_it_left);
  test_add (suite, the_current_stack_is_the_one_that_code_runs_on);
  test_add (suite, a_stack_that_is_given_is_taken_again);
  test_add (suite, a_stack_leaves_to_the_one_that_resumed_it);
  test_add (suite, stacks_may_be_deep_in_each_other);
  test_add (suite, a_small_stack_borrows_the_threads_own_for_a_large_frame);
  test_add (suite, a_stack_inside_others_borrows_the_threads_own);
  test_add (suite, what_runs_on_the_borrowed_stack_starts_others_that_borrow_it);
  test_add (suite, errno_and_rounding_are_each_stacks_own);
  test_add (suite, a_borrowed_stack_is_entered_as_by_a_plain_call);
  test_add (suite, a_room_is_aligned_and_kept);
#ifndef LODGER_TOOL_THREAD
  test_add (suite, a_child_that_was_forked_on_a_stack_goes_on_there);
#endif
  return test_main (suite, argc, argv);
}
