/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The subject under test: one loop with a caller. Each law is written once and tested on every kind of loop.
 *
 * The test's thread iterates the loop of a host. Lodger drives the loop of a backend, in a thread of its own. During a
 * test the loop may also do work of the program's own. */
#ifndef LODGER_TEST_SUBJECT_H
#define LODGER_TEST_SUBJECT_H

#include "test-suite.h"

typedef struct Subject Subject;

enum
{
  SUBJECT_DRIVEN = 1 << 0,  /* Lodger drives the loop, in another thread than the test's */
  SUBJECT_NESTS = 1 << 1,   /* a call may iterate the loop */
  SUBJECT_REDRAWS = 1 << 2, /* there is a redraw to be counted */
  SUBJECT_SLEEPS = 1 << 3,  /* the loop sleeps when there is nothing to do */
  SUBJECT_VIRTUAL = 1 << 4, /* its clock is moved by hand */
  SUBJECT_POLLS = 1 << 5,   /* for stress only: it has no timers, and wakes up at once */
  SUBJECT_POLLED = 1 << 6,  /* for descriptors and guests only: it does not watch descriptors, Lodger polls them */
};

typedef struct SubjectKind
{
  const char *name;
  unsigned traits;
  int longest_run; /* how many calls of SUBJECT_SPEND may run between two redraws */
  /* Creates the loop and its caller, with the options of the subject. */
  void (*open) (Subject *subject);
  /* Frees the loop. The caller has stopped. */
  void (*close) (Subject *subject);
  /* Not DRIVEN, the loop's thread: one iteration, which may sleep until there is something to do. One that has run
   * something does not sleep afterwards: the test may have waited for just that. */
  void (*turn) (Subject *subject);
  /* NESTS, the loop's thread, in a call: one iteration, which does not sleep. */
  void (*nest) (Subject *subject);
  /* The loop's thread: begins or ends the program's own work. */
  void (*work) (Subject *subject, bool on);
  /* REDRAWS, the loop's thread: asks for a redraw. */
  void (*request_redraw) (Subject *subject);
  /* REDRAWS, the loop's thread: while on, one frame follows the other, and each takes SUBJECT_FRAME. */
  void (*set_frames) (Subject *subject, bool on);
  /* VIRTUAL: moves the clock. */
  void (*advance) (Subject *subject, int64_t ns);
  /* The backend of the threads in its caller's tree. NULL: "native". */
  const char *backend;
  /* Starts what then stays as long as the process, threads and descriptors too. NULL: there is none. It may be repeated. */
  void (*start) (void);
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
  bool is_initial;             /* not DRIVEN: the caller is created but not started */
  const void *host_options;    /* not DRIVEN: the options of its host */
};

enum
{
  SUBJECT_SPEND = 50000, /* nanoseconds that a call takes where that matters */
  SUBJECT_FRAME = 1000000
};

/* Opens a subject of the kind number `i` with a running caller. `works`: the loop also does work of the program's own. */
void subject_open (Subject *subject, int i, bool works);
/* The same with options for the caller, and no work. */
void subject_open_full (Subject *subject, int i, const LodgerCallerOptions *options);
/* Not DRIVEN: the same, but the caller is not started. */
void subject_open_initial (Subject *subject, int i, const LodgerCallerOptions *options);
/* The backend of the threads in its caller's tree. */
const char *subject_backend (const Subject *subject);
/* Stops the caller if it runs, waits for its end, and frees everything. */
void subject_close (Subject *subject);

bool subject_is (const Subject *subject, unsigned trait);
/* The test's thread: runs the loop until the counter has reached the value, or the pending is done.
 *
 * The change has to come from the loop's thread, or wake it. */
void subject_run_until (Subject *subject, Counter *counter, long at_least);
void subject_run_until_done (Subject *subject, LodgerPending *pending);
/* The test's thread: the same for a pending that another thread completes without waking the loop. */
void subject_await (Subject *subject, LodgerPending *pending);
/* Waits in the same way, drops the reference, and returns the outcome. */
int subject_outcome (Subject *subject, LodgerPending *pending);
/* Lets a first caller with a worker come and go, and counts what stays for good. */
ProcCount subject_count_before (int kind);
/* The test's thread: runs the loop until there are no more threads and descriptors than before. */
#define subject_expect_restored(subject, before) subject_expect_restored_at (subject, before, __FILE__, __LINE__)
void subject_expect_restored_at (Subject *subject, ProcCount before, const char *file, int line);
/* The test's thread: runs func in the loop's thread, as a call_direct. */
void subject_run_inside (Subject *subject, LodgerDirectFunc func, void *data);
/* The test's thread: runs the loop until every call submitted so far has run. */
void subject_settle (Subject *subject);
/* The loop's thread: lets an idle loop that NESTS do what it still does after its last work. */
void subject_rest (Subject *subject);
/* The loop's thread: lets a call take that long. */
void subject_spend (Subject *subject, int64_t ns);
/* Submits in one of three ways. `how`: 0 call_soon, 1 call_direct, 2 call_later without a delay. */
void subject_submit (Subject *subject, unsigned how, Recorder *recorder);

/* All kinds of this program, ended by NULL: those of subject-kinds.c, unless the program has its own list. */
extern const SubjectKind *const subject_kinds[];
extern const SubjectKind subject_manual, subject_manual_no_before_wait, subject_manual_real,
    subject_manual_real_no_before_wait;
extern const SubjectKind subject_native, subject_native_polled, subject_polling;
extern const SubjectKind subject_glib_default, subject_glib_other, subject_glib_worker, subject_glib_polled;
extern const SubjectKind subject_uv, subject_uv_worker, subject_uv_polled;

/* The number of the kind with the name, or -1. */
int subject_find (const char *name);

#endif
