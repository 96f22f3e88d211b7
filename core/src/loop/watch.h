/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A descriptor that a caller's host watches for one of the wings above. */
#ifndef LODGER_LOOP_WATCH_H
#define LODGER_LOOP_WATCH_H

#include "parts.h"

typedef struct LodgerWatch LodgerWatch;
struct LodgerWatch
{
  LodgerHostWatch host; /* first */
  LodgerCaller *caller;
  /* Owner, before a slice: makes items of it, and runs no user code. */
  void (*ready) (LodgerWatch *watch, uint32_t revents);
};

/* Owner: `caller` and `ready` are set. 0, or a negative code. */
int lodger__watch_begin (LodgerWatch *watch, int fd, uint32_t events);
/* Owner: nothing is told afterwards. */
void lodger__watch_end (LodgerWatch *watch);

#endif
