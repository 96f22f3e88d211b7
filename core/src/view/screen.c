/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "view/view.h"

#include "call/at.h"
#include "mailbox/post.h"

#include <lodger/call.h>

/* From the start of the work until its outcome is told, in the view's thread. */

/* ---- the time limit ---------------------------------------------------------------------------------------------- */

static void
end_time (LodgerViewRun *run)
{
  LodgerPending *timer = run->timer;
  run->timer = NULL;
  if (timer != NULL)
    lodger_pending_cancel (timer, NULL);
  lodger_pending_unref (timer);
}

static void
unbind (const LodgerViewRun *run)
{
  if (run->ops->bind != NULL)
    run->ops->unbind (run->view);
}

static const char late_message[] = "its time is over";

/* The cancel may run user code, even a loop in which the work comes back; so may the last progress, and the button
 * that changes. Work that was cancelled before has another outcome, which is still to come. Work that has ended
 * since the look at it is late, too: this cancel is noted as one that came too late, and nobody could tell it from
 * one of the user's. */
static void
tell_late (LodgerViewRun *run)
{
  if (lodger_pending_is_cancelled (run->pending))
    return;
  run->is_told = true;
  lodger_pending_cancel (run->pending, late_message);
  lodger__view_flush (run);
  lodger__view_end_streams (run);
  unbind (run);
  if (!lodger__view_is_over (run))
    lodger__view_tell_late (run);
}

/* An outcome that is on its way has come in time. A call that is bound to the view's scope would hold the object;
 * here it is held. */
static void
on_time_over (LodgerPending *self, void *data)
{
  LodgerViewRun *run = data;
  (void) self;
  lodger_pending_unref (run->timer);
  run->timer = NULL;
  if (lodger_pending_is_done (run->pending))
    return;
  if (lodger__view_is_over (run))
    {
      lodger_pending_cancel (run->pending, late_message);
      return;
    }
  lodger__view_keep_object (run);
  tell_late (run);
  lodger__view_release_object (run);
}

/* The program's trackers, groups and managers do not see the timer, and an inbox is never full for it. */
static void
limit_time (LodgerViewRun *run)
{
  const LodgerHostViewOptions *given = &run->options;
  const LodgerCallOptions options = { .size = sizeof options,
                                      .name = given->name,
                                      .file = given->file,
                                      .line = given->line,
                                      .flags = LODGER_PENDING_MAY_FAIL,
                                      .trackers = LODGER_TRACK_NONE };
  const LodgerWork work = lodger__work (on_time_over, run, lodger__view_end_use);
  int64_t now;
  if (given->timeout <= 0)
    return;
  now = lodger__host_now (given->home);
  lodger__view_use (run);
  run->timer = lodger__submit_at (run->ops->run_name, given->home,
                                  given->timeout < LODGER_FOREVER - now ? now + given->timeout : LODGER_FOREVER - 1,
                                  &work, &options);
}

/* ---- the calls --------------------------------------------------------------------------------------------------- */

/* The toolkit is not touched afterwards. The work may go on, and be abandoned by a stop. */
static void
leave_screen (LodgerViewRun *run)
{
  if (!run->holds_time)
    end_time (run);
  unbind (run);
  lodger__view_end_streams (run);
}

/* The continuation has run, or will not. This is known in the view's thread, as the next two. */
static void
end_run (void *data)
{
  leave_screen (data);
  lodger__view_end_use (data);
}

/* Another run has its place; or the work is done, and the outcome is on its way. */
static void
end_place (void *data)
{
  LodgerViewRun *run = data;
  if (lodger__view_is_over (run))
    leave_screen (run);
  lodger__view_end_use (run);
}

/* The work is done, or the caller stops. */
static void
end_hold (void *data)
{
  LodgerViewRun *run = data;
  if (run->ops->keep_running != NULL)
    run->ops->let_end (run->view);
  end_time (run);
  lodger__view_end_use (run);
}

static void
do_nothing (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

/* The last progress, or the button that changes, may make the program destroy the view's object. It is held here,
 * since the call may be bound to another scope. */
static void
come_back (LodgerPending *self, LodgerPending *done, void *data)
{
  LodgerViewRun *run = data;
  end_time (run);
  if (run->is_told || lodger__view_is_over (run))
    return;
  run->is_told = true;
  lodger__view_keep_object (run);
  lodger__view_flush (run);
  unbind (run);
  if (!lodger_pending_is_cancelled (self) && !lodger__view_is_over (run))
    lodger__view_tell (run, done);
  lodger__view_release_object (run);
}

static void
drop_pending (void *pending)
{
  lodger_pending_unref (pending);
}

/* The work is bound to the view's scope, the continuation to the program's. So the end of the continuation cancels the
 * work, in the thread that ends the scope. */
static int
cancel_work (LodgerPending *told, void *work)
{
  char *message = lodger_pending_dup_cancel_message (told);
  if (lodger_pending_is_cancelled (told))
    lodger_pending_cancel (work, message);
  lodger_free (message);
  return 0;
}

/* ---- the start --------------------------------------------------------------------------------------------------- */

static LodgerPending *
come_back_later (LodgerViewRun *run, LodgerThenFunc func, LodgerDestroyFunc over, LodgerScope *scope)
{
  const LodgerHostViewOptions *options = &run->options;
  const LodgerCallOptions bound = { .size = sizeof bound,
                                    .name = options->name,
                                    .file = options->file,
                                    .line = options->line,
                                    .flags = LODGER_PENDING_BOUND,
                                    .data_home = options->home,
                                    .scope = scope };
  lodger__view_use (run);
  return lodger_pending_then_full (run->pending, options->home, func, run, over, &bound);
}

/* Work that holds may outlive its view's object, and so does its limit. */
static void
hold (LodgerViewRun *run)
{
  run->holds_time = run->timer != NULL;
  if (run->ops->keep_running != NULL)
    run->ops->keep_running (run->view, run->pending);
  lodger__view_use (run);
  lodger_pending_disown (lodger_pending_then (run->pending, run->options.home, do_nothing, run, end_hold));
}

void
lodger__view_begin_screen (LodgerViewRun *run)
{
  LodgerPending *told;
  limit_time (run);
  if (run->options.hold && !lodger_pending_is_done (run->pending))
    hold (run);
  if (run->ops->bind != NULL && !lodger__view_is_over (run))
    run->ops->bind (run->view, run->pending);
  told = come_back_later (run, come_back, end_run, run->scope != NULL ? run->scope : run->view_scope);
  if (run->scope != NULL && !run->options.hold)
    lodger_pending_add_done_callback (told, cancel_work, lodger_pending_ref (run->pending), drop_pending);
  lodger_pending_disown (told);
  if (run->place != NULL)
    lodger_pending_disown (come_back_later (run, do_nothing, end_place, run->place));
}
