/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The worker's side of an act: what is to be done, copied from a plan, and how one group is done. Several workers use
 * it at a time. It outlives the act while they end.
 */
#ifndef LODGER_SCAN_ACT_WORK_H
#define LODGER_SCAN_ACT_WORK_H

#include "act-file.h"
#include "plan.h"

#include <lodger/lodger.h>
#include <stdatomic.h>

G_BEGIN_DECLS

/* The copies that stay are in front of the files that go. Which is the one that they are compared with never depends on
 * what has become of the others: the first one that is as it was scanned. */
typedef struct ActGroup
{
  guint first, stays, goes; /* in `files` */
  gboolean is_alone;        /* nothing stays: what goes is compared with nothing */
  guint item;               /* the number of the first one that goes among all that go */
} ActGroup;

typedef struct ActWork
{
  atomic_int refs;
  ActKind kind;
  gboolean dry_run, undo;
  GArray *folders;  /* ActFolder */
  GArray *groups;   /* ActGroup */
  GArray *files;    /* ActFile */
  GPtrArray *moved; /* of an undo: the names in the Bin, by item */
  GStringChunk *strings;
  guint n_items;
  atomic_bool stopped;
  atomic_uint done, succeeded;
  _Atomic guint64 bytes;
} ActWork;

/* What came out of one group. */
typedef struct ActOutcome
{
  guint group;
  guint count; /* how many of its files are over */
  struct
  {
    int reason;
    char *moved;
  } files[];
} ActOutcome;

/* Nothing is in it. */
ActWork *act_work_new (ActKind kind, gboolean dry_run);
void *act_work_ref (ActWork *work);
void act_work_unref (void *work);
/* Copies what goes, and of these groups what stays. `twins` gets the numbers of the files that go. */
void act_work_add_plan (ActWork *work, const Plan *plan, GArray *twins);
/* Copies files that have no copy, by their numbers in the report's store. */
void act_work_add_alone (ActWork *work, const Report *report, const guint *numbers, guint count);
/* Copies a file that is to be put back, and its name in the Bin. */
void act_work_add_undo (ActWork *work, const ActWork *was, const ActFile *file, const char *moved);
/* The file that is the item of that number in the group. */
const ActFile *act_work_get_file (const ActWork *work, const ActGroup *group, guint number);

/* In a worker. It ends early, between two files or while files are compared, when the work is stopped or the call is
 * cancelled. */
ActOutcome *act_work_do (ActWork *work, guint group, LodgerPending *self);
void act_outcome_free (void *outcome);

G_END_DECLS

#endif
