/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches of descriptors. */
#include "misuse.h"

#include <poll.h>

enum
{
  FD = 0 /* nothing is done with it: no loop comes round */
};

static void
nothing (LodgerPending *self, uint32_t revents, void *data)
{
  (void) self;
  (void) revents;
  (void) data;
}

static void
nothing_destroy (void *data)
{
  (void) data;
}

/* It is ended. */
static bool
is_watch (LodgerPending *watch)
{
  bool is_one = !lodger_pending_is_done (watch);
  lodger_pending_cancel (watch, NULL);
  lodger_pending_unref (watch);
  return is_one;
}

#define IS_BUSY(FIRST, SECOND)                                                                                         \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerPending *first = FIRST;                                                                                    \
      REFUSES (SECOND, LODGER_EBUSY);                                                                                  \
      FINE (is_watch (first));                                                                                         \
    }                                                                                                                  \
  while (0)

#define SHORT(caller, func, data, destroy) lodger_caller_watch_fd (caller, FD, POLLIN, func, data, destroy)
#define FULL(caller, func, data, destroy)  lodger_caller_watch_fd_full (caller, FD, POLLIN, func, data, destroy, NULL)

#define ROWS(function, WATCH)                                                                                          \
  CELL (function, null_caller, REFUSES (WATCH (NULL, nothing, DATA, DESTROY), LODGER_EINVAL));                         \
  CELL (function, null_func, REFUSES (WATCH (CALLER, NULL, DATA, DESTROY), LODGER_EINVAL));                            \
  CELL (function, null_data, FINE (is_watch (WATCH (CALLER, nothing, NULL, nothing_destroy))));                        \
  CELL (function, null_destroy, FINE (is_watch (WATCH (CALLER, nothing, s, NULL))));                                   \
  CELL (function, busy, IS_BUSY (WATCH (CALLER, nothing, NULL, NULL), WATCH (CALLER, nothing, DATA, DESTROY)));        \
  CELL (function, after_stop, REFUSES_LATE (WATCH (CALLER, nothing, DATA, DESTROY));                                   \
        REFUSES (WATCH (CALLER, NULL, DATA, DESTROY), LODGER_EINVAL));                                                 \
  CELL (function, after_fork, REFUSES (WATCH (CALLER, nothing, DATA, DESTROY), LODGER_ECHILD));                        \
  WHEN_FULL (function, REFUSES (WATCH (full, nothing, DATA, DESTROY), LODGER_EDEADLK))

ROWS (lodger_caller_watch_fd, SHORT);
ROWS (lodger_caller_watch_fd_full, FULL);

static const LodgerWatchOptions without_size = { .times = 1 };

static void
watch_with_both (Fixture *s)
{
  LodgerChannel *channel = lodger_channel_new (NULL);
  REFUSES (lodger_caller_watch_fd_full (CALLER, FD, POLLIN, nothing, DATA, DESTROY,
                                        LODGER_WATCH_OPTIONS (.channel = channel)),
           LODGER_EINVAL);
  lodger_channel_unref (channel);
}

CELL (lodger_caller_watch_fd_full, null_options, FINE (is_watch (FULL (CALLER, nothing, s, NULL))));
CELL (lodger_caller_watch_fd_full, size_options,
      REFUSES (lodger_caller_watch_fd_full (CALLER, FD, POLLIN, nothing, DATA, DESTROY, &without_size), LODGER_EINVAL);
      REFUSES (lodger_caller_watch_fd_full (CALLER, -1, POLLIN, nothing, DATA, DESTROY, NULL), LODGER_EINVAL);
      REFUSES (lodger_caller_watch_fd_full (CALLER, FD, 0, nothing, DATA, DESTROY, NULL), LODGER_EINVAL);
      REFUSES (lodger_caller_watch_fd_full (CALLER, FD, UINT32_MAX, nothing, DATA, DESTROY, NULL), LODGER_EINVAL);
      watch_with_both (s));

/* ---- waits ------------------------------------------------------------------------------------------------------- */

static void
wait_while_watched (LodgerPending *self, void *data)
{
  Fixture *s = data;
  (void) self;
  BY (lodger_caller_watch_fd);
  ANSWERS (lodger_wait_fd (FD, POLLIN, LODGER_FOREVER, NULL), LODGER_EBUSY);
}

/* The watch has not begun. */
static void
wait_spawned (Fixture *s)
{
  LodgerPending *spawned = lodger_caller_spawn (CALLER, wait_while_watched, s, NULL);
  LodgerPending *watch = SHORT (CALLER, nothing, NULL, NULL);
  loop_run (&s->loop);
  FINE (is_watch (watch));
  ACCEPTS (spawned);
}

CELL (lodger_wait_fd, null_ret_events, FINE (lodger_wait_fd (FD, POLLOUT, 0, NULL) <= 0));
CELL (lodger_wait_fd, negative_timeout, ANSWERS (lodger_wait_fd (-1, POLLIN, -1, NULL), LODGER_EINVAL);
      ANSWERS (lodger_wait_fd (FD, 0, -1, NULL), LODGER_EINVAL); FINE (lodger_wait_fd (FD, POLLOUT, -1, NULL) <= 0));
CELL (lodger_wait_fd, busy, wait_spawned (s));
CELL_AT (IN_WORKER, lodger_wait_fd, wrong_state,
         ANSWERS (lodger_wait_fd (FD, POLLIN, LODGER_FOREVER, NULL), LODGER_ESTATE));
