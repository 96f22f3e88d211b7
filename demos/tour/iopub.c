/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A PUB socket for each caller, without a line of its own in any call: the start hook connects it, and the stop hook
 * closes it. */
#include "tour.h"

#ifdef LODGER_HAVE_ZMQ
#include <string.h>
#include <zmq.h>

static _Thread_local void *iopub; /* the socket of this thread's caller */

static LodgerError *
connect_iopub (LodgerCaller *caller, void *context)
{
  (void) caller;
  iopub = zmq_socket (context, ZMQ_PUB);
  if (iopub == NULL || zmq_connect (iopub, "inproc://iopub") != 0)
    return lodger_error_newf ("zmq", zmq_errno (), "there is no iopub: %s", zmq_strerror (zmq_errno ()));
  return NULL;
}

static void
close_iopub (LodgerCaller *caller, void *context)
{
  (void) context;
  tour_say ("%s closes its socket: %s", lodger_caller_get_name (caller),
            zmq_close (iopub) == 0 ? "success" : "failure");
}

/* The look at the socket's events takes in the subscription, without which the message would be dropped. */
static void
publish (LodgerPending *self, void *data)
{
  const char *name = lodger_caller_get_name (lodger_caller_current ());
  int events;
  size_t size = sizeof events;
  (void) self;
  (void) data;
  zmq_getsockopt (iopub, ZMQ_EVENTS, &events, &size);
  zmq_send (iopub, name, strlen (name), 0);
}

/* The subscriber takes in the connection, the call publishes, and the message is there. */
static void
hear (void *subscriber, LodgerCaller *caller)
{
  char name[64] = "";
  int events, length;
  size_t size = sizeof events;
  lodger_pending_wait (lodger_caller_get_started (caller), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  zmq_getsockopt (subscriber, ZMQ_EVENTS, &events, &size);
  lodger_pending_disown (lodger_caller_call_soon (caller, publish, NULL, NULL));
  length = zmq_recv (subscriber, name, sizeof name - 1, 0);
  tour_say ("published by: %s", length > 0 ? name : "nobody");
}

/* Children inherit the hooks, so each has a socket in its own thread. */
static void
show_sockets (void)
{
  const int limit = 60000; /* ms, for a message that never comes */
  void *context = zmq_ctx_new (), *subscriber = zmq_socket (context, ZMQ_SUB);
  LodgerCaller *parent, *child;
  zmq_setsockopt (subscriber, ZMQ_SUBSCRIBE, "", 0);
  zmq_setsockopt (subscriber, ZMQ_RCVTIMEO, &limit, sizeof limit);
  tour_say ("bound: %s", zmq_bind (subscriber, "inproc://iopub") == 0 ? "success" : "failure");
  parent = lodger_caller_open (
      LODGER_CALLER_NEW_THREAD,
      LODGER_CALLER_OPTIONS (.name = "parent", .on_start = connect_iopub, .on_stop = close_iopub, .hook_data = context),
      NULL);
  hear (subscriber, parent);
  child = lodger_caller_open_child (parent, LODGER_CALLER_OPTIONS (.name = "child"), NULL);
  hear (subscriber, child);
  lodger_caller_unref (child);
  tour_close (parent);
  zmq_close (subscriber);
  zmq_ctx_term (context);
}
#endif

static void
show_iopub (void)
{
#ifdef LODGER_HAVE_ZMQ
  show_sockets ();
#else
  tour_say ("left out: libzmq3-dev was missing when this was built");
#endif
}

const TourSection tour_iopub[] = {
  { "iopub", "a socket for each caller", show_iopub },
  { 0 },
};
