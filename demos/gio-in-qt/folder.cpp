/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folder.h"

Folder::~Folder ()
{
  end ();
}

void
Folder::end ()
{
  if (monitor == nullptr)
    return;
  g_signal_handlers_disconnect_by_data (monitor.get (), this);
  g_file_monitor_cancel (monitor.get ());
  monitor.reset ();
}

std::string
Folder::watch (const std::string &path)
{
  const Ref<GFile> file (g_file_new_for_path (path.c_str ()));
  GError *error = nullptr;
  end ();
  if (!g_file_test (path.c_str (), G_FILE_TEST_IS_DIR))
    return "There is no folder " + path;
  monitor.reset (g_file_monitor_directory (file.get (), G_FILE_MONITOR_WATCH_MOVES, nullptr, &error));
  if (monitor == nullptr)
    return take (error);
  g_signal_connect (monitor.get (), "changed", G_CALLBACK (changed), this);
  return "";
}

static const char *
describe (GFileMonitorEvent event)
{
  switch (event)
    {
    case G_FILE_MONITOR_EVENT_CREATED: return "created";
    case G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT: return "written";
    case G_FILE_MONITOR_EVENT_DELETED: return "deleted";
    case G_FILE_MONITOR_EVENT_ATTRIBUTE_CHANGED: return "attributes";
    case G_FILE_MONITOR_EVENT_RENAMED: return "renamed";
    case G_FILE_MONITOR_EVENT_MOVED_IN: return "moved in";
    case G_FILE_MONITOR_EVENT_MOVED_OUT: return "moved out";
    case G_FILE_MONITOR_EVENT_UNMOUNTED: return "unmounted";
    default: return nullptr; /* each single write */
    }
}

void
Folder::changed (GFileMonitor *, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  const auto self = static_cast<Folder *> (data);
  FolderEvent told;
  const char *what = describe (event);
  if (what == nullptr)
    return;
  told.what = what;
  told.name = take (g_file_get_basename (file));
  told.path = take (g_file_get_path (file));
  if (event == G_FILE_MONITOR_EVENT_RENAMED && other != nullptr)
    {
      told.name += " → " + take (g_file_get_basename (other));
      told.path = take (g_file_get_path (other));
    }
  self->happened (told);
}
