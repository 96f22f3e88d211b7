/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client that blocks. It is for a worker. */
#ifndef UV_IN_GTK_CLIENT_H
#define UV_IN_GTK_CLIENT_H

#include <lodger/lodger.h>

typedef struct Client
{
  int port;
  int requests;   /* how many to make */
  int left;       /* how many connections to leave open, each with half a request */
  int answers[2]; /* those with 200, and those with 404 */
  int fds[16];    /* of the connections that are left */
} Client;

enum
{
  CLIENT_MOST_LEFT = 16
};

/* Makes the requests: every third one is for a page that is not there. */
void client_call (LodgerPending *self, void *client);
/* Closes the connections that are left. */
void client_clear (Client *client);

#endif
