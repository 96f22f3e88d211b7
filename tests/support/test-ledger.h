/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who was handed what, and what became of it: each datum is destroyed once, each call runs at most once, each pending is
 * done once. One ledger for the process, used by all its threads; it allocates nothing, so that it does not blur what is
 * said about memory. What is wrong fails the test at once; what is missing, ledger_expect_settled() finds. */
#ifndef LODGER_TEST_LEDGER_H
#define LODGER_TEST_LEDGER_H

#include <lodger/lodger.h>
#include <stdatomic.h>
#include <stdio.h>

/* One submission, and the datum of its call. */
typedef struct LedgerEntry
{
  atomic_bool is_open;
  atomic_int parts; /* that are not over: the datum, and the submission with its outcome */
  atomic_int runs;
  atomic_int destroys;
  int outcome;
  bool is_extra; /* a datum without a call: a result, a hook's */
  bool is_accepted;
  bool is_told;
  const char *what;
  uint64_t caller;
  _Atomic (LodgerPending *) pending; /* while it is watched: for the report */
  /* the test's own */
  unsigned kind, depth;
  uint64_t seed;
  void *data;
} LedgerEntry;

/* How the outcome becomes known. */
typedef enum LedgerWay
{
  LEDGER_TELL, /* by a done-callback */
  LEDGER_KEEP, /* by a reference that is kept in the bag */
  LEDGER_DROP  /* not at all */
} LedgerWay;

/* A thread's last pendings. */
typedef struct LedgerBag
{
  LedgerEntry *entries[32];
  LodgerPending *pendings[32];
  unsigned next;
} LedgerBag;

typedef struct LedgerCounts
{
  long submitted, accepted, refused;
  long finished, failed, cancelled, abandoned; /* of those that were accepted and watched */
  long unwatched;                              /* accepted, and let go at once */
  long ran, dropped;                           /* accepted without an outcome: call_direct */
  long given, destroyed;                       /* data, those without a call too */
} LedgerCounts;

/* Before anything else: counts what is accepted. */
void ledger_begin (void);
/* For a submission to that caller; what is static. */
LedgerEntry *ledger_open (const char *what, LodgerCaller *caller);
/* A datum without a call. */
void *ledger_give (const char *what);
/* Destroys a datum. */
void ledger_destroy (void *entry);
/* Its call begins. */
void ledger_run (LedgerEntry *entry);
/* Not destroyed yet. */
void ledger_check (const LedgerEntry *entry);
/* Before a submission in this thread; and after it: the reference is consumed. NULL: it has no outcome, that was its code.
 * The bag is needed only to keep something. */
unsigned ledger_mark (void);
void ledger_submitted (LedgerEntry *entry, unsigned mark, LodgerPending *pending, LedgerWay way, LedgerBag *bag);
void ledger_submitted_direct (LedgerEntry *entry, unsigned mark, int code);
/* Everything in the bag has to be done by now; or else, if that is said, is told later. */
void ledger_empty (LedgerBag *bag, bool may_be_undone);

LedgerCounts ledger_counts (void);
/* Goes up with everything that happens. */
unsigned long ledger_progress (void);
/* How many submissions and data are not over. */
long ledger_open_count (void);
/* The first of what is not over. Nothing may move any more. */
void ledger_report (FILE *file);
/* Everything is over, and adds up. */
void ledger_expect_settled (void);

#endif
