/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "attempt.h"

#include "run.h"
#include "test-limits.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  STATUS_FAILED = 3
};

/* In memory that the two processes share. */
static Failure *shared;

static void fail (const char *what) __attribute__ ((noreturn));

static void
fail (const char *what)
{
  snprintf (shared->what, sizeof shared->what, "%s", what);
  _exit (STATUS_FAILED);
}

static void
share (void)
{
  if (shared == NULL)
    shared = mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED)
    test_fail ("no memory");
  memset (shared, 0, sizeof *shared);
}

static int
wait_for (pid_t process)
{
  int status;
  while (waitpid (process, &status, 0) < 0)
    if (errno != EINTR)
      test_fail ("cannot wait for a process");
  return status;
}

/* Each program has as long as a test; the time begins anew with each. One that is shrunk ends at once, or never. */
static void
expect_end (bool is_short)
{
  unsigned seconds = (unsigned) test_timeout_seconds ();
  alarm (is_short ? (seconds + 9) / 10 : seconds);
}

static void
run_seeds (uint64_t from, unsigned count)
{
  static Program program;
  for (unsigned i = 0; i < count; i++)
    {
      shared->seed = from + i;
      expect_end (false);
      program_make (&program, from + i);
      run_program (&program, fail, false);
      shared->done = i + 1;
    }
}

/* In the child. */
static _Noreturn void
run_one (const Program *program, bool is_loud, uint64_t from, unsigned count)
{
  signal (SIGALRM, SIG_DFL);
  if (program != NULL)
    {
      expect_end (!is_loud);
      run_program (program, fail, is_loud);
    }
  else
    run_seeds (from, count);
  exit (EXIT_SUCCESS);
}

static bool
attempt (const Program *program, bool is_loud, uint64_t from, unsigned count, Failure *ret_failure)
{
  pid_t process;
  int status;
  share ();
  fflush (NULL);
  process = fork ();
  if (process < 0)
    test_fail ("no process");
  if (process == 0)
    run_one (program, is_loud, from, count);
  status = wait_for (process);
  *ret_failure = *shared;
  if (WIFEXITED (status) && WEXITSTATUS (status) == EXIT_SUCCESS)
    return true;
  if (WIFSIGNALED (status))
    snprintf (ret_failure->what, sizeof ret_failure->what, "%s",
              WTERMSIG (status) == SIGALRM ? "it does not end" : strsignal (WTERMSIG (status)));
  else if (WEXITSTATUS (status) != STATUS_FAILED)
    snprintf (ret_failure->what, sizeof ret_failure->what, "the exit status is %d", WEXITSTATUS (status));
  return false;
}

bool
attempt_seeds (uint64_t from, unsigned count, Failure *ret_failure)
{
  return attempt (NULL, false, from, count, ret_failure);
}

bool
attempt_program (const Program *program, bool is_loud, Failure *ret_failure)
{
  return attempt (program, is_loud, 0, 0, ret_failure);
}
