/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A folder that is watched. */
#ifndef GIO_IN_QT_FOLDER_H
#define GIO_IN_QT_FOLDER_H

#include "ref.h"

#include <functional>

struct FolderEvent
{
  std::string what, name; /* "created", "notes.txt" */
  std::string path;       /* of the file */
};

class Folder {
public:
  using Func = std::function<void (const FolderEvent &event)>;
  explicit Folder (Func func) : happened (std::move (func))
  {
  }
  ~Folder ();
  Folder (const Folder &) = delete;
  Folder &operator= (const Folder &) = delete;

  /* Watches this one instead. Returns why it cannot, or an empty text. */
  std::string watch (const std::string &path);

private:
  static void changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer self);
  void end ();

  Func happened;
  Ref<GFileMonitor> monitor;
};

#endif
