/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The progress of a piece of work on its way to the screen. The newest report wins, and waits for the next frame. */
#include "gtk-private.h"

#include <pthread.h>
#include <stdatomic.h>

/* About a frame. */
#define INTERVAL INT64_C (16000000)

static const char mark[] = "lodger-gtk-progress";

struct LodgerGtkProgress
{
  atomic_uint refs;
  LodgerScope *scope;
  LodgerScope *own_scope; /* may be NULL */
  LodgerCaller *caller;

  pthread_mutex_t mutex; /* guards everything up to `shown_at` */
  double fraction;       /* the newest report, with `text` */
  char *text;
  gboolean is_new;    /* the newest report has not been shown */
  gboolean is_posted; /* a call that shows it is on its way */
  gboolean is_over;   /* the widget, and the data, may be gone */
  int64_t shown_at;

  /* The GUI thread's alone. */
  GtkWidget *widget; /* valid as long as the scope lasts */
  GtkProgressBar *bar;
  LodgerGtkProgressFunc func;
  void *data;
};

static int64_t
now_ns (void)
{
  return g_get_monotonic_time () * 1000;
}

LodgerGtkProgress *
lodger__gtk_progress_new (const LodgerGtkFunctions *functions, LodgerCaller *caller, const LodgerGtkRunOptions *options)
{
  LodgerGtkProgress *progress = g_new0 (LodgerGtkProgress, 1);
  atomic_init (&progress->refs, 1);
  pthread_mutex_init (&progress->mutex, NULL);
  progress->widget = functions->widget;
  progress->scope = lodger_scope_ref (functions->scope);
  progress->own_scope = lodger_scope_ref (functions->own_scope);
  progress->caller = lodger_caller_ref (caller);
  progress->func = options->progress;
  progress->data = functions->data;
  g_set_weak_pointer (&progress->bar, options->progress_bar);
  return progress;
}

LodgerGtkProgress *
lodger__gtk_progress_ref (LodgerGtkProgress *progress)
{
  atomic_fetch_add_explicit (&progress->refs, 1, memory_order_relaxed);
  return progress;
}

void
lodger__gtk_progress_unref (void *data)
{
  LodgerGtkProgress *progress = data;
  if (atomic_fetch_sub_explicit (&progress->refs, 1, memory_order_acq_rel) != 1)
    return;
  lodger_scope_unref (progress->scope);
  lodger_scope_unref (progress->own_scope);
  lodger_caller_unref (progress->caller);
  pthread_mutex_destroy (&progress->mutex);
  g_free (progress->text);
  g_free (progress);
}

void
lodger__gtk_progress_begin (LodgerGtkProgress *progress, LodgerPending *self)
{
  lodger_pending_set_metadata (self, mark, lodger__gtk_progress_ref (progress), lodger__gtk_progress_unref);
}

static gboolean
is_over (const LodgerGtkProgress *progress)
{
  return lodger_scope_has_ended (progress->scope)
         || (progress->own_scope != NULL && lodger_scope_has_ended (progress->own_scope));
}

/* A signal of the bar may make the program destroy the bar, or the window. */
static void
show (LodgerGtkProgress *progress, double fraction, const char *text)
{
  GtkProgressBar *bar = progress->bar != NULL ? g_object_ref (progress->bar) : NULL;
  if (bar != NULL)
    {
      if (!(fraction >= 0))
        gtk_progress_bar_pulse (bar);
      else
        gtk_progress_bar_set_fraction (bar, CLAMP (fraction, 0, 1));
      if (text != NULL)
        {
          gtk_progress_bar_set_show_text (bar, TRUE);
          gtk_progress_bar_set_text (bar, text);
        }
      g_object_unref (bar);
    }
  if (progress->func != NULL && !is_over (progress))
    progress->func (progress->widget, fraction, text, progress->data);
}

void
lodger__gtk_progress_flush (LodgerGtkProgress *progress)
{
  double fraction;
  gboolean is_new;
  char *text;
  pthread_mutex_lock (&progress->mutex);
  progress->is_posted = FALSE;
  is_new = progress->is_new && !progress->is_over;
  progress->is_new = FALSE;
  fraction = progress->fraction;
  text = g_steal_pointer (&progress->text);
  progress->shown_at = now_ns ();
  pthread_mutex_unlock (&progress->mutex);
  if (is_new && !is_over (progress))
    show (progress, fraction, text);
  g_free (text);
}

void
lodger__gtk_progress_end (LodgerGtkProgress *progress)
{
  pthread_mutex_lock (&progress->mutex);
  progress->is_over = TRUE;
  pthread_mutex_unlock (&progress->mutex);
  g_clear_weak_pointer (&progress->bar);
}

static void
flush (LodgerPending *self, void *data)
{
  (void) self;
  lodger__gtk_progress_flush (data);
}

/* Submits the call that shows the newest report. At most one such call is on its way, so a flood of reports costs the
 * GUI thread nothing. A refused call, as by a full inbox, is not on its way: the next report tries again. */
static void
post (LodgerGtkProgress *progress, int64_t delay)
{
  LodgerPending *pending = lodger_scope_call_later (progress->scope, progress->caller, delay, flush,
                                                    lodger__gtk_progress_ref (progress), lodger__gtk_progress_unref);
  if (lodger_pending_is_done (pending) && lodger_pending_get_outcome (pending) != 0)
    {
      pthread_mutex_lock (&progress->mutex);
      progress->is_posted = FALSE;
      pthread_mutex_unlock (&progress->mutex);
    }
  lodger_pending_unref (pending);
}

int
lodger_gtk_report (LodgerPending *self, double fraction, const char *text)
{
  LodgerGtkProgress *progress;
  int64_t delay = 0;
  gboolean posts;
  if (self == NULL)
    return lodger_host_misuse (__func__, LODGER_EINVAL, "NULL given");
  if (lodger_pending_is_cancelled (self))
    return LODGER_ECANCELED;
  progress = lodger_pending_is_done (self) ? NULL : lodger_pending_get_metadata (self, mark);
  if (progress == NULL)
    return lodger_host_misuse (__func__, LODGER_ESTATE, "this is no work of lodger_gtk_run() that is being done");
  pthread_mutex_lock (&progress->mutex);
  progress->fraction = fraction;
  if (text != NULL)
    {
      g_free (progress->text);
      progress->text = g_strdup (text);
    }
  progress->is_new = TRUE;
  posts = !progress->is_posted && !progress->is_over;
  progress->is_posted = TRUE;
  if (progress->shown_at != 0)
    delay = progress->shown_at + INTERVAL - now_ns ();
  pthread_mutex_unlock (&progress->mutex);
  if (posts)
    post (progress, delay);
  return 0;
}
