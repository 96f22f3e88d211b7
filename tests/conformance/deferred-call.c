/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "deferred-call.h"

void
deferred_call_run (LodgerPending *self, void *data)
{
  DeferredCall *call = data;
  call->reply = lodger_pending_defer (self);
  recorder_direct (&call->recorder);
}

void
deferred_calls_start (DeferredCall *calls, size_t count, Subject *subject)
{
  for (size_t i = 0; i < count; i++)
    {
      calls[i] = (DeferredCall) { .reply = NULL };
      calls[i].pending = lodger_caller_call_soon (subject->caller, deferred_call_run, &calls[i], NULL);
    }
  subject_settle (subject);
}

static LodgerReply *
take_reply (DeferredCall *call)
{
  LodgerReply *reply = call->reply;
  call->reply = NULL;
  return reply;
}

int
deferred_call_answer (DeferredCall *call)
{
  return lodger_reply_return_int (take_reply (call), 1);
}

void
deferred_calls_finish (DeferredCall *calls, size_t count, Subject *subject)
{
  for (size_t i = 0; i < count; i++)
    {
      if (calls[i].reply != NULL)
        deferred_call_answer (&calls[i]);
      subject_run_until_done (subject, calls[i].pending);
      lodger_pending_get_error (calls[i].pending); /* a failure is read */
      lodger_pending_unref (calls[i].pending);
    }
}

static void
answer (void *data)
{
  test_check (deferred_call_answer (data) == 0);
}

void
deferred_call_answer_inside (DeferredCall *call, Subject *subject)
{
  subject_run_inside (subject, answer, call);
}

static void
answer_with_error (void *data)
{
  LodgerError *error = lodger_error_new (NULL, LODGER_EBUSY, "no luck");
  test_check (lodger_reply_return_error (take_reply (data), error) == 0);
}

void
deferred_call_fail_inside (DeferredCall *call, Subject *subject)
{
  subject_run_inside (subject, answer_with_error, call);
}
