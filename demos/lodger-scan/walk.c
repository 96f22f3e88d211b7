/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk.h"

#include "frontier.h"
#include "piece.h"

#include <errno.h>
#include <string.h>

enum
{
  FILES_A_BATCH = 64,
  READY_BATCHES = 16,
  LISTINGS_AT_ONCE = 8
};

struct Walk
{
  Shared *shared;
  Frontier frontier;
  GQueue begun;   /* listings that have a rest */
  GQueue ready;   /* batches */
  GQueue updates; /* listings of folders that are known */
  guint listings; /* at work */
  gboolean needs_paths, has_types, is_updating;
  GHashTable *fresh; /* StoreDir, opened in this update */
};

static void accept_listing (Job *job);
static void accept_batch (Job *job);

static const JobKind a_listing = { "list a folder", piece_list, accept_listing, piece_shrink, piece_clear };
static const JobKind a_batch = { "scan files", piece_scan, accept_batch, piece_shrink, piece_clear };

/* An update does not tell again what is known. What is said of a file that is read anew comes beside what was said
 * before, which goes at the end of the listing. */
static void
tell (const Piece *piece, const char *name, int reason)
{
  const Walk *walk = piece->job.owner;
  Store *store = piece->job.shared->store;
  gboolean may_be_known = piece->is_update || (walk->is_updating && name == NULL);
  if (piece->update != NULL && update_has_error (piece->update, name, reason))
    return;
  if (!may_be_known || !store_has_error (store, piece->job.dir, name, reason))
    store_add_error (store, piece->job.dir, name, reason);
}

/* The folder itself could not be read, or had been scanned under another path. */
static gboolean
is_of_folder (const StoreError *error, void *data)
{
  return error->dir == data && error->name == NULL;
}

static void
accept_file (const Piece *piece, Entry *entry)
{
  const EngineOptions *what = &piece->job.shared->what;
  const FileInfo *info = &entry->info;
  StoreFile file = { .size = info->size,
                     .disk = (guint64) info->st.st_blocks * 512,
                     .ino = info->st.st_ino,
                     .mtime = file_time_of (&info->st),
                     .dir = piece->job.dir,
                     .content_kind = info->hashed ? CONTENT_SHA256 : CONTENT_UNKNOWN,
                     .has_more_names = info->st.st_nlink > 1 };
  memcpy (file.content, info->sha256, STORE_HASH_BYTES);
  (void) store_add_file (piece->job.shared->store, &file, entry->found.name,
                         info->type != NULL ? info->type : "application/octet-stream", info->st.st_dev);
  if (what->cache != NULL && info->hashed && info->steady)
    hash_cache_add (what->cache, &info->st, info->sha256, info->type, info->seen);
}

/* Gives the file to the batch, or to another one when that is full. */
static void
put_into_batch (Piece *from, Piece **batch, guint most, Entry *entry)
{
  Walk *walk = from->job.owner;
  if (*batch == NULL || (*batch)->count == most)
    {
      *batch = piece_new (&a_batch, walk->shared, walk, from->job.dir, from->root, from->folder);
      (*batch)->is_batch = TRUE;
      g_queue_push_tail (&walk->ready, *batch);
    }
  (void) piece_add (*batch, entry);
  entry->found.name = NULL;
  entry->info.type = NULL;
}

static void
accept_entry (Piece *piece, Entry *entry, Piece **batch)
{
  Walk *walk = piece->job.owner;
  Store *store = walk->shared->store;
  FolderEntry *found = &entry->found;
  StoreDir *child;
  if (found->kind == DT_LNK && found->to_folder && store_is_above (piece->job.dir, found->dev, found->ino))
    found->reason = REASON_LINK_UP;
  if (found->bad_name)
    tell (piece, found->name, REASON_BAD_NAME);
  if (found->reason != REASON_NONE)
    tell (piece, found->name, found->reason);
  else if (found->kind == DT_LNK)
    store_add_link (store, piece->job.dir);
  else if (found->kind == DT_DIR)
    {
      child = piece->update == NULL ? NULL : update_find_folder (piece->update, found->name);
      if (child == NULL)
        child = store_add_dir (store, piece->job.dir, found->name);
      if (!child->opened)
        frontier_push (&walk->frontier, child, piece->folder);
    }
  else if (entry->is_left_out
           || (piece->update != NULL && update_has_file (piece->update, found->name, &entry->info.st)))
    return;
  else if (piece->is_update || (walk->shared->what.reading == ENGINE_READ_ALL && !entry->info.hashed))
    put_into_batch (piece, batch, FILES_A_BATCH, entry);
  else
    accept_file (piece, entry);
}

/* FALSE when the folder was opened under another path. In an update it was moved from there, unless that leads to
 * it. */
static gboolean
open_dir (const Piece *piece)
{
  const Walk *walk = piece->job.owner;
  Store *store = walk->shared->store;
  const Folder *folder = piece->folder;
  StoreDir *before = walk->is_updating ? store_find_dir (store, folder->dev, folder->ino) : NULL;
  if (before != NULL && !store_is_above (piece->job.dir, folder->dev, folder->ino))
    store_remove_dir (store, before);
  if (!store_open_dir (store, piece->job.dir, folder->dev, folder->ino))
    return FALSE;
  if (walk->is_updating)
    g_hash_table_add (walk->fresh, piece->job.dir);
  return TRUE;
}

/* Whether the folder of the piece is still the one that the store knows. It may have been swapped while the piece
 * was at work, and the other one was listed. */
static gboolean
is_current (const Piece *piece)
{
  const StoreDir *dir = piece->job.dir;
  return piece->folder != NULL && dir->opened && piece->folder->dev == dir->dev && piece->folder->ino == dir->ino;
}

/* Whether the folder that was opened is to be listed. An update may come to a folder twice: because it has changed, and
 * because the one above it has. */
static gboolean
accept_folder (Piece *piece)
{
  Walk *walk = piece->job.owner;
  Store *store = piece->job.shared->store;
  StoreDir *dir = piece->job.dir;
  const Folder *folder = piece->folder;
  gboolean is_gone = folder == NULL && (piece->job.reason == ENOENT || piece->job.reason == ENOTDIR);
  if (piece->is_rest && folder != NULL && !is_current (piece))
    return FALSE;
  if (dir->opened && (is_gone || (folder != NULL && !is_current (piece))))
    store_remove_dir (store, dir); /* another one has its name now */
  if (folder == NULL)
    {
      if (piece->job.reason != REASON_NONE && (!piece->is_update || !is_gone))
        tell (piece, NULL, piece->job.reason);
      return FALSE;
    }
  if (piece->job.reason != REASON_NONE)
    tell (piece, NULL, piece->job.reason);
  if (piece->is_rest)
    return TRUE;
  if (dir->opened && (!piece->is_update || g_hash_table_contains (walk->fresh, dir)))
    return FALSE; /* it was listed a moment ago */
  if (!dir->opened && piece->job.shared->what.one_file_system && folder->dev != piece->root->dev)
    return FALSE;
  if (!dir->opened && !open_dir (piece))
    {
      tell (piece, NULL, REASON_SEEN);
      return FALSE;
    }
  if (walk->is_updating && piece->job.reason == REASON_NONE)
    store_remove_errors (store, is_of_folder, dir);
  if (piece->is_update || dir->first_file != 0 || dir->first_child != NULL)
    piece->update = update_new (store, dir, piece->job.shared->what.reading != ENGINE_COMPARE);
  return TRUE;
}

static void
accept_listing (Job *job)
{
  Piece *piece = (Piece *) job;
  Walk *walk = job->owner;
  Piece *batch = NULL;
  Piece *rest;
  walk->listings--;
  walk->has_types = TRUE;
  if (!accept_folder (piece))
    return;
  for (guint i = 0; i < piece->done; i++)
    accept_entry (piece, &piece->entries[i], &batch);
  if (!piece->folder->ended)
    {
      rest = piece_new (&a_listing, walk->shared, walk, job->dir, piece->root, piece->folder);
      rest->below = g_steal_pointer (&piece->below);
      rest->is_update = piece->is_update;
      rest->is_rest = TRUE;
      rest->update = g_steal_pointer (&piece->update);
      g_queue_push_tail (&walk->begun, rest);
    }
  else if (piece->update != NULL && piece->done == piece->count && job->reason == REASON_NONE)
    update_remove_rest (piece->update);
}

static void
accept_batch (Job *job)
{
  Piece *piece = (Piece *) job;
  Piece *rest = NULL;
  guint share = (piece->count - piece->done + 1) / 2;
  if (piece->folder != NULL && !is_current (piece))
    return;
  for (guint i = 0; i < piece->count; i++)
    {
      Entry *entry = &piece->entries[i];
      if (i >= piece->done && job->reason == REASON_NONE)
        put_into_batch (piece, &rest, share, entry);
      else if (job->reason != REASON_NONE || entry->found.reason != REASON_NONE)
        tell (piece, entry->found.name, i >= piece->done ? job->reason : entry->found.reason);
      else if (!entry->is_left_out)
        accept_file (piece, entry);
    }
}

static Job *
begin_listing (Walk *walk, StoreDir *dir, Folder *above, gboolean is_update)
{
  Piece *piece = piece_new (&a_listing, walk->shared, walk, dir, shared_find_root (walk->shared, dir), NULL);
  piece->above = above;
  piece->path = above != NULL ? g_strdup (dir->name) : shared_dup_path (walk->shared, dir, NULL);
  piece->below = walk->needs_paths ? shared_dup_path (walk->shared, dir, NULL) : NULL;
  piece->is_update = is_update;
  piece->loads_types = !walk->has_types && walk->shared->what.reading != ENGINE_COMPARE;
  return &piece->job;
}

static Job *
next_listing (Walk *walk, gboolean open_only)
{
  StoreDir *dir;
  Folder *above;
  Job *job = g_queue_pop_head (&walk->begun);
  if (job != NULL || open_only)
    return job;
  dir = g_queue_pop_head (&walk->updates);
  if (dir != NULL)
    return begin_listing (walk, dir, NULL, TRUE);
  return frontier_pop (&walk->frontier, &dir, &above) ? begin_listing (walk, dir, above, FALSE) : NULL;
}

/* The first listing runs alone: GIO loads its table of types in it, before other workers share the table. */
Job *
walk_next (Walk *walk, gboolean open_only)
{
  Job *job = NULL;
  gboolean may_list = walk->has_types ? walk->listings < LISTINGS_AT_ONCE : walk->listings == 0;
  if (g_queue_get_length (&walk->ready) < (open_only ? 1 : READY_BATCHES) && may_list)
    job = next_listing (walk, open_only);
  walk->listings += job != NULL ? 1 : 0;
  return job != NULL ? job : g_queue_pop_head (&walk->ready);
}

Walk *
walk_new (Shared *shared)
{
  Walk *walk = g_new0 (Walk, 1);
  walk->shared = shared;
  walk->needs_paths = choice_needs_paths (&shared->what);
  walk->fresh = g_hash_table_new (NULL, NULL);
  frontier_init (&walk->frontier);
  for (guint i = shared->n_roots; i > 0; i--)
    frontier_push (&walk->frontier, shared->roots[i - 1].dir, NULL);
  return walk;
}

void
walk_free (Walk *walk)
{
  walk_drop (walk);
  frontier_clear (&walk->frontier);
  g_hash_table_destroy (walk->fresh);
  g_free (walk);
}

void
walk_update (Walk *walk, StoreDir *dir)
{
  walk->is_updating = TRUE;
  if (g_queue_is_empty (&walk->updates))
    g_hash_table_remove_all (walk->fresh); /* those of the update before */
  g_queue_push_tail (&walk->updates, dir);
}

void
walk_drop (Walk *walk)
{
  frontier_drop (&walk->frontier);
  g_queue_clear_full (&walk->begun, job_unref);
  g_queue_clear_full (&walk->ready, job_unref);
  g_queue_clear (&walk->updates);
}

gboolean
walk_shrink (Walk *walk)
{
  gboolean any = frontier_close (&walk->frontier);
  for (GList *link = walk->ready.head; link != NULL; link = link->next)
    any |= piece_shrink (link->data);
  return any;
}
