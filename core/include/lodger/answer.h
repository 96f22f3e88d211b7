/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file answer.h
 * Answering: how a promise or a call gets its outcome.
 *
 * lodger_pending_return_…() answers a promise, or the call that runs. lodger_pending_defer() puts the answer of a call
 * off. Then lodger_reply_return_…() gives it later, from any thread.
 */
#ifndef LODGER_ANSWER_H
#define LODGER_ANSWER_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/* ---- promises and running calls ---------------------------------------------------------------------------------- */

/**
 * Answers with a pointer.
 *
 * Does not block. @p destroy runs with the last reference to the outcome. The value is consumed. A refused value is
 * destroyed before this function returns.
 *
 * A promise is answered from any thread. It is done when this function returns, and its done-callbacks run inside. A
 * call is answered on its `self`, and only in the call's own function. Its outcome is published when that function
 * returns.
 *
 * A call that answers twice has a mistake, so a warning is logged. The second answer of a promise is a debug line,
 * since several threads may try to be the first.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL @p self), LODGER_EALREADY (an outcome was set before, or the pending is done),
 * LODGER_ECANCELED (the pending was cancelled meanwhile: the value is destroyed), LODGER_ESTATE (outside the call's own
 * function, after lodger_pending_defer(), or for a caller's own pending: started, stopping, stopped), LODGER_ECHILD (a
 * forked child).
 * Test: unit/pending edge_01_first_setter_wins
 * Since: 0.1
 */
LODGER_API int lodger_pending_return_pointer (LodgerPending *self, void *value, LodgerDestroyFunc destroy);

/**
 * Answers with a number.
 *
 * The rules are those of lodger_pending_return_pointer().
 *
 * Errors: as lodger_pending_return_pointer().
 * Test: unit/pending each_type_comes_back
 * Since: 0.1
 */
LODGER_API int lodger_pending_return_int (LodgerPending *self, int64_t value);

/**
 * Answers with a truth value.
 *
 * The rules are those of lodger_pending_return_pointer().
 *
 * Errors: as lodger_pending_return_pointer().
 * Test: unit/pending each_type_comes_back
 * Since: 0.1
 */
LODGER_API int lodger_pending_return_boolean (LodgerPending *self, bool value);

/**
 * Answers with a copy of the string @p value.
 *
 * The rules are those of lodger_pending_return_pointer(). NULL stays NULL. Without memory, the pending fails with
 * LODGER_ENOMEM.
 *
 * Errors: as lodger_pending_return_pointer(), LODGER_ENOMEM (no memory).
 * Test: unit/pending each_type_comes_back
 * Since: 0.1
 */
LODGER_API int lodger_pending_return_string (LodgerPending *self, const char *value);

/**
 * Answers with a copy of @p size bytes.
 *
 * The rules are those of lodger_pending_return_pointer(). @p value may be NULL when @p size is 0. Without memory, the
 * pending fails with LODGER_ENOMEM.
 *
 * Errors: as lodger_pending_return_pointer(), LODGER_EINVAL (NULL @p value with a size), LODGER_ENOMEM (no memory).
 * Test: unit/pending each_type_comes_back
 * Since: 0.1
 */
LODGER_API int lodger_pending_return_bytes (LodgerPending *self, const void *value, size_t size);

/**
 * Answers with success and no value.
 *
 * The rules are those of lodger_pending_return_pointer().
 *
 * Errors: as lodger_pending_return_pointer().
 * Test: unit/pending each_type_comes_back
 * Since: 0.1
 */
LODGER_API int lodger_pending_return_nothing (LodgerPending *self);

/**
 * Fails with @p error.
 *
 * The rules are those of lodger_pending_return_pointer(). The reference to @p error is consumed. A NULL @p error is
 * LODGER_EINVAL, and leaves the pending alone.
 *
 * Errors: as lodger_pending_return_pointer(), LODGER_EINVAL (NULL @p error), LODGER_ENOMEM (the error is the shared
 * error for no memory).
 * Test: unit/pending an_error_comes_back
 * Since: 0.1
 */
LODGER_API int lodger_pending_return_error (LodgerPending *self, LodgerError *error);

/**
 * Fails with a new error of @p domain, with a message made as by printf.
 *
 * The rules are those of lodger_pending_return_pointer(). A NULL @p domain means LODGER_ERROR_DOMAIN. Without memory,
 * the pending fails with LODGER_ENOMEM.
 *
 * Errors: as lodger_pending_return_pointer(), LODGER_ENOMEM (no memory).
 * Test: unit/pending an_error_comes_back
 * Since: 0.1
 */
LODGER_API int lodger_pending_return_new_error (LodgerPending *self, const char *domain, int code, const char *format,
                                                ...) __attribute__ ((format (printf, 4, 5)));

/**
 * Takes over the outcome of @p other, once it is there: value, error or cancellation.
 *
 * The rules are those of lodger_pending_return_pointer(), but @p other is not consumed: a reference is taken.
 * Cancelling @p self, also before, cancels @p other, unless @p other is protected. The value stays owned by @p other,
 * or by the pending that @p other has it from. It lives as long as any of them. So a long chain of pendings keeps two
 * of them. Until @p other is done, each keeps the other alive. So if @p other is never answered, it has to be
 * cancelled.
 *
 * Errors: as lodger_pending_return_pointer(), LODGER_EINVAL (NULL @p other), LODGER_EDEADLK (@p other takes its
 * outcome, directly or not, from @p self), LODGER_ENOMEM (no memory).
 * Test: unit/calls edge_24_return_from_takes_the_outcome
 * Since: 0.1
 */
LODGER_API int lodger_pending_return_from (LodgerPending *self, LodgerPending *other);

/* ---- deferred calls ---------------------------------------------------------------------------------------------- */

/**
 * Defers the answer: the call's function returns, and the pending goes on until the reply is answered.
 *
 * Only inside the call's own function; does not block. The call's data lives until the reply is gone, also after a
 * cancellation. Its `destroy` then runs in the caller's thread.
 *
 * @return the reply, owned by the receiver; or NULL.
 * Errors: LODGER_ESTATE (NULL, outside the call's own function, answered or deferred before, no memory), LODGER_ECHILD
 * (a forked child).
 * Test: unit/calls edge_24_deferred_call_is_answered_later
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerReply *lodger_pending_defer (LodgerPending *self);

/**
 * Returns the pending that the reply belongs to, borrowed.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/calls edge_24_deferred_call_is_answered_later
 * Since: 0.1
 */
LODGER_API LodgerPending *lodger_reply_get_pending (LodgerReply *reply);

/**
 * Answers a deferred call with a pointer.
 *
 * Any thread; does not block. The reply and the value are consumed. The done-callbacks run in this thread. The call's
 * data is destroyed in the caller's thread. When the call was cancelled meanwhile, the value is destroyed, and the
 * pending ends cancelled.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL @p reply), LODGER_ECANCELED (the call was cancelled meanwhile), LODGER_ECHILD (a forked
 * child).
 * Test: unit/calls edge_24_deferred_call_is_answered_later
 * Since: 0.1
 */
LODGER_API int lodger_reply_return_pointer (LodgerReply *reply, void *value, LodgerDestroyFunc destroy);
/**
 * Answers a deferred call with a number.
 *
 * The rules are those of lodger_reply_return_pointer().
 *
 * Errors: as lodger_reply_return_pointer().
 * Test: unit/calls a_reply_carries_each_type
 * Since: 0.1
 */
LODGER_API int lodger_reply_return_int (LodgerReply *reply, int64_t value);
/**
 * Answers a deferred call with a truth value.
 *
 * The rules are those of lodger_reply_return_pointer().
 *
 * Errors: as lodger_reply_return_pointer().
 * Test: unit/calls a_reply_carries_each_type
 * Since: 0.1
 */
LODGER_API int lodger_reply_return_boolean (LodgerReply *reply, bool value);
/**
 * Answers a deferred call with a copy of a string.
 *
 * The rules are those of lodger_reply_return_pointer(). NULL stays NULL. Without memory, the pending fails with
 * LODGER_ENOMEM.
 *
 * Errors: as lodger_reply_return_pointer(), LODGER_ENOMEM (no memory).
 * Test: unit/calls a_reply_carries_each_type
 * Since: 0.1
 */
LODGER_API int lodger_reply_return_string (LodgerReply *reply, const char *value);
/**
 * Answers a deferred call with a copy of @p size bytes.
 *
 * The rules are those of lodger_reply_return_pointer(). @p value may be NULL when @p size is 0; otherwise the call
 * fails with LODGER_EINVAL. Without memory, the pending fails with LODGER_ENOMEM.
 *
 * Errors: as lodger_reply_return_pointer(), LODGER_EINVAL (NULL @p value with a size), LODGER_ENOMEM (no memory).
 * Test: unit/calls a_reply_carries_each_type
 * Since: 0.1
 */
LODGER_API int lodger_reply_return_bytes (LodgerReply *reply, const void *value, size_t size);
/**
 * Answers a deferred call with success and no value.
 *
 * The rules are those of lodger_reply_return_pointer().
 *
 * Errors: as lodger_reply_return_pointer().
 * Test: unit/calls a_reply_carries_each_type
 * Since: 0.1
 */
LODGER_API int lodger_reply_return_nothing (LodgerReply *reply);
/**
 * Fails a deferred call with @p error.
 *
 * The rules are those of lodger_reply_return_pointer(). The reference to @p error is consumed. With a NULL @p error,
 * the call fails with LODGER_EINVAL.
 *
 * Errors: as lodger_reply_return_pointer(), LODGER_EINVAL (NULL @p error), LODGER_ENOMEM (the error is the shared error
 * for no memory).
 * Test: unit/calls a_reply_carries_each_type
 * Since: 0.1
 */
LODGER_API int lodger_reply_return_error (LodgerReply *reply, LodgerError *error);
/**
 * Answers a deferred call with the outcome of @p other, once it is there.
 *
 * The rules are those of lodger_reply_return_pointer(). A reference to @p other is taken. An error fails the call, too.
 *
 * Errors: as lodger_reply_return_pointer(), LODGER_EINVAL (NULL @p other), LODGER_EDEADLK (@p other takes its outcome
 * from this call), LODGER_ENOMEM (no memory).
 * Test: unit/calls a_reply_carries_each_type
 * Since: 0.1
 */
LODGER_API int lodger_reply_return_from (LodgerReply *reply, LodgerPending *other);

/**
 * Frees a reply without an answer.
 *
 * Any thread; does not block. The call ends with LODGER_EUNANSWERED, or cancelled if it was cancelled, and a line is
 * logged. NULL is ignored. In a forked child, only the memory of the reply is freed.
 *
 * Errors: none.
 * Test: unit/calls edge_24_reply_freed_unanswered_is_an_error
 * Since: 0.1
 */
LODGER_API void lodger_reply_free (LodgerReply *reply);

LODGER_END_DECLS

#endif
