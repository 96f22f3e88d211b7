/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "acting.h"

#include "tree.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
acting_begin (Acting *acting)
{
  memset (acting, 0, sizeof *acting);
  acting->base = g_dir_make_tmp ("lodger-scan-act-XXXXXX", NULL);
  test_check (acting->base != NULL);
  acting->in = acting_path (acting, "in");
  acting->data = acting_path (acting, "data");
  test_check (g_mkdir (acting->in, 0755) == 0);
  g_setenv ("XDG_DATA_HOME", acting->data, TRUE);
  acting->loop = loop_open (LODGER_MANUAL_DEFAULT);
}

void
acting_end (Acting *acting)
{
  act_free (acting->act);
  plan_free (acting->plan);
  if (acting->found.store != NULL)
    found_clear (&acting->found);
  loop_close (&acting->loop);
  tree_remove (acting->base);
  g_free (acting->base);
  g_free (acting->in);
  g_free (acting->data);
}

char *
acting_path (const Acting *acting, const char *name)
{
  return g_build_filename (acting->base, name, NULL);
}

void
acting_write (Acting *acting, const char *name, const char *content)
{
  char *path = acting_path (acting, name);
  char *folder = g_path_get_dirname (path);
  struct timespec times[2] = { { 1600000000 + acting->written, 0 }, { 1600000000 + acting->written, 0 } };
  test_check (g_mkdir_with_parents (folder, 0755) == 0);
  test_check (g_file_set_contents_full (path, content, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  test_check (utimensat (AT_FDCWD, path, times, 0) == 0);
  acting->written++;
  g_free (folder);
  g_free (path);
}

gboolean
acting_has (const Acting *acting, const char *name, const char *content)
{
  char *path = acting_path (acting, name);
  char *found = NULL;
  gsize size;
  struct stat st;
  gboolean has = lstat (path, &st) == 0 && S_ISREG (st.st_mode) && g_file_get_contents (path, &found, &size, NULL)
                 && size == strlen (content) && memcmp (found, content, size) == 0;
  g_free (found);
  g_free (path);
  return has;
}

gboolean
acting_is_there (const Acting *acting, const char *name)
{
  char *path = acting_path (acting, name);
  struct stat st;
  gboolean there = lstat (path, &st) == 0;
  g_free (path);
  return there;
}

guint
acting_count (const Acting *acting, const char *name)
{
  char *path = acting_path (acting, name);
  GDir *dir = g_dir_open (path, 0, NULL);
  guint count = 0;
  while (dir != NULL && g_dir_read_name (dir) != NULL)
    count++;
  if (dir != NULL)
    g_dir_close (dir);
  g_free (path);
  return count;
}

void
acting_move (const Acting *acting, const char *from, const char *to)
{
  char *from_path = acting_path (acting, from);
  char *to_path = acting_path (acting, to);
  test_check (rename (from_path, to_path) == 0);
  g_free (from_path);
  g_free (to_path);
}

void
acting_scan (Acting *acting, guint8 content_kind)
{
  acting->found = found_in (acting->in, content_kind);
  acting->plan = plan_new (acting->found.report);
  plan_apply (acting->plan, PLAN_KEEP_OLDEST);
}

static void
on_progress (Act *act, void *data)
{
  Acting *acting = data;
  test_check (act == acting->act && acting->finished == 0);
  acting->progress++;
}

static void
on_finished (Act *act, void *data)
{
  Acting *acting = data;
  test_check (act == acting->act);
  acting->finished++;
}

ActEvents
acting_events (Acting *acting)
{
  return (ActEvents) { on_progress, on_finished, acting };
}

void
acting_wait (Acting *acting)
{
  int64_t until = test_now () + test_limit_ns ();
  while (acting->finished == 0)
    {
      lodger_manual_iterate (acting->loop.host, false);
      if (acting->finished == 0)
        lodger_manual_wait_posted (acting->loop.host, 1000000);
      if (test_now () > until)
        test_fail ("hangs: the act does not finish");
    }
  test_check (acting->finished == 1 && act_has_finished (acting->act));
}

void
acting_run (Acting *acting, ActKind kind, gboolean dry_run)
{
  ActEvents events = acting_events (acting);
  acting->act = act_start (acting->loop.caller, acting->plan, kind, dry_run, &events);
  acting_wait (acting);
}

const ActItem *
acting_item (const Acting *acting, const char *name)
{
  const GArray *items = act_get_items (acting->act);
  char *path = g_build_filename (acting->in, name, NULL);
  const ActItem *item = NULL;
  for (guint i = 0; item == NULL && i < items->len; i++)
    if (strcmp (g_array_index (items, ActItem, i).path, path) == 0)
      item = &g_array_index (items, ActItem, i);
  if (item == NULL)
    test_fail ("no item: %s", name);
  g_free (path);
  return item;
}

int
acting_reason (const Acting *acting, const char *name)
{
  return acting_item (acting, name)->reason;
}
