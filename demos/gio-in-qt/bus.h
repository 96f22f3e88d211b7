/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names on a bus. */
#ifndef GIO_IN_QT_BUS_H
#define GIO_IN_QT_BUS_H

#include "ref.h"

#include <functional>
#include <set>

class Bus {
public:
  enum class State
  {
    CONNECTING,
    READY,
    NONE
  };

  /* `changed` is called when the state or the names have changed. */
  explicit Bus (std::function<void ()> func) : changed (std::move (func))
  {
  }
  ~Bus ();
  Bus (const Bus &) = delete;
  Bus &operator= (const Bus &) = delete;

  /* The session's address; empty: there is none. Nothing is started to find one. */
  static std::string session_address ();
  /* Once. An empty address is no bus. */
  void connect (const std::string &address);

  State get_state () const
  {
    return state;
  }
  /* Why there is no bus. */
  const std::string &get_reason () const
  {
    return reason;
  }
  /* Those that programs have chosen. */
  const std::set<std::string> &get_names () const
  {
    return names;
  }
  /* How many programs are on the bus. */
  size_t get_connections () const
  {
    return connections.size ();
  }

private:
  static void connected (GObject *source, GAsyncResult *result, gpointer self);
  static void listed (GObject *connection, GAsyncResult *result, gpointer self);
  static void owner_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                             const char *signal, GVariant *parameters, gpointer self);
  static void closed (GDBusConnection *connection, gboolean by_peer, GError *error, gpointer self);
  void add (const char *name, bool is_there);
  void fail (const std::string &why);

  std::function<void ()> changed;
  State state = State::CONNECTING;
  std::string reason;
  std::set<std::string> names, connections;
  Ref<GCancellable> cancellable { g_cancellable_new () };
  Ref<GDBusConnection> connection;
  guint subscription = 0;
};

#endif
