/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine.h"

#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

/* A job is a listing (at most ENTRIES_A_LISTING entries of one folder) or a batch of files of one folder. The main
 * thread holds the folders still to be listed and submits jobs: listings while few batches wait, batches otherwise. So
 * READY_BATCHES and the results of the running listings bound the number of names in memory, whatever the size of a
 * folder. A batch that has read BYTES_A_BATCH returns early, and its rest becomes new batches. */
enum
{
  ENTRIES_A_LISTING = 1024,
  FILES_A_BATCH = 64,
  READY_BATCHES = 16,
  LISTINGS_AT_ONCE = 4,
  SNIFFED = 4096,
  CHUNK = 256 * 1024,
  BYTES_A_BATCH = 16 * 1024 * 1024,
  BYTES_A_NOTE = 4 * 1024 * 1024
};

#define TICK (INT64_C (100) * 1000 * 1000)

struct Engine
{
  Shared *shared;
  char *root;
  Store *store;
  EngineEvents events;
  GPtrArray *frontier; /* StoreDir, found but not listed; the last goes first, which keeps the array short */
  GQueue begun;        /* listings that have a rest */
  GQueue ready;        /* batches */
  GPtrArray *running;  /* Job */
  guint listings, most_jobs;
  StoreDir *current;
  guint64 in_flight;
  gint64 start, end;
  gboolean ticking, cancelled, finished;
};

/* ---- in a worker ------------------------------------------------------------------------------------------------ */

static void
list_folder (LodgerPending *self, void *data)
{
  Job *job = data;
  FolderEntry found;
  /* The first listing runs alone: GIO loads its table of types in it, before other workers share the table. */
  if (job->folder == NULL && *job->path == '\0')
    g_free (g_content_type_guess ("", NULL, 0, NULL));
  if (job->folder == NULL)
    job->folder = folder_open (job->shared->root, job->path, &job->reason);
  while (job->folder != NULL && job->count < ENTRIES_A_LISTING && !lodger_pending_is_cancelled (self)
         && folder_next (job->folder, &found, &job->reason))
    job_add (job, &found);
}

static void note_arrived (void *data);

/* Reports to the main thread bytes of a file that is not done yet. */
static void
send_note (Job *job, guint64 *untold)
{
  lodger_caller_call_direct (job->shared->caller, note_arrived, note_new (job, *untold), note_free);
  job->noted += *untold;
  *untold = 0;
}

/* Reads as many bytes as the file had when it was opened, or fewer if it became shorter. A file of size 0 is read to
 * its end, for the sake of /proc, unless it proves to be a growing one. FALSE when cancelled. */
static gboolean
read_file (Job *job, LodgerPending *self, Entry *entry, int fd, GChecksum *checksum, guint8 *buffer)
{
  gsize length = STORE_HASH_BYTES;
  guint64 untold = 0, limit = entry->file.size;
  struct stat st;

  g_checksum_reset (checksum);
  entry->file.size = 0;
  for (;;)
    {
      gsize want = limit == 0 ? CHUNK : (gsize) MIN (CHUNK, limit - entry->file.size);
      ssize_t got = want == 0 ? 0 : read (fd, buffer, want);
      if (lodger_pending_is_cancelled (self))
        return FALSE;
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        entry->found.reason = errno;
      else if (entry->type == NULL)
        entry->type = g_content_type_guess (entry->found.name, buffer, MIN ((gsize) got, SNIFFED), NULL);
      if (got <= 0)
        break;
      g_checksum_update (checksum, buffer, got);
      entry->file.size += (guint64) got;
      untold += (guint64) got;
      if (untold >= BYTES_A_NOTE)
        send_note (job, &untold);
      if (limit == 0 && fstat (fd, &st) == 0 && st.st_size > 0)
        limit = MAX ((guint64) st.st_size, entry->file.size);
    }
  g_checksum_get_digest (checksum, entry->file.content, &length);
  entry->file.content_kind = CONTENT_SHA256;
  return TRUE;
}

/* Scans a file. Another file may have its name by now: nothing here waits for a fifo's other end or follows a link. */
static gboolean
scan_file (Job *job, LodgerPending *self, Entry *entry, GChecksum *checksum, guint8 *buffer)
{
  struct stat st;
  gboolean done = TRUE;
  int fd = openat (job->folder->fd, entry->found.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &st) < 0)
    entry->found.reason = errno;
  else
    entry->found.reason = store_reason_of_mode (st.st_mode);
  if (entry->found.reason == REASON_NONE)
    {
      entry->found.dev = st.st_dev;
      entry->file.ino = st.st_ino;
      entry->file.size = (guint64) st.st_size;
      entry->file.has_more_names = st.st_nlink > 1;
      entry->file.disk = (guint64) st.st_blocks * 512;
      entry->file.mtime = (gint64) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
      done = read_file (job, self, entry, fd, checksum, buffer);
    }
  if (fd >= 0)
    close (fd);
  return done;
}

static void
scan_batch (LodgerPending *self, void *data)
{
  Job *job = data;
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 *buffer = g_malloc (CHUNK);
  guint64 bytes = 0;
  while (job->done < job->count && bytes < BYTES_A_BATCH && !lodger_pending_is_cancelled (self)
         && scan_file (job, self, &job->entries[job->done], checksum, buffer))
    bytes += job->entries[job->done++].file.size;
  g_free (buffer);
  g_checksum_free (checksum);
}

/* ---- in the main thread ----------------------------------------------------------------------------------------- */

static void
tick (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  Shared *shared = data;
  if (shared->engine == NULL)
    return;
  shared->engine->ticking = FALSE;
  if (!shared->engine->finished)
    shared->engine->events.progress (shared->engine, shared->engine->events.data);
}

static void
touch (Engine *engine)
{
  if (engine->ticking)
    return;
  engine->ticking = TRUE;
  lodger_pending_unref (
      lodger_caller_call_later (engine->shared->caller, TICK, tick, shared_ref (engine->shared), shared_unref));
}

static void
note_arrived (void *data)
{
  Note *note = data;
  if (note->shared->engine == NULL)
    return;
  note->shared->engine->in_flight += note->bytes;
  touch (note->shared->engine);
}

static void
accept_listing (Engine *engine, Job *job)
{
  Job *batch = NULL;
  if (job->reason != REASON_NONE)
    store_add_error (engine->store, job->dir, NULL, job->reason);
  if (job->folder == NULL)
    return;
  if (!job->dir->opened && !store_open_dir (engine->store, job->dir, job->folder->dev, job->folder->ino))
    {
      store_add_error (engine->store, job->dir, NULL, REASON_SEEN);
      return;
    }
  for (guint i = 0; i < job->count; i++)
    {
      FolderEntry *found = &job->entries[i].found;
      if (found->kind == DT_LNK && found->to_folder && store_is_above (job->dir, found->dev, found->ino))
        found->reason = REASON_LINK_UP;
      if (found->bad_name)
        store_add_error (engine->store, job->dir, found->name, REASON_BAD_NAME);
      if (found->reason != REASON_NONE)
        store_add_error (engine->store, job->dir, found->name, found->reason);
      else if (found->kind == DT_LNK)
        engine->store->links++;
      else if (found->kind == DT_DIR)
        g_ptr_array_add (engine->frontier, store_add_dir (engine->store, job->dir, found->name));
      else
        {
          if (batch == NULL || batch->count == FILES_A_BATCH)
            g_queue_push_tail (&engine->ready, batch = job_new (engine->shared, job->dir, job->folder, FALSE));
          job_add (batch, found);
          found->name = NULL;
        }
    }
  if (job->folder->stream != NULL)
    g_queue_push_tail (&engine->begun, job_new (engine->shared, job->dir, job->folder, TRUE));
}

static void
accept_batch (Engine *engine, Job *job)
{
  Job *rest = NULL;
  guint share = (job->count - job->done + 1) / 2;
  engine->in_flight -= job->noted;
  for (guint i = 0; i < job->count; i++)
    {
      Entry *entry = &job->entries[i];
      if (i >= job->done && job->reason == REASON_NONE)
        {
          if (rest == NULL || rest->count == share)
            g_queue_push_tail (&engine->ready, rest = job_new (engine->shared, job->dir, job->folder, FALSE));
          entry->found.reason = REASON_NONE;
          job_add (rest, &entry->found);
          entry->found.name = NULL;
        }
      else if (job->reason != REASON_NONE || entry->found.reason != REASON_NONE)
        store_add_error (engine->store, job->dir, entry->found.name,
                         i >= job->done ? job->reason : entry->found.reason);
      else
        {
          entry->file.dir = job->dir;
          (void) store_add_file (engine->store, &entry->file, entry->found.name, entry->type, entry->found.dev);
        }
    }
}

/* Drops the jobs that no worker has begun. */
static void
drop_waiting (Engine *engine)
{
  g_ptr_array_set_size (engine->frontier, 0);
  g_queue_clear_full (&engine->begun, job_unref);
  g_queue_clear_full (&engine->ready, job_unref);
}

static Job *
next_job (Engine *engine)
{
  Job *job = NULL;
  if (g_queue_get_length (&engine->ready) < READY_BATCHES && engine->listings < LISTINGS_AT_ONCE)
    {
      job = g_queue_pop_head (&engine->begun);
      if (job == NULL && engine->frontier->len > 0)
        {
          StoreDir *dir = g_ptr_array_steal_index_fast (engine->frontier, engine->frontier->len - 1);
          GString *path = g_string_new (NULL);
          store_append_path (path, dir, NULL);
          job = job_new (engine->shared, dir, NULL, TRUE);
          job->path = g_string_free (path, FALSE);
        }
    }
  return job != NULL ? job : g_queue_pop_head (&engine->ready);
}

static void job_returned (LodgerPending *self, LodgerPending *done, void *data);

static void
feed (Engine *engine)
{
  Job *job;
  while (engine->running->len < engine->most_jobs && (job = next_job (engine)) != NULL)
    {
      LodgerPending *then;
      engine->current = job->dir;
      engine->listings += job->listing ? 1 : 0;
      g_ptr_array_add (engine->running, job);
      job->pending = lodger_caller_to_thread_full (
          engine->shared->caller, job->listing ? list_folder : scan_batch, job_ref (job), job_unref,
          LODGER_CALL_OPTIONS (.name = job->listing ? "list a folder" : "scan files"));
      then = lodger_pending_then_full (job->pending, engine->shared->caller, job_returned, job_ref (job), job_unref,
                                       NULL);
      if (lodger_pending_is_done (then)) /* refused: it will not run */
        {
          store_add_error (engine->store, job->dir, NULL, REASON_NO_WORKER);
          engine->listings -= job->listing ? 1 : 0;
          g_ptr_array_remove_fast (engine->running, job);
        }
      lodger_pending_unref (then);
    }
  if (engine->running->len > 0)
    return;
  engine->finished = TRUE;
  engine->end = g_get_monotonic_time ();
  engine->events.finished (engine, engine->events.data);
}

static void
job_returned (LodgerPending *self G_GNUC_UNUSED, LodgerPending *done, void *data)
{
  Job *job = data;
  Engine *engine = job->shared->engine;
  if (engine == NULL)
    return;
  if (lodger_pending_get_outcome (done) == LODGER_EFAILED)
    job->reason = REASON_NO_WORKER;
  (job->listing ? accept_listing : accept_batch) (engine, job);
  engine->listings -= job->listing ? 1 : 0;
  g_ptr_array_remove_fast (engine->running, job);
  if (engine->cancelled)
    drop_waiting (engine);
  touch (engine);
  feed (engine);
}

Engine *
engine_start (LodgerCaller *caller, const EngineOptions *options, const EngineEvents *events, char **ret_message)
{
  Engine *engine;
  const char *folder = options->folders[0];
  int root = open (folder, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
  if (root < 0)
    {
      *ret_message = g_strdup (errno == ENOTDIR ? "it is not a folder" : g_strerror (errno));
      return NULL;
    }
  engine = g_new0 (Engine, 1);
  engine->shared = shared_new (caller, engine, root);
  engine->root = g_strdup (folder);
  engine->store = store_new ();
  engine->events = *events;
  engine->frontier = g_ptr_array_new ();
  engine->running = g_ptr_array_new_with_free_func (job_unref);
  engine->most_jobs = 8 + 4 * (guint) MAX (sysconf (_SC_NPROCESSORS_ONLN), 1);
  engine->start = g_get_monotonic_time ();
  engine->current = store_add_dir (engine->store, NULL, NULL);
  g_ptr_array_add (engine->frontier, engine->current);
  feed (engine);
  return engine;
}

void
engine_cancel (Engine *engine)
{
  engine->cancelled = TRUE;
  drop_waiting (engine);
  for (guint i = 0; i < engine->running->len; i++)
    lodger_pending_cancel (((Job *) g_ptr_array_index (engine->running, i))->pending, "the scan was cancelled");
}

void
engine_update (Engine *engine, const GPtrArray *folders)
{
  (void) engine;
  (void) folders;
}

void
engine_free (Engine *engine)
{
  if (engine == NULL)
    return;
  engine_cancel (engine);
  engine->shared->engine = NULL;
  shared_unref (engine->shared);
  g_ptr_array_unref (engine->running);
  g_ptr_array_unref (engine->frontier);
  store_free (engine->store);
  g_free (engine->root);
  g_free (engine);
}

const char *
engine_get_root (const Engine *engine)
{
  return engine->root;
}

Store *
engine_get_store (Engine *engine)
{
  return engine->store;
}

guint64
engine_get_bytes (Engine *engine)
{
  return engine->store->bytes + engine->in_flight;
}

double
engine_get_seconds (Engine *engine)
{
  gint64 end = engine->finished ? engine->end : g_get_monotonic_time ();
  return (double) (end - engine->start) / G_USEC_PER_SEC;
}

char *
engine_get_current (Engine *engine)
{
  GString *path = g_string_new (NULL);
  store_append_path (path, engine->current, NULL);
  return g_string_free (path, FALSE);
}
