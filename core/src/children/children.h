/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parents and children: every child is a thread that its parent starts, tells to stop, waits for and joins. */
#ifndef LODGER_CHILDREN_H
#define LODGER_CHILDREN_H

#include "stop/stop.h"

extern const LodgerStopParticipant lodger__children_participant;

typedef enum LodgerChildKind
{
  LODGER_CHILD_NAMED,   /* the only one of its name */
  LODGER_CHILD_UNNAMED, /* of a name that others may have */
  LODGER_CHILD_WORKER   /* of a pool: it is not found by its name */
} LodgerChildKind;

/* Starts a thread for a caller; 0, or LODGER_EAGAIN. */
typedef int (*LodgerThreadStart) (LodgerCaller *caller);

/* Any thread: `start` starts the child's thread. LODGER_ESHUTDOWN, LODGER_EALREADY (another has its name), or as `start`. */
int lodger__children_start (LodgerCaller *parent, LodgerCaller *child, LodgerChildKind kind, LodgerThreadStart start);
/* The caller's memory goes. */
void lodger__children_clear (LodgerCaller *caller);
/* Its thread, which it keeps to be joined. */
pthread_t *lodger__child_thread (LodgerCaller *child);
/* The child's thread, as its very last act. The parent is a reference. */
void lodger__child_gone (LodgerCaller *parent, LodgerCaller *child);
/* A new reference, or NULL. */
LodgerCaller *lodger__children_find (LodgerCaller *parent, const char *name);

#endif
