/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backend "glib": each worker thread has a main context of its own. The context is the thread's default from `open`
 * to `close`, so it also is while a stopping worker runs its last calls without the loop. As a guest, see guest.c. */
#include "glib-private.h"
#include "hand-over.h"

enum
{
  LOOKED_AT = 10000
};

typedef struct WorkerLoop
{
  GMainContext *context;
  GMainLoop *loop;
  LodgerGlibHostOptions host_options;
  LodgerCaller *parent; /* a reference; NULL before the run, and for a root */
  const char *name;     /* the caller's, which its thread keeps until `close` has returned */
  bool quits;
} WorkerLoop;

static int
open_loop (const void *options, void **ret_impl)
{
  WorkerLoop *worker;
  (void) options;
  if (!lodger__glib_has_descriptor ())
    return LODGER_EAGAIN;
  worker = g_try_new0 (WorkerLoop, 1);
  if (worker == NULL)
    return LODGER_ENOMEM;
  worker->context = g_main_context_new ();
  worker->loop = g_main_loop_new (worker->context, FALSE);
  worker->host_options = (LodgerGlibHostOptions) {
    .size = sizeof (LodgerGlibHostOptions),
    .context = worker->context,
    .flags = LODGER_GLIB_HOST_WORKER,
  };
  g_main_context_push_thread_default (worker->context);
  *ret_impl = worker;
  return 0;
}

static const LodgerHostDriver *
get_host (void *impl, const void **ret_host_options)
{
  *ret_host_options = &((WorkerLoop *) impl)->host_options;
  return &lodger__glib_driver;
}

/* g_main_loop_run() forgets an earlier quit. */
static int
run_loop (void *impl)
{
  WorkerLoop *worker = impl;
  LodgerCaller *caller = lodger_caller_current ();
  worker->parent = lodger_caller_find_parent (caller);
  worker->name = lodger_caller_get_name (caller);
  if (!worker->quits)
    g_main_loop_run (worker->loop);
  worker->quits = false;
  return 0;
}

static void
quit_loop (void *impl)
{
  WorkerLoop *worker = impl;
  worker->quits = true;
  g_main_loop_quit (worker->loop);
}

/* How many sources are attached to a context that Lodger has left, as far as can be seen. A context has no list of its
 * sources to offer. A query for a poll does not show all: a file monitor's has neither a descriptor nor a timeout while
 * nothing happens. But a context numbers its sources in the order in which they are attached, and finds one by its number.
 * A source more tells how far the numbers go. The oldest are left out where there were very many. */
static unsigned
count_left_sources (GMainContext *context)
{
  GSource *probe = g_idle_source_new ();
  unsigned end = g_source_attach (probe, context), count = 0;
  g_source_destroy (probe);
  g_source_unref (probe);
  for (unsigned id = end > LOOKED_AT ? end - LOOKED_AT : 1; id < end; id++)
    count += g_main_context_find_source_by_id (context, id) != NULL;
  return count;
}

/* At the end of the whole tree it is no surprise that nothing is called any more. */
static void
warn_of_left_sources (const WorkerLoop *worker)
{
  unsigned count = lodger_caller_is_running (worker->parent) ? count_left_sources (worker->context) : 0;
  if (count > 0)
    g_log ("Lodger", G_LOG_LEVEL_WARNING,
           "lodger: %s ends, and %u of the program's sources in its main context will not be called any more. "
           "A file monitor, a timeout or the like needs a named worker",
           worker->name, count);
}

static void
close_loop (void *impl)
{
  WorkerLoop *worker = impl;
  warn_of_left_sources (worker);
  lodger_caller_unref (worker->parent);
  g_main_context_pop_thread_default (worker->context);
  g_main_loop_unref (worker->loop);
  lodger__glib_context_unref (worker->context);
  g_free (worker);
}

const LodgerBackendOps lodger__glib_backend = {
  .size = sizeof (LodgerBackendOps),
  .name = "glib",
  .open = open_loop,
  .host = get_host,
  .run = run_loop,
  .quit = quit_loop,
  .close = close_loop,
  .guest_identify = lodger__glib_guest_identify,
  .guest_open = lodger__glib_guest_open,
  .guest_prepare = lodger__glib_guest_prepare,
  .guest_dispatch = lodger__glib_guest_dispatch,
  .guest_enter = lodger__glib_guest_enter,
  .guest_leave = lodger__glib_guest_leave,
  .guest_close = lodger__glib_guest_close,
};
