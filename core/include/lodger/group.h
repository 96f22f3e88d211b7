/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file group.h
 * LodgerGroup: several calls as one piece of work, which ends when all of them have ended.
 *
 * Each call that is submitted in a group joins it, and so does whatever its members submit, in any thread. If one of
 * them fails, the others are cancelled. The end of the group is one outcome: success, or one error that lists each
 * failure.
 *
 * On a worker, a group is entered and left:
 *
 *     lodger_group_enter (group);
 *     for (i = 0; i < n; i++)
 *       lodger_pending_disown (lodger_caller_to_thread (caller, load, pages[i], NULL));
 *     code = lodger_group_leave (group, &error);     waits until all have ended
 *
 * In a GUI thread, which must not block, it is closed instead:
 *
 *     pending = lodger_group_close (group);          then lodger_pending_then (pending, …)
 *
 * lodger_pending_all(), lodger_pending_any() and lodger_pending_race() make one pending of several.
 *
 * What a group cancels, and what it calls a failure, is its mode (LodgerGroupMode). Groups can be nested: a call
 * belongs to each group around it. A group belongs to the context (context.h): LodgerCallOptions::trackers keeps a call
 * out of it.
 */
#ifndef LODGER_GROUP_H
#define LODGER_GROUP_H

#include <lodger/call.h>
#include <lodger/options.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** What a cancelled member does to its group. A member that fails always cancels the group, whose outcome is an
 * error. */
typedef enum LodgerGroupMode
{
  LODGER_GROUP_IGNORE = 0,       /**< Nothing. The cancel of the group itself is no error, either. */
  LODGER_GROUP_CANCEL = 1,       /**< The group is cancelled, with LODGER_ECANCELED as its outcome. */
  LODGER_GROUP_CANCEL_QUIET = 2, /**< The group is cancelled. That is no error. */
  LODGER_GROUP_REPORT = 3,       /**< Nothing, but the outcome is LODGER_ECANCELED. */
} LodgerGroupMode;

/** Which of its members a group needs. */
typedef enum LodgerGroupUntil
{
  LODGER_GROUP_UNTIL_ALL = 0, /**< All. One that fails cancels the others. */
  /** The first one that succeeds: its outcome is that of the group. Without one, the group ends as its other members
   * say. */
  LODGER_GROUP_UNTIL_SUCCESS,
  LODGER_GROUP_UNTIL_FIRST, /**< The first one that is done: its outcome is that of the group. */
} LodgerGroupUntil;

/** Options of lodger_group_new(). Made by LODGER_GROUP_OPTIONS(). */
typedef struct LodgerGroupOptions
{
  size_t size; /**< sizeof (LodgerGroupOptions). LODGER_GROUP_OPTIONS() fills it in. */
  /** The name of the group in messages. Static. Optional. */
  const char *name;
  /** Where the group is made. Static. LODGER_GROUP_OPTIONS() fills it in. */
  const char *file;
  /** The line of that place. */
  int line;
  /** What a cancelled member does. */
  LodgerGroupMode mode;
  /** A cancel of the call that has entered the group is not delivered in it, nor in lodger_group_leave(). */
  bool is_shielded;
  /** After this time, in nanoseconds, the group is cancelled. 0 means no limit. */
  int64_t timeout;
  /** How long the closed group waits for members that it has cancelled, in nanoseconds. Then it names them, and is done
   * with LODGER_EABANDONED. 0 means 10 s. LODGER_FOREVER means no limit. */
  int64_t cancellation_timeout;
  /** The end of this scope cancels the group. Optional. */
  LodgerScope *scope;
  /** Which members the group needs. The others are cancelled once it has them. Once it is closed, the group does not
   * wait for their end. */
  LodgerGroupUntil until;
  /** A cancel of the group lets protected members go (LODGER_PENDING_PROTECTED), instead of cancelling them. */
  bool spares_protected;
} LodgerGroupOptions;

/** Options of a group with the given members: `LODGER_GROUP_OPTIONS (.mode = LODGER_GROUP_CANCEL)`. See options.h. */
#define LODGER_GROUP_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerGroupOptions, __VA_ARGS__)

/**
 * Makes a group, without members.
 *
 * Any thread; does not block. Times count on the clock of this thread's caller, if its loop is one that Lodger does not
 * drive.
 *
 * @param options Optional. NULL means all defaults.
 * @return a new reference, or NULL.
 * Errors: LODGER_EINVAL (wrong options, an unknown mode or end), LODGER_ECANCELED (the scope has ended), LODGER_ENOMEM
 * (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/group edge_57_calls_join_by_themselves
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerGroup *lodger_group_new (const LodgerGroupOptions *options);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/group a_group_that_nobody_refers_to_is_closed
 * Since: 0.2
 */
LODGER_API LodgerGroup *lodger_group_ref (LodgerGroup *group);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. The last one closes the group: its members go on.
 *
 * Errors: none.
 * Test: unit/group a_group_that_nobody_refers_to_is_closed
 * Since: 0.2
 */
LODGER_API void lodger_group_unref (LodgerGroup *group);

/**
 * Makes the group the current one of this call, or of this thread outside of any call, until it is left or closed.
 *
 * Does not block. What is submitted from here on joins the group. A cancel of the group ends the waits of this call in
 * between, with LODGER_ECANCELED. A call that returns without leaving the group cancels it, and a line is logged.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_EALREADY (it was entered or closed before), LODGER_ESTATE (in a call_direct),
 * LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/group edge_57_calls_join_by_themselves
 * Since: 0.2
 */
LODGER_API int lodger_group_enter (LodgerGroup *group);

/**
 * Closes the group, and waits until all members have ended.
 *
 * Suspends or blocks, by the rules of lodger_pending_wait(). It is called where the group was entered, by the
 * same call, after the groups that were entered in between are left. If the waiting call is cancelled, the members are
 * cancelled, and this waits for their end. A member that has failed still makes the outcome LODGER_EFAILED.
 *
 * @param ret_error Optional. The error that lists each failure, as a new reference. Written with LODGER_EFAILED.
 * @return 0, or a negative code. After LODGER_EINVAL, LODGER_ESTATE, LODGER_EWRONGTHREAD and LODGER_ECHILD, the group
 *         is still entered.
 * Errors: LODGER_EINVAL (NULL), LODGER_EFAILED (a member has failed), LODGER_ECANCELED (the group was cancelled, as its
 * mode says, or the waiting call was), LODGER_EABANDONED (cancelled members did not end in time), LODGER_EDEADLK (the
 * wait could never end: the group is cancelled), LODGER_ESTATE (it is not the innermost group of this call, or where a
 * spawned call cannot wait: fiber.h),
 * LODGER_EWRONGTHREAD (a thread whose loop Lodger does not drive), LODGER_ENOMEM (no memory: the group is cancelled),
 * LODGER_ECHILD (a forked child).
 * Test: unit/group edge_57_leaving_waits_for_all
 * Since: 0.2
 */
LODGER_API int lodger_group_leave (LodgerGroup *group, LodgerError **ret_error);

/**
 * Closes the group: it is done when its members are.
 *
 * Any thread; does not block. If this call has entered the group, it leaves it. What the members submit still joins the
 * group, until it is done. To cancel the pending is to cancel the group.
 *
 * @return a new reference to the outcome of the group, never NULL.
 * Errors: LODGER_EINVAL (NULL), LODGER_EFAILED (a member has failed), LODGER_ECANCELED (the group was cancelled, as its
 * mode says), LODGER_EABANDONED (cancelled members did not end in time), LODGER_ESTATE (another call or thread has
 * entered it), LODGER_ECHILD (a forked child).
 * Test: unit/group a_group_that_is_closed_is_done_after_its_members
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_group_close (LodgerGroup *group);

/**
 * Adds a pending by hand.
 *
 * Any thread; does not block. One that is a member already stays one. One that is done is counted at once. In a group
 * that was cancelled, it is cancelled.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL, the group's own pending), LODGER_ESTATE (the group is done), LODGER_ENOMEM (no memory),
 * LODGER_ECHILD (a forked child).
 * Test: unit/group edge_57_members_are_added_and_removed_by_hand
 * Since: 0.2
 */
LODGER_API int lodger_group_add (LodgerGroup *group, LodgerPending *pending);

/**
 * Takes a member out: the group neither waits for it nor cancels it any more.
 *
 * Any thread; does not block.
 *
 * @return true; false when it was no member, for NULL, and in a forked child.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/group edge_57_members_are_added_and_removed_by_hand
 * Since: 0.2
 */
LODGER_API bool lodger_group_remove (LodgerGroup *group, LodgerPending *pending);

/**
 * Cancels the group: each member, and whatever joins it from now on.
 *
 * Any thread; does not block. Cancellers and done-callbacks run inside this function, or inside an earlier call that is
 * still under way, in this thread or another. The outcome of the group is what its mode says.
 *
 * @param message Optional. It is copied. It is the cancel message of the members.
 * @return true; false when the group is done, for NULL, and in a forked child.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/group edge_60_a_cancel_reaches_each_member
 * Since: 0.2
 */
LODGER_API bool lodger_group_cancel (LodgerGroup *group, const char *message);

/**
 * Returns whether the group was cancelled: by lodger_group_cancel(), a failure, a time limit, or a scope.
 *
 * Any thread; does not block. NULL gives false.
 *
 * Errors: none.
 * Test: unit/group edge_60_a_cancel_reaches_each_member
 * Since: 0.2
 */
LODGER_API bool lodger_group_is_cancelled (const LodgerGroup *group);

/**
 * Returns how many members there are that are not done.
 *
 * Any thread; does not block. NULL gives 0.
 *
 * Errors: none.
 * Test: unit/group edge_57_members_are_added_and_removed_by_hand
 * Since: 0.2
 */
LODGER_API size_t lodger_group_count (LodgerGroup *group);

/**
 * Returns the outcome of the group, borrowed: what lodger_group_close() gives.
 *
 * Any thread; does not block. It lives as long as a reference to the group. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/group a_group_that_is_closed_is_done_after_its_members
 * Since: 0.2
 */
LODGER_API LodgerPending *lodger_group_get_pending (const LodgerGroup *group);

/**
 * Returns the group that a submission would join now, borrowed: the innermost one of the current context.
 *
 * Any thread; does not block. It is valid until the call returns, or the group is left.
 *
 * @return the group, or NULL.
 * Errors: none.
 * Test: unit/group edge_112_a_call_sees_the_group_it_was_made_in
 * Since: 0.2
 */
LODGER_API LodgerGroup *lodger_group_current (void);

/* ---- several pendings as one ------------------------------------------------------------------------------------- */

/**
 * Makes a pending that succeeds when all of the given ones have.
 *
 * Any thread; does not block. If one fails, the others are cancelled. When they have ended, the outcome is an error
 * that lists each failure. If one was cancelled, and none has failed, the outcome is LODGER_ECANCELED. Protected ones
 * are let go instead of cancelled. To cancel the new pending cancels the given ones. It is a group (LodgerGroup) that
 * has only these members.
 *
 * @param pendings may be NULL if @p count is 0. They are borrowed. With none, it succeeds at once.
 * @return a new reference, never NULL.
 * Errors: LODGER_EINVAL (NULL), LODGER_EFAILED (one has failed), LODGER_ECANCELED (one was cancelled),
 * LODGER_EABANDONED (cancelled ones did not end within 10 s), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked
 * child).
 * Test: unit/combine all_succeeds_when_all_have
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_pending_all (LodgerPending *const *pendings, size_t count);

/**
 * Makes a pending that has the outcome of the first of the given ones that succeeds.
 *
 * Any thread; does not block. The others are then cancelled, and not waited for. Protected ones are left alone. If none
 * succeeds, the outcome is an error that lists each failure. If all were cancelled, it is LODGER_ECANCELED. To cancel
 * the new pending cancels the given ones.
 *
 * @param pendings are borrowed.
 * @return a new reference, never NULL.
 * Errors: LODGER_EINVAL (NULL, a @p count of 0), LODGER_EFAILED (none has succeeded), LODGER_ECANCELED (all were
 * cancelled), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/combine any_has_the_outcome_of_the_first_success
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_pending_any (LodgerPending *const *pendings, size_t count);

/**
 * Makes a pending that has the outcome of the first of the given ones that is done.
 *
 * Any thread; does not block. The others are then cancelled, and not waited for. Protected ones are left alone. To
 * cancel the new pending cancels the given ones.
 *
 * @param pendings are borrowed.
 * @return a new reference, never NULL.
 * Errors: LODGER_EINVAL (NULL, a @p count of 0), LODGER_EFAILED (the first one has failed), LODGER_ECANCELED (the first
 * one was cancelled), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/combine race_has_the_first_outcome
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_pending_race (LodgerPending *const *pendings, size_t count);

LODGER_END_DECLS

#endif
