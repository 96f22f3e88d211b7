/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A piece of work on its way: made at home, done in a worker, brought home again. It has two owners at the most, the
 * call in the worker and the one that brings it home, and only one of them looks at it at a time. What it found lives
 * in it rather than in the call's outcome, so that a cancelled job brings home what it got done.
 */
#ifndef LODGER_SCAN_JOB_H
#define LODGER_SCAN_JOB_H

#include "engine.h"
#include "folder.h"

/* What jobs have in common, which outlives the engine while they end. `engine` is the main thread's alone. */
typedef struct Shared
{
  atomic_int refs;
  int root;
  LodgerCaller *home;
  Engine *engine;
} Shared;

typedef struct Entry
{
  FolderEntry found;
  StoreFile file;
  char *type;
  gboolean hard_links;
} Entry;

typedef struct Job
{
  atomic_int refs; /* the worker's and the one that brings it home */
  Shared *shared;
  StoreDir *dir;  /* the main thread's */
  Folder *folder; /* NULL: `path` is to be opened first */
  char *path;     /* of a listing that begins */
  gboolean listing;
  int reason; /* why the folder could not be opened, or read to its end */
  Entry *entries;
  guint count, done;
  guint64 noted; /* bytes that were told ahead of the outcome */
  LodgerPending *pending;
} Job;

typedef struct Note
{
  Shared *shared;
  guint64 bytes;
} Note;

/* The root folder's descriptor is consumed, the caller is not. */
Shared *shared_new (LodgerCaller *home, Engine *engine, int root);
void *shared_ref (Shared *shared);
void shared_unref (void *shared);

/* `folder` may be NULL, and is not consumed. */
Job *job_new (Shared *shared, StoreDir *dir, Folder *folder, gboolean listing);
void *job_ref (Job *job);
void job_unref (void *job);
/* The entry's name is consumed. */
void job_add (Job *job, const FolderEntry *found);

Note *note_new (Job *job, guint64 bytes);
void note_free (void *note);

#endif
