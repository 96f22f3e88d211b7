/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file channel.h
 * LodgerChannel: items on their way from many threads to one.
 *
 * Any thread sends. One consumer gets the items, those of each thread in the order in which that thread has sent them.
 * At most so many items wait. LodgerChannelOverflow says what happens to an item beyond that.
 *
 *     rows = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = row_free));
 *     shown = lodger_channel_deliver (rows, caller, add_rows, view, NULL);
 *     lodger_channel_send (rows, row_new ());
 *
 * The consumer is a caller, whose thread gets the items in batches (lodger_channel_deliver()), or a thread that takes
 * them one by one (lodger_channel_receive()).
 *
 * **Ends.** After lodger_channel_close() the consumer gets what waits, and then the end. After lodger_channel_leave(),
 * or a cancel of the delivery, what waits is destroyed. In both cases, what is sent later is refused. Each item is
 * destroyed exactly once, unless the consumer takes it.
 */
#ifndef LODGER_CHANNEL_H
#define LODGER_CHANNEL_H

#include <lodger/call.h>
#include <lodger/options.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** What happens to an item that comes to a full channel. */
typedef enum LodgerChannelOverflow
{
  LODGER_CHANNEL_BLOCK, /**< The sender waits for room, as for a full inbox: see lodger_caller_call_soon_full(). */
  LODGER_CHANNEL_DROP_OLDEST, /**< The item that has waited longest is destroyed. */
  LODGER_CHANNEL_KEEP_LATEST, /**< The limit is 1, and the newest item is the one that waits. */
  LODGER_CHANNEL_MERGE,       /**< `merge` puts the item into the last one that waits. */
} LodgerChannelOverflow;

/**
 * Puts @p item into @p last, which waits in the channel.
 *
 * It runs in the thread that sends. Nobody else uses the two items meanwhile, but other items may be merged at the same
 * time. @p item is destroyed afterwards by the channel. @p data is LodgerChannelOptions::data.
 */
typedef void (*LodgerMergeFunc) (void *last, void *item, void *data);

/**
 * Gets a batch of items in the caller's thread.
 *
 * The items are borrowed. A function that takes an item for itself sets its place to NULL. The others are destroyed
 * when @p self is done. @p self is the call of this batch. The next batch comes after it is done, also if it is
 * deferred. If it fails, the consumer leaves, and the delivery fails with the same error.
 */
typedef void (*LodgerBatchFunc) (LodgerPending *self, void **items, size_t count, void *data);

/** Options of lodger_channel_new(). Made by LODGER_CHANNEL_OPTIONS(). */
typedef struct LodgerChannelOptions
{
  size_t size;      /**< sizeof (LodgerChannelOptions). LODGER_CHANNEL_OPTIONS() fills it in. */
  const char *file; /**< Where the channel is made. Static. LODGER_CHANNEL_OPTIONS() fills it in. */
  int line;         /**< The line of that place. */
  /** Destroys an item. Optional. */
  LodgerDestroyFunc destroy;
  /** How many items may wait at most. 0 means 1,000. Merges that are at work at the same time may each add one. */
  unsigned limit;
  /** What happens beyond the limit. */
  LodgerChannelOverflow overflow;
  /** For LODGER_CHANNEL_MERGE, and only for that. */
  LodgerMergeFunc merge;
  /** The data of `merge`. */
  void *data;
  /** Destroys the data with the channel, in any thread. Optional. */
  LodgerDestroyFunc data_destroy;
  /** How many items a batch has at most. 0 means 250. A batch is not interrupted, so it has to be short. */
  unsigned batch;
  /** The time from one batch to the next, in nanoseconds, at least. 0 means none. The time is that of the caller's
   * host. */
  int64_t interval;
} LodgerChannelOptions;

/** Options of a channel with the given members: `LODGER_CHANNEL_OPTIONS (.limit = 10)`. See options.h. */
#define LODGER_CHANNEL_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerChannelOptions, __VA_ARGS__)

/**
 * Makes a channel.
 *
 * Any thread; does not block.
 *
 * @param options Optional. NULL means all defaults.
 * @return a new reference, or NULL.
 * Errors: LODGER_EINVAL (wrong options, an unknown overflow, a negative interval, a merge function without
 * LODGER_CHANNEL_MERGE or the other way round), LODGER_ENOMEM (no memory).
 * Test: unit/channel items_come_in_batches_in_order
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerChannel *lodger_channel_new (const LodgerChannelOptions *options);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/channel a_channel_that_nobody_refers_to_is_closed
 * Since: 0.2
 */
LODGER_API LodgerChannel *lodger_channel_ref (LodgerChannel *channel);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. The last reference closes the channel. Its delivery goes on to the end. Without a
 * delivery, what waits is destroyed.
 *
 * Errors: none.
 * Test: unit/channel a_channel_that_nobody_refers_to_is_closed
 * Since: 0.2
 */
LODGER_API void lodger_channel_unref (LodgerChannel *channel);

/**
 * Sends an item to the consumer, which may come later.
 *
 * Any thread. Does not block, unless the channel is full and its overflow is LODGER_CHANNEL_BLOCK. A merge function,
 * and the destroy function of an item that is dropped, run inside this function.
 *
 * @param item not NULL. It is consumed: a refusal destroys it. With a NULL @p channel it stays the sender's.
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ESHUTDOWN (the channel is closed), LODGER_ECANCELED (its consumer has left, or
 * is stopping, or the sender's own call was cancelled while it waited for room), LODGER_ENOMEM (no memory),
 * LODGER_EAGAIN (it is full, and this thread may not block), LODGER_EDEADLK (it is full, and the wait could never end),
 * LODGER_ECHILD (a forked child).
 * Test: unit/channel items_come_in_batches_in_order
 * Test: unit/channel a_full_channel_refuses_who_may_not_block
 * Since: 0.2
 */
LODGER_API int lodger_channel_send (LodgerChannel *channel, void *item);

/**
 * Closes the channel for all senders. The consumer gets what waits, and then the end.
 *
 * Any thread; does not block. Senders that wait for room are refused. Only the first close counts.
 *
 * @param error Optional. The reference is consumed. The end is then a failure with this error.
 * Errors: LODGER_EINVAL (NULL @p channel), LODGER_ECHILD (a forked child).
 * Test: unit/channel a_close_lets_the_consumer_have_the_rest
 * Since: 0.2
 */
LODGER_API void lodger_channel_close (LodgerChannel *channel, LodgerError *error);

/**
 * Ends the consumer: it gets nothing more.
 *
 * Any thread; does not block. What waits is destroyed: in the caller's thread, if the channel is delivered to a caller,
 * else here. It is the cancel of the delivery. Without a consumer, there will be none.
 *
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/channel edge_109_who_leaves_early_rejects_the_rest
 * Since: 0.2
 */
LODGER_API void lodger_channel_leave (LodgerChannel *channel);

/**
 * Delivers the items to @p caller: @p func gets them in batches in that thread.
 *
 * Any thread; does not block. At most one batch comes in each slice of the caller's loop. The delivery is a call that
 * takes no room in the inbox. The end of its scope cancels it, and the scope's object is held while @p func runs. The
 * batches run in its context. If the caller is stopping, or the scope has ended, the consumer has left.
 *
 * @param data consumed. It is destroyed in the caller's thread when the delivery is done.
 * @param options Optional. NULL means all defaults. `limiter` and `slot` are refused.
 * @return a new reference to a pending, never NULL. It succeeds after the last item of a closed channel, or fails with
 *         the error of the close. Its cancel is lodger_channel_leave().
 * Errors: LODGER_EINVAL (NULL @p channel, @p caller or @p func, wrong options), LODGER_EALREADY (the channel has a
 * consumer), LODGER_ECANCELED (the channel was left), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/channel items_come_in_batches_in_order
 * Test: unit/channel edge_109_a_second_consumer_is_refused
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_channel_deliver_full (LodgerChannel *channel, LodgerCaller *caller,
                                                                    LodgerBatchFunc func, void *data,
                                                                    LodgerDestroyFunc destroy,
                                                                    const LodgerCallOptions *options);

/**
 * Runs lodger_channel_deliver_full() with defaults.
 *
 * In C and C++ it also records file and line.
 *
 * Errors: as lodger_channel_deliver_full().
 * Test: unit/channel items_come_in_batches_in_order
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_channel_deliver (LodgerChannel *channel, LodgerCaller *caller,
                                                               LodgerBatchFunc func, void *data,
                                                               LodgerDestroyFunc destroy);

/**
 * Delivers at once what waits now, in batches, also if their interval is not over.
 *
 * Thread of the caller that the channel is delivered to. The functions run inside this function. What is sent meanwhile
 * may come later.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ESTATE (the channel is not delivered to a caller), LODGER_EWRONGTHREAD (not the
 * caller's thread), LODGER_EBUSY (a batch is not done), LODGER_ESHUTDOWN (the caller has ended), LODGER_ECHILD (a
 * forked child).
 * Test: unit/channel a_flush_delivers_what_waits_at_once
 * Since: 0.2
 */
LODGER_API int lodger_channel_flush (LodgerChannel *channel);

/**
 * Waits for the next item, and takes it. The item is the receiver's.
 *
 * Any thread; the first one is the consumer from then on. Waits for at most @p timeout: suspends a spawned call, or
 * blocks, as lodger_pending_wait() says. A @p timeout of 0 only looks, in any thread. Several spawned
 * calls of the consumer's thread may wait for items at once.
 *
 * @param timeout nanoseconds, or LODGER_FOREVER.
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_EALREADY (the channel has another consumer), LODGER_ESHUTDOWN (the channel is
 * closed, and this is its end), LODGER_EFAILED (the same, and lodger_channel_get_error() says why), LODGER_ECANCELED
 * (the consumer has left, or the thread's own call was cancelled while it waited), LODGER_ETIMEDOUT (no item in that
 * time), LODGER_EWRONGTHREAD (this thread's loop is not driven by Lodger), LODGER_ESTATE (in a call_direct,
 * or where a spawned call cannot wait: fiber.h), LODGER_ENOMEM (no memory), LODGER_ENOSYS (as lodger_pending_wait()),
 * LODGER_ECHILD (a forked child).
 * Test: unit/channel a_thread_receives_items_one_by_one
 * Since: 0.2
 */
LODGER_API int lodger_channel_receive (LodgerChannel *channel, int64_t timeout, void **ret_item);

/**
 * Returns the error that the channel was closed with, borrowed.
 *
 * Any thread; does not block. It lives as long as a reference to the channel.
 *
 * @return the error; NULL if there is none, and for NULL.
 * Errors: none.
 * Test: unit/channel a_close_lets_the_consumer_have_the_rest
 * Since: 0.2
 */
LODGER_API LodgerError *lodger_channel_get_error (LodgerChannel *channel);

/**
 * Returns how many items wait.
 *
 * Any thread; does not block. NULL gives 0.
 *
 * Errors: none.
 * Test: unit/channel a_full_channel_drops_the_oldest_or_merges
 * Since: 0.2
 */
LODGER_API size_t lodger_channel_count (LodgerChannel *channel);

LODGER_END_DECLS

#ifndef LODGER_NO_CALL_SITES

#define lodger_channel_deliver(channel, caller, func, data, destroy)                                                   \
  lodger_channel_deliver_full (channel, caller, func, data, destroy, LODGER_PLACE (LodgerCallOptions))

#endif

#endif
