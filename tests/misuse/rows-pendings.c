/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pendings: what they are, reading an outcome, cancelling, waiting. What only reads is fine with NULL, with what was
 * stopped, and in a forked child; an outcome that is not there, or another one, is a code and no line. */
#include "misuse.h"

/* ---- life ------------------------------------------------------------------------------------------------------------ */

CELL (lodger_pending_new, unknown_flags, REFUSES (lodger_pending_new ((LodgerPendingFlags) 0x70), LODGER_EINVAL));

static bool
makes_one_that_works (void)
{
  LodgerPending *pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  bool works = lodger_pending_return_int (pending, 1) == 0 && lodger_pending_get_outcome (pending) == 0;
  lodger_pending_unref (pending);
  return works;
}

CELL (lodger_pending_new, after_fork, FINE (makes_one_that_works ()));

#define REF(pending) DOES (lodger_pending_unref (lodger_pending_ref (pending)))

CELL (lodger_pending_ref, null_pending, FINE (lodger_pending_ref (NULL) == NULL));
CELL (lodger_pending_ref, after_stop, FINE (REF (CALL)));
CELL (lodger_pending_ref, after_fork, FINE (REF (CALL)), FINE (REF (PROMISE)));
CELL (lodger_pending_unref, null_pending, FINE (DOES (lodger_pending_unref (NULL))));
CELL (lodger_pending_unref, after_stop, FINE (REF (CALL)));
CELL (lodger_pending_unref, after_fork, FINE (DOES (lodger_pending_unref (CALL))),
      FINE (DOES (lodger_pending_unref (PROMISE))), FINE (DOES (lodger_pending_unref (TEXT))));
CELL (lodger_pending_disown, null_pending, FINE (DOES (lodger_pending_disown (NULL))));
CELL (lodger_pending_disown, after_stop, FINE (DOES (lodger_pending_disown (lodger_pending_ref (CALL)))));
CELL (lodger_pending_disown, after_fork, FINE (DOES (lodger_pending_disown (lodger_pending_ref (CALL)))));
CELL (lodger_pending_current, after_fork, FINE (lodger_pending_current () == NULL));

/* ---- what it is at --------------------------------------------------------------------------------------------------- */

#define READS(function, null, stopped, forked)                                                                         \
  CELL (function, null_pending, FINE (function (NULL) == (null)));                                                     \
  CELL (function, after_stop, FINE (function (CALL) == (stopped)));                                                    \
  CELL (function, after_fork, FINE (function (CALL) == (forked)))

READS (lodger_pending_is_done, true, true, false);
READS (lodger_pending_is_cancelled, false, true, false);
READS (lodger_host_was_cancelled_late, false, false, false);
READS (lodger_pending_get_state, LODGER_PENDING_FAILED, LODGER_PENDING_CANCELLED, LODGER_PENDING_QUEUED);
READS (lodger_pending_get_caller, NULL, NULL, CALLER);

CELL (lodger_pending_get_error, null_pending, FINE (lodger_pending_get_error (NULL) == NULL));
CELL (lodger_pending_get_error, after_stop,
      TELLS (lodger_error_get_code (lodger_pending_get_error (CALL)), LODGER_ECANCELED));
CELL (lodger_pending_get_error, after_fork, FINE (lodger_pending_get_error (CALL) == NULL));
CELL (lodger_pending_describe, null_pending, FINE (lodger_pending_describe (NULL) == NULL));
CELL (lodger_pending_describe, after_stop, FINE (is_text (lodger_pending_describe (CALL))));
CELL (lodger_pending_describe, after_fork, FINE (is_text (lodger_pending_describe (CALL))));
CELL (lodger_pending_dup_cancel_message, null_pending, FINE (lodger_pending_dup_cancel_message (NULL) == NULL));
CELL (lodger_pending_dup_cancel_message, after_stop, FINE (is_text (lodger_pending_dup_cancel_message (CALL))));
CELL (lodger_pending_dup_cancel_message, after_fork, FINE (lodger_pending_dup_cancel_message (CALL) == NULL));

/* ---- its outcome ------------------------------------------------------------------------------------------------------ */

CELL (lodger_pending_get_outcome, null_pending, ANSWERS (lodger_pending_get_outcome (NULL), LODGER_EINVAL));
CELL (lodger_pending_get_outcome, not_done, TELLS (lodger_pending_get_outcome (CALL), LODGER_ENOTDONE));
CELL (lodger_pending_get_outcome, after_stop, TELLS (lodger_pending_get_outcome (CALL), LODGER_ECANCELED));
CELL (lodger_pending_get_outcome, after_fork, TELLS (lodger_pending_get_outcome (CALL), LODGER_ENOTDONE),
      TELLS (lodger_pending_get_outcome (TEXT), 0));

#define GETS(function, type, right, wrong)                                                                             \
  static int call_##function (LodgerPending *pending)                                                                  \
  {                                                                                                                    \
    type value;                                                                                                        \
    return function (pending, &value);                                                                                 \
  }                                                                                                                    \
  CELL (function, null_pending, ANSWERS (call_##function (NULL), LODGER_EINVAL));                                      \
  CELL (function, null_ret_value, ANSWERS (function (right, NULL), LODGER_EINVAL),                                     \
        ANSWERS (function (NULL, NULL), LODGER_EINVAL));                                                               \
  CELL (function, not_done, TELLS (call_##function (CALL), LODGER_ENOTDONE));                                          \
  CELL (function, wrong_type, TELLS (call_##function (wrong), LODGER_ETYPE));                                          \
  CELL (function, after_stop, TELLS (call_##function (CALL), LODGER_ECANCELED));                                       \
  CELL (function, after_fork, TELLS (call_##function (CALL), LODGER_ENOTDONE),                                         \
        TELLS (call_##function (wrong), LODGER_ETYPE))

GETS (lodger_pending_get_pointer, void *, TEXT, NUMBER);
GETS (lodger_pending_get_int, int64_t, NUMBER, TEXT);
GETS (lodger_pending_get_boolean, bool, NUMBER, TEXT);
GETS (lodger_pending_get_string, const char *, TEXT, NUMBER);
GETS (lodger_pending_take_pointer, void *, TEXT, NUMBER);

static int
get_bytes (const LodgerPending *pending, const void **ret_value, size_t *ret_size)
{
  return lodger_pending_get_bytes (pending, ret_value, ret_size);
}

#define BYTES(pending) get_bytes (pending, &(const void *) { NULL }, &(size_t) { 0 })

CELL (lodger_pending_get_bytes, null_pending, ANSWERS (BYTES (NULL), LODGER_EINVAL));
CELL (lodger_pending_get_bytes, null_ret_value, ANSWERS (get_bytes (TEXT, NULL, &(size_t) { 0 }), LODGER_EINVAL));
CELL (lodger_pending_get_bytes, null_ret_size,
      ANSWERS (get_bytes (TEXT, &(const void *) { NULL }, NULL), LODGER_EINVAL));
CELL (lodger_pending_get_bytes, not_done, TELLS (BYTES (CALL), LODGER_ENOTDONE));
CELL (lodger_pending_get_bytes, wrong_type, TELLS (BYTES (NUMBER), LODGER_ETYPE));
CELL (lodger_pending_get_bytes, after_stop, TELLS (BYTES (CALL), LODGER_ECANCELED));
CELL (lodger_pending_get_bytes, after_fork, TELLS (BYTES (CALL), LODGER_ENOTDONE));

static void
take_twice (Fixture *s)
{
  void *value;
  FINE (lodger_pending_return_pointer (PROMISE, DATA, DESTROY) == 0);
  FINE (lodger_pending_take_pointer (PROMISE, &value) == 0);
  recorder_destroy (value);
  TELLS (lodger_pending_take_pointer (PROMISE, &value), LODGER_EALREADY);
}

CELL (lodger_pending_take_pointer, already, take_twice (s));

#define TYPED(function, pending) (function) (pending, "Text", &(void *) { NULL })
#define GETS_TYPED(function)                                                                                           \
  CELL (function, null_pending, ANSWERS (TYPED (function, NULL), LODGER_EINVAL));                                      \
  CELL (function, null_type, ANSWERS ((function) (TEXT, NULL, &(void *) { NULL }), LODGER_EINVAL));                    \
  CELL (function, null_ret_value, ANSWERS ((function) (TEXT, "Text", NULL), LODGER_EINVAL));                           \
  CELL (function, not_done, TELLS (TYPED (function, CALL), LODGER_ENOTDONE));                                          \
  CELL (function, wrong_type, ANSWERS (TYPED (function, NUMBER), LODGER_ETYPE),                                        \
        ANSWERS (TYPED (function, TEXT), LODGER_ETYPE));                                                               \
  CELL (function, after_stop, TELLS (TYPED (function, CALL), LODGER_ECANCELED));                                       \
  CELL (function, after_fork, TELLS (TYPED (function, CALL), LODGER_ENOTDONE))

GETS_TYPED (lodger_pending_get_typed);
GETS_TYPED (lodger_pending_take_typed);

static void
take_typed_twice (Fixture *s)
{
  void *value;
  FINE (lodger_pending_return_typed (PROMISE, "Recorder", DATA, DESTROY) == 0);
  FINE (lodger_pending_take_typed (PROMISE, "Recorder", &value) == 0);
  recorder_destroy (value);
  TELLS (lodger_pending_take_typed (PROMISE, "Recorder", &value), LODGER_EALREADY);
}

CELL (lodger_pending_take_typed, already, take_typed_twice (s));

/* ---- metadata --------------------------------------------------------------------------------------------------------- */

CELL (lodger_pending_set_metadata, null_pending,
      ANSWERS (lodger_pending_set_metadata (NULL, "key", DATA, DESTROY), LODGER_EINVAL));
CELL (lodger_pending_set_metadata, null_key,
      ANSWERS (lodger_pending_set_metadata (PROMISE, NULL, DATA, DESTROY), LODGER_EINVAL));
CELL (lodger_pending_set_metadata, null_value, FINE (lodger_pending_set_metadata (PROMISE, "key", NULL, NULL) == 0));
CELL (lodger_pending_set_metadata, null_destroy, FINE (lodger_pending_set_metadata (PROMISE, "key", s, NULL) == 0));
CELL (lodger_pending_set_metadata, after_stop, FINE (lodger_pending_set_metadata (CALL, "key", DATA, DESTROY) == 0));
CELL (lodger_pending_set_metadata, after_fork, FINE (lodger_pending_set_metadata (CALL, "key", s, NULL) == 0));
CELL (lodger_pending_get_metadata, null_pending, FINE (lodger_pending_get_metadata (NULL, "key") == NULL));
CELL (lodger_pending_get_metadata, null_key, FINE (lodger_pending_get_metadata (PROMISE, NULL) == NULL));
CELL (lodger_pending_get_metadata, after_stop, FINE (lodger_pending_get_metadata (CALL, "key") == NULL));
CELL (lodger_pending_get_metadata, after_fork, FINE (lodger_pending_get_metadata (CALL, "key") == NULL));

/* ---- cancelling ------------------------------------------------------------------------------------------------------- */

static void
ignore_cancel (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  (void) data;
}

static void
ignore (void *data)
{
  (void) data;
}

CELL (lodger_pending_cancel, null_pending, FINE (!lodger_pending_cancel (NULL, "message")));
CELL (lodger_pending_cancel, null_message, FINE (lodger_pending_cancel (PROMISE, NULL)));
CELL (lodger_pending_cancel, after_stop, FINE (lodger_pending_cancel (CALL, NULL)));
CELL (lodger_pending_cancel, after_fork, WARNS (!lodger_pending_cancel (CALL, NULL)),
      WARNS (!lodger_pending_cancel (PROMISE, NULL)));

#define CANCELLER(pending, func) lodger_pending_set_canceller (pending, func, DATA, DESTROY)

CELL (lodger_pending_set_canceller, null_pending, ANSWERS (CANCELLER (NULL, ignore_cancel), LODGER_EINVAL));
CELL (lodger_pending_set_canceller, null_func, ANSWERS (CANCELLER (PROMISE, NULL), LODGER_EINVAL));
CELL (lodger_pending_set_canceller, null_data,
      FINE (lodger_pending_set_canceller (PROMISE, ignore_cancel, NULL, ignore) == 0));
CELL (lodger_pending_set_canceller, null_destroy,
      FINE (lodger_pending_set_canceller (PROMISE, ignore_cancel, s, NULL) == 0));
CELL (lodger_pending_set_canceller, already, TELLS (CANCELLER (NUMBER, ignore_cancel), LODGER_EALREADY),
      FINE (lodger_pending_set_canceller (PROMISE, ignore_cancel, s, NULL) == 0),
      TELLS (CANCELLER (PROMISE, ignore_cancel), LODGER_EALREADY));
CELL (lodger_pending_set_canceller, after_stop, TELLS (CANCELLER (CALL, ignore_cancel), LODGER_EALREADY));
CELL (lodger_pending_set_canceller, after_fork, ANSWERS (CANCELLER (PROMISE, ignore_cancel), LODGER_ECHILD));

#define COMPLETER(promise) lodger_pending_set_completer (promise, CALLER)

CELL (lodger_pending_set_completer, null_promise, ANSWERS (COMPLETER (NULL), LODGER_EINVAL));
CELL (lodger_pending_set_completer, null_caller, ANSWERS (lodger_pending_set_completer (PROMISE, NULL), LODGER_EINVAL));
CELL (lodger_pending_set_completer, wrong_state, ANSWERS (COMPLETER (CALL), LODGER_ESTATE),
      ANSWERS (COMPLETER (lodger_caller_get_stopped (CALLER)), LODGER_ESTATE));
CELL (lodger_pending_set_completer, already, TELLS (COMPLETER (NUMBER), LODGER_EALREADY),
      FINE (COMPLETER (PROMISE) == 0), TELLS (COMPLETER (PROMISE), LODGER_EALREADY));
CELL (lodger_pending_set_completer, after_stop, FINE (COMPLETER (PROMISE) == 0));
CELL (lodger_pending_set_completer, after_fork, ANSWERS (COMPLETER (PROMISE), LODGER_ECHILD));

/* ---- waiting ---------------------------------------------------------------------------------------------------------- */

#define UNKNOWN ((LodgerWaitFlags) 0x70)

CELL (lodger_pending_wait, null_pending, ANSWERS (lodger_pending_wait (NULL, 1, LODGER_WAIT_DEFAULT), LODGER_EINVAL));
CELL (lodger_pending_wait, negative_timeout,
      TELLS (lodger_pending_wait (PROMISE, INT64_MIN, LODGER_WAIT_DEFAULT), LODGER_ETIMEDOUT),
      FINE (!lodger_pending_is_done (PROMISE)));
CELL (lodger_pending_wait, unknown_flags, ANSWERS (lodger_pending_wait (PROMISE, 0, UNKNOWN), LODGER_EINVAL),
      ANSWERS (lodger_pending_wait (NUMBER, 0, UNKNOWN), LODGER_EINVAL));
CELL (lodger_pending_wait, wrong_thread,
      ANSWERS (lodger_pending_wait (PROMISE, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_EWRONGTHREAD),
      ANSWERS (lodger_pending_wait (PROMISE, 1, LODGER_WAIT_DEFAULT), LODGER_EWRONGTHREAD),
      FINE (!lodger_pending_is_done (PROMISE)));
CELL_AT (IN_DIRECT, lodger_pending_wait, wrong_state,
         ANSWERS (lodger_pending_wait (PROMISE, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_ESTATE));
CELL_AT (IN_WORKER, lodger_pending_wait, deadlock,
         ANSWERS (lodger_pending_wait (SELF, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_EDEADLK));
CELL (lodger_pending_wait, after_stop,
      TELLS (lodger_pending_wait (CALL, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_ECANCELED));
CELL (lodger_pending_wait, after_fork,
      ANSWERS (lodger_pending_wait (CALL, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_ECHILD),
      ANSWERS (lodger_pending_wait (PROMISE, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_ECHILD));

#define CANCEL_WAIT(pending, message, timeout, flags) lodger_pending_cancel_wait (pending, message, timeout, flags)

CELL (lodger_pending_cancel_wait, null_pending,
      ANSWERS (CANCEL_WAIT (NULL, "message", 1, LODGER_WAIT_DEFAULT), LODGER_EINVAL));
CELL (lodger_pending_cancel_wait, null_message, TELLS (CANCEL_WAIT (PROMISE, NULL, 1, LODGER_WAIT_DEFAULT), 0));
CELL (lodger_pending_cancel_wait, negative_timeout,
      TELLS (CANCEL_WAIT (PROMISE, "message", INT64_MIN, LODGER_WAIT_DEFAULT), 0));
CELL (lodger_pending_cancel_wait, unknown_flags, ANSWERS (CANCEL_WAIT (PROMISE, "message", 1, UNKNOWN), LODGER_EINVAL),
      FINE (!lodger_pending_is_cancelled (PROMISE)));
CELL (lodger_pending_cancel_wait, after_stop,
      TELLS (CANCEL_WAIT (CALL, "message", LODGER_FOREVER, LODGER_WAIT_DEFAULT), 0));
CELL (lodger_pending_cancel_wait, after_fork,
      ANSWERS (CANCEL_WAIT (CALL, "message", LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_ECHILD));

/* A promise that has a canceller is not done by its cancel, so that there is something to wait for. */
static LodgerPending *
slow (LodgerPending *promise)
{
  test_check (lodger_pending_set_canceller (promise, ignore_cancel, NULL, NULL) == 0);
  return promise;
}

CELL (lodger_pending_cancel_wait, wrong_thread, BY (lodger_pending_wait),
      ANSWERS (CANCEL_WAIT (slow (PROMISE), NULL, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_EWRONGTHREAD),
      FINE (lodger_pending_is_cancelled (PROMISE)));
CELL_AT (IN_DIRECT, lodger_pending_cancel_wait, wrong_state, BY (lodger_pending_wait),
         ANSWERS (CANCEL_WAIT (slow (PROMISE), NULL, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_ESTATE));
CELL_AT (IN_WORKER, lodger_pending_cancel_wait, deadlock, BY (lodger_pending_wait),
         ANSWERS (CANCEL_WAIT (SELF, NULL, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_EDEADLK));
