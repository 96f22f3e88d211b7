/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host "tcl": Lodger in the loop of Tcl and Tk.
 *
 * Tcl serves events. When there is none, it runs each idle callback once, and then looks for events again. Tk redraws in
 * such callbacks. So Lodger comes in one, too. When Tcl is not idle for TCL_HOST_AGE, a timer replaces it. */
#include "tcl-host.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <tcl.h>
#include <time.h>

typedef struct {
  TclWatch *watches; /* first: for tcl-watch.c */
  LodgerHost *host;
  Tcl_ThreadId thread;
  _Atomic (LodgerHostNode *) node; /* NULL, the node to be run, or &closed */
  int64_t deadline;
  Tcl_TimerToken age; /* NULL: `serve` is not asked for */
  atomic_bool sleeps; /* or is about to */
  bool wants_before_wait, quits;
} TclHost;

static LodgerHostNode closed;

static int64_t now (void) {
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C (1000000000) + time.tv_nsec;
}

/* After an alert, the next wait of Tcl returns without a look at descriptors. So only a loop that sleeps is alerted. */
static int post (void *impl, LodgerHostNode *node) {
  TclHost *tcl = impl;
  LodgerHostNode *none = NULL;
  if (!atomic_compare_exchange_strong (&tcl->node, &none, node))
    return LODGER_ESHUTDOWN;
  if (atomic_exchange (&tcl->sleeps, false))
    Tcl_ThreadAlert (tcl->thread);
  return 0;
}

/* Lodger's functions may free the host, so nothing of it is read after them. */
static void serve (ClientData data) {
  TclHost *tcl = data;
  LodgerHostNode *node = atomic_exchange (&tcl->node, NULL);
  Tcl_CancelIdleCall (serve, tcl);
  Tcl_DeleteTimerHandler (tcl->age);
  tcl->age = NULL;
  if (node != NULL) {
    lodger_host_run_node (node);
  } else if (now () >= tcl->deadline) {
    tcl->deadline = LODGER_FOREVER;
    lodger_host_deadline (tcl->host);
  }
}

/* Tcl calls this before each wait, also before one that does not block, and waits no longer than this says. */
static void setup (ClientData data, int flags) {
  TclHost *tcl = data;
  int64_t until = tcl->wants_before_wait ? lodger_host_before_wait (tcl->host) : LODGER_FOREVER;
  int64_t left = (until < tcl->deadline ? until : tcl->deadline) - now ();
  atomic_store (&tcl->sleeps, true); /* before the look at the node */
  if (tcl->age == NULL && (left <= 0 || atomic_load (&tcl->node) != NULL)) {
    tcl->age = Tcl_CreateTimerHandler (TCL_HOST_AGE, serve, tcl);
    Tcl_DoWhenIdle (serve, tcl);
  }
  atomic_store (&tcl->sleeps, tcl->age == NULL);
  left = tcl->age == NULL ? left + 999 : 0; /* rounded up to microseconds: never early */
  if ((flags & TCL_TIMER_EVENTS) != 0)
    Tcl_SetMaxBlockTime (&(Tcl_Time) { .sec = left / 1000000000, .usec = left % 1000000000 / 1000 });
}

static void want_before_wait (void *impl, bool on) { ((TclHost *) impl)->wants_before_wait = on; }

static void arm (void *impl, int64_t deadline) { ((TclHost *) impl)->deadline = deadline; }

static int mainloop (void *impl) {
  TclHost *tcl = impl;
  while (!tcl->quits)
    Tcl_DoOneEvent (TCL_ALL_EVENTS);
  tcl->quits = false;
  return 0;
}

static void quit (void *impl) { ((TclHost *) impl)->quits = true; }

static void finalize (ClientData data);

static bool detach (void *impl) {
  TclHost *tcl = impl;
  Tcl_DeleteThreadExitHandler (finalize, tcl);
  Tcl_DeleteEventSource (setup, NULL, tcl);
  Tcl_CancelIdleCall (serve, tcl);
  Tcl_DeleteTimerHandler (tcl->age);
  tcl_unwatch_all (&tcl->watches);
  return atomic_exchange (&tcl->node, &closed) != NULL;
}

/* Tcl ends in this thread, and Lodger has not. */
static void finalize (ClientData data) {
  detach (data);
  lodger_host_closed (((TclHost *) data)->host);
}

static int attach (void *impl) {
  Tcl_CreateEventSource (setup, NULL, impl);
  Tcl_CreateThreadExitHandler (finalize, impl);
  return 0;
}

static int open_host (LodgerHost *host, const void *options, void **ret_impl) {
  TclHost *tcl = *ret_impl = malloc (sizeof *tcl);
  (void) options;
  if (tcl == NULL)
    return LODGER_ENOMEM;
  *tcl = (TclHost) { .host = host, .thread = Tcl_GetCurrentThread (), .deadline = LODGER_FOREVER };
  return 0;
}

static const LodgerHostOps ops = { .size = sizeof ops,
                                   .name = "tcl",
                                   .run_sync_soon_threadsafe = post,
                                   .want_before_wait = want_before_wait,
                                   .arm = arm,
                                   .watch_fd = tcl_watch_fd,
                                   .unwatch_fd = tcl_unwatch_fd,
                                   .mainloop = mainloop,
                                   .quit = quit,
                                   .detach = detach,
                                   .destroy = free,
                                   .attach = attach };
static const LodgerHostDriver driver = { .size = sizeof driver, .ops = &ops, .open = open_host };

int tcl_host_register (void) { return lodger_host_register (&driver); }
