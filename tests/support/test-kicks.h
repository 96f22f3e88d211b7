/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random kicks against a guest in a host: each kick changes the guest, and has to be served by it.
 *
 * One kick follows the other. So most of them come when the host sleeps, or is about to. A kick comes from a call-back
 * of the host, from a call of Lodger's, or from another thread. One that is not served within the limit is lost. The
 * report names it, and the seed.
 *
 * A new pair is a row in the table of hosts or of guests. */
#ifndef LODGER_TEST_KICKS_H
#define LODGER_TEST_KICKS_H

#include "test-latch.h"
#include "test-limits.h"

#include <lodger/lodger.h>
#include <stdatomic.h>

typedef struct Kicks Kicks;

/* ---- what a guest is told to do ---------------------------------------------------------------------------------- */

typedef struct KickKind
{
  const char *name;
  bool any_thread; /* it may come from another thread than the loop's */
} KickKind;

typedef struct KickGuest
{
  const char *name;
  const char *backend;
  const KickKind *kinds; /* ended by a NULL name */
  /* The test's thread: registers the backend, makes the state, and says with which options the guest is started. */
  void *(*open) (Kicks *kicks, const void **ret_options);
  /* The loop's thread, when the guest has been started. Optional. */
  void (*begin) (void *impl);
  /* Does it. kicks_arrive() with the number follows, in the loop's thread. */
  void (*kick) (void *impl, unsigned kind, unsigned long number, TestRandom *random);
  /* Any thread: has the guest look at all that it has. For the control. */
  void (*nudge) (void *impl);
  /* The test's thread, after the guest's end. */
  void (*close) (void *impl);
} KickGuest;

/* ---- where it lives ---------------------------------------------------------------------------------------------- */

typedef struct KickHost
{
  const char *name;
  /* The test's thread: makes the loop, and starts the guest in it. */
  void *(*open) (Kicks *kicks, const char *backend, const void *options);
  /* The test's thread: runs the loop, or waits for it, until kicks_are_over(). */
  void (*run) (void *impl);
  /* Any thread: has kicks_do() called in a call-back of the host's own. */
  void (*call_back) (void *impl);
  /* The test's thread: ends the guest and the loop. */
  void (*close) (void *impl);
} KickHost;

/* Ended by NULL. The program defines the hosts. */
extern const KickHost *const kick_hosts[];
extern const KickGuest *const kick_guests[];
extern const KickHost kick_host_direct, kick_host_manual, kick_host_native, kick_host_glib, kick_host_uv;
extern const KickGuest kick_guest_glib, kick_guest_uv;
/* A guest "glib" whose set of descriptors is kept by comparing numbers. It has to lose kicks. */
extern const KickGuest kick_guest_glib_by_diff;

/* ---- a run ------------------------------------------------------------------------------------------------------- */

struct Kicks
{
  const KickHost *host;
  const KickGuest *guest;
  void *host_impl, *guest_impl;
  LodgerCaller *caller; /* Optional. Set by the host. */
  unsigned long count;
  int64_t limit;       /* after which a kick is lost */
  bool ends_when_lost; /* a kick that is lost ends the run, and not the test */

  /* Private. */
  TestRandom random;
  atomic_ulong number; /* of the kick that is under way; it has begun, if `is_begun` */
  atomic_bool is_begun;
  atomic_uint kind, origin;
  Counter requests; /* to the other thread */
  Latch over;
  atomic_ulong lost;
  unsigned n_kinds, n_foreign_kinds;
};

/* Returns how many were lost. */
unsigned long kicks_run (Kicks *kicks);
/* The program's main: each guest of kick_guests in each host of kick_hosts, or those that the arguments name.
 *
 *   [--host NAME] [--guest NAME] [--count N]
 *
 * A guest that is a control has to lose some, or else the kicks would find nothing. LODGER_SEED replays the kinds and
 * origins of the kicks. */
int kicks_main (int argc, char **argv);

/* For hosts and guests. */
/* The loop's thread: does the kick that is wanted of a call-back. Harmless otherwise. */
void kicks_do (Kicks *kicks);
/* The loop's thread, in the guest. */
void kicks_arrive (Kicks *kicks, unsigned long number);
bool kicks_are_over (Kicks *kicks);
/* The loop's thread, when the guest has been started: the first kick comes. */
void kicks_begin (Kicks *kicks);

#endif
