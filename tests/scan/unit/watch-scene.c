/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watch-scene.h"

#include <check.h>
#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <lodger-glib.h>
#include <sys/inotify.h>

#include "test-limits.h"

/* The linker has the program's calls of these go here. */
int __real_inotify_add_watch (int fd, const char *path, uint32_t mask);
int __wrap_inotify_add_watch (int fd, const char *path, uint32_t mask);
GFileMonitor *__real_g_file_monitor_directory (GFile *file, GFileMonitorFlags flags, GCancellable *cancellable,
                                               GError **error);
GFileMonitor *__wrap_g_file_monitor_directory (GFile *file, GFileMonitorFlags flags, GCancellable *cancellable,
                                               GError **error);

gboolean scene_has_no_room;
Latch *scene_hangs_at;
Latch scene_hanging;

int
__wrap_inotify_add_watch (int fd, const char *path, uint32_t mask)
{
  if (!scene_has_no_room)
    return __real_inotify_add_watch (fd, path, mask);
  errno = ENOSPC;
  return -1;
}

GFileMonitor *
__wrap_g_file_monitor_directory (GFile *file, GFileMonitorFlags flags, GCancellable *cancellable, GError **error)
{
  if (scene_hangs_at != NULL)
    {
      latch_open (&scene_hanging);
      latch_wait (scene_hangs_at);
    }
  return __real_g_file_monitor_directory (file, flags, cancellable, error);
}

static void
on_changed (Watch *watch, const GPtrArray *folders, void *data)
{
  Scene *scene = data;
  ck_assert_ptr_eq (watch, scene->watch);
  ck_assert_uint_gt (folders->len, 0);
  scene->told++;
  for (guint i = 0; i < folders->len; i++)
    g_hash_table_add (scene->folders, g_ptr_array_index (folders, i));
}

static void
on_covered (Watch *watch G_GNUC_UNUSED, void *data)
{
  ((Scene *) data)->covered++;
}

void
scene_run_until_at (Scene *scene, gboolean (*reached) (const Scene *scene), int line)
{
  int64_t until = test_now () + test_limit_ns ();
  while (!reached (scene))
    {
      lodger_manual_iterate (scene->loop.host, false);
      lodger_manual_wait_posted (scene->loop.host, 1000000);
      ck_assert_msg (test_now () < until, "line %d: it never comes", line);
    }
}

gboolean
scene_is_covered (const Scene *scene)
{
  return scene->covered > 0;
}

gboolean
scene_was_told (const Scene *scene)
{
  return scene->told > 0;
}

char *
scene_path (const Scene *scene, const char *name)
{
  return g_build_filename (scene->folder, name, NULL);
}

void
scene_make_folder (const Scene *scene, const char *name)
{
  char *path = scene_path (scene, name);
  ck_assert_int_eq (g_mkdir (path, 0700), 0);
  g_free (path);
}

void
scene_make_file (const Scene *scene, const char *name)
{
  char *path = scene_path (scene, name);
  ck_assert (g_file_set_contents_full (path, "x", 1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_free (path);
}

void
scene_remove (const Scene *scene, const char *name)
{
  char *path = scene_path (scene, name);
  ck_assert_int_eq (g_remove (path), 0);
  g_free (path);
}

StoreDir *
scene_know (Scene *scene, StoreDir *parent, const char *name)
{
  static guint64 inode;
  StoreDir *dir = store_add_dir (scene->store, parent, name);
  ck_assert (store_open_dir (scene->store, dir, 1, ++inode));
  return dir;
}

Scene
scene_open_full (const LodgerCallerOptions *options)
{
  Scene scene = { .loop = loop_open_full (LODGER_MANUAL_DEFAULT, options) };
  ck_assert_int_eq (lodger_glib_register (), 0);
  scene.folder = g_dir_make_tmp ("scan-watch-XXXXXX", NULL);
  scene.store = store_new ();
  scene.root = scene_know (&scene, NULL, NULL);
  scene.folders = g_hash_table_new (NULL, NULL);
  latch_init (&scene_hanging);
  return scene;
}

Scene
scene_open (void)
{
  return scene_open_full (NULL);
}

void
scene_watch_since (Scene *scene, gint64 since)
{
  WatchEvents events = { on_changed, on_covered, scene };
  scene->watch = watch_start (scene->loop.caller, scene->store, scene->folder, since, &events);
  ck_assert_ptr_nonnull (scene->watch);
}

void
scene_watch (Scene *scene)
{
  scene_watch_since (scene, G_MAXINT64);
  scene_run_until (scene, scene_is_covered);
}

void
scene_forget_news (Scene *scene)
{
  scene->told = 0;
  g_hash_table_remove_all (scene->folders);
}

void
scene_expect_told (Scene *scene, const StoreDir *dir)
{
  while (!g_hash_table_contains (scene->folders, dir))
    {
      scene->told = 0;
      scene_run_until (scene, scene_was_told);
    }
  scene_forget_news (scene);
}

void
scene_expect_told_only (Scene *scene, const StoreDir *dir)
{
  scene_run_until (scene, scene_was_told);
  ck_assert_uint_eq (g_hash_table_size (scene->folders), 1);
  ck_assert (g_hash_table_contains (scene->folders, dir));
  scene_forget_news (scene);
}

void
scene_follow (Scene *scene)
{
  scene->covered = 0;
  watch_follow (scene->watch);
  scene_run_until (scene, scene_is_covered);
}

void
scene_close (Scene *scene)
{
  char rm[] = "rm";
  char options[] = "-rf";
  char *command[] = { rm, options, scene->folder, NULL };
  watch_end (scene->watch);
  loop_close (&scene->loop);
  store_free (scene->store);
  g_hash_table_destroy (scene->folders);
  ck_assert (g_spawn_sync (NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_free (scene->folder);
  latch_clear (&scene_hanging);
}
