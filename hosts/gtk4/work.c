/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work in another thread, its outcome in the GUI thread: two calls that share a Run. The second is bound to the widget's
 * scope, and the first, too, unless it holds the application. Each call drops its reference in the GUI thread, so the later
 * of them frees the Run, and destroys the data, there.
 *
 * With a slot there is a third. It is bound to the place in the slot, which ends when another run has it: then the button and
 * the progress are let go, although the work may go on for a while. */
#define LODGER_NO_CALL_SITES
#include "gtk-private.h"

typedef struct Run
{
  guint refs;                   /* one for each of the calls */
  LodgerGtkFunctions functions; /* the widget is valid as long as its scope lasts */
  LodgerGtkStreams *streams;
  LodgerPending *pending; /* the work's */
  LodgerGtkCancelButton button;
  guint timer;         /* 0: no time limit, or none any more */
  gboolean holds_time; /* the timer lasts as long as the work */
  gboolean is_told;    /* one of the functions of the outcome has begun */
  LodgerCallFunc work;
} Run;

static void
run_unref (void *data)
{
  Run *run = data;
  if (--run->refs > 0)
    return;
  lodger__gtk_functions_clear (&run->functions);
  lodger__gtk_streams_unref (run->streams);
  lodger_pending_unref (run->pending);
  g_free (run);
}

/* ---- the time limit ------------------------------------------------------------------------------------------------ */

static void
end_time (Run *run)
{
  if (run->timer != 0)
    g_source_remove (run->timer);
  run->timer = 0;
}

static const char late_message[] = "its time is over";

/* The cancel may run user code, even a loop in which the work comes back; so may the last progress, and the insensitive
 * button. Work that was cancelled before has another outcome, which is still to come. Work that has ended since the look
 * at it is late, too: this cancel is noted as one that came too late, and nobody could tell it from one of the user's. */
static void
tell_late (Run *run)
{
  if (lodger_pending_is_cancelled (run->pending))
    return;
  run->is_told = TRUE;
  lodger_pending_cancel (run->pending, late_message);
  lodger__gtk_streams_flush (run->streams);
  lodger__gtk_streams_end (run->streams);
  lodger__gtk_unbind_button (&run->button);
  if (!lodger__gtk_has_ended (&run->functions.scopes))
    lodger__gtk_tell_late (&run->functions);
}

/* An outcome that is on its way has come in time. The bound continuation would hold the widget; here it is held. */
static gboolean
on_time_over (void *data)
{
  Run *run = data;
  run->timer = 0;
  if (lodger_pending_is_done (run->pending))
    return G_SOURCE_REMOVE;
  if (lodger__gtk_has_ended (&run->functions.scopes))
    lodger_pending_cancel (run->pending, late_message);
  else
    {
      GtkWidget *widget = g_object_ref (run->functions.widget);
      run->refs++;
      tell_late (run);
      run_unref (run);
      g_object_unref (widget);
    }
  return G_SOURCE_REMOVE;
}

static void
limit_time (Run *run, int64_t timeout)
{
  int64_t ms = timeout / 1000000 + (timeout % 1000000 != 0);
  if (timeout > 0 && ms <= (int64_t) G_MAXUINT)
    run->timer = g_timeout_add ((guint) ms, on_time_over, run);
}

static void
end_held_time (void *data)
{
  end_time (data);
  run_unref (data);
}

/* Work that holds may outlive its widget, and so does its limit. */
static void
hold_time (Run *run, LodgerCaller *gui)
{
  if (run->timer == 0)
    return;
  run->holds_time = TRUE;
  run->refs++;
  lodger__gtk_when_over (run->pending, gui, run, end_held_time);
}

/* ---- the calls ---------------------------------------------------------------------------------------------------- */

/* No widget is touched afterwards. The work may go on, and be abandoned by a stop. */
static void
leave_screen (Run *run)
{
  if (!run->holds_time)
    end_time (run);
  lodger__gtk_unbind_button (&run->button);
  lodger__gtk_streams_end (run->streams);
}

/* The continuation has run, or will not. This is known in the GUI thread, as the next. */
static void
end_run (void *data)
{
  leave_screen (data);
  run_unref (data);
}

/* Another run has its place; or the work is done, and the outcome is on its way. */
static void
end_place (void *data)
{
  Run *run = data;
  if (lodger__gtk_has_ended (&run->functions.scopes))
    leave_screen (run);
  run_unref (run);
}

static void
do_nothing (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

static void
do_work (LodgerPending *self, void *data)
{
  Run *run = data;
  lodger__gtk_streams_begin (run->streams, self);
  run->work (self, run->functions.data);
}

/* The last progress, or the insensitive button, may make the program destroy the window. The widget is held here, since
 * the call may be bound to another scope. */
static void
come_back (LodgerPending *self, LodgerPending *done, void *data)
{
  Run *run = data;
  GtkWidget *widget;
  end_time (run);
  if (run->is_told || lodger__gtk_has_ended (&run->functions.scopes))
    return;
  run->is_told = TRUE;
  widget = g_object_ref (run->functions.widget);
  lodger__gtk_streams_flush (run->streams);
  lodger__gtk_unbind_button (&run->button);
  if (!lodger_pending_is_cancelled (self) && !lodger__gtk_has_ended (&run->functions.scopes))
    lodger__gtk_tell (&run->functions, done);
  g_object_unref (widget);
}

static void
drop_pending (void *pending)
{
  lodger_pending_unref (pending);
}

/* The work is bound to the widget's scope, the continuation to the program's. So the end of the continuation cancels the
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

/* ---- the start ----------------------------------------------------------------------------------------------------- */

/* Why the work is not to start, or NULL. */
static const char *
cancelled_before (const LodgerGtkRunOptions *options)
{
  if (options->cancellable != NULL && g_cancellable_is_cancelled (options->cancellable))
    return "its GCancellable was cancelled";
  return options->scope != NULL && !options->hold && lodger_scope_has_ended (options->scope) ? "its scope has ended"
                                                                                             : NULL;
}

/* Work that is cancelled before does not start, however fast a worker may be. */
static LodgerPending *
submit (Run *run, const LodgerGtkRunOptions *options, const LodgerCallOptions *call)
{
  LodgerCaller *caller = options->caller != NULL ? options->caller : call->data_home;
  const char *reason = cancelled_before (options);
  LodgerPending *pending;
  if (reason != NULL)
    {
      pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_cancel (pending, reason);
      run_unref (run);
      return pending;
    }
  if (options->caller != NULL && options->worker == NULL)
    pending = lodger_caller_call_soon_full (caller, do_work, run, run_unref, call);
  else
    pending = lodger_caller_to_thread_full (caller, do_work, run, run_unref, call);
  if (options->cancellable != NULL)
    lodger_glib_pending_cancel_with (pending, options->cancellable);
  return pending;
}

/* The work. Cancellers of work that it replaces run here. */
static LodgerPending *
begin_work (Run *run, LodgerCaller *gui, const LodgerGtkRunOptions *options)
{
  LodgerCallOptions call = { .size = sizeof call, .name = options->name, .file = options->file, .line = options->line };
  LodgerPending *pending;
  call.data_home = gui;
  call.worker = options->worker;
  call.scope = options->hold ? NULL : run->functions.scopes.widget;
  call.limiter = options->limiter;
  call.priority = options->priority;
  call.slot = options->slot;
  pending = submit (run, options, &call);
  if (run->functions.scopes.place != NULL)
    lodger_host_end_when_replaced (pending, run->functions.scopes.place);
  return pending;
}

static LodgerPending *
come_back_later (Run *run, LodgerCaller *gui, LodgerThenFunc func, LodgerDestroyFunc over, LodgerScope *scope,
                 const LodgerGtkRunOptions *options)
{
  const LodgerCallOptions bound = { .size = sizeof bound,
                                    .name = options->name,
                                    .file = options->file,
                                    .line = options->line,
                                    .flags = LODGER_PENDING_BOUND,
                                    .data_home = gui,
                                    .scope = scope };
  run->refs++;
  return lodger_pending_then_full (run->pending, gui, func, run, over, &bound);
}

/* What speaks to the user, as long as the work is what counts. */
static void
begin_screen (Run *run, LodgerCaller *gui, const LodgerGtkRunOptions *options)
{
  const LodgerGtkScopes *scopes = &run->functions.scopes;
  LodgerPending *told;
  limit_time (run, options->timeout);
  if (options->hold)
    hold_time (run, gui);
  if (!lodger__gtk_has_ended (scopes))
    lodger__gtk_bind_button (&run->button, options->cancel_button, run->pending);
  told = come_back_later (run, gui, come_back, end_run, scopes->own != NULL ? scopes->own : scopes->widget, options);
  if (scopes->own != NULL && !options->hold)
    lodger_pending_add_done_callback (told, cancel_work, lodger_pending_ref (run->pending), drop_pending);
  lodger_pending_disown (told);
  if (scopes->place != NULL)
    lodger_pending_disown (come_back_later (run, gui, do_nothing, end_place, scopes->place, options));
}

/* The program's code, which runs in between, may destroy each of these. */
LodgerPending *
lodger__gtk_start_work (const LodgerGtkFunctions *functions, LodgerCaller *gui, LodgerCallFunc work,
                        const LodgerGtkRunOptions *options)
{
  GtkWidget *widget = g_object_ref (functions->widget);
  GtkButton *button = options->cancel_button != NULL ? g_object_ref (options->cancel_button) : NULL;
  Run *run = g_new0 (Run, 1);
  LodgerPending *pending;
  lodger_caller_ref (gui);
  run->refs = 2;
  run->functions = *functions;
  if (options->slot != NULL)
    run->functions.scopes.place = lodger_scope_new (NULL);
  run->work = work;
  run->streams = lodger__gtk_streams_new (&run->functions, gui, options);
  pending = begin_work (run, gui, options);
  run->pending = lodger_pending_ref (pending);
  if (options->hold)
    lodger__gtk_hold (widget, pending, gui, options->hold_reason);
  begin_screen (run, gui, options);
  run_unref (run);
  lodger_caller_unref (gui);
  g_clear_object (&button);
  g_object_unref (widget);
  return pending;
}
