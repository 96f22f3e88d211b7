/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of a caller: the calls that are neither queued nor on its stack, and how many its inbox admits. */
#ifndef LODGER_CALL_PART_H
#define LODGER_CALL_PART_H

#include "base/list.h"
#include "mailbox/inbox.h"

#include <stdatomic.h>

typedef struct LodgerCalls
{
  LodgerItem *on_stack;  /* owner: calls that it runs, the innermost first: on-stack.c */
  LodgerList unfinished; /* owner: calls that have returned and are not done */
  LodgerList thens;      /* accepted continuations, under the caller's mutex */
  atomic_bool has_thens; /* written under it */
} LodgerCalls;

typedef struct LodgerAdmission
{
  unsigned limit;
  atomic_uint queued; /* calls that count */
  atomic_bool has_waiters;
  LodgerList waiters; /* threads that wait for space, under the caller's mutex */
} LodgerAdmission;

#endif
