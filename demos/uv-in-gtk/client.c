/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int
open_connection (int port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((uint16_t) port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (fd >= 0 && connect (fd, (const struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

static bool
send_text (int fd, const char *text)
{
  size_t size = strlen (text);
  return send (fd, text, size, MSG_NOSIGNAL) == (ssize_t) size;
}

/* Returns the status of the answer, or -1. */
static int
ask (int port, const char *path)
{
  char text[2000];
  size_t size = 0;
  ssize_t more = -1;
  int status = -1, fd = open_connection (port);
  snprintf (text, sizeof text, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", path, port);
  if (fd >= 0 && send_text (fd, text))
    while (size < sizeof text - 1 && (more = recv (fd, text + size, sizeof text - 1 - size, 0)) > 0)
      size += (size_t) more;
  text[size] = '\0';
  if (more != 0 || sscanf (text, "HTTP/1.1 %d ", &status) != 1)
    status = -1;
  if (fd >= 0)
    close (fd);
  return status;
}

void
client_call (LodgerPending *self, void *data)
{
  Client *client = data;
  char path[40];
  for (int i = 0; i < client->left; i++)
    {
      client->fds[i] = open_connection (client->port);
      if (client->fds[i] >= 0)
        send_text (client->fds[i], "GET / HTT");
    }
  for (int i = 1; i <= client->requests && !lodger_pending_is_cancelled (self); i++)
    {
      int status;
      snprintf (path, sizeof path, i % 3 == 0 ? "/page-%d" : "/", i);
      status = ask (client->port, path);
      if (status != 200 && status != 404)
        {
          lodger_pending_return_error (self,
                                       lodger_error_newf ("client", LODGER_EFAILED, "request %d had no answer", i));
          return;
        }
      client->answers[status == 404]++;
    }
}

void
client_clear (Client *client)
{
  for (int i = 0; i < client->left; i++)
    if (client->fds[i] > 0)
      close (client->fds[i]);
  client->left = 0;
}
