/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file manager.h
 * LodgerManager: keeps track of what a part of a program has under way.
 *
 * A manager knows the pendings that are made while it is active, until they are done: calls and what they submit in any
 * thread, queues, and those promises that say so. It cancels nothing, waits for nothing, and ignores failures.
 *
 *     static const LodgerContextKey downloads = { "downloads" };
 *
 *     manager = lodger_manager_new (&downloads);
 *     lodger_manager_activate (manager, &token);
 *     …
 *     lodger_manager_deactivate (manager, token);
 *     lodger_manager_count (manager);                those that are not done yet
 *
 * Managers of one class have the same key. Each class has a place of its own in the context (context.h). So the
 * managers of several classes are active at once, and of each class the one that was activated last.
 * LodgerCallOptions::trackers keeps a call out of them.
 */
#ifndef LODGER_MANAGER_H
#define LODGER_MANAGER_H

#include <lodger/context.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** One activation of a manager. The members are for Lodger. */
typedef struct LodgerManagerToken
{
  const LodgerManager *manager; /**< Whose it is. */
  uint64_t number;              /**< Which activation it is. */
} LodgerManagerToken;

/**
 * Makes a manager.
 *
 * Any thread; does not block.
 *
 * @param key the class of the manager. It is static. Its values are not read with lodger_context_get().
 * @return a new reference, or NULL.
 * Errors: LODGER_EINVAL (NULL), LODGER_ENOMEM (no memory).
 * Test: unit/manager edge_65_a_manager_ignores_failures
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerManager *lodger_manager_new (const LodgerContextKey *key);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/manager a_manager_lives_as_long_as_it_is_active
 * Since: 0.2
 */
LODGER_API LodgerManager *lodger_manager_ref (LodgerManager *manager);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. A manager lives as long as it is active or has pendings, too.
 *
 * Errors: none.
 * Test: unit/manager a_manager_lives_as_long_as_it_is_active
 * Since: 0.2
 */
LODGER_API void lodger_manager_unref (LodgerManager *manager);

/**
 * Makes the manager the active one of its class, for the rest of this call.
 *
 * Any thread; does not block. The rules are those of lodger_context_set(). It may be active several times.
 *
 * @param ret_token For lodger_manager_deactivate().
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ESTATE (in a call_direct), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked
 * child).
 * Test: unit/manager edge_65_each_class_has_its_own_slot
 * Since: 0.2
 */
LODGER_API int lodger_manager_activate (LodgerManager *manager, LodgerManagerToken *ret_token);

/**
 * Ends the activation, and makes the manager active that was it before.
 *
 * Any thread; does not block. It is called where the manager was activated: by the same call, after the managers of the
 * same class that were activated in between are deactivated, and in the same group. The manager keeps track of its
 * pendings until they are done.
 *
 * @return 0, or a negative code: then nothing has changed.
 * Errors: LODGER_EINVAL (NULL, the token of another manager), LODGER_ESTATE (it is not the activation that holds here),
 * LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/manager edge_65_a_token_of_another_manager_is_an_error
 * Since: 0.2
 */
LODGER_API int lodger_manager_deactivate (LodgerManager *manager, LodgerManagerToken token);

/**
 * Returns the active manager of a class, borrowed: the one that a submission would be tracked by.
 *
 * Any thread; does not block. It is valid until the call returns, or the manager is deactivated. NULL gives NULL.
 *
 * @return the manager, or NULL.
 * Errors: none.
 * Test: unit/manager edge_65_each_class_has_its_own_slot
 * Since: 0.2
 */
LODGER_API LodgerManager *lodger_manager_current (const LodgerContextKey *key);

/**
 * Returns the class of the manager.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/manager edge_65_each_class_has_its_own_slot
 * Since: 0.2
 */
LODGER_API const LodgerContextKey *lodger_manager_get_key (const LodgerManager *manager);

/**
 * Adds a pending by hand.
 *
 * Any thread; does not block. One that the manager has already stays. One that is done changes nothing.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/manager pendings_are_added_and_removed_by_hand
 * Since: 0.2
 */
LODGER_API int lodger_manager_add (LodgerManager *manager, LodgerPending *pending);

/**
 * Takes a pending out.
 *
 * Any thread; does not block.
 *
 * @return true; false when the manager does not have it, for NULL, and in a forked child.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/manager pendings_are_added_and_removed_by_hand
 * Since: 0.2
 */
LODGER_API bool lodger_manager_remove (LodgerManager *manager, LodgerPending *pending);

/**
 * Returns how many pendings the manager has.
 *
 * Any thread; does not block. NULL gives 0.
 *
 * Errors: none.
 * Test: unit/manager edge_106_what_outlives_the_activation_is_dropped_when_it_is_done
 * Since: 0.2
 */
LODGER_API size_t lodger_manager_count (LodgerManager *manager);

/**
 * Returns the pendings of the manager, in the order in which they came.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * @param ret_count Their number. It may be NULL.
 * @return references, with a NULL behind the last one, to be freed with lodger_manager_list_free(); or NULL without
 *         memory.
 * Errors: none.
 * Test: unit/manager pendings_are_added_and_removed_by_hand
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending **lodger_manager_list (LodgerManager *manager, size_t *ret_count);

/**
 * Frees what lodger_manager_list() has returned.
 *
 * Any thread. NULL is ignored.
 *
 * Errors: none.
 * Test: unit/manager pendings_are_added_and_removed_by_hand
 * Since: 0.2
 */
LODGER_API void lodger_manager_list_free (LodgerPending **pendings, size_t count);

LODGER_END_DECLS

#endif
