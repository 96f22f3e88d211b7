/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spawned calls: they wait without keeping their thread. All of these calls share one thread. */
#include "tour.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

/* Says its name, lets others run, and says it again. */
static void
take_turns (LodgerPending *self, void *name)
{
  (void) self;
  for (int i = 0; i < 2; i++)
    {
      tour_say ("%s, %d", (const char *) name, i + 1);
      lodger_yield ();
    }
}

static void
begin_both (LodgerPending *self, void *caller)
{
  LodgerPending *first = lodger_caller_spawn (caller, take_turns, tour_text ("the first"), NULL);
  LodgerPending *second = lodger_caller_spawn (caller, take_turns, tour_text ("the second"), NULL);
  lodger_pending_disown (first);
  lodger_pending_return_from (self, second);
  lodger_pending_unref (second);
}

/* Spawned calls begin in order. Where one of them waits or yields, the next one goes on. */
static void
show_spawn (void)
{
  LodgerCaller *caller = tour_open ("ann");
  tour_finish (lodger_caller_call_soon (caller, begin_both, caller, NULL));
  tour_close (caller);
}

static void
add_up (LodgerPending *self, void *numbers)
{
  int64_t sum = 0, twice;
  for (int *number = numbers; *number != 0; number++)
    {
      if (lodger_await_int (lodger_caller_to_thread (lodger_caller_current (), tour_double, number, NULL), &twice, NULL)
          != 0)
        return;
      sum += twice;
    }
  lodger_pending_return_int (self, sum);
}

/* Work in other threads, one after the other, in a loop instead of a chain of continuations. */
static void
show_await (void)
{
  static int numbers[] = { 1, 2, 3, 0 };
  LodgerCaller *caller = tour_open ("ann");
  tour_say ("the sum is %d", tour_number (lodger_caller_spawn (caller, add_up, numbers, NULL)));
  tour_close (caller);
}

static void
sleep_for (LodgerPending *self, void *milliseconds)
{
  (void) self;
  lodger_sleep (LODGER_MILLISECONDS (*(int *) milliseconds));
  tour_say ("%d ms", *(int *) milliseconds);
}

static void
sleep_both (LodgerPending *self, void *caller)
{
  static int times[] = { 500, 1 };
  LodgerGroup *group = lodger_group_new (NULL);
  (void) self;
  lodger_group_enter (group);
  for (int i = 0; i < 2; i++)
    lodger_pending_disown (lodger_caller_spawn (caller, sleep_for, &times[i], NULL));
  tour_say ("the leave: %s", lodger_error_code_string (lodger_group_leave (group, NULL)));
  lodger_group_unref (group);
}

/* A sleep keeps no thread, nor does the leave of a group. */
static void
show_sleep (void)
{
  LodgerCaller *caller = tour_open ("ann");
  tour_finish (lodger_caller_spawn (caller, sleep_both, caller, NULL));
  tour_close (caller);
}

static void
write_letter (LodgerPending *self, void *fd)
{
  (void) self;
  tour_say ("written: %d", (int) write (*(int *) fd, "x", 1));
}

static void
read_letter (LodgerPending *self, void *data)
{
  int *pipe_ends = data, code;
  char letter = '-';
  LodgerPending *writer = lodger_caller_call_soon (lodger_caller_current (), write_letter, &pipe_ends[1], NULL);
  (void) self;
  code = lodger_wait_fd (pipe_ends[0], POLLIN, LODGER_FOREVER, NULL);
  if (read (pipe_ends[0], &letter, 1) == 1)
    tour_say ("the wait: %s; read: %c", lodger_error_code_string (code), letter);
  lodger_pending_unref (writer);
}

/* A descriptor is waited for, and a call in the same thread writes to it meanwhile. */
static void
show_fd (void)
{
  LodgerCaller *caller = tour_open ("ann");
  int pipe_ends[2];
  if (pipe (pipe_ends) == 0)
    {
      tour_finish (lodger_caller_spawn (caller, read_letter, pipe_ends, NULL));
      close (pipe_ends[0]);
      close (pipe_ends[1]);
    }
  tour_close (caller);
}

static void
work_at_a_place (LodgerPending *self, void *limiter)
{
  static int at_work; /* only this thread uses it */
  (void) self;
  if (lodger_limiter_enter (limiter, LODGER_FOREVER) != 0)
    return;
  tour_say ("at work: %d", ++at_work);
  lodger_sleep (LODGER_MILLISECONDS (1));
  at_work--;
  lodger_limiter_leave (limiter);
}

/* So many at once: a call waits for its place, and keeps it also while it sleeps. */
static void
show_places (void)
{
  LodgerCaller *caller = tour_open ("ann");
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  LodgerPending *calls[3], *all;
  for (int i = 0; i < 3; i++)
    calls[i] = lodger_caller_spawn (caller, work_at_a_place, limiter, NULL);
  all = lodger_pending_all (calls, 3);
  tour_say ("all: %s", lodger_error_code_string (tour_finish (all)));
  for (int i = 0; i < 3; i++)
    lodger_pending_unref (calls[i]);
  lodger_limiter_unref (limiter);
  tour_close (caller);
}

/* The cancel ends the sleep, and each later wait. A shielded group keeps it away from the cleanup. */
static void
work_and_clean_up (LodgerPending *self, void *begun)
{
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.name = "cleanup", .is_shielded = true));
  (void) self;
  lodger_pending_return_nothing (begun);
  tour_say ("the sleep: %s", lodger_error_code_string (lodger_sleep (LODGER_SECONDS (60))));
  tour_say ("a later one: %s", lodger_error_code_string (lodger_sleep (1)));
  lodger_group_enter (group);
  tour_say ("a shielded one: %s", lodger_error_code_string (lodger_sleep (1)));
  lodger_group_leave (group, NULL);
  lodger_group_unref (group);
}

static void
show_unwind (void)
{
  LodgerCaller *caller = tour_open ("ann");
  LodgerPending *begun = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *call = lodger_caller_spawn (caller, work_and_clean_up, begun, NULL);
  lodger_pending_wait (begun, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_cancel (call, "enough");
  tour_say ("the call: %s", lodger_error_code_string (tour_finish (call)));
  lodger_pending_unref (begun);
  tour_close (caller);
}

static void
fill_much (void *sum)
{
  volatile char much[1 << 20];
  memset ((void *) (uintptr_t) much, 1, sizeof much);
  *(int *) sum = much[0] + much[sizeof much - 1];
}

static void
borrow_stack (LodgerPending *self, void *data)
{
  int sum = 0;
  (void) data;
  lodger_run_on_thread_stack (fill_much, &sum);
  lodger_pending_return_int (self, sum);
}

/* A call with a small stack runs a function that needs a large one. */
static void
show_stack (void)
{
  LodgerCaller *caller = tour_open ("ann");
  tour_say ("1 MiB from a stack of 64 KiB: %d",
            tour_number (lodger_caller_spawn_full (caller, borrow_stack, NULL, NULL,
                                                   LODGER_CALL_OPTIONS (.stack_size = 64 << 10))));
  tour_close (caller);
}

static void
ask_whether (void *ret_reason)
{
  lodger_await_check (ret_reason);
}

static void
ask_there (LodgerPending *self, void *data)
{
  const char *reason = "";
  (void) self;
  (void) data;
  tour_say ("in a spawned call: %s", lodger_error_code_string (lodger_await_check (NULL)));
  lodger_run_on_thread_stack (ask_whether, &reason);
  tour_say ("on the thread's stack: %s", reason);
}

/* A wait that cannot be is refused with its reason. A library can ask before. */
static void
show_refusal (void)
{
  LodgerCaller *caller = tour_open ("ann");
  tour_finish (lodger_caller_spawn (caller, ask_there, NULL, NULL));
  tour_close (caller);
}

const TourSection tour_fibers[] = {
  { "spawn", "calls that take turns in a thread", show_spawn },
  { "await", "work in other threads, in a loop", show_await },
  { "sleep", "time that costs no thread", show_sleep },
  { "wait_fd", "a descriptor that is waited for", show_fd },
  { "limiter", "places for so many at once", show_places },
  { "unwind", "a cancelled call cleans up", show_unwind },
  { "thread_stack", "a deep function in a small call", show_stack },
  { "await_check", "where a call may wait", show_refusal },
  { 0 },
};
