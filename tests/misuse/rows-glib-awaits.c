/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GIO's operations awaited. */
#include "misuse.h"

#include <lodger-glib.h>

/* The code of an await of nothing: it is refused, or the operation is given back. */
static int
awaits (void)
{
  LodgerPending *pending = lodger_glib_await_new ();
  bool is_refused = lodger_pending_is_done (pending);
  GAsyncResult *result;
  int code;
  lodger_glib_async_ready (NULL, NULL, pending);
  code = lodger_glib_await_end (pending, &result);
  test_check (result == NULL && (is_refused || code == LODGER_EUNANSWERED));
  return code;
}

static int
awaits_without_a_result (void)
{
  LodgerPending *pending = lodger_glib_await_new ();
  lodger_glib_async_ready (NULL, NULL, pending);
  return lodger_glib_await_end (pending, NULL);
}

static void
await_in_a_loop_of_its_own (Fixture *s)
{
  GMainContext *context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  test_check (g_main_context_acquire (context));
  ANSWERS (awaits (), LODGER_EDEADLK);
  g_main_context_release (context);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}

CELL (lodger_glib_await_new, wrong_thread, ANSWERS (awaits (), LODGER_EWRONGTHREAD));
CELL_AT (IN_DIRECT, lodger_glib_await_new, wrong_state, ANSWERS (awaits (), LODGER_ESTATE));
CELL_AT (ELSEWHERE, lodger_glib_await_new, deadlock, await_in_a_loop_of_its_own (s));
CELL_AT (ELSEWHERE, lodger_glib_await_end, null_pending, ANSWERS (lodger_glib_await_end (NULL, NULL), LODGER_EINVAL));
CELL_AT (ELSEWHERE, lodger_glib_await_end, null_ret_result, TELLS (awaits_without_a_result (), LODGER_EUNANSWERED));

/* What the begin refuses, the end says. */
CELL (lodger_glib_await_end, wrong_thread, BY (lodger_glib_await_new), ANSWERS (awaits (), LODGER_EWRONGTHREAD));
CELL_AT (IN_DIRECT, lodger_glib_await_end, wrong_state, BY (lodger_glib_await_new), ANSWERS (awaits (), LODGER_ESTATE));
CELL_AT (ELSEWHERE, lodger_glib_await_end, deadlock, BY (lodger_glib_await_new), await_in_a_loop_of_its_own (s));

CELL (lodger_glib_await_new, after_fork, TELLS (awaits (), LODGER_EUNANSWERED));
CELL (lodger_glib_await_end, after_stop,
      TELLS (lodger_glib_await_end (lodger_pending_ref (CALL), NULL), LODGER_ECANCELED));
CELL (lodger_glib_await_end, after_fork, BY (lodger_pending_wait),
      ANSWERS (lodger_glib_await_end (lodger_pending_ref (PROMISE), NULL), LODGER_ECHILD));
