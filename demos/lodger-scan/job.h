/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A job: a piece of work that the main thread makes, a worker does, and the main thread evaluates. It has two owners at
 * the most, the call in the worker and the continuation in the main thread, and only one of them uses it at a time. The
 * results are in the job rather than in the call's outcome, so a cancelled job also brings back its results so far.
 *
 * What kinds of jobs there are is known to those who make them (walk.c, groups.c). Each kind begins with a Job.
 */
#ifndef LODGER_SCAN_JOB_H
#define LODGER_SCAN_JOB_H

#include "choice.h"
#include "file.h"

#include <stdatomic.h>

G_BEGIN_DECLS

/* A folder that was given to the scan. */
typedef struct Root
{
  StoreDir *dir;
  int fd;
  guint64 dev;
} Root;

/* The common part of all jobs. It outlives the engine while jobs end. */
typedef struct Shared
{
  atomic_int refs;
  EngineOptions what;
  Root *roots;
  guint n_roots;
  Store *store;            /* the main thread's, unless a job says that the main thread leaves it alone */
  _Atomic (guint64) bytes; /* read so far */
} Shared;

typedef struct Job Job;

typedef struct JobKind
{
  const char *name;
  void (*work) (Job *job, LodgerPending *self); /* in a worker. Another call may go on with it later. */
  void (*accept) (Job *job);                    /* in the main thread: takes the results */
  gboolean (*shrink) (Job *job); /* closes what can be opened again. FALSE: there is nothing. Optional. */
  void (*clear) (Job *job);
} JobKind;

struct Job
{
  const JobKind *kind;
  atomic_int refs; /* the call's and the continuation's */
  Shared *shared;
  Engine *engine;       /* the one that it is at work for; for the main thread alone */
  void *owner;          /* whoever made it, likewise */
  StoreDir *dir;        /* where it works, likewise */
  int reason;           /* why all of it failed */
  gboolean is_short;    /* it stopped, because there were too few descriptors or no thread */
  gboolean was_shrunk;  /* what it had open was closed for it */
  gboolean is_last_try; /* then what cannot be done is an error, and the job goes on */
};

/* Opens the folders that are to be scanned. NULL, with *ret_message, when one cannot be opened. */
Shared *shared_new (const EngineOptions *what, char **ret_message);
Shared *shared_ref (Shared *shared);
void shared_unref (void *shared);
/* The given folder that `dir` is or is in. */
Root *shared_find_root (Shared *shared, const StoreDir *dir);
/* The path from there; free it. `name` is optional. */
char *shared_dup_path (Shared *shared, const StoreDir *dir, const char *name);

/* How to find that file of the store again; free its path. */
FileRef shared_refer (Shared *shared, guint number);

/* `size` bytes that begin with a Job. */
void *job_new (gsize size, const JobKind *kind, Shared *shared, void *owner, StoreDir *dir);
void *job_ref (void *job);
void job_unref (void *job);
/* Whether the job has to stop because of that reason, to go on when there is more. */
gboolean job_is_short (Job *job, int reason);

G_END_DECLS

#endif
