/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A job of GIO on a bus of its own, with a dbus-daemon: a service and a client, each with a connection to it. Without a
 * dbus-daemon the job has no rounds. */
#include "test-gio-jobs-glib.h"
#include "test-limits.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

typedef struct Daemon
{
  GioJob *job;
  GSubprocess *process;
  GDataInputStream *output;
  char *address;
  GDBusConnection *service, *client;
  guint object, watch;
  bool has_appeared; /* the service's name, to the client */
} Daemon;

static const char name[] = "test.lodger.Echo";

/* ---- the daemon -------------------------------------------------------------------------------------------------- */

static void service_connects (GObject *source, GAsyncResult *result, void *data);

static void
connect_to (Daemon *daemon, GAsyncReadyCallback ready)
{
  g_dbus_connection_new_for_address (
      daemon->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, ready, daemon);
}

static void
address_read (GObject *stream, GAsyncResult *result, void *data)
{
  Daemon *daemon = data;
  GError *error = NULL;
  daemon->address = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (stream), result, NULL, &error);
  gio_job_succeed (daemon->job, error);
  test_check (daemon->address != NULL);
  connect_to (daemon, service_connects);
}

/* It does not outlive a test that fails, and it hears SIGTERM: the threads of Lodger block the signals. */
static void
end_with_parent (void *data)
{
  sigset_t none;
  (void) data;
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
daemon_begin (GioJob *job)
{
  char *program = g_find_program_in_path ("dbus-daemon");
  GSubprocessLauncher *launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  Daemon *daemon = g_new0 (Daemon, 1);
  GError *error = NULL;
  job->state = daemon;
  daemon->job = job;
  if (program == NULL)
    job->rounds = 0;
  else
    {
      g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
      daemon->process = g_subprocess_launcher_spawn (launcher, &error, program, "--session", "--nofork", "--nopidfile",
                                                     "--print-address=1", "--address=unix:tmpdir=/tmp", NULL);
      gio_job_succeed (job, error);
      daemon->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (daemon->process));
      g_data_input_stream_read_line_async (daemon->output, G_PRIORITY_DEFAULT, NULL, address_read, daemon);
    }
  g_object_unref (launcher);
  g_free (program);
  if (daemon->process == NULL)
    gio_job_next (job);
}

/* ---- the service ------------------------------------------------------------------------------------------------- */

static void
method_called (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
               const char *method, GVariant *parameters, GDBusMethodInvocation *invocation, void *data)
{
  Daemon *daemon = data;
  const char *text;
  char *answer;
  (void) connection;
  (void) sender;
  (void) path;
  (void) interface;
  (void) method;
  gio_job_check (daemon->job);
  g_variant_get (parameters, "(&s)", &text);
  answer = g_strdup_printf ("%s by bus", text);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(s)", answer));
  g_free (answer);
}

static void
name_appears (GDBusConnection *connection, const char *appeared, const char *owner, void *data)
{
  Daemon *daemon = data;
  (void) connection;
  (void) owner;
  gio_job_check (daemon->job);
  test_check (strcmp (appeared, name) == 0 && !daemon->has_appeared);
  daemon->has_appeared = true;
  gio_job_next (daemon->job);
}

static void
client_connects (GObject *source, GAsyncResult *result, void *data)
{
  Daemon *daemon = data;
  GError *error = NULL;
  (void) source;
  daemon->client = g_dbus_connection_new_for_address_finish (result, &error);
  gio_job_succeed (daemon->job, error);
  g_dbus_connection_set_exit_on_close (daemon->client, FALSE);
  daemon->watch = g_bus_watch_name_on_connection (daemon->client, name, G_BUS_NAME_WATCHER_FLAGS_NONE, name_appears,
                                                  NULL, daemon, NULL);
}

static void
name_requested (GObject *service, GAsyncResult *result, void *data)
{
  Daemon *daemon = data;
  GError *error = NULL;
  GVariant *answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (service), result, &error);
  gio_job_succeed (daemon->job, error);
  g_variant_unref (answer);
  connect_to (daemon, client_connects);
}

static void
service_connects (GObject *source, GAsyncResult *result, void *data)
{
  static const GDBusInterfaceVTable table = { .method_call = method_called };
  Daemon *daemon = data;
  GDBusNodeInfo *node = g_dbus_node_info_new_for_xml ("<node><interface name='test.lodger.Echo'><method name='Echo'>"
                                                      "<arg type='s' direction='in'/><arg type='s' direction='out'/>"
                                                      "</method></interface></node>",
                                                      NULL);
  GError *error = NULL;
  (void) source;
  daemon->service = g_dbus_connection_new_for_address_finish (result, &error);
  gio_job_succeed (daemon->job, error);
  g_dbus_connection_set_exit_on_close (daemon->service, FALSE);
  daemon->object
      = g_dbus_connection_register_object (daemon->service, "/echo", node->interfaces[0], &table, daemon, NULL, &error);
  gio_job_succeed (daemon->job, error);
  g_dbus_node_info_unref (node);
  g_dbus_connection_call (daemon->service, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "RequestName", g_variant_new ("(su)", name, 0u), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, name_requested, daemon);
}

/* ---- rounds ------------------------------------------------------------------------------------------------------ */

static void
method_answered (GObject *client, GAsyncResult *result, void *data)
{
  Daemon *daemon = data;
  GError *error = NULL;
  GVariant *answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (client), result, &error);
  const char *text;
  gio_job_succeed (daemon->job, error);
  g_variant_get (answer, "(&s)", &text);
  gio_job_add (daemon->job, text, strlen (text));
  g_variant_unref (answer);
  gio_job_next (daemon->job);
}

static void
daemon_round (GioJob *job)
{
  Daemon *daemon = job->state;
  char text[32];
  g_snprintf (text, sizeof text, "round %u", job->done);
  g_dbus_connection_call (daemon->client, name, "/echo", name, "Echo", g_variant_new ("(s)", text),
                          G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, method_answered, daemon);
}

static void
daemon_free (Daemon *daemon)
{
  GioJob *job = daemon->job;
  g_clear_object (&daemon->client);
  g_clear_object (&daemon->service);
  g_clear_object (&daemon->output);
  g_clear_object (&daemon->process);
  g_free (daemon->address);
  g_free (daemon);
  gio_job_answer (job);
}

static void
process_ends (GObject *process, GAsyncResult *result, void *data)
{
  Daemon *daemon = data;
  GError *error = NULL;
  g_subprocess_wait_finish (G_SUBPROCESS (process), result, &error);
  gio_job_succeed (daemon->job, error);
  daemon_free (daemon);
}

static void
service_closes (GObject *service, GAsyncResult *result, void *data)
{
  Daemon *daemon = data;
  GError *error = NULL;
  g_dbus_connection_close_finish (G_DBUS_CONNECTION (service), result, &error);
  gio_job_succeed (daemon->job, error);
  g_subprocess_send_signal (daemon->process, SIGTERM);
  g_subprocess_wait_async (daemon->process, NULL, process_ends, daemon);
}

static void
client_closes (GObject *client, GAsyncResult *result, void *data)
{
  Daemon *daemon = data;
  GError *error = NULL;
  g_dbus_connection_close_finish (G_DBUS_CONNECTION (client), result, &error);
  gio_job_succeed (daemon->job, error);
  g_dbus_connection_unregister_object (daemon->service, daemon->object);
  g_dbus_connection_close (daemon->service, NULL, service_closes, daemon);
}

static void
daemon_end (GioJob *job)
{
  Daemon *daemon = job->state;
  if (daemon->process == NULL)
    {
      daemon_free (daemon);
      return;
    }
  g_bus_unwatch_name (daemon->watch);
  g_dbus_connection_close (daemon->client, NULL, client_closes, daemon);
}

const GioJobKind gio_job_daemon = { "daemon", 1, daemon_begin, daemon_round, daemon_end };
