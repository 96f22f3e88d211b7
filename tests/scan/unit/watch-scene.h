/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests of watching: a folder on disk, the store that knows it, and what was told of changes. */
#ifndef LODGER_SCAN_WATCH_SCENE_H
#define LODGER_SCAN_WATCH_SCENE_H

#include "test-latch.h"
#include "test-loop.h"
#include "watch.h"

typedef struct Scene
{
  Loop loop;
  char *folder;
  Store *store;
  StoreDir *root;
  Watch *watch;
  guint covered, told; /* how often */
  GHashTable *folders; /* StoreDir, those that were told since they were forgotten */
} Scene;

/* The system has no room for further folders. */
extern gboolean scene_has_no_room;
/* Monitors that are made open `scene_hanging` and wait for this one. NULL: they do not. */
extern Latch *scene_hangs_at;
extern Latch scene_hanging;

Scene scene_open (void);
Scene scene_open_full (const LodgerCallerOptions *options);
void scene_close (Scene *scene);

/* A folder of the store that was opened, as if it had been scanned. */
StoreDir *scene_know (Scene *scene, StoreDir *parent, const char *name);
/* Watches it, and returns at once. */
void scene_watch_since (Scene *scene, gint64 since);
/* Watches it, and returns when all folders are watched. What was changed before is not told. */
void scene_watch (Scene *scene);
void scene_follow (Scene *scene);

gboolean scene_is_covered (const Scene *scene);
gboolean scene_was_told (const Scene *scene);
#define scene_run_until(scene, reached) scene_run_until_at (scene, reached, __LINE__)
void scene_run_until_at (Scene *scene, gboolean (*reached) (const Scene *scene), int line);
/* Returns when a change of the folder was told, and forgets what was told. */
void scene_expect_told (Scene *scene, const StoreDir *dir);
/* The same; nothing else must have been told. */
void scene_expect_told_only (Scene *scene, const StoreDir *dir);
void scene_forget_news (Scene *scene);

/* `name` is relative to the folder. */
char *scene_path (const Scene *scene, const char *name);
void scene_make_folder (const Scene *scene, const char *name);
void scene_make_file (const Scene *scene, const char *name);
void scene_remove (const Scene *scene, const char *name);

#endif
