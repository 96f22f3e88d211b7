/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backend "glib": each worker thread has a main context of its own. The context is the thread's default from `open`
 * to `close`, so it also is while a stopping worker runs its last calls without the loop. */
#include "glib-private.h"

#include <sys/eventfd.h>
#include <unistd.h>

typedef struct WorkerLoop
{
  GMainContext *context;
  GMainLoop *loop;
  LodgerGlibHostOptions host_options;
  bool quits;
} WorkerLoop;

/* Whether there is a descriptor left. GLib aborts the program if it gets none for a context's wake-up. Another thread
 * may still get the last descriptor before GLib does, but as a rule this finds a shortage. */
static bool
has_descriptor (void)
{
  int fd = eventfd (0, EFD_CLOEXEC);
  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

static int
open_loop (const void *options, void **ret_impl)
{
  WorkerLoop *worker;
  (void) options;
  if (!has_descriptor ())
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

static void
close_loop (void *impl)
{
  WorkerLoop *worker = impl;
  g_main_context_pop_thread_default (worker->context);
  g_main_loop_unref (worker->loop);
  g_main_context_unref (worker->context);
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
};
