/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stack that is too small is reported by name, and other faults are what they were. */
#define _GNU_SOURCE
#include "base/port.h"
#include "stack/inside.h"
#include "test-suite.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a forked child has written to its standard error, and how it has ended. */
typedef struct End
{
  char text[8192];
  int status;
} End;

static End end;

static void
run_child (void (*func) (void))
{
  int ends[2];
  size_t length = 0;
  ssize_t count;
  pid_t child;
  ck_assert_int_eq (pipe (ends), 0);
  child = fork ();
  ck_assert_int_ge (child, 0);
  if (child == 0)
    {
      struct rlimit none = { 0, 0 };
      setrlimit (RLIMIT_CORE, &none);
      dup2 (ends[1], STDERR_FILENO);
      func ();
      _exit (77);
    }
  close (ends[1]);
  while (length < sizeof end.text - 1 && (count = read (ends[0], end.text + length, sizeof end.text - 1 - length)) > 0)
    length += (size_t) count;
  end.text[length] = '\0';
  close (ends[0]);
  ck_assert_int_eq (waitpid (child, &end.status, 0), child);
}

static void
expect_text (const char *text)
{
  ck_assert_msg (strstr (end.text, text) != NULL, "not '%s' in: %s", text, end.text);
}

/* A checker ends the program in its own way, after it has said more. */
static void
expect_signal (int signum)
{
  if (!lodger__port_is_checked ())
    ck_assert_msg (WIFSIGNALED (end.status) && WTERMSIG (end.status) == signum, "status %x", (unsigned) end.status);
  ck_assert_msg (!WIFEXITED (end.status) || WEXITSTATUS (end.status) != 77, "it has returned");
}

/* ---- overflow ---------------------------------------------------------------------------------------------------- */

static volatile bool goes_on = true;

static int __attribute__ ((noinline)) need_more (int level)
{
  volatile char some[1024];
  some[0] = some[1023] = (char) level;
  return goes_on ? need_more (level + 1) + some[0] : some[1023];
}

static void
overflow (void *data)
{
  *(volatile int *) data = need_more (0);
}

static const LodgerSite *
name_call (void *room)
{
  static const LodgerSite site = { .file = "scale.c", .name = "resize all", .line = 117 };
  return strcmp (room, "mine") == 0 ? &site : NULL;
}

static void
start_overflow (void)
{
  static int result;
  LodgerStack *stack = lodger__stack_take (0);
  strcpy (lodger__stack_room (stack), "mine");
  lodger__stack_namer = name_call;
  lodger__stack_start (stack, overflow, &result);
}

START_TEST (an_overflow_is_reported_with_the_name_and_place_of_its_call)
{
  run_child (start_overflow);
  expect_text ("lodger: stack overflow in resize all (scale.c:117): its stack has 64 KiB");
  expect_signal (SIGSEGV);
}
END_TEST

static void
start_overflow_without_markers (void)
{
  lodger__stack_limit_guards (false, 100);
  start_overflow ();
}

START_TEST (an_overflow_into_a_guard_page_is_reported)
{
  run_child (start_overflow_without_markers);
  expect_text ("stack overflow in resize all (scale.c:117)");
  expect_signal (SIGSEGV);
}
END_TEST

static void
start_overflow_inside (void *data)
{
  (void) data;
  start_overflow ();
}

static void
nest_overflow (void)
{
  lodger__stack_start (lodger__stack_take (0), start_overflow_inside, NULL);
}

START_TEST (an_overflow_of_a_stack_inside_another_is_reported)
{
  run_child (nest_overflow);
  expect_text ("stack overflow in resize all (scale.c:117)");
  expect_signal (SIGSEGV);
}
END_TEST

static void *
overflow_in_thread (void *data)
{
  (void) data;
  lodger__stack_namer = NULL;
  lodger__stack_start (lodger__stack_take (256 * 1024), overflow, &(int) { 0 });
  return NULL;
}

static void
start_thread (void)
{
  pthread_t thread;
  pthread_create (&thread, NULL, overflow_in_thread, NULL);
  pthread_join (thread, NULL);
}

START_TEST (an_overflow_in_another_thread_is_reported)
{
  run_child (start_thread);
  expect_text ("stack overflow in a call: its stack has 256 KiB");
  expect_signal (SIGSEGV);
}
END_TEST

/* A little too much: the frames end in what is below the stack. */
static void
overflow_a_little (void *data)
{
  char *low = data;
  if ((char *) __builtin_frame_address (0) > low + 1024)
    {
      volatile char some[256];
      memset ((void *) (uintptr_t) some, 1, sizeof some);
      overflow_a_little (data);
      some[0] = some[1];
    }
}

static void
start_without_guard (void)
{
  LodgerStack *stack;
  lodger__stack_limit_guards (false, 0x40000000);
  stack = lodger__stack_take (0);
  ck_assert_int_eq (stack->guard, LODGER_GUARD_PAGES);
  lodger__stack_limit_guards (false, 1);
  stack = lodger__stack_take (0);
  ck_assert_int_eq (stack->guard, LODGER_GUARD_NONE);
  strcpy (lodger__stack_room (stack), "mine");
  lodger__stack_namer = name_call;
  lodger__stack_start (stack, overflow_a_little, stack->low - 2048);
  lodger__stack_give (stack);
}

START_TEST (an_overflow_of_a_stack_without_guard_is_noticed_when_it_is_given)
{
  run_child (start_without_guard);
  expect_text ("no guard page");
  expect_text ("stack overflow in resize all (scale.c:117): its stack has 64 KiB");
  expect_signal (SIGABRT);
}
END_TEST

/* ---- other faults ------------------------------------------------------------------------------------------------ */

static char *forbidden;

static void
write_forbidden (void *data)
{
  (void) data;
  *(volatile char *) forbidden = 1;
}

static void
fault_on_stack (void)
{
  lodger__stack_start (lodger__stack_take (0), write_forbidden, NULL);
}

static void
fault_on_own_stack (void)
{
  lodger__stack_take (0);
  write_forbidden (NULL);
}

static void
send_fault (void)
{
  lodger__stack_take (0);
  kill (getpid (), SIGSEGV);
}

START_TEST (a_fault_elsewhere_ends_the_program_as_before)
{
  static void (*const ways[]) (void) = { fault_on_stack, fault_on_own_stack, send_fault };
  forbidden = mmap (NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
    {
      run_child (ways[i]);
      ck_assert_msg (strstr (end.text, "stack overflow in") == NULL, "%s", end.text);
      expect_signal (SIGSEGV);
    }
}
END_TEST

static siginfo_t seen;
static sigjmp_buf back;
static int handled;

static void
mend (int signum, siginfo_t *info, void *context)
{
  (void) signum;
  (void) context;
  seen = *info;
  handled++;
  mprotect (forbidden, 4096, PROT_READ | PROT_WRITE);
}

START_TEST (a_handler_of_the_program_gets_its_faults)
{
  struct sigaction action = { .sa_sigaction = mend, .sa_flags = SA_SIGINFO };
  forbidden = mmap (NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert_int_eq (sigaction (SIGSEGV, &action, NULL), 0);
  fault_on_stack ();
  ck_assert_int_eq (handled, 1);
  ck_assert_ptr_eq (seen.si_addr, forbidden);
  ck_assert_int_eq (seen.si_code, SEGV_ACCERR);
  ck_assert_int_eq (*forbidden, 1);
  munmap (forbidden, 4096);
}
END_TEST

static void
jump_out (int signum)
{
  handled = signum;
  siglongjmp (back, 1);
}

START_TEST (a_handler_of_the_program_may_jump_out)
{
  struct sigaction action = { .sa_handler = jump_out };
  forbidden = mmap (NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert_int_eq (sigaction (SIGSEGV, &action, NULL), 0);
  for (int i = 0; i < 3; i++)
    {
      handled = 0;
      if (sigsetjmp (back, 1) == 0)
        fault_on_own_stack ();
      ck_assert_int_eq (handled, SIGSEGV);
    }
  munmap (forbidden, 4096);
}
END_TEST

START_TEST (a_signal_stack_of_the_program_stays)
{
  static char memory[128 * 1024];
  stack_t mine = { .ss_sp = memory, .ss_size = sizeof memory }, present;
  ck_assert_int_eq (sigaltstack (&mine, NULL), 0);
  lodger__stack_give (lodger__stack_take (0));
  ck_assert_int_eq (sigaltstack (NULL, &present), 0);
  ck_assert_ptr_eq (present.ss_sp, memory);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite;
#ifdef RUNNING_ON_VALGRIND
  if (RUNNING_ON_VALGRIND) /* it reports each fault, which here is no error */
    {
      printf ("left out under valgrind\n");
      return 0;
    }
#endif
  suite = suite_create ("stack-overflow");
  test_add (suite, an_overflow_is_reported_with_the_name_and_place_of_its_call);
  test_add (suite, an_overflow_into_a_guard_page_is_reported);
  test_add (suite, an_overflow_of_a_stack_inside_another_is_reported);
  test_add (suite, an_overflow_in_another_thread_is_reported);
  test_add (suite, an_overflow_of_a_stack_without_guard_is_noticed_when_it_is_given);
  test_add (suite, a_fault_elsewhere_ends_the_program_as_before);
  test_add (suite, a_handler_of_the_program_gets_its_faults);
  test_add (suite, a_handler_of_the_program_may_jump_out);
  test_add (suite, a_signal_stack_of_the_program_stays);
  return test_main (suite, argc, argv);
}
