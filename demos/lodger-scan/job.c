/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "job.h"

#include <string.h>
#include <unistd.h>

enum
{
  ENTRIES_GROW = 64
};

Shared *
shared_new (LodgerCaller *caller, Engine *engine, int root)
{
  Shared *shared = g_new0 (Shared, 1);
  atomic_init (&shared->refs, 1);
  shared->root = root;
  shared->caller = lodger_caller_ref (caller);
  shared->engine = engine;
  return shared;
}

void *
shared_ref (Shared *shared)
{
  atomic_fetch_add (&shared->refs, 1);
  return shared;
}

void
shared_unref (void *data)
{
  Shared *shared = data;
  if (atomic_fetch_sub (&shared->refs, 1) != 1)
    return;
  close (shared->root);
  lodger_caller_unref (shared->caller);
  g_free (shared);
}

Job *
job_new (Shared *shared, StoreDir *dir, Folder *folder, gboolean listing)
{
  Job *job = g_new0 (Job, 1);
  atomic_init (&job->refs, 1);
  job->shared = shared_ref (shared);
  job->dir = dir;
  job->folder = folder_ref (folder);
  job->listing = listing;
  return job;
}

void *
job_ref (Job *job)
{
  atomic_fetch_add (&job->refs, 1);
  return job;
}

void
job_unref (void *data)
{
  Job *job = data;
  if (atomic_fetch_sub (&job->refs, 1) != 1)
    return;
  for (guint i = 0; i < job->count; i++)
    {
      g_free (job->entries[i].found.name);
      g_free (job->entries[i].type);
    }
  g_free (job->entries);
  g_free (job->path);
  folder_unref (job->folder);
  lodger_pending_unref (job->pending);
  shared_unref (job->shared);
  g_free (job);
}

void
job_add (Job *job, const FolderEntry *found)
{
  if (job->count % ENTRIES_GROW == 0)
    job->entries = g_renew (Entry, job->entries, job->count + ENTRIES_GROW);
  memset (&job->entries[job->count], 0, sizeof (Entry));
  job->entries[job->count++].found = *found;
}

Note *
note_new (Job *job, guint64 bytes)
{
  Note *note = g_new (Note, 1);
  note->shared = shared_ref (job->shared);
  note->bytes = bytes;
  return note;
}

void
note_free (void *data)
{
  Note *note = data;
  shared_unref (note->shared);
  g_free (note);
}
