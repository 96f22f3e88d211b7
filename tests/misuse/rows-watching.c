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
