/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sharing.h"

#include "extents.h"

#include <unistd.h>

enum
{
  FILES_A_BATCH = 64
};

struct Sharing
{
  Shared *shared;
  gboolean begun;
  GArray *numbers; /* guint: the files to ask for */
  guint next;      /* the first of them that no job has */
};

/* ---- which files ------------------------------------------------------------------------------------------------ */

/* Meanwhile the main thread leaves the store alone. */
typedef struct Choosing
{
  Job job;
  GArray *numbers;
  guint8 *devices; /* Known, by the store's number of the device */
} Choosing;

typedef enum Known
{
  UNKNOWN,
  CAN_SHARE,
  CANNOT_SHARE
} Known;

static const StoreFile *
file_at (const Shared *shared, guint number)
{
  return &g_array_index (shared->store->files, StoreFile, number);
}

static guint8
know (int fd)
{
  return extents_can_be_shared (fd) ? CAN_SHARE : CANNOT_SHARE;
}

/* The folders that are scanned tell what their file systems are like. */
static void
ask_roots (Choosing *choosing)
{
  const Shared *shared = choosing->job.shared;
  const GArray *devices = shared->store->devices;
  choosing->devices = g_malloc0 (MAX (devices->len, 1));
  for (guint dev = 0; dev < devices->len; dev++)
    for (guint i = 0; i < shared->n_roots; i++)
      if (shared->roots[i].dev == g_array_index (devices, guint64, dev))
        choosing->devices[dev] = know (shared->roots[i].fd);
}

/* On another one the file tells. If it is not there any more, the next one will. */
static gboolean
can_share (Choosing *choosing, guint number)
{
  guint8 *known = &choosing->devices[file_at (choosing->job.shared, number)->dev];
  if (*known == UNKNOWN)
    {
      FileRef ref = shared_refer (choosing->job.shared, number);
      FileInfo info = { 0 };
      int fd = file_open_again (&ref, &info);
      if (fd >= 0)
        {
          *known = know (fd);
          close (fd);
        }
      g_free (ref.path);
    }
  return *known == CAN_SHARE;
}

/* FALSE: nothing is to be asked for. */
static gboolean
find_group (Choosing *choosing, guint number, guint *ret_group)
{
  const StoreFile *file = file_at (choosing->job.shared, number);
  return !file->gone && file->size > 0 && choosing->devices[file->dev] != CANNOT_SHARE
         && store_find_first_twin (choosing->job.shared->store, file, ret_group) && can_share (choosing, number);
}

static void
choose (Job *job, LodgerPending *self)
{
  Choosing *choosing = (Choosing *) job;
  guint count = job->shared->store->files->len;
  GHashTable *groups = g_hash_table_new (NULL, NULL); /* that have a file of which nothing is known */
  guint group;
  ask_roots (choosing);
  for (guint i = 0; i < count && !lodger_pending_is_cancelled (self); i++)
    if (!file_at (job->shared, i)->blocks_known && find_group (choosing, i, &group))
      g_hash_table_add (groups, GUINT_TO_POINTER (group));
  for (guint i = 0; i < count && g_hash_table_size (groups) > 0; i++)
    if (find_group (choosing, i, &group) && g_hash_table_contains (groups, GUINT_TO_POINTER (group)))
      g_array_append_val (choosing->numbers, i);
  g_hash_table_destroy (groups);
}

static void
take_choice (Job *job)
{
  Choosing *choosing = (Choosing *) job;
  Sharing *sharing = job->owner;
  sharing->numbers = g_array_ref (choosing->numbers);
}

static void
clear_choice (Job *job)
{
  Choosing *choosing = (Choosing *) job;
  g_array_unref (choosing->numbers);
  g_free (choosing->devices);
}

static const JobKind choosing_kind = { "find files that may share blocks", choose, take_choice, NULL, clear_choice };

/* ---- asking ----------------------------------------------------------------------------------------------------- */

typedef struct Asked
{
  guint number;
  FileRef ref;
  guint64 mark;
} Asked;

typedef struct Batch
{
  Job job;
  Asked files[FILES_A_BATCH];
  guint count, done;
} Batch;

static gboolean
ask_file (Job *job, Asked *asked)
{
  FileInfo info = { 0 };
  int fd = file_open_again (&asked->ref, &info);
  if (fd >= 0)
    {
      asked->mark = extents_get_mark (fd);
      close (fd);
    }
  return !job_is_short (job, info.reason);
}

static void
ask_files (Job *job, LodgerPending *self)
{
  Batch *batch = (Batch *) job;
  while (batch->done < batch->count && !lodger_pending_is_cancelled (self)
         && ask_file (job, &batch->files[batch->done]))
    batch->done++;
}

static void
take_answers (Job *job)
{
  const Batch *batch = (Batch *) job;
  for (guint i = 0; i < batch->done; i++)
    store_set_blocks (job->shared->store, batch->files[i].number, batch->files[i].mark);
}

static void
clear_batch (Job *job)
{
  Batch *batch = (Batch *) job;
  for (guint i = 0; i < batch->count; i++)
    g_free (batch->files[i].ref.path);
}

static const JobKind asking_kind = { "find shared blocks", ask_files, take_answers, NULL, clear_batch };

static Job *
next_batch (Sharing *sharing)
{
  Batch *batch = NULL;
  while (sharing->next < sharing->numbers->len && (batch == NULL || batch->count < FILES_A_BATCH))
    {
      guint number = g_array_index (sharing->numbers, guint, sharing->next++);
      if (batch == NULL)
        batch = job_new (sizeof *batch, &asking_kind, sharing->shared, sharing, file_at (sharing->shared, number)->dir);
      batch->files[batch->count].number = number;
      batch->files[batch->count++].ref = shared_refer (sharing->shared, number);
    }
  return (Job *) batch;
}

/* ---- from outside ----------------------------------------------------------------------------------------------- */

Job *
sharing_next (Sharing *sharing)
{
  if (!sharing->begun)
    {
      Choosing *choosing
          = job_new (sizeof *choosing, &choosing_kind, sharing->shared, sharing, sharing->shared->roots[0].dir);
      choosing->numbers = g_array_new (FALSE, FALSE, sizeof (guint));
      sharing->begun = TRUE;
      return &choosing->job;
    }
  return sharing->numbers == NULL ? NULL : next_batch (sharing);
}

Sharing *
sharing_new (Shared *shared)
{
  Sharing *sharing = g_new0 (Sharing, 1);
  sharing->shared = shared;
  return sharing;
}

void
sharing_free (Sharing *sharing)
{
  if (sharing == NULL)
    return;
  if (sharing->numbers != NULL)
    g_array_unref (sharing->numbers);
  g_free (sharing);
}
