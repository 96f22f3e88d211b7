/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A shutdown of the GApplication stops its caller in order. */
#include "glib-private.h"

static const char mark[] = "lodger-glib-application";

/* The stop cannot be waited for inside a call or in another thread. The caller stops there too. */
static void
shut_down (GApplication *application, void *data)
{
  LodgerCaller *caller = data;
  (void) application;
  lodger_caller_stop (caller, true);
  if (lodger_caller_is_current_thread (caller))
    lodger_caller_stop_wait (caller);
}

static void
drop_caller (void *data, GClosure *closure)
{
  (void) closure;
  lodger_caller_unref (data);
}

/* The handler holds a reference to the caller. It is disconnected when the caller has stopped. */
typedef struct Connection
{
  GWeakRef application;
  gulong handler;
} Connection;

static int
disconnect (LodgerPending *done, void *data)
{
  Connection *connection = data;
  GObject *application = g_weak_ref_get (&connection->application);
  (void) done;
  if (application != NULL && g_signal_handler_is_connected (application, connection->handler))
    g_signal_handler_disconnect (application, connection->handler);
  g_clear_object (&application);
  return 0;
}

static void
connection_free (void *data)
{
  Connection *connection = data;
  g_weak_ref_clear (&connection->application);
  g_free (connection);
}

void
lodger__glib_end_with_application (LodgerCaller *caller)
{
  GApplication *application = g_application_get_default ();
  LodgerPending *stopped = lodger_caller_get_stopped (caller);
  Connection *connection;
  gulong handler;
  if (application == NULL || lodger_pending_get_metadata (stopped, mark) != NULL)
    return;
  connection = g_new0 (Connection, 1);
  if (lodger_pending_set_metadata (stopped, mark, application, NULL) != 0)
    {
      g_free (connection);
      return;
    }
  g_weak_ref_init (&connection->application, application);
  handler = g_signal_connect_data (application, "shutdown", G_CALLBACK (shut_down), lodger_caller_ref (caller),
                                   drop_caller, 0);
  connection->handler = handler;
  if (lodger_pending_add_done_callback (stopped, disconnect, connection, connection_free) != 0)
    g_signal_handler_disconnect (application, handler);
}
