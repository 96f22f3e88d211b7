/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Lodger keeps for each thread that uses it: its callers, the calls on its stack, its spare nodes. */
#ifndef LODGER_THREAD_H
#define LODGER_THREAD_H

#include "port.h"

#include <lodger/types.h>

/* A call that is on this thread's C stack. */
typedef struct LodgerFrame
{
  struct LodgerFrame *outer;
  uintptr_t outer_running; /* what `running` of its caller was before: custody.h */
  LodgerCaller *caller;
  LodgerPending *pending; /* NULL in a call_direct */
} LodgerFrame;

enum
{
  LODGER_NODE_SMALL,  /* a direct call */
  LODGER_NODE_MEDIUM, /* a pending */
  LODGER_NODE_LARGE,  /* a pending that is delayed, or follows another */
  LODGER_NODE_CLASSES
};

typedef struct LodgerSpares
{
  void *first;
  unsigned count;
} LodgerSpares;

typedef struct LodgerThread
{
  LodgerFrame *frame;   /* innermost */
  LodgerCaller *caller; /* first attached; linked through next_in_thread */
  uint64_t serial;      /* never used twice, as an address may be */
  LodgerSpares spares[LODGER_NODE_CLASSES];
  LodgerParker parker;
} LodgerThread;

/* This thread's, made on first use; NULL only without memory. */
LodgerThread *lodger__thread (void);
/* This thread's if it has one. */
LodgerThread *lodger__thread_peek (void);

/* Nodes: memory for calls, recycled per thread. A node may be freed in another thread than the one that made it. */
void *lodger__node_new (unsigned node_class);
void lodger__node_free (unsigned node_class, void *node);
/* There are more spares than are kept for ever. */
bool lodger__nodes_have_surplus (void);
/* From here on it is seen which of them are not used; some of those go back to the system; true when more are left. */
void lodger__nodes_begin_watch (void);
bool lodger__nodes_give_back (void);
/* The thread ends: its spares go to the others. */
void lodger__nodes_release (LodgerThread *thread);

#endif
