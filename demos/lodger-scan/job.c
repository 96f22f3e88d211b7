/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "job.h"

#include "i18n.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Opens a folder as it was given: links on the way to it are followed. */
static gboolean
open_root (Root *root, const char *folder)
{
  struct stat st;
  root->fd = open (folder, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
  if (root->fd < 0 || fstat (root->fd, &st) < 0)
    return FALSE;
  root->dev = st.st_dev;
  return TRUE;
}

static char *
say_why (const char *folder, int why, gboolean several)
{
  GString *message = g_string_new (NULL);
  if (several)
    {
      text_append_shown (message, folder);
      g_string_append (message, ": ");
    }
  g_string_append (message, why == ENOTDIR ? _ ("it is not a folder") : g_strerror (why));
  return g_string_free (message, FALSE);
}

Shared *
shared_new (const EngineOptions *what, char **ret_message)
{
  Shared *shared = g_new0 (Shared, 1);
  StoreDir *top;
  guint count;
  atomic_init (&shared->refs, 1);
  shared->what = choice_copy (what);
  shared->store = store_new ();
  count = g_strv_length (shared->what.folders);
  shared->roots = g_new0 (Root, count);
  top = store_add_dir (shared->store, NULL, NULL);
  for (guint i = 0; i < count; i++)
    {
      const char *folder = shared->what.folders[i];
      Root *root = &shared->roots[shared->n_roots++];
      if (!open_root (root, folder))
        {
          *ret_message = say_why (folder, errno, count > 1);
          shared_unref (shared);
          return NULL;
        }
      root->dir = count == 1 ? top : store_add_dir (shared->store, top, folder + strspn (folder, "/"));
    }
  return shared;
}

Shared *
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
  for (guint i = 0; i < shared->n_roots; i++)
    if (shared->roots[i].fd >= 0)
      close (shared->roots[i].fd);
  g_free (shared->roots);
  store_free (shared->store);
  choice_clear (&shared->what);
  g_free (shared);
}

Root *
shared_find_root (Shared *shared, const StoreDir *dir)
{
  guint i = 0;
  while (shared->n_roots > 1 && dir->depth > 1)
    dir = dir->parent;
  while (shared->n_roots > 1 && i < shared->n_roots - 1 && shared->roots[i].dir != dir)
    i++;
  return &shared->roots[i];
}

char *
shared_dup_path (Shared *shared, const StoreDir *dir, const char *name)
{
  const StoreDir *root = shared_find_root (shared, dir)->dir;
  GString *path = g_string_new (NULL);
  store_append_path (path, dir, name);
  if (*root->name != '\0')
    g_string_erase (path, 0, (gssize) MIN (strlen (root->name) + 1, path->len));
  return g_string_free (path, FALSE);
}

FileRef
shared_refer (Shared *shared, guint number)
{
  const StoreFile *file = &g_array_index (shared->store->files, StoreFile, number);
  return (FileRef) { shared_find_root (shared, file->dir)->fd,
                     shared_dup_path (shared, file->dir, file->name),
                     g_array_index (shared->store->devices, guint64, file->dev),
                     file->ino,
                     file->size,
                     file->mtime };
}

void *
job_new (gsize size, const JobKind *kind, Shared *shared, void *owner, StoreDir *dir)
{
  Job *job = g_malloc0 (size);
  job->kind = kind;
  atomic_init (&job->refs, 1);
  job->shared = shared_ref (shared);
  job->owner = owner;
  job->dir = dir;
  return job;
}

void *
job_ref (void *data)
{
  Job *job = data;
  atomic_fetch_add (&job->refs, 1);
  return job;
}

void
job_unref (void *data)
{
  Job *job = data;
  if (atomic_fetch_sub (&job->refs, 1) != 1)
    return;
  job->kind->clear (job);
  shared_unref (job->shared);
  g_free (job);
}

gboolean
job_is_short (Job *job, int reason)
{
  if ((reason == EMFILE || reason == ENFILE) && !job->is_last_try)
    job->is_short = TRUE;
  return job->is_short;
}
