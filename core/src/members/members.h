/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pendings that something keeps track of until they are done: the members of a group, or of a manager. */
#ifndef LODGER_MEMBERS_H
#define LODGER_MEMBERS_H

#include "pending/carry.h"
#include "pending/extras.h"

typedef struct LodgerMembers LodgerMembers;

/* The tie between a pending and what keeps track of it. */
typedef struct LodgerMember
{
  LodgerExtra extra; /* first */
  LodgerListener listener;
  LodgerJoiner joiner;
  LodgerLink link;
  LodgerPending *pending;
  _Atomic (LodgerMembers *) members; /* held, until it has joined and ended; NULL afterwards */
  bool has_joined, has_ended;        /* under the mutex: whoever comes second acts for both */
} LodgerMember;

typedef struct LodgerMembersOps
{
  void (*hold) (LodgerMembers *members); /* the memory */
  void (*release) (LodgerMembers *members);
  /* Under the mutex: the list that a new member is on until it is done; NULL: nobody joins any more. True in *ret_tells: if
   * it is not done, `joined` is called. */
  LodgerList *(*admit) (LodgerMembers *members, bool *ret_tells);
  /* No lock: it is on that list, and was not done. */
  void (*joined) (LodgerMembers *members, LodgerPending *pending, const LodgerList *list);
  /* Under the mutex: one has left its list, since it is done; or NULL: somebody has taken it out. The answer says what is to
   * be done; 0: nothing. NULL: never anything. */
  unsigned (*left) (LodgerMembers *members, LodgerMember *member);
  /* No lock: does that. */
  void (*after) (LodgerMembers *members, unsigned what);
} LodgerMembersOps;

/* Part of whatever keeps track. */
struct LodgerMembers
{
  const LodgerMembersOps *ops;
  pthread_mutex_t mutex; /* also of its lists */
  size_t count;          /* under the mutex: of all its lists */
};

static inline LodgerMember *
lodger__member (LodgerLink *link)
{
  return lodger__list_item (link, LodgerMember, link);
}

/* Of a list of members, in order. */
#define lodger__members_for(member_, list_) lodger__list_for (member_, list_, LodgerMember, link)

/* A reference, until it has left; whoever moves it to a list of his own keeps one. */
static inline LodgerPending *
lodger__member_pending (const LodgerMember *member)
{
  return member->pending;
}

/* It is on no list. */
static inline void
lodger__member_append (LodgerList *list, LodgerMember *member)
{
  lodger__list_append (list, &member->link);
}

void lodger__members_init (LodgerMembers *members, const LodgerMembersOps *ops);
/* Its last hold goes. In a forked child the mutex may be another thread's. */
void lodger__members_clear (LodgerMembers *members, bool is_before_fork);
size_t lodger__members_count (LodgerMembers *members);

/* Under the mutex: references to those of a list. */
size_t lodger__members_list (const LodgerList *list, LodgerPending **into);

/* A pending that is not shared yet, and carries a context, joins once it is accepted. False without memory. */
bool lodger__members_prepare (LodgerMembers *members, LodgerPending *pending);
/* By hand, no lock. 0, also for one that is a member; LODGER_ENOMEM; LODGER_ESTATE: nobody joins any more. */
int lodger__members_add (LodgerMembers *members, LodgerPending *pending);
/* False: it is none, or it is just ending. */
bool lodger__members_remove (LodgerMembers *members, LodgerPending *pending);

#endif
