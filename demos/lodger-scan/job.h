/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A job: a piece of work that the main thread makes, a worker does, and the main thread evaluates. It has two owners at
 * the most, the call in the worker and the continuation in the main thread, and only one of them uses it at a time. The
 * results are in the job rather than in the call's outcome, so a cancelled job also brings back its results so far.
 */
#ifndef LODGER_SCAN_JOB_H
#define LODGER_SCAN_JOB_H

#include "engine.h"
#include "folder.h"

/* The common part of all jobs. It outlives the engine while jobs end. `engine` is the main thread's alone. */
typedef struct Shared
{
  atomic_int refs;
  int root;
  LodgerCaller *caller;
  Engine *engine;
} Shared;

typedef struct Entry
{
  FolderEntry found;
  StoreFile file;
  char *type;
} Entry;

typedef struct Job
{
  atomic_int refs; /* the call's and the continuation's */
  Shared *shared;
  StoreDir *dir;  /* the main thread's alone */
  Folder *folder; /* NULL: the job opens `path` first */
  char *path;     /* the folder of a listing that begins */
  gboolean listing;
  int reason; /* why the folder could not be opened, or read to its end */
  Entry *entries;
  guint count, done;
  guint64 noted; /* bytes that notes have reported ahead of the outcome */
  LodgerPending *pending;
} Job;

typedef struct Note
{
  Shared *shared;
  guint64 bytes;
} Note;

/* The root folder's descriptor is consumed, the caller is not. */
Shared *shared_new (LodgerCaller *caller, Engine *engine, int root);
void *shared_ref (Shared *shared);
void shared_unref (void *shared);

/* `folder` is optional, and is not consumed. */
Job *job_new (Shared *shared, StoreDir *dir, Folder *folder, gboolean listing);
void *job_ref (Job *job);
void job_unref (void *job);
/* The entry's name is consumed. */
void job_add (Job *job, const FolderEntry *found);

Note *note_new (Job *job, guint64 bytes);
void note_free (void *note);

#endif
