/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same without a window: in a GLib main loop, as GTK's is one. */
#include "client.h"
#include "demo.h"
#include "service.h"

#include <lodger-glib.h>
#include <stdio.h>

static struct
{
  const DemoOptions *options;
  GMainLoop *loop;
  GThread *thread;
  LodgerCaller *caller;
  LodgerPending *service;
  Client client;
  int heard[2]; /* those answered with 200, and those with 404 */
  int status;
} run;

static void
fail (const char *what, LodgerPending *done)
{
  char *text = lodger_pending_describe (done);
  fprintf (stderr, "uv-in-gtk: %s: %s\n", what, text != NULL ? text : "no memory");
  lodger_free (text);
  run.status = DEMO_FAILED;
}

static void
on_asked (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) data;
  if (lodger_pending_get_outcome (done) != 0)
    fail ("the client failed", done);
  printf ("%d requests: %d answers with 200, %d with 404\n", run.options->requests, run.client.answers[0],
          run.client.answers[1]);
  printf ("the main loop's thread has heard of %d and %d\n", run.heard[0], run.heard[1]);
  if (run.heard[0] != run.client.answers[0] || run.heard[1] != run.client.answers[1]
      || run.heard[0] + run.heard[1] != run.options->requests)
    run.status = DEMO_FAILED;
  lodger_pending_cancel (run.service, "enough");
}

/* It was cancelled, or it has failed. */
static void
on_stopped (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) data;
  if (lodger_pending_get_outcome (done) != LODGER_ECANCELED)
    fail ("the server did not run", done);
  else
    printf ("the server has ended, with %d connections open\n", run.client.left);
  g_main_loop_quit (run.loop);
}

static void
is_ready (int port)
{
  LodgerPending *asked;
  printf ("listening on 127.0.0.1, %s\n", run.options->port != 0 ? "on the port that was given" : "on a free port");
  run.client = (Client) { .port = port, .requests = run.options->requests, .left = run.options->left };
  asked = lodger_caller_to_thread (run.caller, client_call, &run.client, NULL);
  lodger_pending_disown (lodger_pending_then (asked, run.caller, on_asked, NULL, NULL));
  lodger_pending_unref (asked);
}

static void
heard (const ServerRequest *request)
{
  if (g_thread_self () != run.thread)
    run.status = DEMO_FAILED;
  run.heard[request->status == 404]++;
}

int
demo_headless (const DemoOptions *options)
{
  static const ServiceView view = { .is_ready = is_ready, .heard = heard };
  GError *error = NULL;
  run.options = options;
  run.loop = g_main_loop_new (NULL, FALSE);
  run.thread = g_thread_self ();
  run.caller = lodger_glib_attach (NULL, &error);
  if (run.caller == NULL)
    {
      fprintf (stderr, "uv-in-gtk: %s\n", error->message);
      g_error_free (error);
      g_main_loop_unref (run.loop);
      return DEMO_FAILED;
    }
  run.service = service_start (run.caller, &view, options->port);
  lodger_pending_disown (lodger_pending_then (run.service, run.caller, on_stopped, NULL, NULL));
  g_main_loop_run (run.loop);
  lodger_pending_unref (run.service);
  lodger_caller_leave (run.caller);
  lodger_caller_unref (run.caller);
  client_clear (&run.client);
  g_main_loop_unref (run.loop);
  return run.status;
}
