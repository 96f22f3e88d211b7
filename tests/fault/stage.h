/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a scenario acts on: a caller in one of several places, and the deeds that were asked of it. */
#ifndef LODGER_TEST_STAGE_H
#define LODGER_TEST_STAGE_H

#include "test-suite.h"

typedef struct Stage Stage;
typedef struct Deed Deed;

/* ---- places ------------------------------------------------------------------------------------------------------ */

enum
{
  PLACE_DRIVEN = 1 << 0, /* Lodger drives the loop, in another thread than the scenario's */
  PLACE_NESTS = 1 << 1,  /* a call may turn the loop */
  PLACE_GLIB = 1 << 2,
};

typedef struct PlaceKind
{
  const char *name;
  unsigned traits;
  /* The caller, or NULL and the error. */
  LodgerCaller *(*open) (Stage *stage, const LodgerCallerOptions *options, LodgerError **ret_error);
  void (*close) (Stage *stage);
  /* Not DRIVEN: one round, which waits for a moment if there is nothing to do. */
  void (*turn) (Stage *stage);
  /* Not DRIVEN, any thread: such a wait is over. NULL: it is short. */
  void (*wake) (Stage *stage);
  void (*nest) (Stage *stage);
} PlaceKind;

/* Every kind there is, ended by NULL. */
extern const PlaceKind *const place_kinds[];

/* ---- deeds ------------------------------------------------------------------------------------------------------- */

enum
{
  DEED_RUNS = 1 << 0,         /* once accepted, it runs and succeeds */
  DEED_IS_CANCELLED = 1 << 1, /* or it ends cancelled */
  DEED_LACKS = 1 << 2,        /* or it ends for want of something: it needs more than was there when it was accepted */
  DEED_FAILS = 1 << 3,        /* or it fails, as it would without any want */
  DEED_IS_LEFT = 1 << 4,      /* or a stop leaves it behind */
};

/* A call that was asked for; zero but for what a scenario sets. */
struct Deed
{
  Recorder recorder; /* first */
  Stage *stage;
  const char *what;
  unsigned ends; /* how it may end */
  void (*act) (LodgerPending *self, Deed *deed);
  LodgerPending *pending; /* what the submission gave; NULL: none is expected */
  LodgerReply *reply;
  void *thing;
  bool was_refused;
  long failed_before;
};

enum
{
  MOST_DEEDS = 64
};

struct Stage
{
  const PlaceKind *kind;
  LodgerCaller *caller; /* NULL: could not be had */
  void *impl;
  pthread_mutex_t mutex; /* deeds are asked for by several threads */
  Deed deeds[MOST_DEEDS];
  int deed_count;
  bool has_lost_its_loop; /* so that it does not wait for its children */
};

/* Opens the place; false when that failed for want of something, after which the scenario has nothing to do. */
bool stage_open (Stage *stage, const LodgerCallerOptions *options);
/* Stops the caller, waits for that, takes everything down, and looks at each deed. */
void stage_close (Stage *stage);
/* After that, with all threads gone: what has lived as long as callers and pendings is destroyed as well. */
void stage_look_back (Stage *stage);
bool stage_is (const Stage *stage, unsigned trait);
/* Lets the loop go on until that is done. */
void stage_until_done (Stage *stage, LodgerPending *pending);
/* Until what was submitted so far has started. */
void stage_catch_up (Stage *stage);
/* Until each deed is done, and nothing is ready any more. */
void stage_settle (Stage *stage);
/* Runs func in a thread of its own, which Lodger has not seen before, while the loop goes on. */
void stage_elsewhere (Stage *stage, void *(*func) (void *), void *data);

/* A deed to be submitted next, by this thread. */
Deed *deed_new (Stage *stage, const char *what, unsigned ends);
/* What the submission answered; a pending is kept until the end. */
LodgerPending *deed_asked (Deed *deed, LodgerPending *pending);
void deed_asked_directly (Deed *deed, int code);

/* No call, but something that is to be destroyed once, by deed_destroy(). */
Deed *deed_datum (Stage *stage, const char *what);

/* The short way, for the stage's caller or another. */
Deed *deed_soon_to (Stage *stage, LodgerCaller *caller, const char *what, unsigned ends);
Deed *deed_soon (Stage *stage, const char *what, unsigned ends, void (*act) (LodgerPending *self, Deed *deed));
Deed *deed_later (Stage *stage, const char *what, unsigned ends, int64_t delay);
Deed *deed_direct (Stage *stage, const char *what);
Deed *deed_to_thread (Stage *stage, const char *what, unsigned ends, void (*act) (LodgerPending *self, Deed *deed));
Deed *deed_then (Stage *stage, const char *what, unsigned ends, LodgerPending *done);

/* As a call's functions, with the deed as data. */
void deed_call (LodgerPending *self, void *deed);
void deed_call_directly (void *deed);
void deed_continue (LodgerPending *self, LodgerPending *done, void *deed);
void deed_destroy (void *deed);

/* Whether the code is one that stands for a shortage. */
bool is_want (int code);
/* What a function answered: that, or a shortage if there was one. */
#define expect_or_want(code, expected) expect_at (code, expected, true, #code, __FILE__, __LINE__)
/* That, and nothing else. Check's own assertions take memory. */
#define expect_only(code, expected) expect_at (code, expected, false, #code, __FILE__, __LINE__)
void expect_at (int code, int expected, bool or_want, const char *what, const char *file, int line);

#endif
