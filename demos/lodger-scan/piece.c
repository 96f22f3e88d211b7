/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "piece.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum
{
  ENTRIES_A_LISTING = 1024,
  ENTRIES_GROW = 64,
  BYTES_A_BATCH = 16 * 1024 * 1024
};

Piece *
piece_new (const JobKind *kind, Shared *shared, void *owner, StoreDir *dir, const Root *root, Folder *folder)
{
  Piece *piece = job_new (sizeof (Piece), kind, shared, owner, dir);
  piece->root = root;
  piece->folder = folder_ref (folder);
  return piece;
}

void
piece_clear (Job *job)
{
  Piece *piece = (Piece *) job;
  for (guint i = 0; i < piece->count; i++)
    {
      g_free (piece->entries[i].found.name);
      g_free (piece->entries[i].info.type);
    }
  g_free (piece->entries);
  g_free (piece->path);
  g_free (piece->below);
  folder_unref (piece->above);
  folder_unref (piece->folder);
  update_free (piece->update);
}

Entry *
piece_add (Piece *piece, const Entry *entry)
{
  if (piece->count % ENTRIES_GROW == 0)
    piece->entries = g_renew (Entry, piece->entries, piece->count + ENTRIES_GROW);
  piece->entries[piece->count] = *entry;
  return &piece->entries[piece->count++];
}

/* What the options and the cache have to say about a file whose figures are known. TRUE: it need not be read. */
static gboolean
settle (const Piece *piece, Entry *entry)
{
  const EngineOptions *what = &piece->job.shared->what;
  HashCacheEntry cached;
  entry->is_left_out
      = entry->info.size < what->min_size || (what->one_file_system && entry->info.st.st_dev != piece->root->dev);
  if (entry->is_left_out)
    return TRUE;
  if (what->cache == NULL || what->reading == ENGINE_COMPARE
      || !hash_cache_find (what->cache, &entry->info.st, &cached))
    return FALSE;
  memcpy (entry->info.sha256, cached.sha256, STORE_HASH_BYTES);
  entry->info.type = g_strdup (cached.type);
  entry->info.hashed = TRUE;
  return TRUE;
}

static void
find_type (const Piece *piece, FileReader *reader, Entry *entry)
{
  if (!entry->is_left_out && entry->info.type == NULL)
    file_find_type (reader, piece->folder->fd, entry->found.name, &entry->info);
}

static int
compare_inodes (const void *a, const void *b)
{
  const Entry *entry_a = a;
  const Entry *entry_b = b;
  return (entry_a->found.ino > entry_b->found.ino) - (entry_a->found.ino < entry_b->found.ino);
}

/* Finds out all about the entries of a listing but what is in the files. On a disk that has to search, it costs
 * least in the order of inodes. */
static void
examine_entries (Piece *piece, LodgerPending *self)
{
  const EngineOptions *what = &piece->job.shared->what;
  gboolean with_files = what->reading != ENGINE_READ_ALL || piece->is_update;
  FileReader reader;
  file_reader_init (&reader, self, &piece->job.shared->bytes, FALSE);
  if (with_files && piece->count > 1)
    qsort (piece->entries, piece->count, sizeof *piece->entries, compare_inodes);
  for (; piece->done < piece->count && !lodger_pending_is_cancelled (self); piece->done++)
    {
      Entry *entry = &piece->entries[piece->done];
      folder_examine (piece->folder, &entry->found);
      if (!with_files || entry->found.reason != REASON_NONE || entry->found.kind != DT_REG)
        continue;
      if (!file_examine (piece->folder->fd, entry->found.name, &entry->info))
        entry->found.reason = entry->info.reason;
      else
        {
          (void) settle (piece, entry);
          if (what->reading == ENGINE_READ_SAME_SIZE && !piece->is_update)
            find_type (piece, &reader, entry);
        }
    }
  file_reader_clear (&reader);
}

static gboolean
open_folder (Piece *piece)
{
  int at = piece->above != NULL ? piece->above->fd : piece->root->fd;
  if (piece->folder == NULL)
    piece->folder = folder_open (at, piece->path, &piece->job.reason);
  if (piece->folder == NULL)
    (void) job_is_short (&piece->job, piece->job.reason);
  return piece->folder != NULL;
}

void
piece_list (Job *job, LodgerPending *self)
{
  Piece *piece = (Piece *) job;
  const EngineOptions *what = &job->shared->what;
  Entry entry = { 0 };
  if (piece->loads_types)
    g_free (g_content_type_guess ("", NULL, 0, NULL));
  if (!open_folder (piece))
    return;
  g_clear_pointer (&piece->above, folder_unref);
  if (what->one_file_system && piece->folder->dev != piece->root->dev)
    piece->folder->ended = TRUE;
  while (piece->count < ENTRIES_A_LISTING && !lodger_pending_is_cancelled (self)
         && folder_next (piece->folder, &entry.found, &job->reason))
    if (choice_takes (what, piece->below, entry.found.name))
      (void) piece_add (piece, &entry);
    else
      g_free (entry.found.name);
  examine_entries (piece, self);
}

/* FALSE when cancelled, or short of descriptors. */
static gboolean
scan_file (Piece *piece, FileReader *reader, Entry *entry)
{
  const EngineOptions *what = &piece->job.shared->what;
  const char *name = entry->found.name;
  int at = piece->folder->fd;
  gboolean done = TRUE;
  int fd;
  gboolean is_read = what->reading == ENGINE_READ_ALL;
  if (!is_read || what->cache != NULL || what->min_size > 0 || what->one_file_system)
    if (!file_examine (at, name, &entry->info) || settle (piece, entry) || !is_read)
      {
        entry->found.reason = entry->info.reason;
        if (entry->found.reason == REASON_NONE && what->reading != ENGINE_COMPARE)
          find_type (piece, reader, entry);
        return TRUE;
      }
  fd = file_open (at, name, &entry->info);
  if (fd >= 0)
    {
      done = file_read (reader, fd, name, &entry->info);
      close (fd);
    }
  entry->found.reason = entry->info.reason;
  return done && !job_is_short (&piece->job, entry->found.reason);
}

void
piece_scan (Job *job, LodgerPending *self)
{
  Piece *piece = (Piece *) job;
  FileReader reader;
  guint64 bytes = 0;
  file_reader_init (&reader, self, &job->shared->bytes, FALSE);
  while (open_folder (piece) && piece->done < piece->count && bytes < BYTES_A_BATCH
         && !lodger_pending_is_cancelled (self) && scan_file (piece, &reader, &piece->entries[piece->done]))
    bytes += piece->entries[piece->done++].info.size;
  file_reader_clear (&reader);
}

/* A listing that has begun cannot do without its folder. From then on the path leads from the root. */
gboolean
piece_shrink (Job *job)
{
  Piece *piece = (Piece *) job;
  if (piece->above == NULL && (piece->folder == NULL || !piece->is_batch))
    return FALSE;
  g_clear_pointer (&piece->above, folder_unref);
  if (piece->is_batch)
    g_clear_pointer (&piece->folder, folder_unref);
  g_free (piece->path);
  piece->path = shared_dup_path (job->shared, job->dir, NULL);
  return TRUE;
}
