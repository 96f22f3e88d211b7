/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file error.h
 * Error codes, and LodgerError: what went wrong, carried from the thread where it happened to the one that is told.
 *
 * A LodgerError is immutable and refcounted, so it may be read from any thread without a lock. It has a domain (an
 * interned string), a code, a message, and optionally a payload with operations of its own: an adapter uses that to
 * carry a foreign error (a GError with its private data) without loss.
 */
#ifndef LODGER_ERROR_H
#define LODGER_ERROR_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** The domain of the codes below. */
#define LODGER_ERROR_DOMAIN "lodger"

/** What Lodger's own functions answer. 0 is success; all errors are negative. */
typedef enum LodgerErrorCode
{
  LODGER_OK = 0,
  LODGER_EINVAL = -1,       /**< an argument is wrong: NULL where it may not be, a size that is too small */
  LODGER_ENOMEM = -2,       /**< no memory */
  LODGER_EAGAIN = -3,       /**< the system refuses a thread or a descriptor just now */
  LODGER_ESHUTDOWN = -4,    /**< the caller or host is stopping or has stopped */
  LODGER_ECANCELED = -5,    /**< the call, or the one who waits, was cancelled */
  LODGER_ENOTDONE = -6,     /**< the outcome was asked for before there is one */
  LODGER_ETIMEDOUT = -7,    /**< the time is over */
  LODGER_EDEADLK = -8,      /**< waiting could never end */
  LODGER_EWRONGTHREAD = -9, /**< not allowed in this thread */
  LODGER_EBUSY = -10,       /**< not from inside a call, or while something is still at work */
  LODGER_EALREADY = -11,    /**< has been done, answered or made before */
  LODGER_ESTATE = -12,      /**< not in this state */
  LODGER_EMISMATCH = -13,   /**< a name, host or backend is not the one that is there */
  LODGER_ENOENT = -14,      /**< no host, backend or key of that name */
  LODGER_ENOSYS = -15,      /**< the host or backend lacks the operation that this needs */
  LODGER_ETYPE = -16,       /**< the outcome is of another type than the one asked for */
  LODGER_EFAILED = -17,     /**< the call failed: lodger_pending_get_error() says why */
  LODGER_EUNANSWERED = -18, /**< a deferred call's reply was freed without an answer */
  LODGER_EFOREIGN = -19,    /**< an error of another domain, wrapped by an adapter */
  LODGER_EABANDONED = -20,  /**< it did not end by the deadline of a stop, and was left behind */
  LODGER_ECHILD = -21,      /**< this is a forked child, and what was given belongs to its parent */
} LodgerErrorCode;

/** What a payload needs to live inside a LodgerError. Members are only ever appended. */
typedef struct LodgerErrorPayloadOps
{
  size_t size;                     /**< sizeof (LodgerErrorPayloadOps) */
  const char *name;                /**< tells one kind of payload from another; never NULL */
  void (*destroy) (void *payload); /**< runs with the error's last reference, in that thread; NULL = nothing */
} LodgerErrorPayloadOps;

/**
 * Makes an error.
 *
 * Any thread; does not block. @p domain is interned (NULL means LODGER_ERROR_DOMAIN), @p message is copied (NULL
 * means lodger_error_code_string() of @p code).
 *
 * @return a new reference, never NULL: without memory it is a shared static error with code LODGER_ENOMEM.
 * Test: unit/error error_keeps_domain_code_and_message
 */
LODGER_API LodgerError *lodger_error_new (const char *domain, int code, const char *message);

/** lodger_error_new() with a message made as by printf; a NULL format is a NULL message. Test: unit/error
 * error_formats_its_message */
LODGER_API LodgerError *lodger_error_newf (const char *domain, int code, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));

/**
 * lodger_error_new() with a payload, which is consumed: also when there is no memory for the error.
 *
 * @param ops static, or at least as long-lived as the error; NULL means no payload, and so does a size that is too small
 *        (logged): then @p payload is left alone.
 * Test: unit/error error_payload_is_destroyed_once
 */
LODGER_API LodgerError *lodger_error_new_with_payload (const char *domain, int code, const char *message,
                                                       const LodgerErrorPayloadOps *ops, void *payload);

/** Takes a reference. Any thread. NULL gives NULL. Test: unit/error error_payload_is_destroyed_once */
LODGER_API LodgerError *lodger_error_ref (LodgerError *error);

/** Drops a reference. Any thread. NULL is ignored. Test: unit/error error_payload_is_destroyed_once */
LODGER_API void lodger_error_unref (LodgerError *error);

/** The interned domain: two errors of one domain give the same pointer. NULL for NULL. Test: unit/error
 * error_domains_are_interned */
LODGER_API const char *lodger_error_get_domain (const LodgerError *error);

/** The code; 0 for NULL. Test: unit/error error_keeps_domain_code_and_message */
LODGER_API int lodger_error_get_code (const LodgerError *error);

/** The message, valid as long as the error; "" for NULL. Test: unit/error error_keeps_domain_code_and_message */
LODGER_API const char *lodger_error_get_message (const LodgerError *error);

/**
 * The payload, borrowed, if there is one of the kind @p ops (NULL: of any kind); else NULL.
 * Test: unit/error error_payload_is_found_by_its_kind
 */
LODGER_API void *lodger_error_get_payload (const LodgerError *error, const LodgerErrorPayloadOps *ops);

/** Whether the error is of @p domain (NULL: LODGER_ERROR_DOMAIN) and @p code. False for NULL. Test: unit/error
 * error_matches_domain_and_code */
LODGER_API bool lodger_error_matches (const LodgerError *error, const char *domain, int code);

/** What a LODGER_E… code means, in a few words; never NULL. Test: unit/error every_code_has_words */
LODGER_API const char *lodger_error_code_string (int code);

/** Frees a string that a describe function returned. NULL is ignored. Test: unit/caller describe_is_one_line */
LODGER_API void lodger_free (void *memory);

LODGER_END_DECLS

#endif
