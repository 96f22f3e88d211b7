/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file error.h
 * Error codes, and LodgerError: an error that is carried from the thread where it happened to the thread that is told.
 *
 * A LodgerError is immutable and refcounted, so any thread may read it without a lock. It has a domain (an interned
 * string), a code, a message, and optionally a payload with operations of its own. With a payload, an adapter carries a
 * foreign error (a GError with its private data) without loss.
 */
#ifndef LODGER_ERROR_H
#define LODGER_ERROR_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** The domain of the codes below. */
#define LODGER_ERROR_DOMAIN "lodger"

/** The codes of Lodger's own functions. 0 is success; all errors are negative. */
typedef enum LodgerErrorCode
{
  LODGER_OK = 0,            /**< success */
  LODGER_EINVAL = -1,       /**< an argument is wrong: NULL where an object is needed, wrong options */
  LODGER_ENOMEM = -2,       /**< no memory */
  LODGER_EAGAIN = -3,       /**< the system refuses a thread or a descriptor just now */
  LODGER_ESHUTDOWN = -4,    /**< the caller or host is stopping or has stopped */
  LODGER_ECANCELED = -5,    /**< the call, or the waiter, was cancelled */
  LODGER_ENOTDONE = -6,     /**< there is no outcome yet */
  LODGER_ETIMEDOUT = -7,    /**< the time is over */
  LODGER_EDEADLK = -8,      /**< waiting could never end */
  LODGER_EWRONGTHREAD = -9, /**< not allowed in this thread */
  LODGER_EBUSY = -10,       /**< not from inside a call, or while something is still at work */
  LODGER_EALREADY = -11,    /**< has been done, answered or made before */
  LODGER_ESTATE = -12,      /**< not in this state */
  LODGER_EMISMATCH = -13,   /**< a name, host or backend differs from the existing one */
  LODGER_ENOENT = -14,      /**< no host, backend or key of that name */
  LODGER_ENOSYS = -15,      /**< the host or backend lacks a needed operation */
  LODGER_ETYPE = -16,       /**< the outcome is of another type than the one asked for */
  LODGER_EFAILED = -17,     /**< the call failed: lodger_pending_get_error() gives the reason */
  LODGER_EUNANSWERED = -18, /**< a deferred call's reply was freed without an answer */
  LODGER_EFOREIGN = -19,    /**< an error of another domain, wrapped by an adapter */
  LODGER_EABANDONED = -20,  /**< it was given up: it did not end by the deadline of a stop, or ended its thread */
  LODGER_ECHILD = -21,      /**< this is a forked child, and the object belongs to its parent */
} LodgerErrorCode;

/** The operations of a payload, which lives inside a LodgerError. Members are only ever appended: see options.h. */
typedef struct LodgerErrorPayloadOps
{
  size_t size; /**< sizeof (LodgerErrorPayloadOps) */
  /** Tells one kind of payload from another. Never NULL. */
  const char *name;
  /** Destroys the payload. Optional. It runs with the error's last reference, in the thread that drops it. */
  void (*destroy) (void *payload);
} LodgerErrorPayloadOps;

/**
 * Makes an error.
 *
 * Any thread; does not block. @p domain is interned. NULL means LODGER_ERROR_DOMAIN. @p message is copied. NULL means
 * lodger_error_code_string() of @p code.
 *
 * @return a new reference, never NULL. Without memory it is a shared static error with code LODGER_ENOMEM.
 * Errors: none.
 * Test: unit/error error_keeps_domain_code_and_message
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerError *lodger_error_new (const char *domain, int code, const char *message);

/**
 * Makes an error with a message made as by printf.
 *
 * The rules are those of lodger_error_new(). A NULL @p format is a NULL message.
 *
 * Errors: none.
 * Test: unit/error error_formats_its_message
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerError *lodger_error_newf (const char *domain, int code, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));

/**
 * Makes an error with a payload.
 *
 * The rules are those of lodger_error_new(). The payload is consumed, also when there is no memory for the error.
 * Without valid @p ops, the error has no payload, and @p payload is left alone.
 *
 * @param ops Optional. They are static, or live at least as long as the error. NULL means no payload.
 * Errors: LODGER_EINVAL (wrong size of @p ops, or members of @p ops that this version does not know).
 * Test: unit/error error_payload_is_destroyed_once
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerError *lodger_error_new_with_payload (const char *domain, int code, const char *message,
                                                                    const LodgerErrorPayloadOps *ops, void *payload);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/error error_payload_is_destroyed_once
 * Since: 0.1
 */
LODGER_API LodgerError *lodger_error_ref (LodgerError *error);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored.
 *
 * Errors: none.
 * Test: unit/error error_payload_is_destroyed_once
 * Since: 0.1
 */
LODGER_API void lodger_error_unref (LodgerError *error);

/**
 * Returns the interned domain: two errors of one domain give the same pointer.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/error error_domains_are_interned
 * Since: 0.1
 */
LODGER_API const char *lodger_error_get_domain (const LodgerError *error);

/**
 * Returns the code.
 *
 * Any thread; does not block. NULL gives 0.
 *
 * Errors: none.
 * Test: unit/error error_keeps_domain_code_and_message
 * Since: 0.1
 */
LODGER_API int lodger_error_get_code (const LodgerError *error);

/**
 * Returns the message, valid as long as the error.
 *
 * Any thread; does not block. NULL gives "".
 *
 * Errors: none.
 * Test: unit/error error_keeps_domain_code_and_message
 * Since: 0.1
 */
LODGER_API const char *lodger_error_get_message (const LodgerError *error);

/**
 * Returns the payload, borrowed, if it is of the kind @p ops.
 *
 * Any thread; does not block. NULL @p ops means any kind. A NULL @p error gives NULL.
 *
 * @return the payload, or NULL when there is none of that kind.
 * Errors: none.
 * Test: unit/error error_payload_is_found_by_its_kind
 * Since: 0.1
 */
LODGER_API void *lodger_error_get_payload (const LodgerError *error, const LodgerErrorPayloadOps *ops);

/**
 * Returns whether the error is of @p domain and @p code.
 *
 * Any thread; does not block. A NULL @p domain means LODGER_ERROR_DOMAIN. A NULL @p error gives false.
 *
 * Errors: none.
 * Test: unit/error error_matches_domain_and_code
 * Since: 0.1
 */
LODGER_API bool lodger_error_matches (const LodgerError *error, const char *domain, int code);

/**
 * Returns the meaning of a LODGER_E… code, in a few words.
 *
 * Any thread; does not block. It is never NULL.
 *
 * Errors: none.
 * Test: unit/error every_code_has_words
 * Since: 0.1
 */
LODGER_API const char *lodger_error_code_string (int code);

/**
 * Frees a string that one of Lodger's functions returned, such as a description.
 *
 * Any thread; does not block. NULL is ignored.
 *
 * Errors: none.
 * Test: unit/caller describe_is_one_line
 * Since: 0.1
 */
LODGER_API void lodger_free (void *memory);

LODGER_END_DECLS

#endif
