/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view/view.h"

#include <lodger/answer.h>
#include <lodger/error.h>
#include <lodger/promise.h>

/* Which function is told of an outcome; and how, when there is no caller to tell it. */

/* An outcome that has no function of its own is told to the one for all, but a user who has cancelled needs no
 * message. */
static void
tell_function (const LodgerViewRun *run, LodgerPending *outcome)
{
  const int code = lodger_pending_get_outcome (outcome);
  const bool is_cancel = code == LODGER_ECANCELED;
  const unsigned given = run->options.flags;
  if (code != 0 && (given & (is_cancel ? LODGER_HOST_VIEW_CANCELLED : LODGER_HOST_VIEW_FAILED)) != 0)
    run->ops->tell (run->view, is_cancel ? LODGER_HOST_TOLD_CANCELLED : LODGER_HOST_TOLD_FAILED, outcome);
  else if ((given & LODGER_HOST_VIEW_DONE) != 0 && !(is_cancel && (given & LODGER_HOST_VIEW_FAILED) != 0))
    run->ops->tell (run->view, LODGER_HOST_TOLD_DONE, outcome);
}

/* A cancellation beats any other outcome, as long as no function has been told. Work that was cancelled in time
 * tells of that itself, with its message. */
static bool
was_cancelled_late (const LodgerViewRun *run, LodgerPending *outcome)
{
  return lodger_pending_get_outcome (outcome) != LODGER_ECANCELED
         && (lodger_host_was_cancelled_late (outcome)
             || (run->ops->why_cancelled != NULL && run->ops->why_cancelled (run->view) != NULL));
}

void
lodger__view_tell (const LodgerViewRun *run, LodgerPending *outcome)
{
  LodgerPending *cancelled;
  if (!was_cancelled_late (run, outcome))
    {
      tell_function (run, outcome);
      return;
    }
  cancelled = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_cancel (cancelled, "it was cancelled before its outcome was told");
  tell_function (run, cancelled);
  lodger_pending_unref (cancelled);
}

/* Outside of a bound call, the object of the program's scope is held here. */
static bool
hold_scope (const LodgerViewRun *run)
{
  return run->scope == NULL || lodger_host_hold_scope (run->scope);
}

void
lodger__view_tell_late (const LodgerViewRun *run)
{
  LodgerPending *late;
  if (!hold_scope (run))
    return;
  late = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_new_error (late, NULL, LODGER_ETIMEDOUT, "%s", lodger_error_code_string (LODGER_ETIMEDOUT));
  tell_function (run, late);
  lodger_pending_unref (late);
  lodger_host_release_scope (run->scope);
}

static void
tell_refusal (void *data)
{
  LodgerViewRun *run = data;
  lodger__view_keep_object (run);
  if (!lodger__view_is_over (run) && hold_scope (run))
    {
      lodger__view_tell (run, run->pending);
      lodger_host_release_scope (run->scope);
    }
  lodger__view_release_object (run);
}

void
lodger__view_tell_refusal_soon (LodgerViewRun *run)
{
  if ((run->options.flags & (LODGER_HOST_VIEW_DONE | LODGER_HOST_VIEW_FAILED | LODGER_HOST_VIEW_CANCELLED)) == 0)
    lodger__view_end_use (run);
  else
    run->ops->soon (run->view, tell_refusal, run, lodger__view_end_use);
}
