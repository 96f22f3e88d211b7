/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A slot: what is in it. */
#ifndef LODGER_SLOT_PRIVATE_H
#define LODGER_SLOT_PRIVATE_H

#include "call/gate.h"
#include "call/time-limit.h"

#include <lodger/slot.h>

struct LodgerSlot
{
  LodgerGate gate;   /* first */
  atomic_uint refs;  /* users, and calls */
  atomic_uint holds; /* the memory: all of them, and the watch */
  uint16_t generation;
  LodgerSlotOptions options;
  LodgerPending *watch; /* a promise that is bound to the options' scope; NULL: there is none */
  LodgerListener listener;

  pthread_mutex_t mutex; /* all that follows */
  LodgerList at_work;    /* holds, the newest last */
  LodgerHold *waiting;   /* NULL: none */
  LodgerList replaced;   /* holds that waited, and are just being cancelled */
  LodgerScope *scope;    /* of the latest call; a reference */
  LodgerScope *counting; /* an adapter's, of the latest call, as long as that may be replaced; a reference, or NULL */
  uint64_t calls;        /* how many there were: the number of the latest */
  LodgerTimeLimit *timer;
  uint64_t timers; /* how many there were: the last one counts */
  bool is_timed;   /* it is under way */
  bool is_over;    /* the options' scope has ended */
  int64_t last_begin;
  bool has_begun; /* at `last_begin` */
};

bool lodger__slot_is_before_fork (const LodgerSlot *slot);

/* A new call makes the older one out of date, whatever that is at. */
static inline bool
lodger__slot_replaces (const LodgerSlot *slot)
{
  return slot->options.policy == LODGER_SLOT_LATEST || slot->options.policy == LODGER_SLOT_REPLACE;
}

/* ---- begin.c ---- */

extern const LodgerGateOps lodger__slot_gate_ops;
extern const char lodger__slot_replaced_message[];
/* No lock: cancels what is in it, and what comes later, if that is said. */
void lodger__slot_cancel (LodgerSlot *slot, const char *message, bool for_good);

#endif
