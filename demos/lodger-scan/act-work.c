/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-work.h"

#include "below.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ActWork *
act_work_new (const char *folder, ActKind kind, gboolean dry_run)
{
  ActWork *work = g_new0 (ActWork, 1);
  atomic_init (&work->refs, 1);
  work->folder = g_strdup (folder);
  work->kind = kind;
  work->dry_run = dry_run;
  work->groups = g_array_new (FALSE, FALSE, sizeof (ActGroup));
  work->files = g_array_new (FALSE, FALSE, sizeof (ActFile));
  work->moved = g_ptr_array_new ();
  work->paths = g_string_chunk_new (64 * 1024);
  return work;
}

void *
act_work_ref (ActWork *work)
{
  atomic_fetch_add (&work->refs, 1);
  return work;
}

void
act_work_unref (void *data)
{
  ActWork *work = data;
  if (atomic_fetch_sub (&work->refs, 1) != 1)
    return;
  g_array_unref (work->groups);
  g_array_unref (work->files);
  g_ptr_array_unref (work->moved);
  g_string_chunk_free (work->paths);
  g_free (work->folder);
  g_free (work);
}

void
act_work_begin_group (ActWork *work)
{
  ActGroup group = { work->files->len, 0, 0, work->n_items };
  g_array_append_val (work->groups, group);
}

void
act_work_add (ActWork *work, const ActFile *file, const char *path, gboolean goes)
{
  ActGroup *group = &g_array_index (work->groups, ActGroup, work->groups->len - 1);
  ActFile added = *file;
  added.path = g_string_chunk_insert (work->paths, path);
  g_array_append_val (work->files, added);
  if (goes)
    {
      group->goes++;
      work->n_items++;
    }
  else
    group->stays++;
}

static void
add_twin (ActWork *work, const Store *store, const StoreFile *file, gboolean goes, GString *path)
{
  ActFile added = { NULL, store_get_device (store, file), file->ino, file->size, file->mtime };
  g_string_truncate (path, 0);
  store_append_path (path, file->dir, file->name);
  act_work_add (work, &added, path->str, goes);
}

void
act_work_add_plan (ActWork *work, const Plan *plan, GArray *twins)
{
  const Report *report = plan_get_report (plan);
  GString *path = g_string_new (NULL);
  for (guint i = 0; i < report->groups->len; i++)
    {
      const ReportGroup *group = &g_array_index (report->groups, ReportGroup, i);
      gboolean begun = FALSE;
      for (guint twin = group->first; !begun && twin < group->first + group->count; twin++)
        begun = plan_goes (plan, twin);
      if (!begun)
        continue;
      act_work_begin_group (work);
      for (guint twin = group->first; twin < group->first + group->count; twin++)
        if (plan_stays (plan, twin))
          add_twin (work, report->store, g_ptr_array_index (report->twins, twin), FALSE, path);
      for (guint twin = group->first; twin < group->first + group->count; twin++)
        if (plan_goes (plan, twin))
          {
            add_twin (work, report->store, g_ptr_array_index (report->twins, twin), TRUE, path);
            g_array_append_val (twins, twin);
          }
    }
  if (twins->len > 0)
    {
      const StoreFile *file = g_ptr_array_index (report->twins, g_array_index (twins, guint, 0));
      const StoreDir *root = file->dir;
      while (root->parent != NULL)
        root = root->parent;
      work->dev = root->opened ? root->dev : 0;
      work->ino = root->opened ? root->ino : 0;
    }
  g_string_free (path, TRUE);
}

/* ---- in a worker ------------------------------------------------------------------------------------------------ */

typedef struct Doing
{
  ActWork *work;
  LodgerPending *self;
  ActWay way;
  char *path; /* of the root */
  const ActGroup *group;
  gboolean *failed; /* copies that were to stay */
  GArray *links;    /* Link */
} Doing;

/* An inode with several names, and how many of them have gone. */
typedef struct Link
{
  guint64 dev, ino;
  guint gone;
} Link;

static gboolean
has_to_stop (void *data)
{
  const Doing *doing = data;
  return atomic_load (&doing->work->stopped) || lodger_pending_is_cancelled (doing->self);
}

/* The folder that was scanned, and where it is. */
static int
open_way (Doing *doing)
{
  ActWork *work = doing->work;
  char link[64];
  char path[PATH_MAX];
  struct stat st;
  ssize_t size;
  int root = below_open_root (work->folder);
  if (root < 0)
    return below_was_replaced (errno) ? ACT_CHANGED : errno;
  if (work->ino != 0 && (fstat (root, &st) < 0 || st.st_dev != work->dev || st.st_ino != work->ino))
    {
      close (root);
      return ACT_CHANGED;
    }
  snprintf (link, sizeof link, "/proc/self/fd/%d", root);
  size = readlink (link, path, sizeof path);
  doing->path = size > 0 && size < (ssize_t) sizeof path ? g_strndup (path, (gsize) size) : g_strdup (work->folder);
  doing->way = (ActWay) { .root = root,
                          .path = doing->path,
                          .kind = work->kind,
                          .dry_run = work->dry_run,
                          .stop = has_to_stop,
                          .stop_data = doing };
  return ACT_DONE;
}

/* The first copy that stays and is as it was scanned is what the file is compared with. One that has failed is not tried
 * again. If there is none, the file stays. */
static int
do_file (Doing *doing, const ActFile *file, ActResult *result)
{
  const ActFile *files = &g_array_index (doing->work->files, ActFile, 0);
  int reason = ACT_KEPT_GONE;
  for (guint i = 0; i < doing->group->stays; i++)
    {
      const ActFile *kept = &files[doing->group->first + i];
      int now;
      if (doing->failed[i])
        continue;
      if (doing->work->kind == ACT_HARD_LINK && kept->dev != file->dev)
        {
          reason = ACT_CANNOT;
          continue;
        }
      now = act_file_do (&doing->way, kept, file, result);
      if (now != ACT_KEPT_GONE)
        return now;
      doing->failed[i] = TRUE;
    }
  return reason;
}

/* What has become free with this name of the file. */
static guint64
count_freed (Doing *doing, const ActFile *file, const ActResult *result)
{
  ActKind kind = doing->work->kind;
  if (!result->own)
    return 0;
  /* A name that was deleted or replaced is not counted by the system any more; one in the Bin is. */
  if (result->names <= 1 || kind == ACT_REFLINK)
    return file->size;
  if (kind != ACT_BIN && !doing->work->dry_run)
    return 0;
  for (guint i = 0; i < doing->links->len; i++)
    {
      Link *link = &g_array_index (doing->links, Link, i);
      if (link->ino == file->ino && link->dev == file->dev)
        return ++link->gone == result->names ? file->size : 0;
    }
  {
    Link link = { file->dev, file->ino, 1 };
    g_array_append_val (doing->links, link);
  }
  return 0;
}

/* FALSE: it was stopped before the file was over. */
static gboolean
do_one (Doing *doing, guint number, ActOutcome *outcome)
{
  ActWork *work = doing->work;
  const ActFile *file = &g_array_index (work->files, ActFile, doing->group->first + doing->group->stays + number);
  ActResult result = { NULL, 0, TRUE };
  int reason;
  if (has_to_stop (doing))
    return FALSE;
  if (work->undo)
    reason = act_file_restore (&doing->way, file, g_ptr_array_index (work->moved, doing->group->item + number));
  else
    reason = do_file (doing, file, &result);
  if (reason == ACT_WAITING)
    return FALSE;
  outcome->files[number].reason = reason;
  outcome->files[number].moved = result.moved;
  if (reason == ACT_DONE)
    {
      atomic_fetch_add (&work->bytes, work->undo ? file->size : count_freed (doing, file, &result));
      atomic_fetch_add (&work->succeeded, 1);
    }
  atomic_fetch_add (&work->done, 1);
  return TRUE;
}

ActOutcome *
act_work_do (ActWork *work, guint number, LodgerPending *self)
{
  Doing doing = { .work = work, .self = self, .group = &g_array_index (work->groups, ActGroup, number) };
  guint goes = doing.group->goes;
  ActOutcome *outcome = g_malloc0 (sizeof *outcome + goes * sizeof outcome->files[0]);
  int reason = has_to_stop (&doing) ? ACT_WAITING : open_way (&doing);
  outcome->group = number;
  if (reason == ACT_DONE)
    {
      doing.failed = g_new0 (gboolean, doing.group->stays);
      doing.links = g_array_new (FALSE, FALSE, sizeof (Link));
      while (outcome->count < goes && do_one (&doing, outcome->count, outcome))
        outcome->count++;
      g_array_unref (doing.links);
      g_free (doing.failed);
      g_free (doing.path);
      close (doing.way.root);
    }
  else if (reason != ACT_WAITING)
    {
      for (; outcome->count < goes; outcome->count++)
        outcome->files[outcome->count].reason = reason;
      atomic_fetch_add (&work->done, goes);
    }
  return outcome;
}

void
act_outcome_free (void *data)
{
  ActOutcome *outcome = data;
  for (guint i = 0; i < outcome->count; i++)
    g_free (outcome->files[i].moved);
  g_free (outcome);
}
