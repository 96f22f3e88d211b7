/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A small HTTP server on libuv. It knows neither Lodger nor GTK. */
#ifndef UV_IN_GTK_SERVER_H
#define UV_IN_GTK_SERVER_H

#include <stdbool.h>
#include <uv.h>

/* One request, as it was answered. */
typedef struct ServerRequest
{
  char method[8];
  char path[200]; /* as it came: any bytes but spaces and control characters */
  int status;
} ServerRequest;

typedef struct Server Server;

typedef struct ServerCallbacks
{
  void (*heard) (Server *server, const ServerRequest *request);
  void (*stopped) (Server *server); /* all handles are closed */
} ServerCallbacks;

struct Server
{
  const ServerCallbacks *callbacks;
  uv_tcp_t listener;
  struct ServerConnection *connections;
  unsigned handles; /* that are not closed */
  unsigned count;   /* of connections that are open */
  unsigned heard;
  bool stops;
};

/* Listens on 127.0.0.1. Port 0: any. Returns 0, or libuv's code: then `stopped` comes as well. */
int server_start (Server *server, uv_loop_t *loop, const ServerCallbacks *callbacks, int port);
int server_get_port (const Server *server);
/* Closes all connections. Nothing is heard from here on. May be repeated. */
void server_stop (Server *server);

#endif
