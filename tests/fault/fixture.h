/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fixture of a scenario: a caller on one of several loops, and the calls that were submitted to it. */
#ifndef LODGER_TEST_FIXTURE_H
#define LODGER_TEST_FIXTURE_H

#include "test-suite.h"

typedef struct Fixture Fixture;
typedef struct Call Call;

/* ---- loops ------------------------------------------------------------------------------------------------------- */

enum
{
  LOOP_DRIVEN = 1 << 0, /* Lodger drives the loop, in another thread than the scenario's */
  LOOP_NESTS = 1 << 1,  /* a call may iterate the loop */
  LOOP_GLIB = 1 << 2,
  LOOP_UV = 1 << 3,
};

typedef struct LoopKind
{
  const char *name;
  unsigned traits;
  /* Returns the caller, or NULL and the error. */
  LodgerCaller *(*open) (Fixture *fixture, const LodgerCallerOptions *options, LodgerError **ret_error);
  void (*close) (Fixture *fixture);
  /* Not DRIVEN: one iteration, which waits for a moment when there is nothing to do. */
  void (*turn) (Fixture *fixture);
  /* Optional. Not DRIVEN, any thread: ends such a wait. Without it the wait is short. */
  void (*wake) (Fixture *fixture);
  void (*nest) (Fixture *fixture);
} LoopKind;

/* All kinds, ended by NULL. */
extern const LoopKind *const loop_kinds[];

/* ---- calls ------------------------------------------------------------------------------------------------------- */

enum
{
  CALL_RUNS = 1 << 0,            /* once accepted, it runs and succeeds */
  CALL_IS_CANCELLED = 1 << 1,    /* it may end cancelled */
  CALL_LACKS_RESOURCES = 1 << 2, /* it may fail for a shortage, since it needs resources after its acceptance */
  CALL_FAILS = 1 << 3,           /* it may fail without a shortage */
  CALL_IS_ABANDONED = 1 << 4,    /* a stop may abandon it */
};

/* A submitted call. A scenario sets what it needs; the rest is zero. */
struct Call
{
  Recorder recorder; /* first */
  Fixture *fixture;
  const char *what;
  unsigned ends; /* CALL_ flags: how it may end */
  void (*act) (LodgerPending *self, Call *call);
  LodgerPending *pending; /* the result of the submission; NULL for a direct call */
  LodgerReply *reply;
  void *thing;
  bool was_refused;
};

enum
{
  MOST_CALLS = 64
};

struct Fixture
{
  const LoopKind *kind;
  LodgerCaller *caller; /* NULL if it could not be created */
  void *impl;
  pthread_mutex_t mutex; /* several threads submit calls */
  Call calls[MOST_CALLS];
  int call_count;
  bool has_lost_its_loop; /* it then does not wait for its children */
};

/* Opens the loop and its caller. Returns false after a shortage; the scenario then has nothing to do. */
bool fixture_open (Fixture *fixture, const LodgerCallerOptions *options);
/* Stops the caller, waits for its end, frees everything, and checks each call. */
void fixture_close (Fixture *fixture);
/* Checks that all data is destroyed. To be called after fixture_close(), when all threads have ended. */
void fixture_check_data (Fixture *fixture);
bool fixture_is (const Fixture *fixture, unsigned trait);
/* Runs the loop until the pending is done. */
void fixture_until_done (Fixture *fixture, LodgerPending *pending);
/* Runs the loop until everything submitted so far has started. */
void fixture_catch_up (Fixture *fixture);
/* Runs the loop until each call is done and nothing is ready any more. */
void fixture_settle (Fixture *fixture);
/* Runs func in a new thread, which Lodger has not seen before. The loop runs meanwhile. */
void fixture_run_in_thread (Fixture *fixture, void *(*func) (void *), void *data);

/* A new call, which this thread submits next. */
Call *call_new (Fixture *fixture, const char *what, unsigned ends);
/* Notes the result of the submission. A pending is kept until the end. */
LodgerPending *call_submitted (Call *call, LodgerPending *pending);
void call_submitted_direct (Call *call, int code);

/* A datum without a call. call_destroy() has to destroy it once. */
Call *call_datum (Fixture *fixture, const char *what);

/* The same in one step: creates a call and submits it to the fixture's caller, or to another. */
Call *call_soon_to (Fixture *fixture, LodgerCaller *caller, const char *what, unsigned ends);
Call *call_soon (Fixture *fixture, const char *what, unsigned ends, void (*act) (LodgerPending *self, Call *call));
Call *call_later (Fixture *fixture, const char *what, unsigned ends, int64_t delay);
Call *call_direct (Fixture *fixture, const char *what);
Call *call_to_thread (Fixture *fixture, const char *what, unsigned ends, void (*act) (LodgerPending *self, Call *call));
Call *call_then (Fixture *fixture, const char *what, unsigned ends, LodgerPending *done);

/* Functions of a call, whose data is the Call. */
void call_run (LodgerPending *self, void *call);
void call_run_direct (void *call);
void call_run_then (LodgerPending *self, LodgerPending *done, void *call);
void call_destroy (void *call);

/* Whether the code says that a resource is short. */
bool is_shortage (int code);
/* Checks the code of a function: the expected code, or a shortage if one was injected. */
#define expect_or_shortage(code, expected) expect_at (code, expected, true, #code, __FILE__, __LINE__)
/* Checks for the expected code only. Check's own assertions take memory. */
#define expect_only(code, expected) expect_at (code, expected, false, #code, __FILE__, __LINE__)
void expect_at (int code, int expected, bool or_shortage, const char *what, const char *file, int line);

#endif
