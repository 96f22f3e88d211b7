/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file context.h
 * LodgerContext: values that travel with the work, such as the request that it belongs to.
 *
 * A context is an immutable set of values. Each call has the context in which it was submitted. It is current while the
 * call runs, in whichever thread that is, and so whatever the call submits has it, too: calls, continuations, calls in
 * workers, queues, children with their hooks, and cancellers. So a value reaches all of the work that follows, and no
 * function has to pass it on.
 *
 *     LODGER_DECLARE_CONTEXT_KEY (request, Request)
 *     LODGER_DEFINE_CONTEXT_KEY (request)
 *
 *     request_set (new_request, request_free);       in the call that begins the work
 *     Request *mine = request_get ();                in any call that follows; NULL without one
 *
 * A call_direct has no context. While no value is set, a submission costs nothing more.
 */
#ifndef LODGER_CONTEXT_H
#define LODGER_CONTEXT_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** Which value of a context is meant. Its address counts. LODGER_DEFINE_CONTEXT_KEY() makes one. */
typedef struct LodgerContextKey
{
  const char *name; /**< For people. Static. */
} LodgerContextKey;

/** Which groups (group.h) and managers (manager.h) of its context a call or promise joins. */
typedef enum LodgerTracking
{
  LODGER_TRACK_DEFAULT = 0, /**< A call joins all of them. A queue joins the managers. A promise joins none. */
  LODGER_TRACK_ALL,         /**< All of them. */
  LODGER_TRACK_NONE,        /**< None of them. */
  LODGER_TRACK_GROUPS,      /**< The groups. */
  LODGER_TRACK_MANAGERS,    /**< The managers. */
  LODGER_TRACK_NAMED,       /**< Those whose keys are in `tracked_by`. */
} LodgerTracking;

/**
 * Reads a value of the current context, borrowed.
 *
 * Any thread; does not block. The value lives as long as this thread's current context: until the call returns, or a
 * value is set.
 *
 * @return the value, or NULL. A call_direct has no values.
 * Errors: none.
 * Test: unit/context a_call_has_the_values_of_its_submitter
 * Since: 0.2
 */
LODGER_API void *lodger_context_get (const LodgerContextKey *key);

/**
 * Sets a value in the current context, for the rest of this call.
 *
 * Any thread; does not block. The calls that were submitted before keep the value that they have. In a thread outside
 * of any call, the value is set until it is set again, or the thread ends. Within a group or a task that the call has
 * entered, it is set until that is left. Within lodger_context_run(), it is set until that returns.
 *
 * @param value NULL takes the value away.
 * @param destroy destroys the value, with the last context that has it, in any thread. Optional.
 * @return 0, or a negative code. The value is consumed, also by a refusal.
 * Errors: LODGER_EINVAL (NULL @p key), LODGER_ESTATE (in a call_direct), LODGER_ENOMEM (no memory).
 * Test: unit/context a_value_is_set_for_the_rest_of_the_call
 * Since: 0.2
 */
LODGER_API int lodger_context_set (const LodgerContextKey *key, void *value, LodgerDestroyFunc destroy);

/**
 * Returns the current context, borrowed.
 *
 * Any thread; does not block. It is valid until the call returns, or a value is set. lodger_context_ref() keeps it.
 *
 * @return the context; NULL while there are no values.
 * Errors: none.
 * Test: unit/context a_context_is_run_elsewhere
 * Since: 0.2
 */
LODGER_API LodgerContext *lodger_context_current (void);

/**
 * Makes a context: that of @p base, with one value more.
 *
 * Any thread; does not block.
 *
 * @param base Optional. NULL means no values.
 * @param value NULL makes a context without the value.
 * @param destroy destroys the value, with the last context that has it, in any thread. Optional.
 * @return a new reference, or NULL. The value is consumed, also by a refusal.
 * Errors: LODGER_EINVAL (NULL @p key), LODGER_ENOMEM (no memory).
 * Test: unit/context a_context_is_run_elsewhere
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerContext *lodger_context_new (LodgerContext *base, const LodgerContextKey *key,
                                                           void *value, LodgerDestroyFunc destroy);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/context a_value_is_destroyed_with_the_last_context_that_has_it
 * Since: 0.2
 */
LODGER_API LodgerContext *lodger_context_ref (LodgerContext *context);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. The last one destroys the values that no other context has.
 *
 * Errors: none.
 * Test: unit/context a_value_is_destroyed_with_the_last_context_that_has_it
 * Since: 0.2
 */
LODGER_API void lodger_context_unref (LodgerContext *context);

/**
 * Runs @p func at once, in this thread, with @p context as the current one.
 *
 * Any thread; blocks as long as @p func does. What is set in it is gone afterwards.
 *
 * @param context Optional. NULL means no values.
 * @return 0, or a negative code: then @p func has not run.
 * Errors: LODGER_EINVAL (NULL @p func), LODGER_ESTATE (in a call_direct), LODGER_ENOMEM (no memory).
 * Test: unit/context a_context_is_run_elsewhere
 * Since: 0.2
 */
LODGER_API int lodger_context_run (LodgerContext *context, LodgerDirectFunc func, void *data);

LODGER_END_DECLS

/** Declares the key `name_key`, and `Type *name_get (void)` and `int name_set (Type *value, LodgerDestroyFunc)`. In a
 * header, or in the file that has LODGER_DEFINE_CONTEXT_KEY(). Without a semicolon. */
#define LODGER_DECLARE_CONTEXT_KEY(name_, Type_)                                                                       \
  extern const LodgerContextKey name_##_key;                                                                           \
  __attribute__ ((unused)) static inline Type_ *name_##_get (void)                                                     \
  {                                                                                                                    \
    return (Type_ *) lodger_context_get (&name_##_key);                                                                \
  }                                                                                                                    \
  __attribute__ ((unused)) static inline int name_##_set (Type_ *value, LodgerDestroyFunc destroy)                     \
  {                                                                                                                    \
    return lodger_context_set (&name_##_key, (void *) (uintptr_t) value, destroy);                                     \
  }

/** Defines the key `name_key`. In one file. Without a semicolon. */
#define LODGER_DEFINE_CONTEXT_KEY(name_) const LodgerContextKey name_##_key = { #name_ };

#endif
