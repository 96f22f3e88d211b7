/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file watch.h
 * Watching a descriptor: a function that runs in the caller's thread each time that it is ready.
 *
 *     reading = lodger_caller_watch_fd (caller, fd, POLLIN, read_more, connection, NULL);
 *
 * The descriptor is watched by the caller's own loop where that can do it, and otherwise by a thread of Lodger's.
 * Nothing wakes up while the descriptor is not ready.
 *
 * Readiness is level-triggered: the function runs again as long as the descriptor is ready. The runs never overlap. The
 * next one begins after the last one is done, also a deferred one. POLLERR and POLLHUP come also if nobody has asked
 * for them.
 *
 * A watch has one pending for its whole life, which is known as that of any other call: to groups, scopes, and the stop
 * of its caller. Its runs belong to it. It ends in these ways:
 *
 * - A run answers with a value, fails, or is cancelled: that is the outcome.
 * - The last of LodgerWatchOptions::times runs is done: it ends with success.
 * - The cancel of its pending, the end of its scope, or the stop of its caller: the run that is at work is cancelled,
 *   too.
 * - The descriptor turns out to be closed: it fails with LODGER_EINVAL.
 *
 * When the pending is done, nobody uses the descriptor any more, and the program may close it. The program must not
 * close it before. A stop that gives up a thread that hangs is the exception: that thread's loop may have it until the
 * thread comes back.
 *
 * A watch does not end when nobody refers to its pending: a call goes on without its handle.
 */
#ifndef LODGER_WATCH_H
#define LODGER_WATCH_H

#include <lodger/call.h>
#include <lodger/options.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** The function of a watch. @p self is this run, which may be deferred. It answers nothing to go on. @p revents has
 * poll's event bits, of those that were asked for, and POLLERR and POLLHUP. */
typedef void (*LodgerWatchFunc) (LodgerPending *self, uint32_t revents, void *data);

/** Options of lodger_caller_watch_fd_full(). Made by LODGER_WATCH_OPTIONS(). */
typedef struct LodgerWatchOptions
{
  size_t size;      /**< sizeof (LodgerWatchOptions). LODGER_WATCH_OPTIONS() fills it in. */
  const char *name; /**< The name of the call in messages. Static. Optional. */
  const char *file; /**< Where it is made. Static. LODGER_WATCH_OPTIONS() fills it in. */
  int line;         /**< The line of that place. */
  /** After so many runs, the watch ends. 0 means no limit. */
  unsigned times;
  /** The end of this scope ends it. Optional. */
  LodgerScope *scope;
  /** Each readiness is an item of this channel, instead of a run of the function. The item is the event bits, as
   * `(void *) (uintptr_t) revents`. The next one comes after the consumer has taken it, if the descriptor is ready
   * then. A channel that refuses the item ends the watch with that code. Optional. */
  LodgerChannel *channel;
} LodgerWatchOptions;

/** Options of a watch with the given members: `LODGER_WATCH_OPTIONS (.times = 1)`. See options.h. */
#define LODGER_WATCH_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerWatchOptions, __VA_ARGS__)

/**
 * Runs @p func in the caller's thread each time that @p fd is ready.
 *
 * Any thread. It is submitted as by lodger_caller_call_soon_full(): it blocks only in a full inbox. The runs take no
 * room there. They have the context (context.h) of this moment. The data is consumed: it is destroyed when the watch is
 * over, in the caller's thread as a rule.
 *
 * @param fd the program's own. It stays open until the pending is done.
 * @param events poll's event bits, such as POLLIN. Not 0.
 * @param func NULL with a channel in the options, and only then.
 * @param options Optional. NULL means all defaults.
 * @return a new reference to a pending, never NULL. A refusal is a done pending, as that of
 *         lodger_caller_call_soon_full(). It fails later, with the code of the host, if the loop cannot watch such a
 *         descriptor: LODGER_EINVAL, LODGER_EBUSY, LODGER_ENOMEM, LODGER_EAGAIN.
 * Errors: LODGER_EINVAL (NULL @p caller, no @p func and no channel, or both, a negative @p fd, no @p events, or such as
 * poll does not know, wrong options), LODGER_EBUSY (the caller has a watch of this descriptor and these events),
 * LODGER_ENOMEM (no memory), LODGER_EAGAIN (the inbox is full, and this thread may not block), LODGER_EDEADLK (the
 * inbox is full, and the wait could never end), LODGER_ECHILD (a forked child).
 * Test: conformance edge_110_a_watch_runs_as_long_as_the_descriptor_is_ready
 * Test: unit/watch a_channel_gets_each_readiness
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_caller_watch_fd_full (LodgerCaller *caller, int fd, uint32_t events,
                                                                    LodgerWatchFunc func, void *data,
                                                                    LodgerDestroyFunc destroy,
                                                                    const LodgerWatchOptions *options);

/**
 * Runs lodger_caller_watch_fd_full() with defaults.
 *
 * In C and C++ it also records file and line.
 *
 * Errors: as lodger_caller_watch_fd_full().
 * Test: conformance edge_110_a_watch_runs_as_long_as_the_descriptor_is_ready
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_caller_watch_fd (LodgerCaller *caller, int fd, uint32_t events,
                                                               LodgerWatchFunc func, void *data,
                                                               LodgerDestroyFunc destroy);

/**
 * Waits until @p fd is ready, or the time is over: for spawned calls (fiber.h).
 *
 * It suspends the call, and the loop of its caller watches the descriptor meanwhile. So a call that reads what there
 * is, and waits, shares its thread. When it returns, nobody uses the descriptor any more. In another call or thread, it
 * only looks: with a timeout of 0. A plain call would block the loop that has to watch: it has
 * lodger_caller_watch_fd().
 *
 * @param fd the program's own. It stays open meanwhile.
 * @param events poll's event bits, such as POLLIN. Not 0.
 * @param timeout in nanoseconds, or LODGER_FOREVER. With 0 or less, it looks, and does not wait.
 * @param ret_events Optional. Poll's event bits, of those that were asked for, and POLLERR and POLLHUP; 0 with an
 *        error.
 * @return 0: it is ready. Otherwise a negative code. If the loop cannot watch such a descriptor, it is the code of the
 *         host.
 * Errors: LODGER_EINVAL (a negative @p fd, no @p events, or such as poll does not know, a closed descriptor),
 * LODGER_ETIMEDOUT (the time was over first), LODGER_ECANCELED (the call was cancelled, or its caller has stopped),
 * LODGER_EBUSY (the caller has a watch of this descriptor and these events), LODGER_ESTATE (no spawned call, or where
 * one cannot wait), LODGER_EAGAIN (the loop can watch no more), LODGER_ENOMEM (no memory), LODGER_ENOSYS (as
 * lodger_pending_wait()), LODGER_ECHILD (a forked child).
 * Test: conformance edge_110_a_spawned_call_waits_until_a_descriptor_is_ready
 * Test: unit/wait-fd a_wait_for_a_descriptor_has_an_end
 * Since: 0.2
 */
LODGER_API int lodger_wait_fd (int fd, uint32_t events, int64_t timeout, uint32_t *ret_events);

LODGER_END_DECLS

#ifndef LODGER_NO_CALL_SITES

#define lodger_caller_watch_fd(caller, fd, events, func, data, destroy)                                                \
  lodger_caller_watch_fd_full (caller, fd, events, func, data, destroy, LODGER_PLACE (LodgerWatchOptions))

#endif

#endif
