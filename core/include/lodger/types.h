/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file types.h
 * The names every other header uses: opaque types, function types, and the export mark.
 *
 * Conventions that hold for the whole library, and are not repeated at each function:
 *
 * - Times are int64_t nanoseconds on a monotonic clock; LODGER_FOREVER means "no limit".
 * - Calls that can fail return 0 or a negative LODGER_E… code (error.h) and leave their `ret_…` outputs untouched.
 * - Every function that takes `data` with a `destroy` consumes the data: destroy runs exactly once, also when the
 *   call is refused (then before the function returns). A NULL destroy means that nothing has to be done.
 * - Options structs begin with `size`; set it to sizeof of the struct. NULL options mean all defaults.
 * - `…_ref` returns its argument; `…_unref` and `…_free` accept NULL.
 * - Misuse is answered, never undefined: NULL where there has to be something, a size that is too small, an unknown flag,
 *   the wrong thread or state give an error code, where there is one to give, and a log line that begins with the name of
 *   the function. What only reads answers NULL with NULL, 0 or false, if it has no code, and no line
 *   (Test: misuse every_cell_has_a_row).
 * - A forked child can make callers and pendings of its own, but what was made before the fork belongs to the parent:
 *   whoever submits to it, waits for it, answers, cancels, starts, leaves or stops it there gets LODGER_ECHILD and a log
 *   line (Test: conformance edge_56_a_forked_child_is_refused). Reading what it is, and dropping references, is fine.
 */
#ifndef LODGER_TYPES_H
#define LODGER_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define LODGER_BEGIN_DECLS extern "C" {
#define LODGER_END_DECLS   }
#else
#define LODGER_BEGIN_DECLS
#define LODGER_END_DECLS
#endif

/** Marks what the shared library exports. Everything else is hidden. */
#define LODGER_API __attribute__ ((visibility ("default")))

/** No time limit; also "no deadline" where a deadline is asked for. */
#define LODGER_FOREVER INT64_MAX

LODGER_BEGIN_DECLS

/** The scheduler bound to one thread: caller.h. */
typedef struct LodgerCaller LodgerCaller;
/** The outcome of a call, or a promise: pending.h. */
typedef struct LodgerPending LodgerPending;
/** The duty to answer a deferred call: pending.h. */
typedef struct LodgerReply LodgerReply;
/** A refcounted, immutable error: error.h. */
typedef struct LodgerError LodgerError;
/** Something that ends, and the calls that are bound to it: scope.h. */
typedef struct LodgerScope LodgerScope;
/** One host loop that a caller lives in: host.h. */
typedef struct LodgerHost LodgerHost;

/** Releases @p data. Runs exactly once for every accepted or refused datum. */
typedef void (*LodgerDestroyFunc) (void *data);

/** A call without outcome: it cannot fail, cannot wait, and has no pending. */
typedef void (*LodgerDirectFunc) (void *data);

/**
 * A call with an outcome. It answers with one of lodger_pending_return_pointer() and its siblings on @p self, with
 * lodger_pending_defer() ("answered later"), or by falling off the end: success with no value.
 */
typedef void (*LodgerCallFunc) (LodgerPending *self, void *data);

/** A call that runs when @p done is done; @p self is its own outcome. @p done is borrowed and always done. */
typedef void (*LodgerThenFunc) (LodgerPending *self, LodgerPending *done, void *data);

LODGER_END_DECLS

#endif
