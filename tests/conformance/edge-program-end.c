/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The three ways in which a program ends: after a leave, after a stop by its framework, or without a stop.
 *
 * Each program is a process of its own, which is forked before there is any caller. It logs to its standard error. */
#define _GNU_SOURCE
#include "conformance.h"
#include "test-blocked-call.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

enum
{
  STATUS = 7
};

typedef enum Way
{
  IN_ORDER,      /* it leaves, or stops its worker and waits */
  STOP_WAIT,     /* a framework calls lodger_caller_stop_wait() */
  WITHOUT_A_STOP /* it exits without a stop */
} Way;

typedef struct Program
{
  int kind;
  Way way;
  bool has_stuck_worker, has_stuck_child, has_late_worker, exits_in_worker;
} Program;

static void
user_code_runs (void *data)
{
  static const char line[] = "user code runs\n";
  (void) data;
  if (write (STDERR_FILENO, line, sizeof line - 1) < 0)
    abort ();
}

static void
user_stop_hook (LodgerCaller *caller, void *data)
{
  (void) caller;
  user_code_runs (data);
}

static void
user_call (LodgerPending *self, void *data)
{
  (void) self;
  user_code_runs (data);
}

static void
exit_inside (void *data)
{
  (void) data;
  exit (STATUS);
}

/* ---- a worker that has been stopped, and that ends between two exit handlers -------------------------------------------- */

static BlockedCall late;
static Latch late_is_freed;

static void
let_it_end (void)
{
  static const char line[] = "the late worker is freed\n";
  latch_open (&late.let_go);
  latch_wait (&late_is_freed);
  test_check (write (STDERR_FILENO, line, sizeof line - 1) > 0);
}

static void
note_freed (void *data)
{
  (void) data;
  latch_open (&late_is_freed);
}

/* Exit handlers run in the reverse order: this one after that of the first caller. */
static void
handle_the_exit (void)
{
  latch_init (&late_is_freed);
  blocked_call_init (&late);
  test_check (atexit (let_it_end) == 0);
}

static void
start_late_worker (void)
{
  const LodgerCallerOptions options = { .size = sizeof options, .name = "late", .hook_destroy = note_freed };
  LodgerCaller *worker = lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, NULL);
  test_check (worker != NULL);
  lodger_caller_call_direct (worker, blocked_call_direct, &late, NULL);
  latch_wait (&late.entered);
  lodger_caller_stop (worker, true);
  lodger_caller_unref (worker);
}

/* ---- the program ------------------------------------------------------------------------------------------------------- */

static void
end_in_order (Subject *subject, Way way)
{
  if (subject_is (subject, SUBJECT_DRIVEN))
    worker_stop (subject->caller);
  else
    test_check ((way == IN_ORDER ? lodger_caller_leave (subject->caller) : lodger_caller_stop_wait (subject->caller))
                == 0);
}

/* Its result is its exit status and its output. Its leaks are intended. */
static void
be_the_program (const Program *program)
{
  static Subject subject;
  static BlockedCall in_worker, in_child;
  const LodgerCallOptions call = { .size = sizeof call, .name = "the stuck call" };
  const LodgerCallerOptions quiet = { .size = sizeof quiet, .name = "sleeper" };
  const LodgerCallerOptions hooked = { .size = sizeof hooked, .on_stop = user_stop_hook };
#ifdef __SANITIZE_ADDRESS__
  __lsan_disable ();
#endif
  if (program->has_late_worker)
    handle_the_exit ();
  subject_open_full (&subject, program->kind, program->way == WITHOUT_A_STOP ? &hooked : NULL);
  blocked_call_init (&in_worker);
  blocked_call_init (&in_child);
  if (program->has_stuck_worker)
    {
      lodger_pending_disown (
          lodger_caller_to_thread_full (subject.caller, blocked_call_run, &in_worker, user_code_runs, &call));
      latch_wait (&in_worker.entered);
    }
  if (program->has_stuck_child)
    {
      LodgerCaller *child = lodger_caller_open_child (subject.caller, &quiet, NULL);
      lodger_caller_call_direct (child, blocked_call_direct, &in_child, user_code_runs);
      latch_wait (&in_child.entered);
      lodger_pending_disown (lodger_caller_call_soon (child, user_call, NULL, user_code_runs));
    }
  if (program->has_late_worker)
    start_late_worker ();
  if (program->way != WITHOUT_A_STOP)
    end_in_order (&subject, program->way);
  else
    lodger_pending_disown (
        lodger_caller_call_later (subject.caller, LODGER_SECONDS (3600), user_call, NULL, user_code_runs));
  if (program->exits_in_worker)
    {
      lodger_caller_call_direct (subject.caller, exit_inside, NULL, NULL);
      subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
    }
  exit (STATUS);
}

/* Runs the program, which has to exit with its own status. Returns its output, to be freed with free(). */
static char *
run_program (Program program)
{
  int file = memfd_create ("standard error", MFD_CLOEXEC), status = 0;
  char *text;
  off_t size;
  pid_t child = fork ();
  test_check (file >= 0 && child >= 0);
  if (child == 0)
    {
      if (dup2 (file, STDERR_FILENO) < 0)
        abort ();
      be_the_program (&program);
    }
  test_check (waitpid (child, &status, 0) == child);
  size = lseek (file, 0, SEEK_END);
  text = calloc (1, (size_t) size + 1);
  test_check (text != NULL && pread (file, text, (size_t) size, 0) == size);
  close (file);
  if (!WIFEXITED (status) || WEXITSTATUS (status) != STATUS)
    test_fail ("ended with status %#x and wrote: %s", (unsigned) status, text);
  return text;
}

static void
expect_quiet (Program program)
{
  char *text = run_program (program);
  ck_assert_str_eq (text, "");
  free (text);
}

static void
expect_lines (Program program, const char *first, const char *second)
{
  char *text = run_program (program);
  if (strstr (text, "the program ends while") == NULL || strstr (text, first) == NULL || strstr (text, second) == NULL
      || strstr (text, "user code runs") != NULL)
    test_fail ("wrote: %s", text);
  free (text);
}

START_TEST (edge_53_a_program_that_ends_in_order_logs_nothing)
{
  expect_quiet ((Program) { .kind = _i, .way = IN_ORDER });
  expect_quiet ((Program) { .kind = _i, .way = STOP_WAIT });
}
END_TEST

START_TEST (edge_53_a_program_that_ends_without_a_stop_names_the_running_calls)
{
  expect_lines ((Program) { .kind = _i, .way = WITHOUT_A_STOP }, "still runs", "");
}
END_TEST

START_TEST (edge_53_a_program_that_ends_with_a_stuck_worker_names_its_call)
{
  expect_lines ((Program) { .kind = _i, .way = WITHOUT_A_STOP, .has_stuck_worker = true },
                "worker-1 still runs: the stuck call", "running");
}
END_TEST

START_TEST (edge_53_a_program_that_ends_with_a_stuck_child_names_it)
{
  expect_lines ((Program) { .kind = _i, .way = WITHOUT_A_STOP, .has_stuck_worker = true, .has_stuck_child = true },
                "sleeper still runs", "worker-1 still runs: the stuck call");
}
END_TEST

START_TEST (edge_53_a_program_that_ends_inside_a_call_names_it)
{
  expect_lines ((Program) { .kind = _i, .way = WITHOUT_A_STOP, .has_stuck_worker = true, .exits_in_worker = true },
                "worker-1 still runs: the stuck call", "");
}
END_TEST

START_TEST (edge_53_a_worker_that_ends_while_the_program_does_is_freed)
{
  expect_lines ((Program) { .kind = _i, .way = STOP_WAIT, .has_late_worker = true }, "late still runs",
                "the late worker is freed");
}
END_TEST

void
add_edge_program_end (Suite *suite)
{
  add_edge (suite, edge_53_a_program_that_ends_in_order_logs_nothing, 0, 0);
  add_edge (suite, edge_53_a_program_that_ends_without_a_stop_names_the_running_calls, 0, 0);
  add_edge (suite, edge_53_a_program_that_ends_with_a_stuck_worker_names_its_call, 0, 0);
  add_edge (suite, edge_53_a_program_that_ends_with_a_stuck_child_names_it, 0, 0);
  add_edge (suite, edge_53_a_program_that_ends_inside_a_call_names_it, 0, 0);
  add_edge (suite, edge_53_a_worker_that_ends_while_the_program_does_is_freed, 0, 0);
}
