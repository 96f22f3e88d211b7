/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-work.h"

#include <string.h>
#include <unistd.h>

enum
{
  FILES_A_GROUP = 64 /* of those that are compared with nothing: in one call of a worker */
};

static void
folder_clear (void *data)
{
  ActFolder *folder = data;
  g_free (folder->path);
}

ActWork *
act_work_new (ActKind kind, gboolean dry_run)
{
  ActWork *work = g_new0 (ActWork, 1);
  atomic_init (&work->refs, 1);
  work->kind = kind;
  work->dry_run = dry_run;
  work->folders = g_array_new (FALSE, FALSE, sizeof (ActFolder));
  g_array_set_clear_func (work->folders, folder_clear);
  work->groups = g_array_new (FALSE, FALSE, sizeof (ActGroup));
  work->files = g_array_new (FALSE, FALSE, sizeof (ActFile));
  work->moved = g_ptr_array_new ();
  work->strings = g_string_chunk_new (64 * 1024);
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
  g_array_unref (work->folders);
  g_array_unref (work->groups);
  g_array_unref (work->files);
  g_ptr_array_unref (work->moved);
  g_string_chunk_free (work->strings);
  g_free (work);
}

const ActFile *
act_work_get_file (const ActWork *work, const ActGroup *group, guint number)
{
  return &g_array_index (work->files, ActFile, group->first + group->stays + number);
}

static void
begin_group (ActWork *work)
{
  ActGroup group = { .first = work->files->len, .item = work->n_items };
  g_array_append_val (work->groups, group);
}

static void
add_file (ActWork *work, const ActFile *file, gboolean goes)
{
  ActGroup *group = &g_array_index (work->groups, ActGroup, work->groups->len - 1);
  g_array_append_val (work->files, *file);
  group->stays += goes ? 0 : 1;
  group->goes += goes ? 1 : 0;
  work->n_items += goes ? 1 : 0;
}

/* ---- from a plan ------------------------------------------------------------------------------------------------ */

/* The path of a folder is made once for all files in it. */
typedef struct KnownDir
{
  char *path; /* absolute, with a slash at the end */
  gsize size, base_size;
  guint base;
} KnownDir;

typedef struct Copying
{
  ActWork *work;
  const Report *report;
  GHashTable *dirs; /* KnownDir by StoreDir */
  GString *text;
} Copying;

static void
known_dir_free (void *data)
{
  KnownDir *dir = data;
  g_free (dir->path);
  g_free (dir);
}

static Copying
begin_copying (ActWork *work, const Report *report)
{
  return (Copying) { work, report, g_hash_table_new_full (NULL, NULL, NULL, known_dir_free), g_string_new (NULL) };
}

static void
end_copying (Copying *copying)
{
  g_string_free (copying->text, TRUE);
  g_hash_table_unref (copying->dirs);
}

/* The scanned folder is the topmost one; if several were scanned, they are in it, with their whole paths as names. */
static gboolean
is_base (const StoreDir *dir)
{
  return dir->parent == NULL || (dir->parent->parent == NULL && !dir->parent->opened);
}

static const KnownDir *
know_dir (Copying *copying, StoreDir *dir)
{
  KnownDir *known = g_hash_table_lookup (copying->dirs, dir);
  const KnownDir *parent;
  if (known != NULL)
    return known;
  known = g_new0 (KnownDir, 1);
  if (is_base (dir))
    {
      ActFolder folder = { g_build_filename (copying->report->folder, dir->name, NULL), 0, 0 };
      if (dir->opened)
        {
          folder.dev = dir->dev;
          folder.ino = dir->ino;
        }
      known->base = copying->work->folders->len;
      known->path = g_str_has_suffix (folder.path, "/") ? g_strdup (folder.path) : g_strconcat (folder.path, "/", NULL);
      known->base_size = strlen (known->path);
      g_array_append_val (copying->work->folders, folder);
    }
  else
    {
      parent = know_dir (copying, dir->parent);
      known->path = g_strconcat (parent->path, dir->name, "/", NULL);
      known->base = parent->base;
      known->base_size = parent->base_size;
    }
  known->size = strlen (known->path);
  g_hash_table_insert (copying->dirs, dir, known);
  return known;
}

static void
copy_file (Copying *copying, const StoreFile *file, gboolean goes)
{
  const KnownDir *dir = know_dir (copying, file->dir);
  ActFile added = { .base = dir->base,
                    .dev = store_get_device (copying->report->store, file),
                    .ino = file->ino,
                    .size = file->size,
                    .mtime = file->mtime };
  g_string_append_len (g_string_truncate (copying->text, 0), dir->path, (gssize) dir->size);
  g_string_append (copying->text, file->name);
  added.full = g_string_chunk_insert_len (copying->work->strings, copying->text->str, (gssize) copying->text->len);
  added.path = added.full + dir->base_size;
  add_file (copying->work, &added, goes);
}

static void
add_twin (Copying *copying, guint twin, gboolean goes)
{
  copy_file (copying, g_ptr_array_index (copying->report->twins, twin), goes);
}

static void
add_group (Copying *copying, const Plan *plan, const ReportGroup *group, GArray *twins)
{
  guint end = group->first + group->count;
  gboolean begun = FALSE;
  for (guint twin = group->first; !begun && twin < end; twin++)
    begun = plan_goes (plan, twin);
  if (!begun)
    return;
  begin_group (copying->work);
  for (guint twin = group->first; twin < end; twin++)
    if (plan_stays (plan, twin))
      add_twin (copying, twin, FALSE);
  for (guint twin = group->first; twin < end; twin++)
    if (plan_goes (plan, twin))
      {
        add_twin (copying, twin, TRUE);
        g_array_append_val (twins, twin);
      }
}

void
act_work_add_plan (ActWork *work, const Plan *plan, GArray *twins)
{
  const Report *report = plan_get_report (plan);
  Copying copying = begin_copying (work, report);
  for (guint i = 0; i < report->groups->len; i++)
    add_group (&copying, plan, &g_array_index (report->groups, ReportGroup, i), twins);
  end_copying (&copying);
}

void
act_work_add_alone (ActWork *work, const Report *report, const guint *numbers, guint count)
{
  Copying copying = begin_copying (work, report);
  for (guint i = 0; i < count; i++)
    {
      if (i % FILES_A_GROUP == 0)
        {
          begin_group (work);
          g_array_index (work->groups, ActGroup, work->groups->len - 1).is_alone = TRUE;
        }
      copy_file (&copying, &g_array_index (report->store->files, StoreFile, numbers[i]), TRUE);
    }
  end_copying (&copying);
}

void
act_work_add_undo (ActWork *work, const ActWork *was, const ActFile *file, const char *moved)
{
  ActFile added = *file;
  for (guint i = work->folders->len; i < was->folders->len; i++)
    {
      ActFolder folder = g_array_index (was->folders, ActFolder, i);
      folder.path = g_strdup (folder.path);
      g_array_append_val (work->folders, folder);
    }
  if (work->n_items % FILES_A_GROUP == 0)
    begin_group (work);
  added.full = g_string_chunk_insert (work->strings, file->full);
  added.path = added.full + (file->path - file->full);
  add_file (work, &added, TRUE);
  g_ptr_array_add (work->moved, g_string_chunk_insert (work->strings, moved));
}

/* ---- in a worker ------------------------------------------------------------------------------------------------ */

typedef struct Doing
{
  ActWork *work;
  LodgerPending *self;
  ActWay way;
  ActBase *bases;
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

/* The first copy that stays and is as it was scanned is what the file is compared with. One that has failed is not
 * tried again. If there is none, the file stays. */
static int
do_file (Doing *doing, const ActFile *file, ActResult *result)
{
  const ActFile *files = &g_array_index (doing->work->files, ActFile, 0);
  int reason = ACT_KEPT_GONE;
  if (doing->group->is_alone)
    return act_file_bin (&doing->way, file, result);
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
  const ActFile *file = act_work_get_file (work, doing->group, number);
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
  guint count = work->folders->len;
  ActOutcome *outcome = g_malloc0 (sizeof *outcome + goes * sizeof outcome->files[0]);
  outcome->group = number;
  if (has_to_stop (&doing))
    return outcome;
  doing.bases = g_new (ActBase, count);
  for (guint i = 0; i < count; i++)
    doing.bases[i] = act_open_base (&g_array_index (work->folders, ActFolder, i));
  doing.way = (ActWay) {
    .bases = doing.bases, .kind = work->kind, .dry_run = work->dry_run, .stop = has_to_stop, .stop_data = &doing
  };
  doing.failed = g_new0 (gboolean, doing.group->stays);
  doing.links = g_array_new (FALSE, FALSE, sizeof (Link));
  while (outcome->count < goes && do_one (&doing, outcome->count, outcome))
    outcome->count++;
  g_array_unref (doing.links);
  g_free (doing.failed);
  for (guint i = 0; i < count; i++)
    {
      if (doing.bases[i].fd >= 0)
        close (doing.bases[i].fd);
      g_free (doing.bases[i].path);
    }
  g_free (doing.bases);
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
