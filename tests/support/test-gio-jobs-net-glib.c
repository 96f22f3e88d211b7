/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs of GIO with sockets on 127.0.0.1, and with a bus between two ends of one process. */
#include "test-gio-jobs-glib.h"
#include "test-limits.h"

#include <string.h>
#ifdef LODGER_SOUP
#include <libsoup/soup.h>
#endif

/* ---- TCP --------------------------------------------------------------------------------------------------------- */

/* The server gives back what it reads, as often as the client writes. */
typedef struct Net
{
  GioJob *job;
  GSocketService *service;
  guint16 port;
  GSocketConnection *client, *server;
  char sent[64], got[64], echoed[64];
  size_t size;
  unsigned waits;
} Net;

static void echo_next (Net *net);

static void
echo_written (GObject *stream, GAsyncResult *result, void *data)
{
  Net *net = data;
  GError *error = NULL;
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (stream), result, NULL, &error);
  gio_job_succeed (net->job, error);
  echo_next (net);
}

static void
net_free (Net *net)
{
  GioJob *job = net->job;
  if (--net->waits > 0)
    return;
  g_socket_service_stop (net->service);
  g_socket_listener_close (G_SOCKET_LISTENER (net->service));
  g_object_unref (net->service);
  g_free (net);
  gio_job_answer (job);
}

static void
echo_read (GObject *stream, GAsyncResult *result, void *data)
{
  Net *net = data;
  GError *error = NULL;
  gssize size = g_input_stream_read_finish (G_INPUT_STREAM (stream), result, &error);
  gio_job_succeed (net->job, error);
  if (size > 0)
    g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (net->server)), net->echoed,
                                     (gsize) size, G_PRIORITY_DEFAULT, NULL, echo_written, net);
  else
    {
      g_object_unref (net->server);
      net_free (net);
    }
}

static void
echo_next (Net *net)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (net->server)), net->echoed, sizeof net->echoed,
                             G_PRIORITY_DEFAULT, NULL, echo_read, net);
}

static gboolean
incoming (GSocketService *service, GSocketConnection *connection, GObject *source, void *data)
{
  Net *net = data;
  (void) service;
  (void) source;
  gio_job_check (net->job);
  net->server = g_object_ref (connection);
  echo_next (net);
  return TRUE;
}

static void
connected (GObject *client, GAsyncResult *result, void *data)
{
  Net *net = data;
  GError *error = NULL;
  net->client = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (client), result, &error);
  gio_job_succeed (net->job, error);
  g_object_unref (client);
  gio_job_next (net->job);
}

static void
tcp_begin (GioJob *job)
{
  Net *net = g_new0 (Net, 1);
  GSocketAddress *address = g_inet_socket_address_new_from_string ("127.0.0.1", 0), *effective = NULL;
  GSocketClient *client = g_socket_client_new ();
  GError *error = NULL;
  job->state = net;
  net->job = job;
  net->waits = 2;
  net->service = g_socket_service_new ();
  g_signal_connect (net->service, "incoming", G_CALLBACK (incoming), net);
  g_socket_listener_add_address (G_SOCKET_LISTENER (net->service), address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                                 NULL, &effective, &error);
  gio_job_succeed (job, error);
  net->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  g_socket_service_start (net->service);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, "127.0.0.1", net->port, NULL, connected, net);
  g_object_unref (address);
  g_object_unref (effective);
}

static void
answer_read (GObject *stream, GAsyncResult *result, void *data)
{
  Net *net = data;
  GError *error = NULL;
  gsize size = 0;
  g_input_stream_read_all_finish (G_INPUT_STREAM (stream), result, &size, &error);
  gio_job_succeed (net->job, error);
  test_check (size == net->size && memcmp (net->got, net->sent, size) == 0);
  gio_job_add (net->job, net->got, size);
  gio_job_next (net->job);
}

static void
question_written (GObject *stream, GAsyncResult *result, void *data)
{
  Net *net = data;
  GError *error = NULL;
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (stream), result, NULL, &error);
  gio_job_succeed (net->job, error);
  g_input_stream_read_all_async (g_io_stream_get_input_stream (G_IO_STREAM (net->client)), net->got, net->size,
                                 G_PRIORITY_DEFAULT, NULL, answer_read, net);
}

static void
tcp_round (GioJob *job)
{
  Net *net = job->state;
  net->size = (size_t) g_snprintf (net->sent, sizeof net->sent, "round %u of %u", job->done, job->rounds);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (net->client)), net->sent, net->size,
                                   G_PRIORITY_DEFAULT, NULL, question_written, net);
}

static void
client_closed (GObject *client, GAsyncResult *result, void *data)
{
  Net *net = data;
  GError *error = NULL;
  g_io_stream_close_finish (G_IO_STREAM (client), result, &error);
  gio_job_succeed (net->job, error);
  g_object_unref (client);
  net_free (net);
}

static void
tcp_end (GioJob *job)
{
  Net *net = job->state;
  g_io_stream_close_async (G_IO_STREAM (net->client), G_PRIORITY_DEFAULT, NULL, client_closed, net);
}

const GioJobKind gio_job_tcp = { "tcp", 4, tcp_begin, tcp_round, tcp_end };

/* ---- a bus ------------------------------------------------------------------------------------------------------- */

typedef struct Bus
{
  GioJob *job;
  GDBusServer *server;
  GDBusConnection *client, *peer;
  guint object;
} Bus;

static void
method_called (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
               const char *method, GVariant *parameters, GDBusMethodInvocation *invocation, void *data)
{
  Bus *bus = data;
  const char *text;
  char *answer;
  (void) connection;
  (void) sender;
  (void) path;
  (void) interface;
  (void) method;
  gio_job_check (bus->job);
  g_variant_get (parameters, "(&s)", &text);
  answer = g_strdup_printf ("%s again", text);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(s)", answer));
  g_free (answer);
}

static gboolean
peer_comes (GDBusServer *server, GDBusConnection *peer, void *data)
{
  static const GDBusInterfaceVTable table = { .method_call = method_called };
  Bus *bus = data;
  GDBusNodeInfo *node = g_dbus_node_info_new_for_xml ("<node><interface name='test.Echo'><method name='Echo'>"
                                                      "<arg type='s' direction='in'/><arg type='s' direction='out'/>"
                                                      "</method></interface></node>",
                                                      NULL);
  GError *error = NULL;
  (void) server;
  bus->peer = g_object_ref (peer);
  bus->object = g_dbus_connection_register_object (peer, "/echo", node->interfaces[0], &table, bus, NULL, &error);
  gio_job_succeed (bus->job, error);
  g_dbus_node_info_unref (node);
  return TRUE;
}

static void
client_comes (GObject *source, GAsyncResult *result, void *data)
{
  Bus *bus = data;
  GError *error = NULL;
  (void) source;
  bus->client = g_dbus_connection_new_for_address_finish (result, &error);
  gio_job_succeed (bus->job, error);
  gio_job_next (bus->job);
}

static void
bus_begin (GioJob *job)
{
  Bus *bus = g_new0 (Bus, 1);
  GError *error = NULL;
  char *guid = g_dbus_generate_guid (), *address = g_strdup_printf ("unix:tmpdir=%s", g_get_tmp_dir ());
  job->state = bus;
  bus->job = job;
  bus->server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_NONE, guid, NULL, NULL, &error);
  gio_job_succeed (job, error);
  g_signal_connect (bus->server, "new-connection", G_CALLBACK (peer_comes), bus);
  g_dbus_server_start (bus->server);
  g_dbus_connection_new_for_address (g_dbus_server_get_client_address (bus->server),
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL, client_comes, bus);
  g_free (guid);
  g_free (address);
}

static void
method_answered (GObject *client, GAsyncResult *result, void *data)
{
  Bus *bus = data;
  GError *error = NULL;
  GVariant *answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (client), result, &error);
  const char *text;
  gio_job_succeed (bus->job, error);
  g_variant_get (answer, "(&s)", &text);
  gio_job_add (bus->job, text, strlen (text));
  g_variant_unref (answer);
  gio_job_next (bus->job);
}

static void
bus_round (GioJob *job)
{
  Bus *bus = job->state;
  char text[32];
  g_snprintf (text, sizeof text, "round %u", job->done);
  g_dbus_connection_call (bus->client, NULL, "/echo", "test.Echo", "Echo", g_variant_new ("(s)", text),
                          G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, method_answered, bus);
}

static void
peer_closed (GObject *peer, GAsyncResult *result, void *data)
{
  Bus *bus = data;
  GioJob *job = bus->job;
  (void) result;
  gio_job_check (job);
  g_object_unref (peer);
  g_dbus_server_stop (bus->server);
  g_object_unref (bus->server);
  g_free (bus);
  gio_job_answer (job);
}

static void
bus_client_closed (GObject *client, GAsyncResult *result, void *data)
{
  Bus *bus = data;
  (void) result;
  gio_job_check (bus->job);
  g_object_unref (client);
  g_dbus_connection_unregister_object (bus->peer, bus->object);
  g_dbus_connection_close (bus->peer, NULL, peer_closed, bus);
}

static void
bus_end (GioJob *job)
{
  Bus *bus = job->state;
  g_dbus_connection_close (bus->client, NULL, bus_client_closed, bus);
}

const GioJobKind gio_job_bus = { "bus", 1, bus_begin, bus_round, bus_end };
