/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  MOST_CONNECTIONS = 256,
  LONGEST_HEAD = 8000
};

typedef struct ServerConnection Connection;
struct ServerConnection
{
  uv_tcp_t tcp;
  uv_write_t write;
  Server *server;
  Connection *next, *previous;
  size_t size;
  char head[LONGEST_HEAD + 1];
  char answer[700];
};

/* ---- closing ----------------------------------------------------------------------------------------------------- */

static void
handle_is_closed (Server *server)
{
  if (--server->handles == 0)
    server->callbacks->stopped (server);
}

static void
on_connection_closed (uv_handle_t *handle)
{
  Connection *connection = handle->data;
  Server *server = connection->server;
  if (connection->next != NULL)
    connection->next->previous = connection->previous;
  if (connection->previous != NULL)
    connection->previous->next = connection->next;
  else
    server->connections = connection->next;
  server->count--;
  free (connection);
  handle_is_closed (server);
}

static void
close_connection (Connection *connection)
{
  if (!uv_is_closing ((uv_handle_t *) &connection->tcp))
    uv_close ((uv_handle_t *) &connection->tcp, on_connection_closed);
}

static void
on_listener_closed (uv_handle_t *handle)
{
  handle_is_closed (handle->data);
}

void
server_stop (Server *server)
{
  if (server->stops)
    return;
  server->stops = true;
  for (Connection *connection = server->connections; connection != NULL; connection = connection->next)
    close_connection (connection);
  uv_close ((uv_handle_t *) &server->listener, on_listener_closed);
}

/* ---- answering --------------------------------------------------------------------------------------------------- */

static const char *
reason_of (int status)
{
  switch (status)
    {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    default: return "Request Header Fields Too Large";
    }
}

static void
on_written (uv_write_t *write, int status)
{
  (void) status;
  close_connection (write->data);
}

static void
answer (Connection *connection, const ServerRequest *request)
{
  Server *server = connection->server;
  const char *reason = reason_of (request->status);
  char body[400];
  int body_size, head_size, size;
  uv_buf_t buffer;
  server->heard++;
  if (request->status == 200)
    body_size = snprintf (body, sizeof body,
                          "<!doctype html><meta charset=utf-8><title>libuv in GTK</title>"
                          "<h1>Hello from a window</h1><p>This is answer %u. libuv is a guest in its thread.</p>\n",
                          server->heard);
  else
    body_size = snprintf (body, sizeof body, "<!doctype html><title>%s</title><h1>%d %s</h1>\n", reason,
                          request->status, reason);
  head_size = snprintf (connection->answer, sizeof connection->answer,
                        "HTTP/1.1 %d %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n"
                        "%sConnection: close\r\n\r\n",
                        request->status, reason, body_size, request->status == 405 ? "Allow: GET, HEAD\r\n" : "");
  size = snprintf (connection->answer + head_size, sizeof connection->answer - (size_t) head_size, "%s",
                   strcmp (request->method, "HEAD") == 0 ? "" : body);
  buffer = uv_buf_init (connection->answer, (unsigned) (head_size + size));
  connection->write.data = connection;
  uv_read_stop ((uv_stream_t *) &connection->tcp);
  if (uv_write (&connection->write, (uv_stream_t *) &connection->tcp, &buffer, 1, on_written) != 0)
    close_connection (connection);
  server->callbacks->heard (server, request);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* `GET /path HTTP/1.1` */
static void
parse (const char *head, ServerRequest *request)
{
  char version[2];
  request->status = 400;
  if (sscanf (head, "%7[A-Z] %199[!-~\x80-\xff] HTTP/1.%1[01]", request->method, request->path, version) != 3
      || request->path[0] != '/')
    return;
  if (strcmp (request->method, "GET") != 0 && strcmp (request->method, "HEAD") != 0)
    request->status = 405;
  else
    request->status = strcmp (request->path, "/") == 0 ? 200 : 404;
}

static void
give_buffer (uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
  Connection *connection = handle->data;
  (void) suggested;
  *buffer = uv_buf_init (connection->head + connection->size, (unsigned) (LONGEST_HEAD - connection->size));
}

static void
on_read (uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
  Connection *connection = stream->data;
  ServerRequest request = { .method = "?", .path = "?", .status = 431 };
  bool is_whole;
  (void) buffer;
  if (size < 0)
    {
      close_connection (connection);
      return;
    }
  connection->size += (size_t) size;
  connection->head[connection->size] = '\0';
  is_whole = strstr (connection->head, "\r\n\r\n") != NULL;
  if (!is_whole && connection->size < LONGEST_HEAD)
    return;
  if (is_whole)
    parse (connection->head, &request);
  answer (connection, &request);
}

static void
on_connection (uv_stream_t *listener, int status)
{
  Server *server = listener->data;
  Connection *connection = status == 0 ? calloc (1, sizeof *connection) : NULL;
  if (connection == NULL)
    return;
  uv_tcp_init (listener->loop, &connection->tcp);
  connection->tcp.data = connection;
  connection->server = server;
  connection->next = server->connections;
  if (connection->next != NULL)
    connection->next->previous = connection;
  server->connections = connection;
  server->handles++;
  server->count++;
  if (uv_accept (listener, (uv_stream_t *) &connection->tcp) != 0 || server->count > MOST_CONNECTIONS
      || uv_read_start ((uv_stream_t *) &connection->tcp, give_buffer, on_read) != 0)
    close_connection (connection);
}

int
server_start (Server *server, uv_loop_t *loop, const ServerCallbacks *callbacks, int port)
{
  struct sockaddr_in address;
  int code = uv_tcp_init (loop, &server->listener);
  server->callbacks = callbacks;
  server->handles = 1;
  server->listener.data = server;
  if (code == 0)
    code = uv_ip4_addr ("127.0.0.1", port, &address);
  if (code == 0)
    code = uv_tcp_bind (&server->listener, (const struct sockaddr *) &address, 0);
  if (code == 0)
    code = uv_listen ((uv_stream_t *) &server->listener, 64, on_connection);
  if (code != 0)
    server_stop (server);
  return code;
}

int
server_get_port (const Server *server)
{
  struct sockaddr_in address;
  int size = sizeof address;
  if (uv_tcp_getsockname (&server->listener, (struct sockaddr *) &address, &size) != 0)
    return 0;
  return (address.sin_port & 0xff) << 8 | address.sin_port >> 8;
}
