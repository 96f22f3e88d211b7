/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A group on a subject. Its members run in the subject's caller and in the pool. Its body is a call of another worker,
 * which enters and leaves it; or code in the subject's own thread, which enters and closes it. */
#ifndef LODGER_TEST_STAGE_H
#define LODGER_TEST_STAGE_H

#include "conformance.h"

typedef enum StageHome
{
  STAGE_SUBJECT,
  STAGE_POOL,
  STAGE_HOMES
} StageHome;

/* How a member ends. */
typedef enum StageFate
{
  STAGE_SUCCEEDS,
  STAGE_FAILS,
  STAGE_IS_CANCELLED, /* by itself */
  STAGE_WAITS,        /* until it is cancelled */
  STAGE_CLEANS_UP     /* waits as well; then its cleanup waits for `may_end`. In the pool only. */
} StageFate;

typedef struct Stage
{
  Subject subject;
  LodgerCaller *worker;
  int worker_thread;
  Counter waits[STAGE_HOMES]; /* members that wait until they are cancelled */
  long to_wait;               /* how many are to, in each home */
  Latch cleans_up, may_end;
  LodgerGroup *cleanup_group; /* the current one within the cleanup */
  atomic_bool has_cleaned_up;
  LodgerGroupOptions options; /* of the next group */
  LodgerGroup *group;
  LodgerPending *whole; /* what the group was closed with */
  int code;             /* what it was left with */
  LodgerError *error;
  size_t left_over; /* members that were not done then */
  bool was_clean;   /* the cleanup had ended then */
} Stage;

void stage_open (Stage *stage, int i);
void stage_close (Stage *stage);

/* Any thread: submits a member; returns a new reference. */
LodgerPending *stage_submit (Stage *stage, StageHome home, StageFate fate);
/* The same in each home. */
void stage_add (Stage *stage, StageFate fate);
/* The worker: adds a member that waits in each home, and blocks until all of them do. */
void stage_add_waiting (Stage *stage);
/* The worker: adds one that cleans up, and blocks until it waits. */
void stage_add_cleaning (Stage *stage);
/* The test's thread: runs the loop until each member wait that was added to wait. */
void stage_run_until_members_wait (Stage *stage);

/* Within a body: makes the group with the options, and enters it. */
void stage_enter (Stage *stage);
/* In the worker: leaves it, and notes how. In any thread: closes it. */
void stage_leave (Stage *stage);
void stage_close_group (Stage *stage);

/* The test's thread: runs the body in the worker; returns the outcome of its call. */
int stage_run (Stage *stage, LodgerCallFunc body, void *data);
/* The test's thread, a call of the worker that is leaving its group: the cleanup begins, and is waited for. Returns what the
 * group was left with, and drops the call. */
int stage_end_cleanup (Stage *stage, LodgerPending *call);
/* The test's thread: runs it in the subject's thread: in a call, or outside of any if the loop is the program's. */
void stage_run_inside (Stage *stage, LodgerCallFunc body, void *data);
/* The test's thread: waits for the end of the group that was closed; returns its outcome, and notes its error. */
int stage_end (Stage *stage);

/* Checks that the error lists a failed member, with its name and the place where it was made. */
void stage_expect_listed (const LodgerError *error, StageHome home);

/* What a group is left with that was cancelled, or whose member was. */
int stage_code_of_cancel (LodgerGroupMode mode);
/* A body that enters the group of the stage, adds a member that waits in each home, and closes it. */
void stage_enter_and_close (LodgerPending *self, void *stage);

#endif
