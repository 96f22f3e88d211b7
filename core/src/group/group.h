/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A group: its members, its cancel, its end. */
#ifndef LODGER_GROUP_PRIVATE_H
#define LODGER_GROUP_PRIVATE_H

#include "base/context.h"
#include "call/time-limit.h"
#include "members/members.h"
#include "pending/extras.h"

#include <lodger/group.h>

/* Says whom the group's pending waits for. */
typedef struct LodgerGathering
{
  LodgerExtra extra; /* first */
  LodgerGroup *group;
} LodgerGathering;

struct LodgerGroup
{
  atomic_uint refs;  /* users, contexts, whoever has entered it: the last one closes it */
  atomic_uint holds; /* the memory: all of them, members, limits, its pending */
  uint16_t generation;
  LodgerGroupOptions options;
  LodgerPending *pending;
  LodgerPending *bound; /* to its scope, whose end cancels the group by it; or NULL */
  LodgerGroup *outer;   /* a reference: was current when it was entered; or NULL */
  LodgerCaller *clock;  /* a reference: whose host's time counts; or NULL */
  LodgerBracket bracket;
  LodgerGathering gathering; /* an extra of its pending, as long as the group lives */

  LodgerMembers members; /* its mutex: all that follows */
  LodgerList at_work;    /* not done, and not cancelled by the group */
  LodgerList cancelled;  /* not done, and cancelled by it */
  LodgerList failed;     /* done: each is kept for the error */
  size_t failures;
  LodgerPending *winner; /* whose outcome is that of the group; a reference, or NULL */
  char *message;         /* of all cancels */
  LodgerParker *entered_in;
  LodgerTimeLimit *limit, *patience; /* its timeout; how long it waits for what it has cancelled */
  bool was_entered, is_closed, is_done, has_cancelled_member, is_given_up;
  bool cancels;             /* a thread is cancelling those that are at work */
  atomic_bool is_cancelled; /* written under the mutex */
};

/* 0; LODGER_EINVAL for NULL; LODGER_ECHILD. Logs what is not 0. */
int lodger__group_check (const LodgerGroup *group, const char *function);
void lodger__group_hold (LodgerGroup *group);
void lodger__group_release (LodgerGroup *group);
/* The members whose failures were told are needed no more. */
void lodger__group_drop_failed (LodgerGroup *group);

/* ---- end.c ---- */

/* A time, on the group's clock, after which `over` comes; NULL if it cannot be had, which is logged. */
LodgerTimeLimit *lodger__group_limit (LodgerGroup *group, int64_t delay, LodgerDirectFunc over);
/* Nothing is added by hand any more; it is done when its members are. */
void lodger__group_close (LodgerGroup *group);
/* As lodger_group_cancel(). */
bool lodger__group_cancel (LodgerGroup *group, const char *message);
/* No lock: cancels it, or lets it go. */
void lodger__group_cancel_member (LodgerGroup *group, LodgerPending *pending, const char *message);
/* Under the mutex: it is over. Whoever finds that settles it, once, without the mutex. */
bool lodger__group_is_over (LodgerGroup *group);
void lodger__group_settle (LodgerGroup *group);

/* ---- members.c ---- */

extern const LodgerMembersOps lodger__group_members;
extern const LodgerTrackerOps lodger__group_tracker;
extern const LodgerContextKey lodger__group_key;
/* The group's pending says whom it waits for; and says it no more, before the group goes. */
void lodger__group_gather (LodgerGroup *group);
void lodger__group_disperse (LodgerGroup *group);

/* ---- summary.c ---- */

/* The error that lists each failure, once the group is over. */
LodgerError *lodger__group_error (LodgerGroup *group);
/* Logs the members that have not ended. */
void lodger__group_name_late (LodgerGroup *group);

/* ---- bracket.c ---- */

/* Leaves the bracket, which is the innermost of this thread. */
void lodger__group_pop (LodgerGroup *group, LodgerThread *thread);

#endif
