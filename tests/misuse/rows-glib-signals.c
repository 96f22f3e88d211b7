/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals of GObjects as pendings, and awaited. */
#include "misuse.h"
#include "test-emitter-glib.h"

#include <lodger-glib.h>

static const LodgerGlibSignalOptions no_size = { .after = true };

/* Whether it listens; the emitter's end is its own. */
static bool
listens (const LodgerGlibSignalOptions *options)
{
  GObject *emitter = emitter_new ();
  LodgerPending *told = lodger_glib_signal_next (emitter, "told", options);
  bool does = !lodger_pending_is_done (told) && emitter_handlers (emitter) == 1;
  emitter_expect_end (emitter);
  does = does && lodger_error_matches (lodger_pending_get_error (told), NULL, LODGER_EUNANSWERED);
  lodger_pending_unref (told);
  return does;
}

static void
refuses (Fixture *s, const char *signal, const LodgerGlibSignalOptions *options)
{
  GObject *emitter = emitter_new ();
  REFUSES (lodger_glib_signal_next (emitter, signal, options), LODGER_EINVAL);
  FINE (emitter_handlers (emitter) == 0);
  emitter_expect_end (emitter);
}

CELL (lodger_glib_signal_next, null_object, REFUSES (lodger_glib_signal_next (NULL, "told", NULL), LODGER_EINVAL));
CELL (lodger_glib_signal_next, null_detailed_signal, refuses (s, NULL, NULL), refuses (s, "never", NULL));
CELL (lodger_glib_signal_next, null_options, FINE (listens (NULL)));
CELL (lodger_glib_signal_next, size_options, refuses (s, "told", &no_size));
CELL (lodger_glib_signal_next, after_fork, FINE (listens (NULL)));

/* ---- arguments --------------------------------------------------------------------------------------------------- */

CELL (lodger_glib_signal_get_argument, null_done, FINE (lodger_glib_signal_get_argument (NULL, 0) == NULL));
CELL (lodger_glib_signal_get_argument, after_stop, FINE (lodger_glib_signal_get_argument (CALL, 0) == NULL));
CELL (lodger_glib_signal_get_argument, after_fork, FINE (lodger_glib_signal_get_argument (PROMISE, 0) == NULL));

static void
read_number (Fixture *s, const char *signal, guint index, int64_t *ret_value, int code)
{
  GObject *emitter = emitter_new ();
  LodgerPending *told = lodger_glib_signal_next (emitter, signal, NULL);
  g_signal_emit_by_name (emitter, signal, 1, NULL, NULL);
  ANSWERS (lodger_glib_signal_get_int (told, index, ret_value), code);
  lodger_pending_unref (told);
  emitter_expect_end (emitter);
}

static int64_t number;

CELL (lodger_glib_signal_get_int, null_done, ANSWERS (lodger_glib_signal_get_int (NULL, 0, &number), LODGER_EINVAL),
      read_number (s, "told", 3, &number, LODGER_EINVAL));
CELL (lodger_glib_signal_get_int, null_ret_value, read_number (s, "told", 0, NULL, LODGER_EINVAL));
CELL (lodger_glib_signal_get_int, wrong_type, read_number (s, "told", 1, &number, LODGER_ETYPE),
      BY (lodger_pending_get_typed), ANSWERS (lodger_glib_signal_get_int (NUMBER, 0, &number), LODGER_ETYPE));
CELL (lodger_glib_signal_get_int, not_done, TELLS (lodger_glib_signal_get_int (PROMISE, 0, &number), LODGER_ENOTDONE));
CELL (lodger_glib_signal_get_int, after_stop, TELLS (lodger_glib_signal_get_int (CALL, 0, &number), LODGER_ECANCELED));
CELL (lodger_glib_signal_get_int, after_fork,
      TELLS (lodger_glib_signal_get_int (PROMISE, 0, &number), LODGER_ENOTDONE));

/* ---- awaiting ---------------------------------------------------------------------------------------------------- */

static int
awaits (const char *signal, int64_t timeout)
{
  GObject *emitter = emitter_new ();
  int code = signal != NULL ? lodger_glib_await_signal (emitter, signal, timeout, NULL)
                            : lodger_glib_await_response (emitter, NULL);
  test_check (emitter_handlers (emitter) == 0);
  emitter_expect_end (emitter);
  return code;
}

static void
await_into_a_value (Fixture *s)
{
  GObject *emitter = emitter_new ();
  GValue used = G_VALUE_INIT;
  g_value_init (&used, G_TYPE_INT);
  ANSWERS (lodger_glib_await_signal (emitter, "told", 0, &used), LODGER_EINVAL);
  emitter_expect_end (emitter);
}

static void
await_no_signal (Fixture *s)
{
  GObject *emitter = emitter_new ();
  ANSWERS (lodger_glib_await_signal (emitter, NULL, 0, NULL), LODGER_EINVAL);
  emitter_expect_end (emitter);
}

static void
await_no_dialog (Fixture *s)
{
  GObject *emitter = wordy_emitter_new ();
  ANSWERS (lodger_glib_await_response (NULL, NULL), LODGER_EINVAL);
  ANSWERS (lodger_glib_await_response (emitter, NULL), LODGER_EINVAL);
  emitter_expect_end (emitter);
}

CELL (lodger_glib_await_signal, null_object, ANSWERS (lodger_glib_await_signal (NULL, "told", 0, NULL), LODGER_EINVAL));
CELL (lodger_glib_await_signal, null_detailed_signal, await_no_signal (s));
CELL_AT (ELSEWHERE, lodger_glib_await_signal, negative_timeout, TELLS (awaits ("told", -1), LODGER_ETIMEDOUT));
CELL_AT (ELSEWHERE, lodger_glib_await_signal, null_ret_first, TELLS (awaits ("told", 1), LODGER_ETIMEDOUT),
         await_into_a_value (s));
CELL (lodger_glib_await_signal, wrong_thread, BY (lodger_pending_wait),
      ANSWERS (awaits ("told", LODGER_FOREVER), LODGER_EWRONGTHREAD));
CELL_AT (IN_DIRECT, lodger_glib_await_signal, wrong_state, BY (lodger_pending_wait),
         ANSWERS (awaits ("told", LODGER_FOREVER), LODGER_ESTATE));
CELL (lodger_glib_await_signal, deadlock, RULED_OUT ("any thread may emit"));
CELL (lodger_glib_await_signal, no_operation,
      RULED_OUT ("it is the wait of lodger_pending_wait, whose row tries that"));
CELL (lodger_glib_await_response, null_dialog, await_no_dialog (s));
CELL (lodger_glib_await_response, null_ret_response, BY (lodger_pending_wait),
      ANSWERS (awaits (NULL, 0), LODGER_EWRONGTHREAD));
CELL (lodger_glib_await_response, wrong_thread, BY (lodger_pending_wait),
      ANSWERS (awaits (NULL, 0), LODGER_EWRONGTHREAD));
CELL_AT (IN_DIRECT, lodger_glib_await_response, wrong_state, BY (lodger_pending_wait),
         ANSWERS (awaits (NULL, 0), LODGER_ESTATE));
CELL (lodger_glib_await_response, deadlock, RULED_OUT ("any thread may emit"));
CELL (lodger_glib_await_response, no_operation,
      RULED_OUT ("it is the wait of lodger_pending_wait, whose row tries that"));
