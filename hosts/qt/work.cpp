/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work in another thread, its outcome in the object's thread: two calls that share a Run. The second is bound to the object's
 * scope, and the first, too, unless it holds the application. Each call drops its reference in the object's thread, so the
 * later of them frees the Run, and destroys the data, there.
 *
 * With a slot there is a third. It is bound to the place in the slot, which ends when another run has it: then the button and
 * the progress are let go, although the work may go on for a while. */
#define LODGER_NO_CALL_SITES
#include "run-private.h"

#include <QCoreApplication>
#include <QEventLoopLocker>

namespace {

struct Run
{
  unsigned refs = 2; /* one for each of the calls */
  LodgerQtFunctionsPtr functions;
  LodgerQtStreamsPtr streams;
  LodgerPending *pending = nullptr; /* the work's */
  std::unique_ptr<LodgerQtCancelButton> button;
  LodgerPending *timer = nullptr; /* NULL: no time limit, or none any more */
  bool holds_time = false;        /* the timer lasts as long as the work */
  bool is_told = false;           /* one of the functions of the outcome has begun */
  LodgerCallFunc work = nullptr;
  std::unique_ptr<QEventLoopLocker> hold; /* until the work is done */
};

bool
is_over (const Run *run)
{
  return run->functions->scopes.haveEnded ();
}

void
run_unref (void *data)
{
  auto *run = static_cast<Run *> (data);
  if (--run->refs > 0)
    return;
  run->functions.reset ();
  lodger_pending_unref (run->pending);
  delete run;
}

void
drop_pending (void *pending)
{
  lodger_pending_unref (static_cast<LodgerPending *> (pending));
}

/* The button's change may run user code. */
void
unbind_button (Run *run)
{
  const std::unique_ptr<LodgerQtCancelButton> button = std::move (run->button);
}

LodgerCallOptions
call_options (const LodgerQtRunOptions *options, LodgerCaller *gui)
{
  LodgerCallOptions call = {};
  call.size = sizeof call;
  call.name = options->name;
  call.file = options->file;
  call.line = options->line;
  call.data_home = gui;
  return call;
}

/* ---- the time limit ------------------------------------------------------------------------------------------------ */

void
end_time (Run *run)
{
  LodgerPending *timer = run->timer;
  run->timer = nullptr;
  if (timer != nullptr)
    lodger_pending_cancel (timer, nullptr);
  lodger_pending_unref (timer);
}

const char late_message[] = "its time is over";

/* The cancel may run user code, even a loop in which the work comes back; so may the last progress, and the disabled
 * button. Work that was cancelled before has another outcome, which is still to come. Work that has ended since the look
 * at it is late, too: this cancel is noted as one that came too late, and nobody could tell it from one of the user's. */
void
tell_late (Run *run)
{
  if (lodger_pending_is_cancelled (run->pending))
    return;
  run->is_told = true;
  lodger_pending_cancel (run->pending, late_message);
  lodger__qt_streams_flush (run->streams);
  lodger__qt_streams_end (run->streams);
  unbind_button (run);
  if (!is_over (run))
    run->functions->tellLate ();
}

/* An outcome that is on its way has come in time. */
void
on_time_over (LodgerPending *self, void *data)
{
  auto *run = static_cast<Run *> (data);
  (void) self;
  lodger_pending_unref (run->timer);
  run->timer = nullptr;
  if (lodger_pending_is_done (run->pending))
    return;
  if (is_over (run))
    lodger_pending_cancel (run->pending, late_message);
  else
    tell_late (run);
}

/* The program's trackers, groups and managers do not see the timer. */
void
limit_time (Run *run, LodgerCaller *gui, const LodgerQtRunOptions *options)
{
  LodgerCallOptions call = call_options (options, gui);
  if (options->timeout <= 0)
    return;
  call.flags = LODGER_PENDING_MAY_FAIL;
  call.trackers = LODGER_TRACK_NONE;
  run->refs++;
  run->timer = lodger_caller_call_later_full (gui, options->timeout, on_time_over, run, run_unref, &call);
}

/* ---- the calls ---------------------------------------------------------------------------------------------------- */

/* No object is touched afterwards. The work may go on, and be abandoned by a stop. */
void
leave_screen (Run *run)
{
  if (!run->holds_time)
    end_time (run);
  unbind_button (run);
  lodger__qt_streams_end (run->streams);
}

/* The continuation has run, or will not. This is known in the object's thread, as the next. */
void
end_run (void *data)
{
  leave_screen (static_cast<Run *> (data));
  run_unref (data);
}

/* Another run has its place; or the work is done, and the outcome is on its way. */
void
end_place (void *data)
{
  auto *run = static_cast<Run *> (data);
  if (is_over (run))
    leave_screen (run);
  run_unref (run);
}

/* The work is done, or the caller stops. */
void
end_hold (void *data)
{
  auto *run = static_cast<Run *> (data);
  run->hold.reset ();
  end_time (run);
  run_unref (run);
}

void
do_nothing (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

void
do_work (LodgerPending *self, void *data)
{
  const auto *run = static_cast<const Run *> (data);
  lodger__qt_streams_begin (run->streams, self);
  run->work (self, run->functions->data);
}

/* The last progress, or the disabled button, may make the program destroy the object. */
void
come_back (LodgerPending *self, LodgerPending *done, void *data)
{
  auto *run = static_cast<Run *> (data);
  end_time (run);
  if (run->is_told || is_over (run))
    return;
  run->is_told = true;
  lodger__qt_streams_flush (run->streams);
  unbind_button (run);
  if (!lodger_pending_is_cancelled (self) && !is_over (run))
    run->functions->tell (done);
}

/* The work is bound to the object's scope, the continuation to the program's. So the end of the continuation cancels the
 * work, in the thread that ends the scope. */
int
cancel_work (LodgerPending *told, void *work)
{
  char *message = lodger_pending_dup_cancel_message (told);
  if (lodger_pending_is_cancelled (told))
    lodger_pending_cancel (static_cast<LodgerPending *> (work), message);
  lodger_free (message);
  return 0;
}

/* ---- the start ----------------------------------------------------------------------------------------------------- */

/* Work that is cancelled before does not start, however fast a worker may be. */
LodgerPending *
submit (Run *run, const LodgerQtRunOptions *options, const LodgerCallOptions *call)
{
  LodgerCaller *caller = options->caller != nullptr ? options->caller : call->data_home;
  if (options->scope != nullptr && !options->hold && lodger_scope_has_ended (options->scope))
    {
      LodgerPending *pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_cancel (pending, "its scope has ended");
      run_unref (run);
      return pending;
    }
  if (options->caller != nullptr && options->worker == nullptr)
    return lodger_caller_call_soon_full (caller, do_work, run, run_unref, call);
  return lodger_caller_to_thread_full (caller, do_work, run, run_unref, call);
}

/* The work. Cancellers of work that it replaces run here. */
LodgerPending *
begin_work (Run *run, LodgerCaller *gui, const LodgerQtRunOptions *options)
{
  LodgerCallOptions call = call_options (options, gui);
  LodgerPending *pending;
  call.worker = options->worker;
  call.scope = options->hold ? nullptr : run->functions->scopes.object;
  call.limiter = options->limiter;
  call.priority = options->priority;
  call.slot = options->slot;
  pending = submit (run, options, &call);
  if (run->functions->scopes.place != nullptr)
    lodger_host_end_when_replaced (pending, run->functions->scopes.place);
  return pending;
}

LodgerPending *
come_back_later (Run *run, LodgerCaller *gui, LodgerThenFunc func, LodgerDestroyFunc over, LodgerScope *scope,
                 const LodgerQtRunOptions *options)
{
  LodgerCallOptions bound = call_options (options, gui);
  bound.flags = LODGER_PENDING_BOUND;
  bound.scope = scope;
  run->refs++;
  return lodger_pending_then_full (run->pending, gui, func, run, over, &bound);
}

/* Work that holds may outlive its object, and so does its limit. A QCoreApplication without windows would quit with the last
 * locker: it holds by itself. */
void
hold (Run *run, LodgerCaller *gui)
{
  if (QCoreApplication::instance ()->inherits ("QGuiApplication"))
    run->hold.reset (new QEventLoopLocker);
  run->holds_time = run->timer != nullptr;
  run->refs++;
  lodger_pending_disown (lodger_pending_then (run->pending, gui, do_nothing, run, end_hold));
}

/* What speaks to the user, as long as the work is what counts. */
void
begin_screen (Run *run, LodgerCaller *gui, QObject *button, const LodgerQtRunOptions *options)
{
  const LodgerQtScopes &scopes = run->functions->scopes;
  LodgerPending *told;
  limit_time (run, gui, options);
  if (options->hold && !lodger_pending_is_done (run->pending))
    hold (run, gui);
  if (!is_over (run) && button != nullptr)
    run->button.reset (new LodgerQtCancelButton (button, run->pending));
  told = come_back_later (run, gui, come_back, end_run, scopes.own != nullptr ? scopes.own : scopes.object, options);
  if (scopes.own != nullptr && !options->hold)
    lodger_pending_add_done_callback (told, cancel_work, lodger_pending_ref (run->pending), drop_pending);
  lodger_pending_disown (told);
  if (scopes.place != nullptr)
    lodger_pending_disown (come_back_later (run, gui, do_nothing, end_place, scopes.place, options));
}

} // namespace

/* The program's code, which runs in between, may destroy the object and the button. */
LodgerPending *
lodger__qt_start_work (LodgerQtFunctionsPtr functions, LodgerCaller *gui, LodgerCallFunc work,
                       const LodgerQtRunOptions *options)
{
  const QPointer<QObject> button = options->cancel_button;
  auto *run = new Run;
  LodgerPending *pending;
  lodger_caller_ref (gui);
  run->functions = std::move (functions);
  if (options->slot != nullptr)
    run->functions->scopes.place = lodger_scope_new (nullptr);
  run->work = work;
  run->streams = lodger__qt_streams_new (*run->functions, gui, options);
  pending = begin_work (run, gui, options);
  run->pending = lodger_pending_ref (pending);
  begin_screen (run, gui, button, options);
  run_unref (run);
  lodger_caller_unref (gui);
  return pending;
}
