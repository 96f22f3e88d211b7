/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shutdown of a GApplication stops the caller of the default context.
 *
 * Emission hooks hear every application of the process: also a second one, while the first is still referenced. The order
 * of a shutdown is this:
 *
 * - The emission hook comes before all handlers. From now on the calls that this thread gives to other threads are noted.
 * - The handlers and the virtual function of the program follow. The caller runs, and accepts their calls.
 * - The handler of this file comes after them. It waits for the noted calls, at most for the stop deadline, and stops the
 *   caller. Nothing of the GUI thread's runs meanwhile: the program may have freed what an older call would use.
 *
 * The hooks are there before the program's main(), since an application that has started already is not heard any more.
 * If Lodger is loaded later, only the default application is heard. */
#include "drop-pending.h"
#include "glib-private.h"

#include <pthread.h>
#include <time.h>

static const char mark[] = "lodger-glib-application";

/* ---- the last work --------------------------------------------------------------------------------------------------- */

/* Each noted call has a reference: its end may come after the wait. */
typedef struct LastWork
{
  atomic_uint refs;
  pthread_mutex_t mutex;
  pthread_cond_t has_ended; /* by CLOCK_MONOTONIC */
  guint unfinished;         /* under the mutex */
  GPtrArray *pendings;      /* the shutdown's thread's alone */
} LastWork;

static _Thread_local LastWork *last; /* while an application shuts down in this thread */

static void
last_unref (void *data)
{
  LastWork *work = data;
  if (atomic_fetch_sub_explicit (&work->refs, 1, memory_order_acq_rel) != 1)
    return;
  pthread_mutex_destroy (&work->mutex);
  pthread_cond_destroy (&work->has_ended);
  g_free (work);
}

static int
on_done (LodgerPending *done, void *data)
{
  LastWork *work = data;
  (void) done;
  pthread_mutex_lock (&work->mutex);
  if (--work->unfinished == 0)
    pthread_cond_signal (&work->has_ended);
  pthread_mutex_unlock (&work->mutex);
  return 0;
}

static void
note (LodgerPending *given, void *data)
{
  LastWork *work = data;
  g_ptr_array_add (work->pendings, lodger_pending_ref (given));
  pthread_mutex_lock (&work->mutex);
  work->unfinished++;
  pthread_mutex_unlock (&work->mutex);
  atomic_fetch_add_explicit (&work->refs, 1, memory_order_relaxed);
  if (lodger_pending_add_done_callback (given, on_done, work, last_unref) != 0)
    on_done (given, work);
}

static void
begin_last_work (void)
{
  pthread_condattr_t attributes;
  if (last != NULL)
    return;
  last = g_new0 (LastWork, 1);
  atomic_init (&last->refs, 1);
  pthread_mutex_init (&last->mutex, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&last->has_ended, &attributes);
  pthread_condattr_destroy (&attributes);
  last->pendings = g_ptr_array_new_with_free_func (lodger__glib_drop_pending);
  lodger_host_watch_given (note, last);
}

/* Names the work that the stop is going to cancel. */
static void
name_unfinished (void *pending, void *data)
{
  char *line = !lodger_pending_is_done (pending) ? lodger_pending_describe (pending) : NULL;
  (void) data;
  if (line != NULL)
    lodger_host_misuse ("lodger_glib_attach", LODGER_ETIMEDOUT, line);
  lodger_free (line);
}

static void
wait_for_last_work (int64_t limit)
{
  LastWork *work = last;
  const int64_t now = g_get_monotonic_time () * 1000, until = limit < INT64_MAX - now ? now + limit : INT64_MAX;
  struct timespec deadline = { .tv_sec = until / LODGER_SECONDS (1), .tv_nsec = until % LODGER_SECONDS (1) };
  if (work == NULL)
    return;
  lodger_host_watch_given (NULL, NULL);
  last = NULL;
  pthread_mutex_lock (&work->mutex);
  while (work->unfinished > 0)
    if (pthread_cond_timedwait (&work->has_ended, &work->mutex, &deadline) != 0)
      break;
  pthread_mutex_unlock (&work->mutex);
  g_ptr_array_foreach (work->pendings, name_unfinished, NULL);
  g_ptr_array_unref (work->pendings);
  last_unref (work);
}

/* ---- the signals ----------------------------------------------------------------------------------------------------- */

/* The stop cannot be waited for inside a call. The caller stops there too. */
static void
shut_down (GApplication *application, void *data)
{
  LodgerCaller *caller = lodger_caller_find ("glib", NULL);
  (void) application;
  (void) data;
  wait_for_last_work (lodger_caller_get_stop_deadline (caller));
  if (caller == NULL)
    return;
  lodger_caller_stop (caller, true);
  lodger_caller_stop_wait (caller);
  lodger_caller_unref (caller);
}

static gboolean
is_heard (GApplication *application)
{
  return g_object_get_data (G_OBJECT (application), mark) != NULL;
}

static void
hear (GApplication *application)
{
  if (is_heard (application))
    return;
  g_object_set_data (G_OBJECT (application), mark, GINT_TO_POINTER (TRUE));
  g_signal_connect_after (application, "shutdown", G_CALLBACK (shut_down), NULL);
}

static gboolean
on_startup (GSignalInvocationHint *hint, guint count, const GValue *values, void *data)
{
  (void) hint;
  (void) count;
  (void) data;
  hear (g_value_get_object (values));
  return TRUE;
}

static gboolean
on_shutdown (GSignalInvocationHint *hint, guint count, const GValue *values, void *data)
{
  GApplication *application = g_value_get_object (values);
  (void) hint;
  (void) count;
  (void) data;
  if (is_heard (application))
    begin_last_work ();
  else
    shut_down (application, NULL);
  return TRUE;
}

__attribute__ ((constructor)) static void
hear_all (void)
{
  void *class = g_type_class_ref (G_TYPE_APPLICATION);
  g_signal_add_emission_hook (g_signal_lookup ("startup", G_TYPE_APPLICATION), 0, on_startup, NULL, NULL);
  g_signal_add_emission_hook (g_signal_lookup ("shutdown", G_TYPE_APPLICATION), 0, on_shutdown, NULL, NULL);
  g_type_class_unref (class);
}

void
lodger__glib_hear_default_application (void)
{
  GApplication *application = g_application_get_default ();
  if (application != NULL)
    hear (application);
}
