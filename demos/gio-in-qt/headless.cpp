/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program without a window. It does in a folder of its own, and on a bus of its own, what others would do, and checks
 * that everything is told. */
#include "bus.h"
#include "demo.h"
#include "digest.h"
#include "folder.h"
#include "guest.h"
#include "volumes.h"

#include <lodger-qt.hpp>

#include <QCoreApplication>
#include <QEventLoop>
#include <QTimer>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <glib/gstdio.h>
#include <vector>

enum
{
  FILES = 3,
  LIMIT = 30000 /* milliseconds, for each thing that has to come */
};

static const char *const water = "water\n";
static const char *const name = "org.example.GioInQt";

/* Lets Qt's loop run until something is so. Whatever may change it, calls poke(). */
class Waiter {
public:
  void poke ()
  {
    if (loop != nullptr)
      loop->quit ();
  }
  bool until (const std::function<bool ()> &is_so)
  {
    bool is_late = false;
    QTimer limit;
    limit.setSingleShot (true);
    QObject::connect (&limit, &QTimer::timeout, [&] {
      is_late = true;
      poke ();
    });
    limit.start (LIMIT);
    while (!is_so () && !is_late)
      {
        QEventLoop inner;
        loop = &inner;
        inner.exec ();
        loop = nullptr;
      }
    return !is_late && is_so ();
  }

private:
  QEventLoop *loop = nullptr;
};

static bool
fail (const std::string &what)
{
  fprintf (stderr, "gio-in-qt: %s\n", what.c_str ());
  return false;
}

/* ---- volumes ----------------------------------------------------------------------------------------------------- */

static bool
check_volumes (Waiter *waiter)
{
  Volumes volumes ([waiter] { waiter->poke (); });
  if (!waiter->until ([&] { return volumes.is_settled (); }))
    return fail ("the volumes do not answer");
  unsigned known = 0;
  for (const auto &pair : volumes.get_all ())
    known += pair.second.size > 0;
  printf ("volumes: %zu, the free space of %u is known\n", volumes.get_all ().size (), known);
  return true;
}

/* ---- a folder ---------------------------------------------------------------------------------------------------- */

struct Written
{
  Waiter *waiter;
  unsigned files = 0;
};

static void
on_written (GObject *file, GAsyncResult *result, gpointer data)
{
  const auto written = static_cast<Written *> (data);
  if (g_file_replace_contents_finish (G_FILE (file), result, nullptr, nullptr))
    written->files++;
  written->waiter->poke ();
}

struct Digest
{
  Waiter *waiter;
  bool is_done = false;
  std::string text;
};

static void
on_digest (GObject *file, GAsyncResult *result, gpointer data)
{
  const auto digest = static_cast<Digest *> (data);
  digest->text = take (digest_file_finish (G_FILE (file), result, nullptr));
  digest->is_done = true;
  digest->waiter->poke ();
}

static std::string
digest_here (const std::string &text)
{
  return take (g_compute_checksum_for_string (G_CHECKSUM_SHA256, text.c_str (), gssize (text.size ())));
}

static std::string
path_of (const std::string &folder, int file)
{
  return folder + "/file-" + std::to_string (file);
}

static unsigned
count_events (const std::vector<FolderEvent> &events, const char *what)
{
  unsigned count = 0;
  for (const auto &event : events)
    count += event.what == what;
  return count;
}

static bool
check_files (Waiter *waiter, const std::string &path)
{
  std::vector<FolderEvent> events;
  Folder folder ([&] (const FolderEvent &event) {
    events.push_back (event);
    waiter->poke ();
  });
  Written written { waiter };
  Digest digest { waiter, false, {} };
  const std::string error = folder.watch (path);
  if (!error.empty ())
    return fail (error);
  for (int i = 0; i < FILES; i++)
    {
      const Ref<GFile> file (g_file_new_for_path (path_of (path, i).c_str ()));
      g_file_replace_contents_async (file.get (), water, strlen (water), nullptr, FALSE, G_FILE_CREATE_NONE, nullptr,
                                     on_written, &written);
    }
  if (!waiter->until ([&] { return written.files == FILES && count_events (events, "created") == FILES; }))
    return fail ("the new files are not told");
  const Ref<GFile> first (g_file_new_for_path (path_of (path, 0).c_str ()));
  digest_file_async (first.get (), nullptr, on_digest, &digest);
  if (!waiter->until ([&] { return digest.is_done; }) || digest.text != digest_here (water))
    return fail ("the SHA-256 is wrong");
  for (int i = 0; i < FILES; i++)
    g_unlink (path_of (path, i).c_str ());
  if (!waiter->until ([&] { return count_events (events, "deleted") == FILES; }))
    return fail ("the deleted files are not told");
  printf ("folder: %u files created, %u deleted, %zu events\n", count_events (events, "created"),
          count_events (events, "deleted"), events.size ());
  printf ("digest: %s\n", digest.text.c_str ());
  return true;
}

static bool
check_folder (Waiter *waiter)
{
  char *made = g_dir_make_tmp ("gio-in-qt-XXXXXX", nullptr);
  if (made == nullptr)
    return fail ("no folder can be made");
  const std::string path = take (made);
  const bool is_right = check_files (waiter, path);
  for (int i = 0; i < FILES; i++)
    g_unlink (path_of (path, i).c_str ());
  g_rmdir (path.c_str ());
  return is_right;
}

/* ---- a bus ------------------------------------------------------------------------------------------------------- */

/* A dbus-daemon of this program's. */
struct Daemon
{
  Waiter *waiter;
  Ref<GSubprocess> process;
  Ref<GDataInputStream> output;
  bool is_told = false;
  std::string address;

  ~Daemon ()
  {
    if (process != nullptr)
      g_subprocess_send_signal (process.get (), SIGTERM); /* then it removes its socket */
  }
};

static void
on_address (GObject *stream, GAsyncResult *result, gpointer data)
{
  const auto daemon = static_cast<Daemon *> (data);
  daemon->address
      = take (g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (stream), result, nullptr, nullptr));
  daemon->is_told = true;
  daemon->waiter->poke ();
}

static bool
start_daemon (Waiter *waiter, Daemon *daemon, const char *program)
{
  const auto flags = GSubprocessFlags (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  daemon->process.reset (g_subprocess_new (flags, nullptr, program, "--session", "--nofork", "--nopidfile",
                                           "--print-address=1", "--address=unix:tmpdir=/tmp", nullptr));
  if (daemon->process == nullptr)
    return false;
  daemon->output.reset (g_data_input_stream_new (g_subprocess_get_stdout_pipe (daemon->process.get ())));
  g_data_input_stream_read_line_async (daemon->output.get (), G_PRIORITY_DEFAULT, nullptr, on_address, daemon);
  return waiter->until ([&] { return daemon->is_told; }) && !daemon->address.empty ();
}

struct Other
{
  Waiter *waiter;
  Ref<GDBusConnection> connection;
};

static void
on_other (GObject *, GAsyncResult *result, gpointer data)
{
  const auto other = static_cast<Other *> (data);
  other->connection.reset (g_dbus_connection_new_for_address_finish (result, nullptr));
  other->waiter->poke ();
}

/* Another program on the bus, which takes a name and leaves. */
static bool
check_names (Waiter *waiter, const std::string &address)
{
  Bus bus ([waiter] { waiter->poke (); });
  Other other { waiter, {} };
  bus.connect (address);
  if (!waiter->until ([&] { return bus.get_state () != Bus::State::CONNECTING; })
      || bus.get_state () == Bus::State::NONE)
    return fail (bus.get_reason ());
  const auto flags = GDBusConnectionFlags (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                           | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION);
  g_dbus_connection_new_for_address (address.c_str (), flags, nullptr, nullptr, on_other, &other);
  if (!waiter->until ([&] { return other.connection != nullptr && bus.get_connections () == 2; }))
    return fail ("the other program is not told");
  GDBusConnection *const made = other.connection.get ();
  const guint owned
      = g_bus_own_name_on_connection (made, name, G_BUS_NAME_OWNER_FLAGS_NONE, nullptr, nullptr, nullptr, nullptr);
  const bool has_come = waiter->until ([&] { return bus.get_names ().count (name) == 1; });
  g_bus_unown_name (owned);
  const bool has_gone = has_come && waiter->until ([&] { return bus.get_names ().count (name) == 0; });
  g_dbus_connection_close (made, nullptr, nullptr, nullptr);
  if (!has_gone)
    return fail ("the other program's name is not told");
  if (!waiter->until ([&] { return bus.get_connections () == 1; }))
    return fail ("the other program's end is not told");
  printf ("bus: %s has come and gone\n", name);
  return true;
}

static bool
check_bus (Waiter *waiter)
{
  const std::string program = take (g_find_program_in_path ("dbus-daemon"));
  Daemon daemon { waiter, {}, {}, false, {} };
  if (program.empty ())
    {
      puts ("bus: left out, there is no dbus-daemon");
      return true;
    }
  if (!start_daemon (waiter, &daemon, program.c_str ()))
    return fail ("the dbus-daemon does not start");
  return check_names (waiter, daemon.address);
}

/* ---- the program ------------------------------------------------------------------------------------------------- */

int
demo_headless ()
{
  static int count = 1;
  static char program[] = "gio-in-qt";
  static char *arguments[] = { program, nullptr };
  const QCoreApplication application (count, arguments);
  try
    {
      const lodger::Attachment attachment;
      Waiter waiter;
      printf ("loop: %s\n", guest_start (attachment.get ()).c_str ());
      if (check_volumes (&waiter) && check_folder (&waiter) && check_bus (&waiter))
        return puts ("all has come") == EOF ? DEMO_FAILED : DEMO_OK;
  } catch (const lodger::Error &error)
    {
      fail (error.what ());
  }
  return DEMO_FAILED;
}
