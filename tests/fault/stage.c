/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stage.h"

#include "inject.h"

#include <string.h>

bool
is_want (int code)
{
  return code == LODGER_ENOMEM || code == LODGER_EAGAIN;
}

void
expect_at (int code, int expected, bool or_want, const char *what, const char *file, int line)
{
  if (code != expected && !(or_want && is_want (code) && inject_failed () > 0))
    test_fail_at (file, line, "%s gave %d (%s)", what, code, lodger_error_code_string (code));
}

/* ---- the place --------------------------------------------------------------------------------------------------- */

bool
stage_is (const Stage *stage, unsigned trait)
{
  return (stage->kind->traits & trait) != 0;
}

bool
stage_open (Stage *stage, const LodgerCallerOptions *options)
{
  /* For ever: an end that comes only by the deadline is an end that does not come. */
  LodgerCallerOptions own = { .size = sizeof own };
  LodgerError *error = NULL;
  int code;
  if (options != NULL)
    own = *options;
  if (own.stop_deadline == 0)
    own.stop_deadline = LODGER_FOREVER;
  stage->caller = stage->kind->open (stage, &own, &error);
  if (stage->caller != NULL)
    {
      test_check (error == NULL);
      return true;
    }
  code = lodger_error_get_code (error);
  lodger_error_unref (error);
  if (inject_failed () == 0 || !is_want (code))
    test_fail ("no caller: %d (%s)", code, lodger_error_code_string (code));
  return false;
}

static int
wake (LodgerPending *done, void *stage)
{
  const Stage *at = stage;
  (void) done;
  at->kind->wake (stage);
  return 0;
}

static int
open_latch (LodgerPending *done, void *latch)
{
  (void) done;
  latch_open (latch);
  return 0;
}

/* What the waiting itself takes is the test's. */
void
stage_until_done (Stage *stage, LodgerPending *pending)
{
  if (stage_is (stage, PLACE_DRIVEN))
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
  if (stage->kind->wake != NULL)
    {
      inject_exempt (true);
      test_check (lodger_pending_add_done_callback (pending, wake, stage, NULL) == 0);
      inject_exempt (false);
    }
  while (!lodger_pending_is_done (pending))
    stage->kind->turn (stage);
}

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

void
stage_catch_up (Stage *stage)
{
  LodgerPending *last;
  inject_exempt (true);
  last = lodger_caller_call_soon (stage->caller, do_nothing, NULL, NULL);
  inject_exempt (false);
  stage_until_done (stage, last);
  lodger_pending_unref (last);
}

/* A call may have submitted others, which come after it. */
static Deed *
deed_number (Stage *stage, int i)
{
  Deed *deed;
  pthread_mutex_lock (&stage->mutex);
  deed = i < stage->deed_count ? &stage->deeds[i] : NULL;
  pthread_mutex_unlock (&stage->mutex);
  return deed;
}

void
stage_settle (Stage *stage)
{
  Deed *deed;
  for (int i = 0; (deed = deed_number (stage, i)) != NULL; i++)
    if (deed->pending != NULL)
      stage_until_done (stage, deed->pending);
  stage_catch_up (stage);
}

typedef struct Elsewhere
{
  Stage *stage;
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
  if (!stage_is (elsewhere->stage, PLACE_DRIVEN) && elsewhere->stage->kind->wake != NULL)
    elsewhere->stage->kind->wake (elsewhere->stage);
  return NULL;
}

void
stage_elsewhere (Stage *stage, void *(*func) (void *), void *data)
{
  Elsewhere elsewhere = { .stage = stage, .func = func, .data = data };
  pthread_t thread;
  inject_exempt (true);
  latch_init (&elsewhere.over);
  thread = thread_start (act_elsewhere, &elsewhere);
  inject_exempt (false);
  while (!stage_is (stage, PLACE_DRIVEN) && !latch_is_open (&elsewhere.over))
    stage->kind->turn (stage);
  thread_join (thread);
  latch_clear (&elsewhere.over);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static void
look_at_direct (const Deed *deed, bool started)
{
  int ran = atomic_load (&deed->recorder.ran);
  if (deed->was_refused ? ran != 0 : ran > 1 || (ran == 0 && started && (deed->ends & DEED_RUNS)))
    test_fail ("%s: ran %d times", deed->what, ran);
}

static bool
is_right_end (const Deed *deed, bool started, int outcome, int code)
{
  int ran = atomic_load (&deed->recorder.ran);
  switch (outcome)
    {
    case 0: return (deed->ends & DEED_RUNS) && !deed->was_refused && ran == 1;
    case LODGER_ECANCELED:
      return ((deed->ends & DEED_IS_CANCELLED) || !started) && ran <= 1 && code == LODGER_ECANCELED;
    case LODGER_EABANDONED: return (deed->ends & DEED_IS_LEFT) && ran <= 1;
    case LODGER_EFAILED: break;
    default: return false;
    }
  if (!is_want (code))
    return (deed->ends & DEED_FAILS) && ran == 1;
  if (deed->was_refused)
    return ran == 0;
  return inject_failed () > 0 && (deed->ends & DEED_LACKS) && ran <= 1;
}

static void
look_at_call (const Deed *deed, bool started)
{
  int outcome = lodger_pending_get_outcome (deed->pending);
  LodgerError *error;
  inject_exempt (true); /* the error of a cancelled one is made when it is asked for */
  error = lodger_pending_get_error (deed->pending);
  inject_exempt (false);
  if (!is_right_end (deed, started, outcome, lodger_error_get_code (error)))
    test_fail ("%s: %s, ran %d times, ended with %d, error %d (%s)", deed->what,
               deed->was_refused ? "refused" : "accepted", atomic_load (&deed->recorder.ran), outcome,
               lodger_error_get_code (error), lodger_error_get_message (error));
}

static void
look_at_data (const Deed *deed)
{
  int destroyed = atomic_load (&deed->recorder.destroyed);
  if (destroyed != 1)
    test_fail ("%s: its data was destroyed %d times", deed->what, destroyed);
}

/* With the caller stopped every call has come to its end. Its children may have data still, if it could not wait for
 * them. */
static void
look_at_deeds (Stage *stage, bool started)
{
  for (int i = 0; i < stage->deed_count; i++)
    {
      Deed *deed = &stage->deeds[i];
      if (deed->pending == NULL)
        {
          look_at_direct (deed, started);
          continue;
        }
      if (started && !stage->has_lost_its_loop)
        look_at_data (deed);
      look_at_call (deed, started);
      lodger_pending_unref (deed->pending);
    }
}

void
stage_look_back (Stage *stage)
{
  for (int i = 0; i < stage->deed_count; i++)
    look_at_data (&stage->deeds[i]);
}

void
stage_close (Stage *stage)
{
  bool started;
  if (stage->caller == NULL)
    look_at_deeds (stage, true);
  else
    {
      lodger_caller_stop (stage->caller, true);
      stage_until_done (stage, lodger_caller_get_stopped (stage->caller));
      started = lodger_pending_get_outcome (lodger_caller_get_started (stage->caller)) == 0;
      if (!started && inject_failed () == 0)
        test_fail ("it did not start, though there was everything");
      look_at_deeds (stage, started);
      lodger_caller_unref (stage->caller);
    }
  stage->kind->close (stage);
}

/* ---- deeds ------------------------------------------------------------------------------------------------------- */

Deed *
deed_new (Stage *stage, const char *what, unsigned ends)
{
  Deed *deed;
  pthread_mutex_lock (&stage->mutex);
  test_check (stage->deed_count < MOST_DEEDS);
  deed = &stage->deeds[stage->deed_count++];
  pthread_mutex_unlock (&stage->mutex);
  deed->stage = stage;
  deed->what = what;
  deed->ends = ends;
  deed->failed_before = inject_failed ();
  return deed;
}

/* A refusal needs a reason, and destroys the data before it is given. */
static void
note_refusal (Deed *deed)
{
  deed->was_refused = true;
  if (inject_failed () == deed->failed_before)
    test_fail ("%s: was refused, though there was everything", deed->what);
  if (atomic_load (&deed->recorder.destroyed) != 1)
    test_fail ("%s: was refused, and its data not destroyed", deed->what);
}

LodgerPending *
deed_asked (Deed *deed, LodgerPending *pending)
{
  test_check (pending != NULL);
  deed->pending = pending;
  if (lodger_pending_is_done (pending) && !(deed->ends & DEED_LACKS)
      && lodger_pending_get_outcome (pending) == LODGER_EFAILED
      && is_want (lodger_error_get_code (lodger_pending_get_error (pending))))
    note_refusal (deed);
  return pending;
}

void
deed_asked_directly (Deed *deed, int code)
{
  if (code == LODGER_ENOMEM)
    note_refusal (deed);
  else if (code == LODGER_ESHUTDOWN || code == LODGER_ECANCELED)
    deed->ends = 0;
  else if (code != 0)
    test_fail ("%s: was answered with %d", deed->what, code);
}

void
deed_call (LodgerPending *self, void *data)
{
  Deed *deed = data;
  recorder_direct (&deed->recorder);
  if (deed->act != NULL)
    deed->act (self, deed);
}

void
deed_call_directly (void *data)
{
  recorder_direct (data);
}

void
deed_continue (LodgerPending *self, LodgerPending *done, void *data)
{
  test_check (lodger_pending_is_done (done));
  deed_call (self, data);
}

void
deed_destroy (void *data)
{
  recorder_destroy (data);
}

Deed *
deed_datum (Stage *stage, const char *what)
{
  return deed_new (stage, what, 0);
}

Deed *
deed_soon_to (Stage *stage, LodgerCaller *caller, const char *what, unsigned ends)
{
  Deed *deed = deed_new (stage, what, ends);
  deed_asked (deed, lodger_caller_call_soon (caller, deed_call, deed, deed_destroy));
  return deed;
}

Deed *
deed_soon (Stage *stage, const char *what, unsigned ends, void (*act) (LodgerPending *self, Deed *deed))
{
  Deed *deed = deed_new (stage, what, ends);
  deed->act = act;
  deed_asked (deed, lodger_caller_call_soon (stage->caller, deed_call, deed, deed_destroy));
  return deed;
}

Deed *
deed_later (Stage *stage, const char *what, unsigned ends, int64_t delay)
{
  Deed *deed = deed_new (stage, what, ends);
  deed_asked (deed, lodger_caller_call_later (stage->caller, delay, deed_call, deed, deed_destroy));
  return deed;
}

Deed *
deed_direct (Stage *stage, const char *what)
{
  Deed *deed = deed_new (stage, what, DEED_RUNS);
  deed_asked_directly (deed, lodger_caller_call_direct (stage->caller, deed_call_directly, deed, deed_destroy));
  return deed;
}

Deed *
deed_to_thread (Stage *stage, const char *what, unsigned ends, void (*act) (LodgerPending *self, Deed *deed))
{
  Deed *deed = deed_new (stage, what, ends | DEED_LACKS);
  deed->act = act;
  deed_asked (deed, lodger_caller_to_thread (stage->caller, deed_call, deed, deed_destroy));
  return deed;
}

Deed *
deed_then (Stage *stage, const char *what, unsigned ends, LodgerPending *done)
{
  Deed *deed = deed_new (stage, what, ends);
  deed_asked (deed, lodger_pending_then (done, stage->caller, deed_continue, deed, deed_destroy));
  return deed;
}
