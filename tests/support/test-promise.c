/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-promise.h"

#include "test-limits.h"

#include <string.h>

void
canceller_run (LodgerPending *pending, const char *message, void *data)
{
  Canceller *canceller = data;
  test_check (lodger_pending_is_cancelled (pending));
  test_check (!lodger_pending_is_done (pending));
  recorder_direct (&canceller->recorder);
  strcpy (canceller->message, message != NULL ? message : "none");
  if (canceller->settles)
    lodger_pending_return_nothing (pending);
}

void
canceller_destroy (void *data)
{
  recorder_destroy (&((Canceller *) data)->recorder);
}

int
note_done (LodgerPending *done, void *data)
{
  test_check (lodger_pending_is_done (done));
  recorder_direct (data);
  return 0;
}

void *
answer_elsewhere (void *data)
{
  LodgerPending **promise = data;
  test_check (lodger_pending_return_int (*promise, test_thread_id ()) == 0);
  return NULL;
}
