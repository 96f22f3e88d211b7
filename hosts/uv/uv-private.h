/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The private face of the libuv adapter: one attached loop, and the files that share it.
 *
 * Order, lowest first; a file calls only files before it: wake-state.h, innermost.c, owners.c, loops.c, watches.c, host.c,
 * handles.c, host-ops.c, backend.c, guest.c, attach.c. To report upward, a handle calls <lodger/host.h>. The core calls
 * host-ops.c, backend.c and guest.c by their tables. */
#ifndef LODGER_UV_PRIVATE_H
#define LODGER_UV_PRIVATE_H

#include "lodger-uv.h"
#include "wake-state.h"

#include <lodger/backend.h>
#include <lodger/error.h>
#include <lodger/host.h>
#include <pthread.h>

/* The loop that the options name. Without options or without a loop: the default one. */
uv_loop_t *lodger__uv_loop_of (const LodgerUvHostOptions *options);
/* LODGER_ENOMEM, or LODGER_EAGAIN: libuv has nothing else to say of making a loop or a handle. */
int lodger__uv_code (int uv_code);
/* Of CLOCK_MONOTONIC. */
int64_t lodger__uv_now (void);

/* ---- innermost.c ---- */

void lodger__uv_push_loop (uv_loop_t *loop);
void lodger__uv_pop_loop (void);

/* ---- owners.c: a loop has callers in one thread only ---- */

typedef struct LodgerUvOwner
{
  struct LodgerUvOwner *next, *previous;
  const uv_loop_t *loop;
  pthread_t thread;
} LodgerUvOwner;

/* False: the loop is another thread's. This thread becomes the owner. */
bool lodger__uv_own (LodgerUvOwner *owner, const uv_loop_t *loop);
/* Any thread. May be repeated. */
void lodger__uv_disown (LodgerUvOwner *owner);

/* ---- loops.c ---- */

/* 0 or a negative code. */
int lodger__uv_loop_make (uv_loop_t *loop);
/* Closes the handles that are left and runs the loop until it can be closed; then closes it. Returns how many handles of
 * the program's were left. It blocks while requests are under way in libuv's threads. */
unsigned lodger__uv_drain (uv_loop_t *loop);

/* ---- watches.c: the descriptors that Lodger watches, in an epoll set of their own ---- */

typedef struct LodgerUvWatch LodgerUvWatch;

typedef struct LodgerUvWatches
{
  LodgerUvWatch *first;
  int set;         /* the epoll set; -1: none yet */
  unsigned always; /* watches of files, which are always ready */
  uint64_t last_id;
} LodgerUvWatches;

void lodger__uv_watches_init (LodgerUvWatches *watches);
/* Ends all watches, and closes the set. */
void lodger__uv_watches_clear (LodgerUvWatches *watches);
int lodger__uv_watches_add (LodgerUvWatches *watches, LodgerHostWatch *watch, int fd, uint32_t events);
/* False: the set still has it, and has to be made anew while the loop does not poll it. */
bool lodger__uv_watches_remove (LodgerUvWatches *watches, LodgerHostWatch *watch);
void lodger__uv_watches_make_anew (LodgerUvWatches *watches);
/* Tells Lodger of each watch that is ready now, once. */
void lodger__uv_watches_report (LodgerUvWatches *watches);

/* ---- host.c ---- */

typedef enum LodgerUvHandle
{
  LODGER_UV_WAKE,    /* polls the eventfd */
  LODGER_UV_WATCHED, /* polls the epoll set of the watches; made with the first watch */
  LODGER_UV_PREPARE,
  LODGER_UV_CHECK,
  LODGER_UV_IDLE,  /* active: the loop does not block */
  LODGER_UV_ALARM, /* ends the poll at the deadline */
  LODGER_UV_HANDLES,
} LodgerUvHandle;

typedef struct LodgerUvHost
{
  LodgerUvWake wake;
  atomic_uint refs; /* the core's, and one for each handle that is not closed */
  LodgerHost *host;
  uv_loop_t *loop;
  LodgerUvOwner owner;
  LodgerUvHostFlags flags;
  int event_fd;
  _Atomic (LodgerHostNode *) node; /* always the same node; NULL before the first post */

  /* The owner's alone. */
  union
  {
    uv_handle_t handle;
    uv_poll_t poll;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_idle_t idle;
    uv_timer_t timer;
  } handles[LODGER_UV_HANDLES];
  LodgerUvWatches watches;
  int64_t deadline;   /* LODGER_FOREVER: not armed */
  int64_t wait_until; /* as before_wait has said; LODGER_FOREVER: no limit */
  uint64_t alarm;     /* what the timer is set to, in milliseconds; 0: it is not active */
  bool runs;          /* `mainloop` is on the stack */
  bool has_handles;   /* between `attach` and `detach` */
  bool has_set;       /* the loop polls the set of the watches */
  bool is_in_run;     /* Lodger's calls are on the stack */
  bool wants_before_wait;
  bool quits;
  bool has_warned;
} LodgerUvHost;

/* One reference, for the core. This thread becomes the owner. 0 or a negative code. */
int lodger__uv_host_new (LodgerHost *lodger_host, const LodgerUvHostOptions *options, LodgerUvHost **ret_host);
void lodger__uv_host_ref (LodgerUvHost *host);
void lodger__uv_host_unref (LodgerUvHost *host);

/* ---- handles.c ---- */

int lodger__uv_handles_make (LodgerUvHost *host);
void lodger__uv_handles_close (LodgerUvHost *host);
/* The first watch: the loop polls the set from now on. */
int lodger__uv_handles_watch (LodgerUvHost *host);
/* The loop polls the set again, which is made anew. */
void lodger__uv_handles_watch_anew (LodgerUvHost *host);
/* The handles that wait for other threads count in uv_run(), or not. */
void lodger__uv_handles_count (LodgerUvHost *host, bool on);
/* What the loop is to do is up to date again after a post of the owner's, a new deadline or a new watch. */
void lodger__uv_handles_settle (LodgerUvHost *host);

/* ---- host-ops.c, backend.c, guest.c ---- */

extern const LodgerHostDriver lodger__uv_driver;
extern const LodgerBackendOps lodger__uv_backend;
const void *lodger__uv_guest_identify (const void *options);
int lodger__uv_guest_open (const void *options, void **ret_impl);
int64_t lodger__uv_guest_prepare (void *impl, int *ret_fd);
bool lodger__uv_guest_dispatch (void *impl);
void lodger__uv_guest_enter (void *impl);
void lodger__uv_guest_leave (void *impl);
void lodger__uv_guest_close (void *impl);

#endif
