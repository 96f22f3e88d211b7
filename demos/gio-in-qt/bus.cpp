/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus.h"

static const char *const daemon_name = "org.freedesktop.DBus";
static const char *const daemon_path = "/org/freedesktop/DBus";

Bus::~Bus ()
{
  g_cancellable_cancel (cancellable.get ());
  if (connection == nullptr)
    return;
  g_signal_handlers_disconnect_by_data (connection.get (), this);
  g_dbus_connection_signal_unsubscribe (connection.get (), subscription);
  g_dbus_connection_close (connection.get (), nullptr, nullptr, nullptr);
}

std::string
Bus::session_address ()
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  if (address != nullptr)
    return address;
  const std::string path = std::string (g_get_user_runtime_dir ()) + "/bus";
  return g_file_test (path.c_str (), G_FILE_TEST_EXISTS) ? "unix:path=" + path : "";
}

void
Bus::fail (const std::string &why)
{
  state = State::NONE;
  reason = why;
  names.clear ();
  connections.clear ();
  changed ();
}

void
Bus::connect (const std::string &address)
{
  const auto flags = GDBusConnectionFlags (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                           | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION);
  if (address.empty ())
    fail ("This session has no bus.");
  else
    g_dbus_connection_new_for_address (address.c_str (), flags, nullptr, cancellable.get (), connected, this);
}

/* After a cancel, `data` may be gone. */
void
Bus::connected (GObject *, GAsyncResult *result, gpointer data)
{
  GError *error = nullptr;
  Ref<GDBusConnection> made (g_dbus_connection_new_for_address_finish (result, &error));
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      return;
    }
  const auto self = static_cast<Bus *> (data);
  if (made == nullptr)
    {
      self->fail ("The bus does not answer: " + take (error));
      return;
    }
  self->connection = std::move (made);
  GDBusConnection *bus = self->connection.get ();
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  g_signal_connect (bus, "closed", G_CALLBACK (closed), self);
  self->subscription
      = g_dbus_connection_signal_subscribe (bus, daemon_name, daemon_name, "NameOwnerChanged", daemon_path, nullptr,
                                            G_DBUS_SIGNAL_FLAGS_NONE, owner_changed, self, nullptr);
  g_dbus_connection_call (bus, daemon_name, daemon_path, daemon_name, "ListNames", nullptr, G_VARIANT_TYPE ("(as)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable.get (), listed, self);
}

void
Bus::add (const char *name, bool is_there)
{
  auto &set = name[0] == ':' ? connections : names;
  if (is_there)
    set.insert (name);
  else
    set.erase (name);
}

void
Bus::listed (GObject *bus, GAsyncResult *result, gpointer data)
{
  GError *error = nullptr;
  GVariant *answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      return;
    }
  const auto self = static_cast<Bus *> (data);
  if (answer == nullptr)
    {
      self->fail ("The bus does not tell its names: " + take (error));
      return;
    }
  GVariantIter *iter;
  const char *name;
  g_variant_get (answer, "(as)", &iter);
  while (g_variant_iter_next (iter, "&s", &name))
    self->add (name, true);
  g_variant_iter_free (iter);
  g_variant_unref (answer);
  self->state = State::READY;
  self->changed ();
}

void
Bus::owner_changed (GDBusConnection *, const char *, const char *, const char *, const char *, GVariant *parameters,
                    gpointer data)
{
  const auto self = static_cast<Bus *> (data);
  const char *name, *before, *now;
  g_variant_get (parameters, "(&s&s&s)", &name, &before, &now);
  self->add (name, now[0] != '\0');
  self->changed ();
}

void
Bus::closed (GDBusConnection *, gboolean, GError *, gpointer data)
{
  static_cast<Bus *> (data)->fail ("The bus has ended.");
}
