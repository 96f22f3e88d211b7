/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An account of every submission and of all its data.
 *
 * Each datum has to be destroyed once, each call runs at most once, and each pending is done once. There is one ledger
 * for the process, which all its threads use. It allocates nothing, so that memory can be measured beside it. A wrong
 * entry fails the test at once; ledger_expect_settled() finds a missing one. */
#ifndef LODGER_TEST_LEDGER_H
#define LODGER_TEST_LEDGER_H

#include <lodger/lodger.h>
#include <stdatomic.h>
#include <stdio.h>

/* One submission, and the datum of its call. */
typedef struct LedgerEntry
{
  atomic_bool is_open;
  atomic_int parts; /* that are still open: the datum, and the submission with its outcome */
  atomic_int runs;
  atomic_int destroys;
  int outcome;
  bool is_extra; /* a datum without a call: a result, data of a hook */
  bool is_accepted;
  bool is_told;
  const char *what;
  uint64_t caller;
  _Atomic (LodgerPending *) pending; /* for the report, while its outcome is open */
  /* For the test's own use. */
  unsigned kind, depth;
  uint64_t seed;
  void *data;
} LedgerEntry;

/* How the ledger learns the outcome. */
typedef enum LedgerWatch
{
  LEDGER_BY_CALLBACK,  /* by a done-callback */
  LEDGER_BY_REFERENCE, /* later, by a reference in the ring */
  LEDGER_UNWATCHED     /* never */
} LedgerWatch;

/* The latest pendings of a thread, whose outcome is looked at when they drop out. */
typedef struct LedgerRing
{
  LedgerEntry *entries[32];
  LodgerPending *pendings[32];
  unsigned next;
} LedgerRing;

typedef struct LedgerCounts
{
  long submitted, accepted, refused;
  long finished, failed, cancelled, abandoned; /* accepted, by outcome */
  long unwatched;                              /* accepted, and the reference dropped at once */
  long ran, dropped;                           /* accepted without an outcome: call_direct */
  long created, destroyed;                     /* data, those without a call too */
} LedgerCounts;

/* Begins to count what is accepted. To be called before anything else. */
void ledger_begin (void);
/* Opens an entry for a submission to the caller. The text is static. */
LedgerEntry *ledger_open (const char *what, LodgerCaller *caller);
/* Creates a datum without a call. */
void *ledger_create_data (const char *what);
/* A destroy function of a datum. */
void ledger_destroy (void *entry);
/* Enters the start of its call. */
void ledger_run (LedgerEntry *entry);
/* Fails the test if the datum has been destroyed. */
void ledger_check (const LedgerEntry *entry);
/* How many submissions of this thread were accepted so far. To be called before a submission, for `mark`. */
unsigned ledger_mark (void);
/* Enters the result of a submission, whose reference is consumed. `ring` is used only by LEDGER_BY_REFERENCE. */
void ledger_submitted (LedgerEntry *entry, unsigned mark, LodgerPending *pending, LedgerWatch watch, LedgerRing *ring);
/* The same for a submission without a pending, which gave the code. */
void ledger_submitted_direct (LedgerEntry *entry, unsigned mark, int code);
/* Enters the outcomes of all pendings in the ring, which have to be done.
 *
 * With `may_be_undone`, the pendings get a done-callback instead. */
void ledger_empty (LedgerRing *ring, bool may_be_undone);

LedgerCounts ledger_counts (void);
/* A number that goes up with everything that happens. */
unsigned long ledger_progress (void);
/* How many submissions and data are still open. */
long ledger_open_count (void);
/* Prints the first open entries. No other thread may use the ledger meanwhile. */
void ledger_report (FILE *file);
/* Fails the test unless everything is over and the counts add up. */
void ledger_expect_settled (void);

#endif
