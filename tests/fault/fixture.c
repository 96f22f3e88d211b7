/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include "inject.h"

#include <sched.h>
#include <string.h>

bool
is_shortage (int code)
{
  return code == LODGER_ENOMEM || code == LODGER_EAGAIN;
}

void
expect_at (int code, int expected, bool or_shortage, const char *what, const char *file, int line)
{
  if (code != expected && !(or_shortage && is_shortage (code) && inject_failed () > 0))
    test_fail_at (file, line, "%s gave %d (%s)", what, code, lodger_error_code_string (code));
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

bool
fixture_is (const Fixture *fixture, unsigned trait)
{
  return (fixture->kind->traits & trait) != 0;
}

bool
fixture_open (Fixture *fixture, const LodgerCallerOptions *options)
{
  /* No deadline, so that an end that would come only by the deadline shows as a hang. */
  LodgerCallerOptions own = { .size = sizeof own };
  LodgerError *error = NULL;
  int code;
  if (options != NULL)
    own = *options;
  if (own.stop_deadline == 0)
    own.stop_deadline = LODGER_FOREVER;
  fixture->caller = fixture->kind->open (fixture, &own, &error);
  if (fixture->caller != NULL)
    {
      test_check (error == NULL);
      return true;
    }
  code = lodger_error_get_code (error);
  lodger_error_unref (error);
  if (inject_failed () == 0 || !is_shortage (code))
    test_fail ("no caller: %d (%s)", code, lodger_error_code_string (code));
  return false;
}

static int
wake (LodgerPending *done, void *fixture)
{
  const Fixture *at = fixture;
  (void) done;
  at->kind->wake (fixture);
  return 0;
}

static int
open_latch (LodgerPending *done, void *latch)
{
  (void) done;
  latch_open (latch);
  return 0;
}

/* The memory for the wait itself is exempt. */
void
fixture_until_done (Fixture *fixture, LodgerPending *pending)
{
  if (fixture_is (fixture, LOOP_DRIVEN))
    {
      Latch done;
      inject_exempt (true);
      latch_init (&done);
      test_check (lodger_pending_add_done_callback (pending, open_latch, &done, NULL) == 0);
      inject_exempt (false);
      latch_wait (&done);
      latch_clear (&done);
      return;
    }
  if (fixture->kind->wake != NULL)
    {
      inject_exempt (true);
      test_check (lodger_pending_add_done_callback (pending, wake, fixture, NULL) == 0);
      inject_exempt (false);
    }
  while (!lodger_pending_is_done (pending))
    fixture->kind->turn (fixture);
}

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

void
fixture_catch_up (Fixture *fixture)
{
  LodgerPending *last;
  inject_exempt (true);
  last = lodger_caller_call_soon (fixture->caller, do_nothing, NULL, NULL);
  inject_exempt (false);
  fixture_until_done (fixture, last);
  lodger_pending_unref (last);
}

/* A call may have submitted others, which come after it. */
static Call *
call_at (Fixture *fixture, int i)
{
  Call *call;
  pthread_mutex_lock (&fixture->mutex);
  call = i < fixture->call_count ? &fixture->calls[i] : NULL;
  pthread_mutex_unlock (&fixture->mutex);
  return call;
}

void
fixture_settle (Fixture *fixture)
{
  Call *call;
  for (int i = 0; (call = call_at (fixture, i)) != NULL; i++)
    if (call->pending != NULL)
      fixture_until_done (fixture, call->pending);
  fixture_catch_up (fixture);
}

typedef struct Elsewhere
{
  Fixture *fixture;
  void *(*func) (void *);
  void *data;
  Latch over;
} Elsewhere;

static void *
act_elsewhere (void *data)
{
  Elsewhere *elsewhere = data;
  elsewhere->func (elsewhere->data);
  latch_open (&elsewhere->over);
  if (!fixture_is (elsewhere->fixture, LOOP_DRIVEN) && elsewhere->fixture->kind->wake != NULL)
    elsewhere->fixture->kind->wake (elsewhere->fixture);
  return NULL;
}

void
fixture_run_in_thread (Fixture *fixture, void *(*func) (void *), void *data)
{
  Elsewhere elsewhere = { .fixture = fixture, .func = func, .data = data };
  pthread_t thread;
  inject_exempt (true);
  latch_init (&elsewhere.over);
  thread = thread_start (act_elsewhere, &elsewhere);
  inject_exempt (false);
  while (!fixture_is (fixture, LOOP_DRIVEN) && !latch_is_open (&elsewhere.over))
    fixture->kind->turn (fixture);
  thread_join (thread);
  latch_clear (&elsewhere.over);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static void
check_direct (const Call *call, bool started)
{
  int ran = atomic_load (&call->recorder.ran);
  if (call->was_refused ? ran != 0 : ran > 1 || (ran == 0 && started && (call->ends & CALL_RUNS)))
    test_fail ("%s: ran %d times", call->what, ran);
}

static bool
is_right_end (const Call *call, bool started, int outcome, int code)
{
  int ran = atomic_load (&call->recorder.ran);
  switch (outcome)
    {
    case 0: return (call->ends & CALL_RUNS) && !call->was_refused && ran == 1;
    case LODGER_ECANCELED:
      return ((call->ends & CALL_IS_CANCELLED) || !started) && ran <= 1 && code == LODGER_ECANCELED;
    case LODGER_EABANDONED: return (call->ends & CALL_IS_ABANDONED) && ran <= 1;
    case LODGER_EFAILED: break;
    default: return false;
    }
  if (!is_shortage (code))
    return (call->ends & CALL_FAILS) && ran == 1;
  if (call->was_refused)
    return ran == 0;
  /* That its caller could not start ends a call, too. */
  return inject_failed () > 0 && ran <= ((call->ends & CALL_LACKS_RESOURCES) ? 1 : 0);
}

static void
check_call (const Call *call, bool started)
{
  int outcome = lodger_pending_get_outcome (call->pending);
  LodgerError *error;
  inject_exempt (true); /* the error of a cancelled call is created by the getter */
  error = lodger_pending_get_error (call->pending);
  inject_exempt (false);
  if (!is_right_end (call, started, outcome, lodger_error_get_code (error)))
    test_fail ("%s: %s, ran %d times, ended with %d, error %d (%s)", call->what,
               call->was_refused ? "refused" : "accepted", atomic_load (&call->recorder.ran), outcome,
               lodger_error_get_code (error), lodger_error_get_message (error));
}

static void
check_data (const Call *call)
{
  int destroyed = atomic_load (&call->recorder.destroyed);
  if (destroyed != 1)
    test_fail ("%s: its data was destroyed %d times", call->what, destroyed);
}

/* Every call of a stopped caller has ended. Its children may still have data, if it could not wait for them. */
static void
check_calls (Fixture *fixture, bool started)
{
  for (int i = 0; i < fixture->call_count; i++)
    {
      Call *call = &fixture->calls[i];
      if (call->pending == NULL)
        {
          check_direct (call, started);
          continue;
        }
      if (started && !fixture->has_lost_its_loop)
        check_data (call);
      check_call (call, started);
      lodger_pending_unref (call->pending);
    }
}

void
fixture_check_data (Fixture *fixture)
{
  for (int i = 0; i < fixture->call_count; i++)
    check_data (&fixture->calls[i]);
}

void
fixture_close (Fixture *fixture)
{
  bool started;
  if (fixture->caller == NULL)
    check_calls (fixture, true);
  else
    {
      lodger_caller_stop (fixture->caller, true);
      fixture_until_done (fixture, lodger_caller_get_stopped (fixture->caller));
      started = lodger_pending_get_outcome (lodger_caller_get_started (fixture->caller)) == 0;
      if (!started && inject_failed () == 0)
        test_fail ("the caller did not start, though nothing was short");
      check_calls (fixture, started);
      lodger_caller_unref (fixture->caller);
    }
  fixture->kind->close (fixture);
}

/* ---- calls ------------------------------------------------------------------------------------------------------- */

Call *
call_new (Fixture *fixture, const char *what, unsigned ends)
{
  Call *call;
  pthread_mutex_lock (&fixture->mutex);
  test_check (fixture->call_count < MOST_CALLS);
  call = &fixture->calls[fixture->call_count++];
  pthread_mutex_unlock (&fixture->mutex);
  call->fixture = fixture;
  call->what = what;
  call->ends = ends;
  return call;
}

/* A refusal needs a shortage: now, or when its caller started. It destroys the data before the submission returns. */
static void
note_refusal (Call *call)
{
  call->was_refused = true;
  if (inject_failed () == 0)
    test_fail ("%s: was refused, though nothing was short", call->what);
  if (atomic_load (&call->recorder.destroyed) != 1)
    test_fail ("%s: was refused, and its data not destroyed", call->what);
}

LodgerPending *
call_submitted (Call *call, LodgerPending *pending)
{
  test_check (pending != NULL);
  call->pending = pending;
  if (lodger_pending_is_done (pending) && !(call->ends & CALL_LACKS_RESOURCES)
      && lodger_pending_get_outcome (pending) == LODGER_EFAILED
      && is_shortage (lodger_error_get_code (lodger_pending_get_error (pending))))
    {
      /* Or its thread could not start, just now: it drops the call, which is done before its data goes. */
      while ((call->fixture->kind->traits & LOOP_DRIVEN) && atomic_load (&call->recorder.destroyed) == 0)
        sched_yield ();
      note_refusal (call);
    }
  return pending;
}

void
call_submitted_direct (Call *call, int code)
{
  if (code == LODGER_ENOMEM)
    note_refusal (call);
  else if (code == LODGER_ESHUTDOWN || code == LODGER_ECANCELED)
    call->ends = 0;
  else if (code != 0)
    test_fail ("%s: was answered with %d", call->what, code);
}

void
call_run (LodgerPending *self, void *data)
{
  Call *call = data;
  recorder_direct (&call->recorder);
  if (call->act != NULL)
    call->act (self, call);
}

void
call_run_direct (void *data)
{
  recorder_direct (data);
}

void
call_run_then (LodgerPending *self, LodgerPending *done, void *data)
{
  test_check (lodger_pending_is_done (done));
  call_run (self, data);
}

void
call_destroy (void *data)
{
  recorder_destroy (data);
}

Call *
call_datum (Fixture *fixture, const char *what)
{
  return call_new (fixture, what, 0);
}

Call *
call_soon_to (Fixture *fixture, LodgerCaller *caller, const char *what, unsigned ends)
{
  Call *call = call_new (fixture, what, ends);
  call_submitted (call, lodger_caller_call_soon (caller, call_run, call, call_destroy));
  return call;
}

Call *
call_soon (Fixture *fixture, const char *what, unsigned ends, void (*act) (LodgerPending *self, Call *call))
{
  Call *call = call_new (fixture, what, ends);
  call->act = act;
  call_submitted (call, lodger_caller_call_soon (fixture->caller, call_run, call, call_destroy));
  return call;
}

Call *
call_later (Fixture *fixture, const char *what, unsigned ends, int64_t delay)
{
  Call *call = call_new (fixture, what, ends);
  call_submitted (call, lodger_caller_call_later (fixture->caller, delay, call_run, call, call_destroy));
  return call;
}

Call *
call_direct (Fixture *fixture, const char *what)
{
  Call *call = call_new (fixture, what, CALL_RUNS);
  call_submitted_direct (call, lodger_caller_call_direct (fixture->caller, call_run_direct, call, call_destroy));
  return call;
}

Call *
call_to_thread (Fixture *fixture, const char *what, unsigned ends, void (*act) (LodgerPending *self, Call *call))
{
  Call *call = call_new (fixture, what, ends | CALL_LACKS_RESOURCES);
  call->act = act;
  call_submitted (call, lodger_caller_to_thread (fixture->caller, call_run, call, call_destroy));
  return call;
}

Call *
call_then (Fixture *fixture, const char *what, unsigned ends, LodgerPending *done)
{
  Call *call = call_new (fixture, what, ends);
  call_submitted (call, lodger_pending_then (done, fixture->caller, call_run_then, call, call_destroy));
  return call;
}
