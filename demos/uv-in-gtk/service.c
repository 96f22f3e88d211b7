/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "service.h"

#include <lodger-uv.h>
#include <stdlib.h>

typedef struct Service
{
  Server server;
  const ServiceView *view;
  LodgerReply *reply;
  LodgerError *error; /* NULL: it has been running */
  int port;
} Service;

static void
on_heard (Server *server, const ServerRequest *request)
{
  ((Service *) server)->view->heard (request);
}

static void
on_stopped (Server *server)
{
  Service *service = (Service *) server;
  LodgerReply *reply = service->reply;
  if (service->error != NULL)
    lodger_reply_return_error (reply, service->error);
  else
    lodger_reply_return_int (reply, server->heard);
}

static const ServerCallbacks callbacks = { .heard = on_heard, .stopped = on_stopped };

/* In the caller's thread, since nobody cancels elsewhere: not even a stop. */
static void
cancel (LodgerPending *self, const char *message, void *data)
{
  (void) self;
  (void) message;
  server_stop (&((Service *) data)->server);
}

/* In the guest. The answer comes when all handles are closed. */
static void
run (LodgerPending *self, void *data)
{
  Service *service = data;
  int code;
  service->reply = lodger_pending_defer (self);
  code = server_start (&service->server, lodger_uv_get_loop (), &callbacks, service->port);
  if (code != 0)
    service->error = lodger_error_newf ("libuv", code, "port %d: %s", service->port, uv_strerror (code));
  else if (lodger_pending_set_canceller (self, cancel, service, NULL) != 0)
    server_stop (&service->server);
  else
    service->view->is_ready (server_get_port (&service->server));
}

LodgerPending *
service_start (LodgerCaller *caller, const ServiceView *view, int port)
{
  Service *service = calloc (1, sizeof *service);
  if (service == NULL || lodger_uv_register () != 0)
    {
      free (service);
      return NULL;
    }
  service->view = view;
  service->port = port;
  return lodger_caller_call_using_backend (caller, "uv", NULL, run, service, free);
}
