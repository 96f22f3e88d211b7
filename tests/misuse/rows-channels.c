/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channels: an item that is refused is destroyed by then, unless there is no channel that could do so. */
#include "misuse.h"

static const LodgerChannelOptions no_size = { .limit = 1 };
static const LodgerCallOptions call_without_size = { .name = "misuse" };

static bool
is_channel (LodgerChannel *channel)
{
  bool is_one = channel != NULL;
  lodger_channel_unref (channel);
  return is_one;
}

#define WITH_CHANNEL(...)                                                                                              \
  do                                                                                                                   \
    {                                                                                                                  \
      LodgerChannel *channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = DESTROY, .limit = 1));           \
      __VA_ARGS__;                                                                                                     \
      lodger_channel_unref (channel);                                                                                  \
    }                                                                                                                  \
  while (0)

/* A function that gets nothing, since nothing was sent. */
static void
get_nothing (LodgerPending *self, void **items, size_t count, void *data)
{
  (void) self;
  (void) items;
  (void) data;
  test_fail ("%zu items came", count);
}

static void
nothing_destroy (void *data)
{
  (void) data;
}

/* ---- its life, and sending --------------------------------------------------------------------------------------------- */

static void
merge_nothing (void *last, void *item, void *data)
{
  (void) last;
  (void) item;
  (void) data;
}

#define WRONG(...) WARNS (!is_channel (lodger_channel_new (LODGER_CHANNEL_OPTIONS (__VA_ARGS__))))

CELL (lodger_channel_new, null_options, FINE (is_channel (lodger_channel_new (NULL))));
CELL (lodger_channel_new, size_options, WARNS (!is_channel (lodger_channel_new (&no_size)));
      WRONG (.overflow = (LodgerChannelOverflow) 77, .data = DATA, .data_destroy = DESTROY);
      WRONG (.overflow = LODGER_CHANNEL_MERGE); WRONG (.merge = merge_nothing); WRONG (.interval = -1));
CELL (lodger_channel_ref, null_channel, FINE (lodger_channel_ref (NULL) == NULL));
CELL (lodger_channel_unref, null_channel, FINE (DOES (lodger_channel_unref (NULL))));
CELL (lodger_channel_send, null_channel, ANSWERS (lodger_channel_send (NULL, s), LODGER_EINVAL));
CELL (lodger_channel_send, null_item, WITH_CHANNEL (ANSWERS (lodger_channel_send (channel, NULL), LODGER_EINVAL)));
CELL (lodger_channel_send, shut_down,
      WITH_CHANNEL (lodger_channel_close (channel, NULL);
                    TELLS (lodger_channel_send (channel, DATA), LODGER_ESHUTDOWN)));

/* It is full, and this thread is its consumer. */
static void
send_to_itself (Fixture *s)
{
  Recorder waiting = { 0 };
  void *item;
  WITH_CHANNEL (TELLS (lodger_channel_receive (channel, 0, &item), LODGER_ETIMEDOUT);
                FINE (lodger_channel_send (channel, &waiting) == 0);
                ANSWERS (lodger_channel_send (channel, DATA), LODGER_EDEADLK));
  recorder_expect (&waiting, 0, 1);
}

CELL_AT (IN_WORKER, lodger_channel_send, deadlock, send_to_itself (s));

CELL (lodger_channel_close, null_channel, WARNS (DOES (lodger_channel_close (NULL, ERROR))));
CELL (lodger_channel_close, null_error, WITH_CHANNEL (FINE (DOES (lodger_channel_close (channel, NULL)))));
CELL (lodger_channel_leave, null_channel, WARNS (DOES (lodger_channel_leave (NULL))));
CELL (lodger_channel_get_error, null_channel, FINE (lodger_channel_get_error (NULL) == NULL));
CELL (lodger_channel_count, null_channel, FINE (lodger_channel_count (NULL) == 0));

/* ---- a delivery -------------------------------------------------------------------------------------------------------- */

#define FULL(channel, caller, func, data, destroy)                                                                     \
  lodger_channel_deliver_full (channel, caller, func, data, destroy, NULL)
#define SHORT(channel, caller, func, data, destroy) (lodger_channel_deliver) (channel, caller, func, data, destroy)

/* One that ends at once, since the channel is closed. */
#define DELIVERS(delivery)                                                                                             \
  WITH_CHANNEL (lodger_channel_close (channel, NULL); ACCEPTS (delivery); FINE (lodger_channel_count (channel) == 0))

#define ROWS(function, DELIVER)                                                                                        \
  CELL (function, null_channel, REFUSES (DELIVER (NULL, CALLER, get_nothing, DATA, DESTROY), LODGER_EINVAL));          \
  CELL (function, null_caller,                                                                                         \
        WITH_CHANNEL (REFUSES (DELIVER (channel, NULL, get_nothing, DATA, DESTROY), LODGER_EINVAL)));                  \
  CELL (function, null_func, WITH_CHANNEL (REFUSES (DELIVER (channel, CALLER, NULL, DATA, DESTROY), LODGER_EINVAL)));  \
  CELL (function, null_data, DELIVERS (DELIVER (channel, CALLER, get_nothing, NULL, nothing_destroy)));                \
  CELL (function, null_destroy, DELIVERS (DELIVER (channel, CALLER, get_nothing, s, NULL)));                           \
  CELL (function, already,                                                                                             \
        WITH_CHANNEL (lodger_pending_disown (DELIVER (channel, CALLER, get_nothing, s, NULL));                         \
                      REFUSES (DELIVER (channel, CALLER, get_nothing, DATA, DESTROY), LODGER_EALREADY)));              \
  CELL (function, after_stop,                                                                                          \
        WITH_CHANNEL (REFUSES_LATE (DELIVER (channel, CALLER, get_nothing, DATA, DESTROY));                            \
                      TELLS (lodger_channel_send (channel, DATA), LODGER_ECANCELED)));                                 \
  CELL (function, after_fork,                                                                                          \
        WITH_CHANNEL (REFUSES (DELIVER (channel, CALLER, get_nothing, DATA, DESTROY), LODGER_ECHILD)))

ROWS (lodger_channel_deliver_full, FULL);
ROWS (lodger_channel_deliver, SHORT);
CELL (lodger_channel_deliver_full, null_options, DELIVERS (FULL (channel, CALLER, get_nothing, s, NULL)));
CELL (lodger_channel_deliver_full, size_options,
      WITH_CHANNEL (REFUSES (lodger_channel_deliver_full (channel, CALLER, get_nothing, DATA, DESTROY,
                                                          &call_without_size),
                             LODGER_EINVAL);
                    FINE (lodger_channel_send (channel, DATA) == 0)));

/* ---- a flush ----------------------------------------------------------------------------------------------------------- */

/* A channel that is delivered to the caller. */
#define WITH_DELIVERY(caller, ...)                                                                                     \
  WITH_CHANNEL (lodger_pending_disown (lodger_channel_deliver (channel, caller, get_nothing, s, NULL)); __VA_ARGS__)

/* A flush in a batch, which is not done. */
typedef struct Flush
{
  Fixture *fixture;
  LodgerChannel *channel;
} Flush;

static void
flush_inside (LodgerPending *self, void **items, size_t count, void *data)
{
  const Flush *flush = data;
  Fixture *s = flush->fixture;
  (void) self;
  (void) items;
  (void) count;
  TELLS (lodger_channel_flush (flush->channel), LODGER_EBUSY);
}

static void
flush_in_a_batch (Fixture *s)
{
  static char item;
  Flush flush = { s, lodger_channel_new (NULL) };
  FINE (lodger_channel_send (flush.channel, &item) == 0);
  lodger_channel_close (flush.channel, NULL);
  ACCEPTS (lodger_channel_deliver (flush.channel, CALLER, flush_inside, &flush, NULL));
  lodger_channel_unref (flush.channel);
}

static void
flush_to_an_ended_caller (Fixture *s)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  WITH_DELIVERY (loop.caller, lodger_caller_stop (loop.caller, true);
                 loop_run_until_done (&loop, lodger_caller_get_stopped (loop.caller));
                 TELLS (lodger_channel_flush (channel), LODGER_ESHUTDOWN));
  loop_close (&loop);
}

CELL (lodger_channel_flush, null_channel, ANSWERS (lodger_channel_flush (NULL), LODGER_EINVAL));
CELL (lodger_channel_flush, wrong_state, WITH_CHANNEL (ANSWERS (lodger_channel_flush (channel), LODGER_ESTATE)));
CELL_AT (ELSEWHERE, lodger_channel_flush, wrong_thread,
         WITH_DELIVERY (CALLER, ANSWERS (lodger_channel_flush (channel), LODGER_EWRONGTHREAD)));
CELL (lodger_channel_flush, busy, flush_in_a_batch (s));
CELL (lodger_channel_flush, shut_down, flush_to_an_ended_caller (s));

/* ---- receiving --------------------------------------------------------------------------------------------------------- */

#define RECEIVE(timeout) lodger_channel_receive (channel, timeout, &(void *) { NULL })

CELL (lodger_channel_receive, null_channel,
      ANSWERS (lodger_channel_receive (NULL, 0, &(void *) { NULL }), LODGER_EINVAL));
CELL (lodger_channel_receive, null_ret_item,
      WITH_CHANNEL (ANSWERS (lodger_channel_receive (channel, 0, NULL), LODGER_EINVAL)));
CELL (lodger_channel_receive, negative_timeout, WITH_CHANNEL (TELLS (RECEIVE (INT64_MIN), LODGER_ETIMEDOUT)));
CELL (lodger_channel_receive, shut_down,
      WITH_CHANNEL (lodger_channel_close (channel, NULL); TELLS (RECEIVE (LODGER_FOREVER), LODGER_ESHUTDOWN)));
CELL (lodger_channel_receive, wrong_thread,
      WITH_CHANNEL (ANSWERS (RECEIVE (LODGER_FOREVER), LODGER_EWRONGTHREAD);
                    ANSWERS (RECEIVE (1), LODGER_EWRONGTHREAD)));
CELL_AT (IN_DIRECT, lodger_channel_receive, wrong_state,
         WITH_CHANNEL (ANSWERS (RECEIVE (LODGER_FOREVER), LODGER_ESTATE)));
CELL (lodger_channel_receive, already, WITH_DELIVERY (CALLER, ANSWERS (RECEIVE (0), LODGER_EALREADY)));
