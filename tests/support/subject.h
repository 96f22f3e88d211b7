/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One loop that a caller lives in, so that each law is written once and tested on every loop.
 *
 * A host's loop is turned by the test's own thread; a backend's is driven by Lodger in a thread of its own, and the test
 * looks on. While a law is tested the loop also does work of the program's own. */
#ifndef LODGER_TEST_SUBJECT_H
#define LODGER_TEST_SUBJECT_H

#include "test-suite.h"

typedef struct Subject Subject;

enum
{
  SUBJECT_DRIVEN = 1 << 0,  /* Lodger drives the loop, in another thread than the test's */
  SUBJECT_NESTS = 1 << 1,   /* a call may turn the loop */
  SUBJECT_REDRAWS = 1 << 2, /* there is a redraw to be counted */
  SUBJECT_SLEEPS = 1 << 3,  /* the loop sleeps when there is nothing to do */
  SUBJECT_VIRTUAL = 1 << 4, /* its clock is moved by hand */
  SUBJECT_HOT = 1 << 5,     /* for stress only: it has no timers, and wakes up at once */
};

typedef struct SubjectKind
{
  const char *name;
  unsigned traits;
  int longest_run; /* how many calls of SUBJECT_SPEND may run between two redraws */
  /* Makes the loop and, with those options, its caller. */
  void (*open) (Subject *subject);
  /* The caller has stopped. */
  void (*close) (Subject *subject);
  /* The loop's thread, not DRIVEN: one round, which may sleep until there is something to do. */
  void (*turn) (Subject *subject);
  /* The loop's thread, in a call, NESTS: one round, which does not sleep. */
  void (*nest) (Subject *subject);
  /* The loop's thread: the program's own work begins or ends. */
  void (*work) (Subject *subject, bool on);
  /* The loop's thread, REDRAWS: something has changed, so that a redraw is due. */
  void (*request_redraw) (Subject *subject);
  /* The loop's thread, REDRAWS: from now on (or no longer) one frame comes after the other, and each takes a while. */
  void (*set_frames) (Subject *subject, bool on);
  /* VIRTUAL: moves the clock. */
  void (*advance) (Subject *subject, int64_t ns);
} SubjectKind;

struct Subject
{
  const SubjectKind *kind;
  LodgerCaller *caller;
  void *impl;
  int thread_id; /* of the loop */
  atomic_ulong redraws;
  atomic_ulong ticks; /* of the program's own work */
  atomic_bool works;
  bool clock_follows;          /* VIRTUAL: a loop with nothing else to do moves the clock to its deadline */
  LodgerCallerOptions options; /* of its caller */
  bool is_initial;             /* not DRIVEN: the caller is made but not started */
  const void *host_options;    /* not DRIVEN: what its host was given */
};

enum
{
  SUBJECT_SPEND = 50000, /* nanoseconds that a call takes where that matters */
  SUBJECT_FRAME = 1000000
};

/* The loop of _i, with its caller running; `works`: while the program does work of its own there. */
void subject_open (Subject *subject, int i, bool works);
/* The same with options for the caller. */
void subject_open_full (Subject *subject, int i, const LodgerCallerOptions *options);
/* Not DRIVEN: the same, but it is not started. */
void subject_open_initial (Subject *subject, int i, const LodgerCallerOptions *options);
/* The backend that threads of its caller's tree have. */
const char *subject_backend (const Subject *subject);
/* Stops the caller if need be, waits for that, and takes everything down. */
void subject_close (Subject *subject);

bool subject_is (const Subject *subject, unsigned trait);
/* The test's thread: lets the loop go on until the counter is there, or the pending is done. What they wait for must
 * come from the loop's thread, or wake it. */
void subject_run_until (Subject *subject, Counter *counter, long at_least);
void subject_run_until_done (Subject *subject, LodgerPending *pending);
/* The test's thread: the same for a pending that is completed elsewhere, without waking the loop. Its thread is told of no
 * user code. */
void subject_await (Subject *subject, LodgerPending *pending);
/* The outcome after that; the reference is dropped. */
int subject_outcome (Subject *subject, LodgerPending *pending);
/* The test's thread: lets the loop go on until there are no more threads and descriptors than these. */
#define subject_expect_back(subject, before) subject_expect_back_at (subject, before, __FILE__, __LINE__)
void subject_expect_back_at (Subject *subject, ProcCount before, const char *file, int line);
/* The test's thread: runs func in the loop's thread, as a call_direct. */
void subject_run_inside (Subject *subject, LodgerDirectFunc func, void *data);
/* The test's thread: each call that was there before has had its turn. */
void subject_settle (Subject *subject);
/* The loop's thread: a call takes that long. */
void subject_spend (Subject *subject, int64_t ns);
/* Submits in a round-about way: 0 call_soon, 1 call_direct, 2 call_later without a delay. */
void subject_submit (Subject *subject, unsigned how, Witness *witness);

/* Every kind there is, ended by NULL. */
extern const SubjectKind *const subject_kinds[];
extern const SubjectKind subject_manual, subject_manual_no_before_wait, subject_manual_real, subject_manual_real_bare;
extern const SubjectKind subject_native, subject_hot;
extern const SubjectKind subject_glib_default, subject_glib_other, subject_glib_worker;

/* The number of the kind of that name, or -1. */
int subject_find (const char *name);

#endif
