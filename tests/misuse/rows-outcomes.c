/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answering: a value that is refused is destroyed. That another has answered first is no misuse, and not logged. */
#include "misuse.h"

static void *const no_memory_at_all = NULL; /* not known to be NULL where a compiler would complain */
static const char *const volatile no_format = NULL;

/* ---- by the pending itself ------------------------------------------------------------------------------------------- */

/* A call is answered in its own function only; CALL has not started. */
#define ROWS(function, ...)                                                                                            \
  CELL (function, null_self, ANSWERS (function (NULL, ##__VA_ARGS__), LODGER_EINVAL));                                 \
  CELL (function, wrong_state, ANSWERS (function (CALL, ##__VA_ARGS__), LODGER_ESTATE),                                \
        ANSWERS (function (lodger_caller_get_stopped (CALLER), ##__VA_ARGS__), LODGER_ESTATE));                        \
  CELL (function, already, TELLS (function (NUMBER, ##__VA_ARGS__), LODGER_EALREADY));                                 \
  CELL (function, after_stop, TELLS (function (CALL, ##__VA_ARGS__), LODGER_EALREADY));                                \
  CELL (function, after_fork, ANSWERS (function (PROMISE, ##__VA_ARGS__), LODGER_ECHILD))

ROWS (lodger_pending_return_pointer, DATA, DESTROY);
ROWS (lodger_pending_return_int, 1);
ROWS (lodger_pending_return_typed, "Recorder", DATA, DESTROY);
ROWS (lodger_pending_return_boolean, true);
ROWS (lodger_pending_return_string, "x");
ROWS (lodger_pending_return_bytes, "x", 1);
ROWS (lodger_pending_return_nothing);
ROWS (lodger_pending_return_error, ERROR);
ROWS (lodger_pending_return_new_error, NULL, LODGER_EFAILED, "%d", 1);
ROWS (lodger_pending_return_from, TEXT);

CELL (lodger_pending_return_pointer, null_value, FINE (lodger_pending_return_pointer (PROMISE, NULL, NULL) == 0));
CELL (lodger_pending_return_pointer, null_destroy, FINE (lodger_pending_return_pointer (PROMISE, s, NULL) == 0));
CELL (lodger_pending_return_typed, null_type,
      ANSWERS (lodger_pending_return_typed (PROMISE, NULL, DATA, DESTROY), LODGER_EINVAL),
      FINE (!lodger_pending_is_done (PROMISE)));
CELL (lodger_pending_return_typed, null_value, FINE (lodger_pending_return_typed (PROMISE, "Text", NULL, NULL) == 0));
CELL (lodger_pending_return_typed, null_destroy, FINE (lodger_pending_return_typed (PROMISE, "Text", s, NULL) == 0));
CELL (lodger_pending_return_string, null_value, FINE (lodger_pending_return_string (PROMISE, NULL) == 0));
CELL (lodger_pending_return_bytes, null_value,
      ANSWERS (lodger_pending_return_bytes (PROMISE, no_memory_at_all, 1), LODGER_EINVAL),
      FINE (lodger_pending_return_bytes (PROMISE, NULL, 0) == 0));
CELL (lodger_pending_return_error, null_error, ANSWERS (lodger_pending_return_error (PROMISE, NULL), LODGER_EINVAL),
      FINE (!lodger_pending_is_done (PROMISE)));
CELL (lodger_pending_return_new_error, null_domain,
      FINE (lodger_pending_return_new_error (PROMISE, NULL, LODGER_EFAILED, "%d", 1) == 0));
CELL (lodger_pending_return_new_error, null_format,
      FINE (lodger_pending_return_new_error (PROMISE, NULL, LODGER_EFAILED, no_format) == 0));
CELL (lodger_pending_return_from, null_other, ANSWERS (lodger_pending_return_from (PROMISE, NULL), LODGER_EINVAL),
      FINE (!lodger_pending_is_done (PROMISE)));
CELL (lodger_pending_return_from, deadlock, ANSWERS (lodger_pending_return_from (PROMISE, PROMISE), LODGER_EDEADLK));

/* ---- later ----------------------------------------------------------------------------------------------------------- */

CELL (lodger_pending_defer, null_self, WARNS (lodger_pending_defer (NULL) == NULL));
CELL (lodger_pending_defer, wrong_state, WARNS (lodger_pending_defer (CALL) == NULL),
      WARNS (lodger_pending_defer (PROMISE) == NULL));
CELL (lodger_pending_defer, after_stop, WARNS (lodger_pending_defer (CALL) == NULL));
CELL (lodger_pending_defer, after_fork, WARNS (lodger_pending_defer (PROMISE) == NULL),
      WARNS (lodger_pending_defer (CALL) == NULL));

/* The reply is consumed in any case. */
#define REPLY_ROWS(function, ...)                                                                                      \
  CELL (function, null_reply, ANSWERS (function (NULL, ##__VA_ARGS__), LODGER_EINVAL));                                \
  CELL (function, after_stop, TELLS (function (REPLY, ##__VA_ARGS__), LODGER_ECANCELED));                              \
  CELL (function, after_fork, ANSWERS (function (REPLY, ##__VA_ARGS__), LODGER_ECHILD))

REPLY_ROWS (lodger_reply_return_pointer, DATA, DESTROY);
REPLY_ROWS (lodger_reply_return_int, 1);
REPLY_ROWS (lodger_reply_return_typed, "Recorder", DATA, DESTROY);
REPLY_ROWS (lodger_reply_return_boolean, true);
REPLY_ROWS (lodger_reply_return_string, "x");
REPLY_ROWS (lodger_reply_return_bytes, "x", 1);
REPLY_ROWS (lodger_reply_return_nothing);
REPLY_ROWS (lodger_reply_return_error, ERROR);
REPLY_ROWS (lodger_reply_return_from, TEXT);

/* The call has failed with the code that the misuse was answered with. */
static bool
has_failed (Fixture *s, int code)
{
  return lodger_error_get_code (lodger_pending_get_error (s->deferred)) == code;
}

CELL (lodger_reply_return_pointer, null_value, FINE (lodger_reply_return_pointer (REPLY, NULL, NULL) == 0));
CELL (lodger_reply_return_pointer, null_destroy, FINE (lodger_reply_return_pointer (REPLY, s, NULL) == 0));
CELL (lodger_reply_return_typed, null_type,
      ANSWERS (lodger_reply_return_typed (NULL, NULL, DATA, DESTROY), LODGER_EINVAL),
      ANSWERS (lodger_reply_return_typed (REPLY, NULL, DATA, DESTROY), LODGER_EINVAL),
      FINE (has_failed (s, LODGER_EINVAL)));
CELL (lodger_reply_return_typed, null_value, FINE (lodger_reply_return_typed (REPLY, "Text", NULL, NULL) == 0));
CELL (lodger_reply_return_typed, null_destroy, FINE (lodger_reply_return_typed (REPLY, "Text", s, NULL) == 0));
CELL (lodger_reply_return_string, null_value, FINE (lodger_reply_return_string (REPLY, NULL) == 0));
CELL (lodger_reply_return_bytes, null_value,
      ANSWERS (lodger_reply_return_bytes (NULL, no_memory_at_all, 1), LODGER_EINVAL),
      ANSWERS (lodger_reply_return_bytes (REPLY, no_memory_at_all, 1), LODGER_EINVAL),
      FINE (has_failed (s, LODGER_EINVAL)));
CELL (lodger_reply_return_error, null_error, ANSWERS (lodger_reply_return_error (NULL, NULL), LODGER_EINVAL),
      ANSWERS (lodger_reply_return_error (REPLY, NULL), LODGER_EINVAL), FINE (has_failed (s, LODGER_EINVAL)));
CELL (lodger_reply_return_from, null_other, ANSWERS (lodger_reply_return_from (NULL, NULL), LODGER_EINVAL),
      ANSWERS (lodger_reply_return_from (REPLY, NULL), LODGER_EINVAL), FINE (has_failed (s, LODGER_EINVAL)));

static void
reply_from_itself (Fixture *s)
{
  ANSWERS (lodger_reply_return_from (REPLY, s->deferred), LODGER_EDEADLK);
  FINE (has_failed (s, LODGER_EDEADLK));
}

CELL (lodger_reply_return_from, deadlock, reply_from_itself (s));

CELL (lodger_reply_get_pending, null_reply, FINE (lodger_reply_get_pending (NULL) == NULL));
CELL (lodger_reply_get_pending, after_stop, FINE (lodger_reply_get_pending (s->reply) == s->deferred));
CELL (lodger_reply_get_pending, after_fork, FINE (lodger_reply_get_pending (s->reply) == s->deferred));

CELL (lodger_reply_free, null_reply, FINE (DOES (lodger_reply_free (NULL))));
CELL (lodger_reply_free, after_stop, WARNS (DOES (lodger_reply_free (REPLY))));
CELL (lodger_reply_free, after_fork, FINE (DOES (lodger_reply_free (REPLY))));
