/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file types.h
 * The names that every other header uses: opaque types, function types, and the export mark.
 *
 * Conventions that hold for the whole library, and are not repeated at each function:
 *
 * - Times are int64_t nanoseconds on a monotonic clock. LODGER_FOREVER means "no limit".
 * - A function that can fail returns 0 or a negative LODGER_E… code (error.h). An error leaves the `ret_…` outputs
 *   untouched.
 * - The line `Errors:` of a function names each code and its condition. A function that returns a pending gives one
 *   that has failed with the code. A function that has no code to return logs the error.
 * - A function that takes `data` with a `destroy` consumes the data: destroy runs exactly once. When the call is
 *   refused, destroy runs before the function returns. A NULL destroy means that nothing has to be done.
 * - Options structs begin with `size`. A macro such as LODGER_CALL_OPTIONS() sets it, with file and line (options.h).
 *   NULL options mean all defaults. Wrong options are LODGER_EINVAL: a size of 0, or a member that this version does
 *   not know and that is not zero.
 * - The verb of a function's name says who owns the pointer that it returns. **Given**, so that the receiver drops it:
 *   `new` (makes), `open` and `attach` (find or make), `find`, `list`, `dup`, `describe`, `to`, `ref`, `take`, `defer`,
 *   `finish`, `close`, `next`, and whatever submits a call. **Borrowed**: `get`, `current`, `default`, `string`. What
 *   is borrowed is valid as the function's comment says. Asking for it never starts a thread. A scope or cancellable
 *   that a `get` function makes belongs to the object that is asked.
 * - The compiler warns if a given result is not used (LODGER_GIVEN).
 * - `…_ref` returns its argument. `…_unref` and `…_free` accept NULL.
 * - Misuse is answered, never undefined (Test: misuse every_cell_has_a_row). Misuse is NULL where an object is needed,
 *   a wrong size, an unknown flag, the wrong thread, the wrong state. It gives an error code, where there
 *   is one to give, and a log line that begins with the name of the function.
 * - Getters without a code accept NULL and return NULL, 0 or false. They log nothing.
 * - A forked child can make callers and pendings of its own. Everything that was made before the fork belongs to the
 *   parent. The child must not submit to it, wait for it, answer, cancel, start, leave or stop it. Such a call gives
 *   LODGER_ECHILD and a log line (Test: conformance edge_56_a_forked_child_is_refused). Reading its state and dropping
 *   references are allowed.
 */
#ifndef LODGER_TYPES_H
#define LODGER_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The declarations between the two have C linkage, in C++ too. */

#ifdef __cplusplus
#define LODGER_BEGIN_DECLS extern "C" {
#define LODGER_END_DECLS   }
#else
#define LODGER_BEGIN_DECLS
#define LODGER_END_DECLS
#endif

/** Marks the functions that the shared library exports. Everything else is hidden. */
#define LODGER_API __attribute__ ((visibility ("default")))

/** Marks the functions whose result the program has to use: a new reference, or memory to be freed. A pending that is
 * of no interest goes to lodger_pending_disown(). */
#define LODGER_GIVEN __attribute__ ((warn_unused_result))

/** @p n seconds in nanoseconds. @p n is an integer. */
#define LODGER_SECONDS(n) (INT64_C (1000000000) * ((n) | 0))
/** @p n milliseconds in nanoseconds. @p n is an integer. */
#define LODGER_MILLISECONDS(n) (INT64_C (1000000) * ((n) | 0))

/** No time limit. As a deadline it means "no deadline". */
#define LODGER_FOREVER INT64_MAX

LODGER_BEGIN_DECLS

/** The scheduler of one thread: caller.h. */
typedef struct LodgerCaller LodgerCaller;
/** The outcome of a call, or a promise: pending.h. */
typedef struct LodgerPending LodgerPending;
/** The duty to answer a deferred call: answer.h. */
typedef struct LodgerReply LodgerReply;
/** A refcounted, immutable error: error.h. */
typedef struct LodgerError LodgerError;
/** Pendings as they are done: completed.h. */
typedef struct LodgerCompleted LodgerCompleted;
/** Items on their way from many threads to one: channel.h. */
typedef struct LodgerChannel LodgerChannel;
/** Of its calls, the latest one counts: slot.h. */
typedef struct LodgerSlot LodgerSlot;
/** Lets so many calls run at once: limiter.h. */
typedef struct LodgerLimiter LodgerLimiter;
/** Calls that run one at a time: queue.h. */
typedef struct LodgerQueue LodgerQueue;
/** A call that comes again every so often: repeat.h. */
typedef struct LodgerRepeat LodgerRepeat;
/** A long-lived call with a start and a stop: task.h. */
typedef struct LodgerTask LodgerTask;
/** Several calls as one piece of work: group.h. */
typedef struct LodgerGroup LodgerGroup;
/** Keeps track of what is under way: manager.h. */
typedef struct LodgerManager LodgerManager;
/** A set of values that travels with the work: context.h. */
typedef struct LodgerContext LodgerContext;
/** A lifetime, and the calls that are bound to it: scope.h. */
typedef struct LodgerScope LodgerScope;
/** One host loop that a caller lives in: host.h. */
typedef struct LodgerHost LodgerHost;
/** A loop that a caller's thread serves beside its own. Refcounted. */
typedef struct LodgerGuest LodgerGuest;

/** Releases @p data. It runs exactly once for all data, accepted or refused. */
typedef void (*LodgerDestroyFunc) (void *data);

/** A call without an outcome. It cannot fail, cannot wait, and has no pending. */
typedef void (*LodgerDirectFunc) (void *data);

/**
 * A call with an outcome.
 *
 * It answers with lodger_pending_return_pointer(), or one of its siblings, on @p self. lodger_pending_defer() puts the
 * answer off. A call that returns without an answer has succeeded with no value.
 */
typedef void (*LodgerCallFunc) (LodgerPending *self, void *data);

/** A call that runs when @p done is done. @p self is its own outcome. @p done is borrowed and always done. */
typedef void (*LodgerThenFunc) (LodgerPending *self, LodgerPending *done, void *data);

LODGER_END_DECLS

#endif
