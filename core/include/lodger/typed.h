/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file typed.h
 * Results that are taken with their type.
 *
 * The call answers with LODGER_RETURN(), or later with LODGER_REPLY(). LODGER_TAKE() or LODGER_GET() gives the result
 * back. The compiler checks the pointer on both sides. The name of the type travels with the pointer, so another type
 * is no cast but an error with a log line.
 *
 *     Page *page = LODGER_TAKE (done, Page);
 */
#ifndef LODGER_TYPED_H
#define LODGER_TYPED_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/**
 * Answers with a pointer and the name of its type.
 *
 * The rules are those of lodger_pending_return_pointer(). LODGER_RETURN() calls it. lodger_pending_get_pointer() reads
 * the pointer, too.
 *
 * @param type the name of the type that @p value points to. It is copied.
 * Errors: as lodger_pending_return_pointer(), LODGER_EINVAL (NULL @p type), LODGER_ENOMEM (no memory).
 * Test: unit/typed a_result_is_taken_with_its_type
 * Since: 0.2
 */
LODGER_API int lodger_pending_return_typed (LodgerPending *self, const char *type, void *value,
                                            LodgerDestroyFunc destroy);

/**
 * Answers a deferred call with a pointer and the name of its type.
 *
 * The rules are those of lodger_reply_return_pointer(). LODGER_REPLY() calls it.
 *
 * @param type the name of the type that @p value points to. It is copied. With NULL, the call fails with
 *        LODGER_EINVAL.
 * Errors: as lodger_reply_return_pointer(), LODGER_EINVAL (NULL @p type), LODGER_ENOMEM (no memory).
 * Test: unit/typed a_reply_carries_the_type
 * Since: 0.2
 */
LODGER_API int lodger_reply_return_typed (LodgerReply *reply, const char *type, void *value, LodgerDestroyFunc destroy);

/**
 * Reads the pointer of the answer, borrowed, if it was answered with that type.
 *
 * Any thread; does not block. LODGER_GET() calls it. The pointer lives as long as a reference to the pending.
 *
 * @return 0, or a negative code.
 * Errors: as lodger_pending_get_outcome(), LODGER_EINVAL (NULL), LODGER_ETYPE (another type, or none: a log line names
 * both).
 * Test: unit/typed another_type_is_an_error_that_names_both
 * Since: 0.2
 */
LODGER_API int lodger_pending_get_typed (const LodgerPending *pending, const char *type, void **ret_value);

/**
 * Takes the pointer out of the outcome, if it was answered with that type: the receiver owns it.
 *
 * Any thread; does not block. LODGER_TAKE() calls it. The rules are those of lodger_pending_take_pointer().
 *
 * @return 0, or a negative code.
 * Errors: as lodger_pending_take_pointer(), LODGER_EINVAL (NULL @p type), LODGER_ETYPE (another type, or none: a log
 * line names both).
 * Test: unit/typed a_result_is_taken_with_its_type
 * Since: 0.2
 */
LODGER_API int lodger_pending_take_typed (LodgerPending *pending, const char *type, void **ret_value);

LODGER_END_DECLS

/** Answers with @p value, a `Type *`. It is lodger_pending_return_typed(), and gives its code. */
#define LODGER_RETURN(self, Type, value, destroy)                                                                      \
  lodger_pending_return_typed (self, #Type, LODGER_TYPED (Type, value), destroy)

/** Answers a deferred call with @p value, a `Type *`. It is lodger_reply_return_typed(), and gives its code. */
#define LODGER_REPLY(reply, Type, value, destroy)                                                                      \
  lodger_reply_return_typed (reply, #Type, LODGER_TYPED (Type, value), destroy)

/** Takes the result of @p done: a `Type *` that the receiver owns. NULL if there is none of that type. */
#define LODGER_TAKE(done, Type) LODGER_TYPED_AS (Type, lodger_pending_take_as (done, #Type))

/** Reads the result of @p done: a `Type *` that lives as long as the pending. NULL if there is none of that type. */
#define LODGER_GET(done, Type) LODGER_TYPED_AS (Type, lodger_pending_get_as (done, #Type))

/** lodger_pending_take_typed() as an expression. */
static inline void *
lodger_pending_take_as (LodgerPending *pending, const char *type)
{
  void *value = NULL;
  return lodger_pending_take_typed (pending, type, &value) == 0 ? value : NULL;
}

/** lodger_pending_get_typed() as an expression. */
static inline void *
lodger_pending_get_as (const LodgerPending *pending, const char *type)
{
  void *value = NULL;
  return lodger_pending_get_typed (pending, type, &value) == 0 ? value : NULL;
}

#ifdef __cplusplus
/** Checks that the value is a pointer to the type. */
template <typename Type>
inline Type *
lodger_typed (Type *value)
{
  return value;
}
#define LODGER_TYPED(Type, value)      lodger_typed<Type> (value)
#define LODGER_TYPED_AS(Type, pointer) static_cast<Type *> (pointer)
#else
/** For the macros above: a @p value of the type `Type *`, for the compiler to check. */
#define LODGER_TYPED(Type, value)      _Generic((value), Type * : (value))
/** For the macros above: a @p pointer as a `Type *`. */
#define LODGER_TYPED_AS(Type, pointer) ((Type *) (pointer))
#endif

#endif
