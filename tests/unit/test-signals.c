/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals are the program's: no thread of Lodger's takes one. */
#include "test-suite.h"

#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };
static const int of_program[]
    = { SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD, SIGALRM, SIGPIPE, SIGPROF, SIGWINCH, SIGCONT };

static void
note_mask (LodgerPending *self, void *mask)
{
  (void) self;
  pthread_sigmask (SIG_SETMASK, NULL, mask);
}

static LodgerError *
hook_notes_mask (LodgerCaller *caller, void *mask)
{
  (void) caller;
  test_check (pthread_sigmask (SIG_SETMASK, NULL, mask) == 0);
  return NULL;
}

static void
expect_blocked (const sigset_t *mask)
{
  for (size_t i = 0; i < sizeof of_program / sizeof of_program[0]; i++)
    ck_assert_msg (sigismember (mask, of_program[i]) == 1, "%s is open", strsignal (of_program[i]));
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
    ck_assert_msg (sigismember (mask, faults[i]) == 0, "%s is blocked", strsignal (faults[i]));
}

START_TEST (a_thread_of_lodgers_blocks_all_signals_but_faults)
{
  sigset_t masks[4], before, after;
  const LodgerCallerOptions options = { .size = sizeof options, .on_start = hook_notes_mask, .hook_data = &masks[0] };
  const LodgerCallerOptions named
      = { .size = sizeof named, .name = "named", .on_start = hook_notes_mask, .hook_data = &masks[1] };
  LodgerCaller *caller, *child;
  sigemptyset (&before);
  sigaddset (&before, SIGUSR2);
  sigaddset (&before, SIGBUS);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  caller = worker_start_full (NULL, &options);
  child = lodger_caller_open_child (caller, &named, NULL);
  expect_code (wait_outcome (lodger_caller_call_soon (child, note_mask, &masks[2], NULL)), 0);
  expect_code (wait_outcome (lodger_caller_to_thread (child, note_mask, &masks[3], NULL)), 0);
  for (int i = 0; i < 4; i++)
    expect_blocked (&masks[i]);
  pthread_sigmask (SIG_SETMASK, NULL, &after);
  for (int i = 1; i < 32; i++)
    ck_assert_int_eq (sigismember (&after, i), sigismember (&before, i));
  lodger_caller_unref (child);
  worker_stop (caller);
}
END_TEST

/* Whether the thread blocks it, and its name. False: there is no such thread any more. */
static bool
read_status (const char *thread, int signal, char name[32], bool *ret_blocks)
{
  char path[300], line[256];
  uint64_t mask = 0;
  bool has_mask = false;
  FILE *file;
  snprintf (path, sizeof path, "/proc/self/task/%s/status", thread);
  file = fopen (path, "r");
  name[0] = '\0';
  while (file != NULL && fgets (line, sizeof line, file) != NULL)
    {
      sscanf (line, "Name: %31[^\n]", name);
      has_mask = has_mask || sscanf (line, "SigBlk: %" SCNx64, &mask) == 1;
    }
  if (file != NULL)
    fclose (file);
  *ret_blocks = (mask >> (signal - 1)) & 1;
  return has_mask;
}

/* How many threads of that name there are, each of which has to block the signal. */
static int
count_blocking (const char *wanted, int signal)
{
  DIR *dir = opendir ("/proc/self/task");
  const struct dirent *entry;
  int count = 0;
  ck_assert_ptr_nonnull (dir);
  while ((entry = readdir (dir)) != NULL)
    {
      char name[32];
      bool blocks;
      if (entry->d_name[0] == '.' || !read_status (entry->d_name, signal, name, &blocks) || strcmp (name, wanted) != 0)
        continue;
      ck_assert_msg (blocks, "%s does not block %s", name, strsignal (signal));
      count++;
    }
  closedir (dir);
  return count;
}

/* The thread that looks after the deadlines of stops has no call of its own. */
START_TEST (the_thread_that_watches_stops_blocks_signals_too)
{
  LodgerCaller *caller = worker_start (NULL);
  WorkerBlock *block = worker_block (caller);
  int64_t until = test_now () + test_limit_ns ();
  lodger_caller_stop (caller, true);
  while (count_blocking ("lodger-stop", SIGUSR1) == 0)
    ck_assert (test_now () < until);
  worker_unblock (block);
  worker_stop (caller);
}
END_TEST

/* As with a signalfd: blocked in the program's own threads, but only once Lodger has threads. */
START_TEST (a_signal_that_the_program_blocks_late_stays_pending)
{
  LodgerCaller *caller = worker_start (NULL);
  struct timespec limit = { .tv_sec = 20 };
  sigset_t set, ignored;
  for (int i = 0; i < 3; i++)
    expect_code (wait_outcome (lodger_caller_to_thread (caller, note_mask, &ignored, NULL)), 0);
  sigemptyset (&set);
  sigaddset (&set, SIGUSR1);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  for (int i = 0; i < 100; i++)
    {
      ck_assert_int_eq (kill (getpid (), SIGUSR1), 0);
      ck_assert_int_eq (sigtimedwait (&set, NULL, &limit), SIGUSR1);
    }
  worker_stop (caller);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("signals");
  test_add (suite, a_thread_of_lodgers_blocks_all_signals_but_faults);
  test_add (suite, the_thread_that_watches_stops_blocks_signals_too);
  test_add (suite, a_signal_that_the_program_blocks_late_stays_pending);
  return test_main (suite, argc, argv);
}
