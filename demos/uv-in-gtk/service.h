/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server as a call in a libuv guest. All of it happens in the caller's thread, which is that of the window. */
#ifndef UV_IN_GTK_SERVICE_H
#define UV_IN_GTK_SERVICE_H

#include "server.h"

#include <lodger/lodger.h>

typedef struct ServiceView
{
  void (*is_ready) (int port);
  void (*heard) (const ServerRequest *request);
} ServiceView;

/* The pending is done when the server has ended. A cancel ends it, with all of its connections. */
LodgerPending *service_start (LodgerCaller *caller, const ServiceView *view, int port);

#endif
