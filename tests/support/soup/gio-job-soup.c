/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gio-job-soup.h"

#include "test-limits.h"

#include <libsoup/soup.h>
#include <string.h>

enum
{
  ITERATIONS = 20
};

typedef struct Soup
{
  GioJob *job;
  SoupServer *server;
  SoupSession *session;
  char *address;
  int iterations;
} Soup;

/* The answer is the path that was asked for. */
static void
request_comes (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, void *data)
{
  Soup *soup = data;
  (void) server;
  (void) query;
  gio_job_check (soup->job);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, path, strlen (path));
}

static void
soup_begin (GioJob *job)
{
  Soup *soup = g_new0 (Soup, 1);
  GSocketAddress *address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  GError *error = NULL;
  GSList *uris;
  job->state = soup;
  soup->job = job;
  soup->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (soup->server, "/", request_comes, soup, NULL);
  soup_server_listen (soup->server, address, (SoupServerListenOptions) 0, &error);
  gio_job_succeed (job, error);
  uris = soup_server_get_uris (soup->server);
  soup->address = g_uri_to_string (uris->data);
  soup->session = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_object_unref (address);
  gio_job_next (job);
}

static void
answer_comes (GObject *session, GAsyncResult *result, void *data)
{
  Soup *soup = data;
  GError *error = NULL;
  GBytes *bytes = soup_session_send_and_read_finish (SOUP_SESSION (session), result, &error);
  gsize size;
  const void *text;
  gio_job_succeed (soup->job, error);
  text = g_bytes_get_data (bytes, &size);
  test_check (size > 0);
  gio_job_add (soup->job, text, size);
  g_bytes_unref (bytes);
  gio_job_next (soup->job);
}

static void
soup_round (GioJob *job)
{
  Soup *soup = job->state;
  char *address = g_strdup_printf ("%sround/%u/of/%u", soup->address, job->done, job->rounds);
  SoupMessage *message = soup_message_new ("GET", address);
  test_check (message != NULL);
  soup_session_send_and_read_async (soup->session, message, G_PRIORITY_DEFAULT, NULL, answer_comes, soup);
  g_object_unref (message);
  g_free (address);
}

/* Outside the session's own call-back. The server's end of a connection needs some iterations to go. */
static gboolean
server_ends (void *data)
{
  Soup *soup = data;
  GioJob *job = soup->job;
  if (soup->iterations == 0)
    {
      soup_session_abort (soup->session);
      g_object_unref (soup->session);
    }
  if (soup->iterations++ < ITERATIONS)
    return G_SOURCE_CONTINUE;
  soup_server_disconnect (soup->server);
  g_object_unref (soup->server);
  g_free (soup->address);
  g_free (soup);
  gio_job_answer (job);
  return G_SOURCE_REMOVE;
}

static void
soup_end (GioJob *job)
{
  Soup *soup = job->state;
  GSource *source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_LOW);
  g_source_set_callback (source, server_ends, soup, NULL);
  g_source_attach (source, job->context);
  g_source_unref (source);
}

const GioJobKind gio_job_soup = { "soup", 6, soup_begin, soup_round, soup_end };
