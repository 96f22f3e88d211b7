/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "monitors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <lodger/lodger.h>
#include <stdatomic.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  MOST = 16384,     /* each takes some 2 kB */
  A_LITTLE = 1024,  /* where the system does not say how much room it has */
  ADDED_A_LOOK = 32 /* that many are added between two looks whether there is room */
};

/* The clock that dates changes runs behind by up to its tick; on some file systems that is two seconds. */
#define TICK (INT64_C (2) * 1000 * 1000 * 1000)

typedef struct Monitor
{
  Monitors *monitors;
  guint number;
  gboolean changed; /* it is in the news */
  GFile *file;
  GFileMonitor *object;
} Monitor;

struct Monitors
{
  atomic_int refs;
  MonitorsTellFunc tell;
  void *data;
  GDestroyNotify destroy;
  GHashTable *by_number;
  MonitorsNews *news; /* NULL: nothing was gathered */
  guint room, added;
  gboolean ended;
};

static void
monitor_free (void *data)
{
  Monitor *monitor = data;
  g_signal_handlers_disconnect_by_data (monitor->object, monitor);
  (void) g_file_monitor_cancel (monitor->object);
  g_object_unref (monitor->object);
  g_object_unref (monitor->file);
  g_free (monitor);
}

Monitors *
monitors_new (MonitorsTellFunc tell, void *data, GDestroyNotify destroy)
{
  Monitors *monitors = g_new0 (Monitors, 1);
  atomic_init (&monitors->refs, 1);
  monitors->tell = tell;
  monitors->data = data;
  monitors->destroy = destroy;
  monitors->by_number = g_hash_table_new_full (NULL, NULL, NULL, monitor_free);
  return monitors;
}

void *
monitors_ref (Monitors *monitors)
{
  atomic_fetch_add (&monitors->refs, 1);
  return monitors;
}

void
monitors_unref (void *data)
{
  Monitors *monitors = data;
  if (atomic_fetch_sub (&monitors->refs, 1) != 1)
    return;
  g_hash_table_destroy (monitors->by_number);
  monitors_news_free (monitors->news);
  monitors->destroy (monitors->data);
  g_free (monitors);
}

void
monitors_end (Monitors *monitors)
{
  monitors->ended = TRUE;
  g_hash_table_remove_all (monitors->by_number);
}

void
monitors_news_free (void *data)
{
  MonitorsNews *news = data;
  if (news == NULL)
    return;
  g_array_unref (news->changed);
  g_array_unref (news->lost);
  g_free (news);
}

/* ---- what is told ----------------------------------------------------------------------------------------------- */

static void
tell (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  Monitors *monitors = data;
  MonitorsNews *news = g_steal_pointer (&monitors->news);
  for (guint i = 0; i < news->changed->len; i++)
    {
      guint number = g_array_index (news->changed, guint, i);
      Monitor *monitor = g_hash_table_lookup (monitors->by_number, GUINT_TO_POINTER (number));
      if (monitor != NULL)
        monitor->changed = FALSE;
    }
  monitors->tell (news, monitors->data);
}

/* When the watch is over, nothing is told any more: the call may fail. */
static MonitorsNews *
need_news (Monitors *monitors)
{
  if (monitors->news != NULL)
    return monitors->news;
  monitors->news = g_new (MonitorsNews, 1);
  monitors->news->changed = g_array_new (FALSE, FALSE, sizeof (guint));
  monitors->news->lost = g_array_new (FALSE, FALSE, sizeof (guint));
  lodger_pending_unref (lodger_caller_call_later_full (
      lodger_caller_current (), MONITORS_GATHER, tell, monitors_ref (monitors), monitors_unref,
      LODGER_CALL_OPTIONS (.name = "tell of changes", .flags = LODGER_PENDING_MAY_FAIL)));
  return monitors->news;
}

static void
note_change (Monitor *monitor)
{
  MonitorsNews *news = need_news (monitor->monitors);
  if (monitor->changed)
    return;
  monitor->changed = TRUE;
  g_array_append_val (news->changed, monitor->number);
}

/* A file that is being written is looked at when that is over, or rests. */
static void
on_event (GFileMonitor *object G_GNUC_UNUSED, GFile *file, GFile *other G_GNUC_UNUSED, GFileMonitorEvent event,
          void *data)
{
  Monitor *monitor = data;
  Monitors *monitors = monitor->monitors;
  guint number = monitor->number;
  if (event == G_FILE_MONITOR_EVENT_CHANGED || event == G_FILE_MONITOR_EVENT_PRE_UNMOUNT || monitors->ended)
    return;
  note_change (monitor);
  if (event != G_FILE_MONITOR_EVENT_UNMOUNTED
      && ((event != G_FILE_MONITOR_EVENT_DELETED && event != G_FILE_MONITOR_EVENT_MOVED_OUT)
          || !g_file_equal (file, monitor->file)))
    return;
  g_hash_table_remove (monitors->by_number, GUINT_TO_POINTER (number));
  g_array_append_val (need_news (monitors)->lost, number);
}

/* ---- which are watched ------------------------------------------------------------------------------------------ */

static guint
get_room (void)
{
  char *text = NULL;
  guint64 room = 2 * A_LITTLE;
  if (g_file_get_contents ("/proc/sys/fs/inotify/max_user_watches", &text, NULL, NULL))
    room = g_ascii_strtoull (text, NULL, 10);
  g_free (text);
  return (guint) MIN (room / 2, MOST);
}

/* GIO does not tell that the system has no room: it looks for such folders again and again. So somebody has to ask. */
static gboolean
is_full (const char *path)
{
  int fd = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  gboolean full = fd < 0 || (inotify_add_watch (fd, path, IN_DELETE_SELF | IN_ONLYDIR) < 0 && errno == ENOSPC);
  if (fd >= 0)
    close (fd);
  return full;
}

/* This is what hangs when its file system does: GIO would have a lock meanwhile that all of its monitors share. */
static gboolean
is_there (const char *path)
{
  int fd = open (path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

static gboolean
is_since (const struct stat *st, gint64 since)
{
  gint64 mtime = (gint64) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
  gint64 ctime = (gint64) st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec;
  return MAX (mtime, ctime) >= since - TICK;
}

/* A file can be written to while its folder stays as it is. */
static gboolean
has_changed (const char *path, gint64 since)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat st;
  gboolean changed = fd >= 0 && fstat (fd, &st) == 0 && is_since (&st, since);
  DIR *dir = fd >= 0 && !changed ? fdopendir (fd) : NULL;
  const struct dirent *entry;
  while (dir != NULL && !changed && (entry = readdir (dir)) != NULL)
    changed = entry->d_type != DT_DIR && fstatat (fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0
              && !S_ISDIR (st.st_mode) && is_since (&st, since);
  if (dir != NULL)
    closedir (dir);
  else if (fd >= 0)
    close (fd);
  return changed;
}

void
monitors_remove (Monitors *monitors, guint number)
{
  g_hash_table_remove (monitors->by_number, GUINT_TO_POINTER (number));
}

MonitorsAnswer
monitors_add (Monitors *monitors, guint number, const char *path, gint64 since)
{
  Monitor *monitor;
  if (monitors->added == 0)
    monitors->room = get_room ();
  if (!is_there (path))
    return MONITORS_NOT_THERE;
  if (monitors->ended || g_hash_table_size (monitors->by_number) >= monitors->room)
    return MONITORS_CANNOT;
  if (monitors->added++ % ADDED_A_LOOK == 0 && is_full (path))
    {
      monitors->room = g_hash_table_size (monitors->by_number);
      return MONITORS_CANNOT;
    }
  monitor = g_new0 (Monitor, 1);
  monitor->monitors = monitors;
  monitor->number = number;
  monitor->file = g_file_new_for_path (path);
  monitor->object = g_file_monitor_directory (monitor->file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (monitor->object == NULL)
    {
      g_object_unref (monitor->file);
      g_free (monitor);
      return MONITORS_CANNOT;
    }
  g_signal_connect (monitor->object, "changed", G_CALLBACK (on_event), monitor);
  g_hash_table_insert (monitors->by_number, GUINT_TO_POINTER (number), monitor);
  /* GIO looks for one that has just gone again and again, and would not tell at once when it comes back. */
  if (!is_there (path))
    {
      monitors_remove (monitors, number);
      return MONITORS_NOT_THERE;
    }
  if (has_changed (path, since))
    note_change (monitor);
  return MONITORS_ADDED;
}
