/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "subject.h"

#include <string.h>

bool
subject_is (const Subject *subject, unsigned trait)
{
  return (subject->kind->traits & trait) != 0;
}

static void
note_thread (void *data)
{
  *(int *) data = test_thread_id ();
}

typedef struct Switch
{
  Subject *subject;
  bool on;
} Switch;

static void
switch_work (void *data)
{
  Switch *work = data;
  work->subject->kind->work (work->subject, work->on);
}

static void
start (int i)
{
  if (subject_kinds[i]->start != NULL)
    subject_kinds[i]->start ();
}

static void
open_with (Subject *subject, int i, const LodgerCallerOptions *options, bool is_initial)
{
  *subject = (Subject) { .kind = subject_kinds[i],
                         .options = { .size = sizeof subject->options },
                         .is_initial = is_initial };
  if (options != NULL)
    subject->options = *options;
  start (i);
  subject->kind->open (subject);
  if (subject->caller == NULL)
    test_fail ("no caller on %s", subject->kind->name);
}

void
subject_open_full (Subject *subject, int i, const LodgerCallerOptions *options)
{
  open_with (subject, i, options, false);
  subject_run_inside (subject, note_thread, &subject->thread_id);
}

void
subject_open_initial (Subject *subject, int i, const LodgerCallerOptions *options)
{
  open_with (subject, i, options, true);
  subject->thread_id = test_thread_id ();
}

void
subject_open (Subject *subject, int i, bool works)
{
  subject_open_full (subject, i, NULL);
  if (works)
    {
      Switch work = { subject, true };
      atomic_store (&subject->works, true);
      subject_run_inside (subject, switch_work, &work);
    }
}

void
subject_close (Subject *subject)
{
  LodgerPending *stopped = lodger_caller_get_stopped (subject->caller);
  Switch work = { subject, false };
  if (!lodger_pending_is_done (stopped) && atomic_load (&subject->works)
      && lodger_caller_get_state (subject->caller) == LODGER_CALLER_RUNNING)
    subject_run_inside (subject, switch_work, &work);
  atomic_store (&subject->works, false);
  lodger_caller_stop (subject->caller, true);
  subject_run_until_done (subject, stopped);
  lodger_caller_unref (subject->caller);
  subject->kind->close (subject);
}

void
subject_run_until (Subject *subject, Counter *counter, long at_least)
{
  if (subject_is (subject, SUBJECT_DRIVEN))
    counter_wait (counter, at_least);
  else
    while (counter_get (counter) < at_least)
      subject->kind->turn (subject);
}

void
subject_run_until_done (Subject *subject, LodgerPending *pending)
{
  if (subject_is (subject, SUBJECT_DRIVEN))
    wait_done (pending);
  else
    while (!lodger_pending_is_done (pending))
      subject->kind->turn (subject);
}

const char *
subject_backend (const Subject *subject)
{
  return subject->kind->backend != NULL ? subject->kind->backend : "native";
}

static void
pass (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

void
subject_await (Subject *subject, LodgerPending *pending)
{
  LodgerPending *then;
  if (subject_is (subject, SUBJECT_DRIVEN))
    {
      if (lodger_pending_wait (pending, test_limit_ns (), LODGER_WAIT_PROTECT | LODGER_WAIT_NO_RESULT) != 0)
        test_fail ("hangs: the pending is not done");
      return;
    }
  then = lodger_pending_then (pending, subject->caller, pass, NULL, NULL);
  subject_run_until_done (subject, then);
  test_check (lodger_pending_get_outcome (then) == 0);
  lodger_pending_unref (then);
}

int
subject_outcome (Subject *subject, LodgerPending *pending)
{
  int code;
  subject_await (subject, pending);
  code = lodger_pending_get_outcome (pending);
  lodger_pending_unref (pending);
  return code;
}

typedef struct Inside
{
  LodgerDirectFunc func;
  void *data;
  Counter runs;
} Inside;

static void
run_inside (void *data)
{
  Inside *inside = data;
  inside->func (inside->data);
  counter_add (&inside->runs, 1);
}

void
subject_run_inside (Subject *subject, LodgerDirectFunc func, void *data)
{
  Inside inside = { .func = func, .data = data };
  counter_init (&inside.runs);
  test_check (lodger_caller_call_direct (subject->caller, run_inside, &inside, NULL) == 0);
  subject_run_until (subject, &inside.runs, 1);
  counter_clear (&inside.runs);
}

static void
settle (void *data)
{
  (void) data;
}

void
subject_settle (Subject *subject)
{
  subject_run_inside (subject, settle, NULL);
}

void
subject_expect_restored_at (Subject *subject, ProcCount before, const char *file, int line)
{
  int64_t until = test_now () + test_limit_ns ();
  ProcCount now;
  do
    {
      subject_settle (subject);
      now = proc_count ();
    }
  while ((now.fds > before.fds || now.threads > before.threads) && test_now () < until);
  proc_expect_restored_at (before, file, line);
}

void
subject_spend (Subject *subject, int64_t ns)
{
  int64_t until = test_now () + ns;
  if (subject_is (subject, SUBJECT_VIRTUAL))
    subject->kind->advance (subject, ns);
  else
    while (test_now () < until)
      ;
}

void
subject_submit (Subject *subject, unsigned how, Recorder *recorder)
{
  switch (how)
    {
    case 0:
      lodger_pending_unref (lodger_caller_call_soon (subject->caller, recorder_call, recorder, recorder_destroy));
      break;
    case 1:
      test_check (lodger_caller_call_direct (subject->caller, recorder_direct, recorder, recorder_destroy) == 0);
      break;
    default:
      lodger_pending_unref (lodger_caller_call_later (subject->caller, 0, recorder_call, recorder, recorder_destroy));
    }
}

int
subject_find (const char *name)
{
  int i = 0;
  while (subject_kinds[i] != NULL && strcmp (subject_kinds[i]->name, name) != 0)
    i++;
  return subject_kinds[i] != NULL ? i : -1;
}

ProcCount
subject_count_before (int kind)
{
  ProcCount first = { .fds = 1000 };
  Subject subject;
  Recorder recorder = { 0 };
  start (kind);
  first.threads = proc_count ().threads;
  subject_open (&subject, kind, false);
  ck_assert_int_eq (
      subject_outcome (&subject, lodger_caller_to_thread (subject.caller, recorder_call, &recorder, recorder_destroy)),
      0);
  subject_close (&subject);
  proc_expect_restored (first);
  return proc_count ();
}
