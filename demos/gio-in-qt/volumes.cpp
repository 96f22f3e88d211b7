/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "volumes.h"

enum
{
  SECONDS = 5 /* how often the free space is asked for */
};

static void
on_change (Volumes *volumes)
{
  volumes->refresh ();
}

static gboolean
on_timer (gpointer volumes)
{
  static_cast<Volumes *> (volumes)->refresh ();
  return G_SOURCE_CONTINUE;
}

Volumes::Volumes (std::function<void ()> func) : changed (std::move (func))
{
  for (const char *name : { "mount-added", "mount-removed", "mount-changed", "volume-added", "volume-removed" })
    g_signal_connect_swapped (monitor.get (), name, G_CALLBACK (on_change), this);
  g_signal_connect_swapped (mounts.get (), "mounts-changed", G_CALLBACK (on_change), this);
  timer = g_timeout_add_seconds (SECONDS, on_timer, this);
  refresh ();
}

Volumes::~Volumes ()
{
  g_source_remove (timer);
  g_signal_handlers_disconnect_by_data (monitor.get (), this);
  g_signal_handlers_disconnect_by_data (mounts.get (), this);
  g_cancellable_cancel (cancellable.get ());
}

/* The kernel's own are left out. The root is one of a user's, whatever it is made of. */
static bool
is_for_users (GUnixMountEntry *entry)
{
  const std::string path = g_unix_mount_get_mount_path (entry);
  if (path == "/")
    return true;
  for (const char *kernel : { "/proc/", "/sys/", "/dev/" })
    if (g_str_has_prefix (path.c_str (), kernel))
      return false;
  return !g_unix_is_system_fs_type (g_unix_mount_get_fs_type (entry))
         && !g_unix_is_system_device_path (g_unix_mount_get_device_path (entry))
         && g_file_test (path.c_str (), G_FILE_TEST_IS_DIR);
}

void
Volumes::refresh ()
{
  std::map<std::string, Volume> now;
  std::map<std::string, std::string> devices; /* each once, under its shortest path */
  GList *entries = g_unix_mounts_get (nullptr);
  for (GList *item = entries; item != nullptr; item = item->next)
    {
      const auto entry = static_cast<GUnixMountEntry *> (item->data);
      Volume volume;
      volume.path = g_unix_mount_get_mount_path (entry);
      volume.device = g_unix_mount_get_device_path (entry);
      volume.type = g_unix_mount_get_fs_type (entry);
      const auto same = devices.find (volume.device);
      if (is_for_users (entry) && (same == devices.end () || volume.path.size () < same->second.size ()))
        {
          if (same != devices.end ())
            now.erase (same->second);
          devices[volume.device] = volume.path;
          now[volume.path] = volume;
        }
      g_unix_mount_free (entry);
    }
  g_list_free (entries);
  for (auto &pair : now)
    {
      const auto before = all.find (pair.first);
      if (before != all.end () && before->second.device == pair.second.device)
        pair.second = before->second;
    }
  all = std::move (now);
  for (const auto &pair : all)
    ask (pair.first);
  changed ();
}

/* ---- how much is free -------------------------------------------------------------------------------------------- */

struct Volumes::Question
{
  Volumes *volumes; /* not to be touched after a cancel */
  std::string path;
};

void
Volumes::ask (const std::string &path)
{
  const Ref<GFile> file (g_file_new_for_path (path.c_str ()));
  asked++;
  g_file_query_filesystem_info_async (file.get (), "filesystem::size,filesystem::free", G_PRIORITY_LOW,
                                      cancellable.get (), answered, new Question { this, path });
}

void
Volumes::answered (GObject *file, GAsyncResult *result, gpointer data)
{
  const std::unique_ptr<Question> question (static_cast<Question *> (data));
  GError *error = nullptr;
  const Ref<GFileInfo> info (g_file_query_filesystem_info_finish (G_FILE (file), result, &error));
  const bool is_over = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  if (is_over)
    return;
  Volumes *self = question->volumes;
  self->asked--;
  const auto volume = self->all.find (question->path);
  if (info != nullptr && volume != self->all.end ())
    {
      volume->second.size = g_file_info_get_attribute_uint64 (info.get (), G_FILE_ATTRIBUTE_FILESYSTEM_SIZE);
      volume->second.free = g_file_info_get_attribute_uint64 (info.get (), G_FILE_ATTRIBUTE_FILESYSTEM_FREE);
    }
  self->changed ();
}
