/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GIO's side: operations, cancellables, and pendings that are offered. */
#include "misuse.h"

#include <lodger-glib.h>

/* ---- operations ---------------------------------------------------------------------------------------------------- */

static void
finish (LodgerPending *self, GObject *source, GAsyncResult *result, void *data)
{
  (void) self;
  (void) source;
  (void) result;
  (void) data;
}

/* One that has not been refused; it is given back. */
static bool
makes (LodgerPending *pending)
{
  bool is = !lodger_pending_is_done (pending) && lodger_glib_async_get_cancellable (pending) != NULL;
  lodger_glib_async_ready (NULL, NULL, pending);
  is = is && lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EUNANSWERED);
  lodger_pending_unref (pending);
  return is;
}

CELL (lodger_glib_async_new, null_cancellable, FINE (makes (lodger_glib_async_new (NULL, finish, DATA, DESTROY))));
CELL (lodger_glib_async_new, null_finish, FINE (makes (lodger_glib_async_new (NULL, NULL, DATA, DESTROY))));
CELL (lodger_glib_async_new, null_data, FINE (makes (lodger_glib_async_new (NULL, finish, NULL, NULL))));
CELL (lodger_glib_async_new, null_destroy, FINE (makes (lodger_glib_async_new (NULL, finish, s, NULL))));
CELL (lodger_glib_async_new, after_fork, FINE (makes (lodger_glib_async_new (NULL, finish, DATA, DESTROY))));

CELL (lodger_glib_async_get_cancellable, null_pending, FINE (lodger_glib_async_get_cancellable (NULL) == NULL));
CELL (lodger_glib_async_get_cancellable, after_stop, FINE (lodger_glib_async_get_cancellable (CALL) == NULL));
CELL (lodger_glib_async_get_cancellable, after_fork, FINE (lodger_glib_async_get_cancellable (PROMISE) == NULL));
CELL (lodger_glib_async_get_result, null_done, FINE (lodger_glib_async_get_result (NULL) == NULL));
CELL (lodger_glib_async_get_result, after_stop, FINE (lodger_glib_async_get_result (CALL) == NULL));
CELL (lodger_glib_async_get_result, after_fork, FINE (lodger_glib_async_get_result (TEXT) == NULL));

static void
come_back_twice (Fixture *s)
{
  LodgerPending *pending = lodger_glib_async_new (NULL, NULL, NULL, NULL);
  FINE (DOES (lodger_glib_async_ready (NULL, NULL, pending)));
  WARNS (DOES (lodger_glib_async_ready (NULL, NULL, pending)));
  lodger_pending_unref (pending);
}

CELL (lodger_glib_async_ready, null_source, FINE (makes (lodger_glib_async_new (NULL, NULL, NULL, NULL))),
      WARNS (DOES (lodger_glib_async_ready (NULL, NULL, NULL))),
      WARNS (DOES (lodger_glib_async_ready (NULL, NULL, PROMISE))));
CELL (lodger_glib_async_ready, null_result, FINE (makes (lodger_glib_async_new (NULL, finish, NULL, NULL))));
CELL (lodger_glib_async_ready, already, come_back_twice (s));

/* ---- cancellables -------------------------------------------------------------------------------------------------- */

static void
ignore_cancel (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  (void) data;
}

CELL (lodger_glib_pending_get_cancellable, null_pending, WARNS (lodger_glib_pending_get_cancellable (NULL) == NULL));
CELL (lodger_glib_pending_get_cancellable, already, WARNS (lodger_glib_pending_get_cancellable (NUMBER) == NULL),
      FINE (lodger_pending_set_canceller (PROMISE, ignore_cancel, NULL, NULL) == 0),
      WARNS (lodger_glib_pending_get_cancellable (PROMISE) == NULL),
      FINE (lodger_glib_pending_get_cancellable (CALL) == lodger_glib_pending_get_cancellable (CALL)));
CELL (lodger_glib_pending_get_cancellable, after_stop, WARNS (lodger_glib_pending_get_cancellable (CALL) == NULL));
CELL (lodger_glib_pending_get_cancellable, after_fork, BY (lodger_pending_set_canceller),
      WARNS (lodger_glib_pending_get_cancellable (PROMISE) == NULL));

static void
cancel_with (Fixture *s, LodgerPending *pending, int code, bool by_core)
{
  GCancellable *cancellable = g_cancellable_new ();
  if (by_core)
    BY (lodger_pending_add_done_callback);
  if (pending == NULL || by_core)
    ANSWERS (lodger_glib_pending_cancel_with (pending, cancellable), code);
  else
    TELLS (lodger_glib_pending_cancel_with (pending, cancellable), code);
  FINE (G_OBJECT (cancellable)->ref_count == 1);
  g_object_unref (cancellable);
}

CELL (lodger_glib_pending_cancel_with, null_pending, cancel_with (s, NULL, LODGER_EINVAL, false));
CELL (lodger_glib_pending_cancel_with, null_cancellable,
      ANSWERS (lodger_glib_pending_cancel_with (PROMISE, NULL), LODGER_EINVAL));
CELL (lodger_glib_pending_cancel_with, after_stop, cancel_with (s, CALL, 0, false));
CELL (lodger_glib_pending_cancel_with, after_fork, cancel_with (s, PROMISE, LODGER_ECHILD, true));

/* ---- offers ---------------------------------------------------------------------------------------------------------- */

typedef struct Offered
{
  GAsyncResult *result; /* a reference */
  bool is_over;
} Offered;

static void
on_offered (GObject *source, GAsyncResult *result, void *data)
{
  Offered *offered = data;
  (void) source;
  offered->result = g_object_ref (result);
  offered->is_over = true;
}

/* Whether that is how it ends; without a place for the reason it ends all the same. */
static bool
is_offered (LodgerPending *pending, GQuark domain, int code)
{
  Offered offered = { 0 };
  GError *error = NULL;
  LodgerPending *done;
  bool is;
  lodger_glib_pending_offer (pending, NULL, NULL, on_offered, &offered);
  while (!offered.is_over)
    g_main_context_iteration (NULL, TRUE);
  done = lodger_glib_pending_finish (offered.result, NULL, &error);
  is = code == 0 ? done == pending && error == NULL : done == NULL && g_error_matches (error, domain, code);
  lodger_pending_unref (done);
  g_clear_error (&error);
  g_object_unref (offered.result);
  return is;
}

static bool
is_offered_without_callback (LodgerPending *pending)
{
  lodger_glib_pending_offer (pending, NULL, NULL, NULL, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return true;
}

CELL (lodger_glib_pending_offer, null_pending, WARNS (is_offered (NULL, LODGER_GLIB_ERROR, LODGER_EINVAL)));
CELL (lodger_glib_pending_offer, null_source, FINE (is_offered (TEXT, 0, 0)));
CELL (lodger_glib_pending_offer, null_cancellable, FINE (is_offered (TEXT, 0, 0)),
      FINE (is_offered_without_callback (TEXT)));
CELL (lodger_glib_pending_offer, after_stop, FINE (is_offered (CALL, G_IO_ERROR, G_IO_ERROR_CANCELLED)));
CELL (lodger_glib_pending_offer, after_fork, BY (lodger_pending_add_done_callback),
      WARNS (is_offered (PROMISE, LODGER_GLIB_ERROR, LODGER_EUNANSWERED)));

static bool
is_no_offer (GAsyncResult *result, int code)
{
  GError *error = NULL;
  bool is
      = lodger_glib_pending_finish (result, NULL, &error) == NULL && g_error_matches (error, LODGER_GLIB_ERROR, code);
  g_clear_error (&error);
  return is;
}

static void
finish_twice (Fixture *s)
{
  Offered offered = { 0 };
  lodger_glib_pending_offer (TEXT, NULL, NULL, on_offered, &offered);
  while (!offered.is_over)
    g_main_context_iteration (NULL, TRUE);
  lodger_pending_unref (lodger_glib_pending_finish (offered.result, NULL, NULL));
  WARNS (is_no_offer (offered.result, LODGER_EALREADY));
  WARNS (lodger_glib_pending_finish (offered.result, NULL, NULL) == NULL);
  g_object_unref (offered.result);
}

CELL (lodger_glib_pending_finish, null_result, WARNS (is_no_offer (NULL, LODGER_EINVAL)));
CELL (lodger_glib_pending_finish, null_source, FINE (is_offered (TEXT, 0, 0)));
CELL (lodger_glib_pending_finish, null_error, finish_twice (s));
CELL (lodger_glib_pending_finish, already, finish_twice (s));
CELL (lodger_glib_pending_finish, after_fork, FINE (is_offered (TEXT, 0, 0)));
