/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is mounted, and how much is free there. */
#ifndef GIO_IN_QT_VOLUMES_H
#define GIO_IN_QT_VOLUMES_H

#include "ref.h"

#include <functional>
#include <gio/gunixmounts.h>
#include <map>

struct Volume
{
  std::string path, device, type;
  guint64 size = 0, free = 0; /* bytes; no size: not known (yet) */
};

class Volumes {
public:
  /* `changed` is called when the list, or what is known of a volume, has changed. */
  explicit Volumes (std::function<void ()> changed);
  ~Volumes ();
  Volumes (const Volumes &) = delete;
  Volumes &operator= (const Volumes &) = delete;

  /* By their paths. */
  const std::map<std::string, Volume> &get_all () const
  {
    return all;
  }
  /* Whether nothing is being asked. */
  bool is_settled () const
  {
    return asked == 0;
  }
  /* Lists what is mounted, and asks for the free space of each. */
  void refresh ();

private:
  struct Question;
  static void answered (GObject *file, GAsyncResult *result, gpointer question);
  void ask (const std::string &path);

  std::function<void ()> changed;
  std::map<std::string, Volume> all;
  Ref<GCancellable> cancellable { g_cancellable_new () };
  Ref<GVolumeMonitor> monitor { g_volume_monitor_get () };
  Ref<GUnixMountMonitor> mounts { g_unix_mount_monitor_get () };
  unsigned asked = 0;
  guint timer;
};

#endif
