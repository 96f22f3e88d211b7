/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest loop that a test scripts: tasks on descriptors of its own, behind one epoll set, as a real guest has it.
 *
 * The backend "test-guest" takes a GuestLoop as its options. NULL makes a loop of the backend's own. */
#ifndef LODGER_TEST_GUEST_H
#define LODGER_TEST_GUEST_H

#include "test-latch.h"

#include <lodger/lodger.h>
#include <stdatomic.h>

typedef struct GuestLoop GuestLoop;
typedef void (*GuestFunc) (GuestLoop *loop, void *data);

struct GuestLoop
{
  int epoll_fd, event_fd;

  /* What a test sets. All in the guest's thread, but for `posted`. */
  GuestFunc func; /* Optional. Runs once for each event. */
  void *data;
  GuestFunc prepare;  /* Optional. Runs in each prepare. */
  GuestFunc idle;     /* Optional. Runs in each dispatch that has nothing to do. */
  int64_t timer;      /* CLOCK_MONOTONIC: an event comes then; LODGER_FOREVER: none */
  atomic_long posted; /* events that have come and have not been dispatched */
  bool is_dead;       /* it says that there is nothing to watch, and no time */
  bool is_busy;       /* an event is always there */
  int open_code;      /* Optional. The code of `guest_open`. */

  /* What a test reads. */
  atomic_long opens, closes, prepares, dispatches, events;
  int opened_in, closed_in; /* threads, by test_thread_id() */
  int depth;                /* of `guest_enter` */
  bool was_dispatched_outside;
};

void guest_loop_init (GuestLoop *loop);
void guest_loop_clear (GuestLoop *loop);
/* An event comes by the loop's descriptor. Any thread. */
void guest_loop_post (GuestLoop *loop);
/* An event comes, and nothing shows it: in the guest's thread. */
void guest_loop_add (GuestLoop *loop);

/* Registers "test-guest", and "test-no-guest", which cannot be one. */
void guest_register (void);
/* The name of a backend that can only be a guest. */
const char *guest_only (void);
/* Starts it as a guest, which has to succeed. */
LodgerGuest *guest_start (LodgerCaller *caller, GuestLoop *loop);
/* The innermost loop that this thread has entered, or NULL. */
GuestLoop *guest_loop_current (void);

#endif
