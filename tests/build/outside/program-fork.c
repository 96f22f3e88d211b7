/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Forks while another thread uses everything that callers share. Each child uses it, too, and hangs on a lock that was
 * not held across its fork. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lodger/lodger.h>

enum
{
  FORKS = 100,
  LIMIT = 20 /* seconds for a child, and for the parent between two forks */
};

static atomic_bool over;

static void
answer (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 42);
}

static bool
use_all (void)
{
  int64_t value = 0;
  LodgerCallerOptions options = { .size = sizeof options, .name = "outside" };
  LodgerCaller *caller = lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, NULL);
  LodgerPending *pending = lodger_caller_to_thread (caller, answer, NULL, NULL);
  size_t count = 0;
  LodgerCaller **callers = lodger_caller_list (false, &count);
  bool is_there = count > 0 && lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT) == LODGER_OK
                  && lodger_pending_get_int (pending, &value) == LODGER_OK && value == 42;
  lodger_caller_list_free (callers, count);
  lodger_pending_unref (pending);
  lodger_caller_stop (caller, true);
  lodger_pending_wait (lodger_caller_get_stopped (caller), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_caller_unref (caller);
  return is_there;
}

static void *
use_all_the_time (void *data)
{
  while (!atomic_load (&over))
    if (!use_all ())
      abort ();
  return data;
}

int
main (void)
{
  pthread_t thread;
  int status = 0;
  if (!use_all () || pthread_create (&thread, NULL, use_all_the_time, NULL) != 0)
    return 1;
  for (int i = 0; i < FORKS && status == 0; i++)
    {
      pid_t child;
      alarm (LIMIT);
      child = fork ();
      if (child == 0)
        {
          alarm (LIMIT);
          _exit (use_all () ? 0 : 1);
        }
      if (child < 0 || waitpid (child, &status, 0) != child)
        return 1;
    }
  alarm (LIMIT);
  atomic_store (&over, true);
  pthread_join (thread, NULL);
  printf ("result %d\n", status == 0 ? 42 : status);
  return status != 0;
}
