/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file slot.h
 * LodgerSlot: of the calls that are given to it, the latest one counts.
 *
 * A slot is for work that is made out of date by the next of its kind: a search while somebody types, the preview of
 * what is selected, a layout while a window is resized. A call that is submitted with a slot cancels the one before it.
 * What becomes of the two is the slot's policy. A slot can wait until no new call has come for a while (`debounce`),
 * and let calls begin no more often than every so often (`throttle`).
 *
 *     lodger_caller_to_thread_full (caller, search, text, free, LODGER_CALL_OPTIONS (.slot = searches));
 *
 * lodger_slot_get_scope() is a scope that ends with the next call: a continuation that is bound to it never brings the
 * outcome of an older call.
 */
#ifndef LODGER_SLOT_H
#define LODGER_SLOT_H

#include <lodger/call.h>
#include <lodger/options.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** What happens when a call comes to a slot in which another one is at work. */
typedef enum LodgerSlotPolicy
{
  LODGER_SLOT_LATEST, /**< The older call is cancelled. The new one begins at once, beside what is left of the older. */
  LODGER_SLOT_REPLACE, /**< The older call is cancelled. The new one begins when the older has really ended. */
  LODGER_SLOT_NEXT,    /**< The older call goes on. The new one begins after it, unless a newer one comes. */
  LODGER_SLOT_FIRST,   /**< The older call goes on. The new one is cancelled. */
} LodgerSlotPolicy;

/** Options of lodger_slot_new(). Made by LODGER_SLOT_OPTIONS(). */
typedef struct LodgerSlotOptions
{
  size_t size;      /**< sizeof (LodgerSlotOptions). LODGER_SLOT_OPTIONS() fills it in. */
  const char *file; /**< Where the slot is made. Static. LODGER_SLOT_OPTIONS() fills it in. */
  int line;         /**< The line of that place. */
  /** What happens to two calls that meet. */
  LodgerSlotPolicy policy;
  /** A call begins when no newer one has come for so long, in nanoseconds. 0 means at once. */
  int64_t debounce;
  /** Calls begin at least this far from each other, in nanoseconds. 0 means no limit. */
  int64_t throttle;
  /** The end of this scope cancels what is in the slot, and each call that comes later. Optional. */
  LodgerScope *scope;
} LodgerSlotOptions;

/** Options of a slot with the given members: `LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_REPLACE)`. See options.h. */
#define LODGER_SLOT_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerSlotOptions, __VA_ARGS__)

/**
 * Makes a slot.
 *
 * Any thread; does not block. Its times count as those of LodgerCallOptions::timeout do.
 *
 * @param options Optional. NULL means all defaults.
 * @return a new reference, or NULL.
 * Errors: LODGER_EINVAL (wrong options, an unknown policy, a time below 0), LODGER_ENOMEM (no memory).
 * Test: unit/slot the_latest_call_cancels_the_one_before
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerSlot *lodger_slot_new (const LodgerSlotOptions *options);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/slot a_slot_that_nobody_refers_to_goes_on
 * Since: 0.2
 */
LODGER_API LodgerSlot *lodger_slot_ref (LodgerSlot *slot);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. The calls that have the slot go on.
 *
 * Errors: none.
 * Test: unit/slot a_slot_that_nobody_refers_to_goes_on
 * Since: 0.2
 */
LODGER_API void lodger_slot_unref (LodgerSlot *slot);

/**
 * Cancels what is in the slot: the call that is at work, and the one that waits.
 *
 * Any thread; does not block. Cancellers and done-callbacks run inside this function. The scope of the latest call
 * ends. The next call begins as in an empty slot.
 *
 * @param message Optional. It is copied. It is the cancel message.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/slot a_cancel_empties_the_slot
 * Since: 0.2
 */
LODGER_API void lodger_slot_cancel (LodgerSlot *slot, const char *message);

/**
 * Returns the scope of the latest call, borrowed: it ends when the next call comes, or with lodger_slot_cancel().
 *
 * Any thread; does not block. It lives as long as a reference to the slot, and until the next call comes.
 *
 * @return the scope; NULL for NULL, and in a forked child.
 * Errors: none.
 * Test: unit/slot the_scope_of_a_call_ends_with_the_next
 * Since: 0.2
 */
LODGER_API LodgerScope *lodger_slot_get_scope (LodgerSlot *slot);

/**
 * Returns whether a call is at work in the slot, or waits in it.
 *
 * Any thread; does not block. NULL gives false.
 *
 * Errors: none.
 * Test: unit/slot a_cancel_empties_the_slot
 * Since: 0.2
 */
LODGER_API bool lodger_slot_is_busy (LodgerSlot *slot);

LODGER_END_DECLS

#endif
