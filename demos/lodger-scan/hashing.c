/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hashing.h"

#include "file.h"

#include <unistd.h>

enum
{
  FILES_A_BATCH = 64,
  BYTES_A_BATCH = 16 * 1024 * 1024
};

typedef struct Hashed
{
  Inode inode;
  FileRef ref;
  FileInfo info;
} Hashed;

typedef struct Batch
{
  Job job;
  Hashed files[FILES_A_BATCH];
  guint count, done;
} Batch;

static gboolean
hash_file (Job *job, FileReader *reader, Hashed *hashed)
{
  FileInfo *info = &hashed->info;
  gboolean done = TRUE;
  int fd = file_open_again (&hashed->ref, info);
  if (fd >= 0)
    {
      done = file_read (reader, fd, hashed->ref.path, info);
      if (info->reason == REASON_NONE)
        (void) file_check (&hashed->ref, fd, &info->reason);
      close (fd);
    }
  return done && !job_is_short (job, info->reason);
}

static void
hash_files (Job *job, LodgerPending *self)
{
  Batch *batch = (Batch *) job;
  FileReader reader;
  file_reader_init (&reader, self, &job->shared->bytes, FALSE);
  while (batch->done < batch->count && !lodger_pending_is_cancelled (self)
         && hash_file (job, &reader, &batch->files[batch->done]))
    batch->done++;
  file_reader_clear (&reader);
}

static void
accept (Job *job)
{
  Batch *batch = (Batch *) job;
  Hashing *hashing = job->owner;
  Store *store = job->shared->store;
  HashCache *cache = job->shared->what.cache;
  for (guint i = 0; i < batch->count; i++)
    {
      const Hashed *hashed = &batch->files[i];
      const FileInfo *info = &hashed->info;
      int reason = i < batch->done ? info->reason : job->reason;
      const guint *numbers = &g_array_index (hashing->numbers, guint, hashed->inode.first);
      const StoreFile *file = &g_array_index (store->files, StoreFile, numbers[0]);
      if (reason != REASON_NONE)
        store_add_error (store, file->dir, file->name, reason);
      if (reason != REASON_NONE || i >= batch->done)
        continue;
      for (guint name = 0; name < hashed->inode.count; name++)
        store_set_content (store, numbers[name], CONTENT_SHA256, info->sha256);
      if (cache != NULL && info->steady)
        hash_cache_add (cache, &info->st, info->sha256, g_array_index (store->types, StoreType, file->type).name,
                        info->seen);
    }
}

static void
clear (Job *job)
{
  Batch *batch = (Batch *) job;
  for (guint i = 0; i < batch->count; i++)
    {
      g_free (batch->files[i].ref.path);
      g_free (batch->files[i].info.type);
    }
}

static const JobKind hashing_kind = { "hash files", hash_files, accept, NULL, clear };

void
hashing_init (Hashing *hashing, Shared *shared)
{
  hashing->shared = shared;
  hashing->numbers = NULL;
  g_queue_init (&hashing->waiting);
}

void
hashing_clear (Hashing *hashing)
{
  g_queue_clear_full (&hashing->waiting, g_free);
}

void
hashing_add (Hashing *hashing, const Inode *inode)
{
  g_queue_push_tail (&hashing->waiting, g_memdup2 (inode, sizeof *inode));
}

Job *
hashing_next (Hashing *hashing)
{
  Batch *batch = NULL;
  guint64 bytes = 0;
  Inode *inode;
  while (bytes < BYTES_A_BATCH && (batch == NULL || batch->count < FILES_A_BATCH)
         && (inode = g_queue_pop_head (&hashing->waiting)) != NULL)
    {
      guint number = g_array_index (hashing->numbers, guint, inode->first);
      StoreFile *file = &g_array_index (hashing->shared->store->files, StoreFile, number);
      if (batch == NULL)
        batch = job_new (sizeof *batch, &hashing_kind, hashing->shared, hashing, file->dir);
      batch->files[batch->count].inode = *inode;
      batch->files[batch->count++].ref = shared_refer (hashing->shared, number);
      bytes += file->size;
      g_free (inode);
    }
  return (Job *) batch;
}
