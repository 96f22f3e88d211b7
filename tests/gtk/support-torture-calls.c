/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In a ledger entry `data` is the pane, `kind` the scope, and `depth` how deep calls have submitted calls. */
#include "gtk-torture.h"

enum
{
  HAT = 64,
  LONGEST_DELAY = 3000000, /* nanoseconds */
  DEEPEST = 3,
  /* Added to `kind`: its scope had ended before it was submitted. */
  TOO_LATE = 16
};

/* Pendings that any thread may cancel, or use as the source of a follower. */
static _Atomic (LodgerPending *) hat[HAT];

static _Thread_local LedgerEntry *submitted_here;
static _Thread_local bool is_ended_here;

static bool
is_gui (void)
{
  return pthread_equal (pthread_self (), torture.gui) != 0;
}

static bool
is_worker (void)
{
  LodgerCaller *current = lodger_caller_current ();
  return current != NULL && lodger_caller_get_backend (current) != NULL;
}

/* ---- the hat ----------------------------------------------------------------------------------------------------- */

static void
hat_put (TestRandom *random, LodgerPending *pending)
{
  lodger_pending_unref (atomic_exchange (&hat[test_random_below (random, HAT)], lodger_pending_ref (pending)));
}

static LodgerPending *
hat_take (TestRandom *random)
{
  return atomic_exchange (&hat[test_random_below (random, HAT)], NULL);
}

void
torture_cancel (TestRandom *random)
{
  LodgerPending *pending = hat_take (random);
  if (pending != NULL)
    lodger_pending_cancel (pending, "not wanted any more");
  lodger_pending_unref (pending);
}

void
torture_forget (void)
{
  for (unsigned i = 0; i < HAT; i++)
    lodger_pending_unref (atomic_exchange (&hat[i], NULL));
}

/* ---- data -------------------------------------------------------------------------------------------------------- */

static void
end (LedgerEntry *entry)
{
  Pane *pane = entry->data;
  ledger_destroy (entry);
  pane_unref (pane);
}

/* Elsewhere than in its own thread only by a refusal, inside the submission: submitted() looks whether it was one. */
static void
end_in (bool is_home, LedgerEntry *entry)
{
  if (!is_home && entry != submitted_here)
    test_fail ("%s: its data is destroyed in a wrong thread", entry->what);
  if (!is_home)
    is_ended_here = true;
  end (entry);
}

static void
end_in_gui (void *entry)
{
  end_in (is_gui (), entry);
}

/* When the caller stops, the GUI thread ends calls that no worker has taken. */
static void
end_in_worker (void *entry)
{
  end_in (is_worker () || (torture.stops_early && is_gui ()), entry);
}

static LedgerEntry *
open_entry (const char *what, Pane *pane, TestRandom *random, unsigned depth)
{
  LedgerEntry *entry = ledger_open (what, torture.caller);
  entry->data = pane_ref (pane);
  entry->kind = test_random_below (random, PANE_SCOPES);
  entry->depth = depth;
  entry->seed = test_random_next (random);
  submitted_here = entry;
  is_ended_here = false;
  return entry;
}

static void
submitted (TestRandom *random, LedgerEntry *entry, unsigned mark, LodgerPending *pending)
{
  submitted_here = NULL;
  if (is_ended_here && ledger_mark () != mark && !torture.stops_early)
    test_fail ("the data of a call that was accepted is destroyed in the submitting thread");
  hat_put (random, pending);
  ledger_submitted (entry, mark, pending, test_random_below (random, 4) == 0 ? LEDGER_UNWATCHED : LEDGER_BY_CALLBACK,
                    NULL);
}

/* ---- what calls do ----------------------------------------------------------------------------------------------- */

static void
answer (LodgerPending *self, unsigned how)
{
  switch (how % 4)
    {
    case 0: lodger_pending_return_int (self, 7); break;
    case 1: lodger_pending_return_string (self, "a string that is copied"); break;
    case 2: lodger_pending_return_new_error (self, "torture", 3, "as it happens"); break;
    default: lodger_pending_return_pointer (self, ledger_create_data ("a result"), ledger_destroy);
    }
}

static void
begin (LedgerEntry *entry)
{
  ledger_run (entry);
  if (entry->kind >= TOO_LATE)
    test_fail ("%s: it runs though its scope had ended before it was submitted", entry->what);
}

static void
act (LodgerPending *self, Pane *pane, TestRandom *random, unsigned depth)
{
  unsigned how = test_random_below (random, 24);
  switch (how)
    {
    case 0: pane_destroy (pane); break;
    case 1: pane_harm (pane, random); break;
    case 2:
    case 3: pane_nest (pane, random); break;
    case 4: torture_cancel (random); break;
    case 5: lodger_pending_cancel (self, "it does not want to"); break;
    case 6: torture_run_work (pane, random); break;
    case 7:
    case 8: torture_submit (pane, random, depth + 1); break;
    case 9:
      if (pane->button != NULL)
        g_signal_emit_by_name (pane->button, "clicked");
      break;
    case 10:
      if (torture.may_defer)
        torture_query (self, random);
      break;
    case 11: torture_load (self, pane, random); break;
    default: answer (self, how); break;
    }
}

static void
run (LodgerPending *self, void *data)
{
  LedgerEntry *entry = data;
  Pane *pane = entry->data;
  TestRandom random = { entry->seed };
  begin (entry);
  pane_touch (pane, entry->kind);
  act (self, pane, &random, entry->depth);
  pane_touch_held (pane, entry->kind);
}

/* After a wait, its pane may be gone. */
static void
run_spawned (LodgerPending *self, void *data)
{
  LedgerEntry *entry = data;
  TestRandom random = { entry->seed };
  begin (entry);
  pane_touch (entry->data, entry->kind);
  torture_wait (self, entry->data, entry->kind, &random);
  answer (self, test_random_below (&random, 4));
}

static void
follow (LodgerPending *self, LodgerPending *done, void *data)
{
  test_check (lodger_pending_is_done (done));
  run (self, data);
}

static void
work (LodgerPending *self, void *data)
{
  LedgerEntry *entry = data;
  TestRandom random = { entry->seed };
  unsigned how = test_random_below (&random, 8);
  begin (entry);
  test_check (is_worker ());
  switch (how)
    {
    case 0:
    case 1:
    case 2: torture_submit (entry->data, &random, entry->depth + 1); break;
    case 3: torture_cancel (&random); break;
    default: answer (self, how); break;
    }
}

/* ---- submitting -------------------------------------------------------------------------------------------------- */

static LodgerPending *
then (LodgerScope *scope, LodgerPending *done, LedgerEntry *entry)
{
  return lodger_scope_then (scope, done, torture.caller, follow, entry, end_in_gui);
}

void
torture_submit (Pane *pane, TestRandom *random, unsigned depth)
{
  unsigned how = depth < DEEPEST ? test_random_below (random, 7) : 6;
  LodgerPending *done = how == 3 ? hat_take (random) : how == 4 && is_gui () ? torture_start_load (pane, random) : NULL;
  LedgerEntry *entry = open_entry ("bound", pane, random, depth);
  LodgerScope *scope = pane->scopes[entry->kind];
  unsigned mark = ledger_mark ();
  LodgerPending *pending;
  if (lodger_scope_has_ended (scope))
    entry->kind += TOO_LATE;
  if (done != NULL)
    pending = then (scope, done, entry);
  else if (how < 2)
    pending = lodger_scope_call_soon (scope, torture.caller, run, entry, end_in_gui);
  else if (how == 2)
    pending = lodger_scope_call_later (scope, torture.caller, test_random_below (random, LONGEST_DELAY), run, entry,
                                       end_in_gui);
  else if (how == 5)
    pending = lodger_caller_spawn_full (torture.caller, run_spawned, entry, end_in_gui,
                                        LODGER_CALL_OPTIONS (.scope = scope, .flags = LODGER_PENDING_MAY_FAIL));
  else
    pending = lodger_scope_to_thread (scope, torture.caller, work, entry, end_in_worker);
  submitted (random, entry, mark, pending);
  lodger_pending_unref (done);
}

typedef struct Unbound
{
  void (*func) (Pane *pane);
  Pane *pane;
  LedgerEntry *entry;
} Unbound;

static void
run_unbound (LodgerPending *self, void *data)
{
  Unbound *unbound = data;
  (void) self;
  ledger_run (unbound->entry);
  unbound->func (unbound->pane);
}

static void
end_unbound (void *data)
{
  end_in_gui (((Unbound *) data)->entry);
  g_free (data);
}

void
torture_call (const char *what, Pane *pane, void (*func) (Pane *pane))
{
  LedgerEntry *entry = ledger_open (what, torture.caller);
  Unbound *unbound = g_new0 (Unbound, 1);
  unsigned mark = ledger_mark ();
  entry->data = pane_ref (pane);
  *unbound = (Unbound) { func, pane, entry };
  ledger_submitted (entry, mark, lodger_caller_call_soon (torture.caller, run_unbound, unbound, end_unbound),
                    LEDGER_BY_CALLBACK, NULL);
}

/* ---- lodger_gtk_run() -------------------------------------------------------------------------------------------- */

/* One datum for all the functions: `kind` is the widget's scope. */
static void
do_work (LodgerPending *self, void *data)
{
  LedgerEntry *entry = data;
  TestRandom random = { entry->seed };
  unsigned reports = test_random_below (&random, 4);
  ledger_check (entry);
  test_check (!is_gui ());
  for (unsigned i = 0; i < reports; i++)
    if (lodger_gtk_report (self, (double) i / reports, i % 2 == 0 ? "some of it" : NULL) == LODGER_ECANCELED)
      return;
  if (test_random_below (&random, 4) == 0)
    torture_submit (entry->data, &random, DEEPEST - 1);
  answer (self, reports);
}

static void
see_progress (GtkWidget *widget, double fraction, const char *text, void *data)
{
  LedgerEntry *entry = data;
  (void) widget;
  (void) fraction;
  (void) text;
  ledger_check (entry);
  test_check (entry->runs == 0);
  pane_touch (entry->data, entry->kind);
}

static void
see_outcome (GtkWidget *widget, LodgerPending *done, void *data)
{
  LedgerEntry *entry = data;
  TestRandom random = { entry->seed };
  (void) widget;
  ledger_run (entry);
  test_check (lodger_pending_is_done (done));
  pane_touch (entry->data, entry->kind);
  if (test_random_below (&random, 4) == 0)
    pane_harm (entry->data, &random);
  pane_touch_held (entry->data, entry->kind);
}

static void
see_failure (GtkWidget *widget, const GError *error, void *data)
{
  test_check (error != NULL);
  (void) widget;
  ledger_run (data);
  pane_touch (((LedgerEntry *) data)->data, ((LedgerEntry *) data)->kind);
}

void
torture_run_work (Pane *pane, TestRandom *random)
{
  bool is_label = test_random_below (random, 2) == 0;
  GtkWidget *widget = is_label ? pane->label : GTK_WIDGET (pane->window);
  LodgerGtkRunOptions options = { .size = sizeof options, .destroy = end_in_gui };
  LodgerPending *pending;
  LedgerEntry *entry;
  if (widget == NULL || gtk_widget_get_root (widget) == NULL)
    return;
  entry = ledger_create_data ("work");
  entry->data = pane_ref (pane);
  entry->kind = is_label ? PANE_LABEL : PANE_WINDOW;
  entry->seed = test_random_next (random);
  if (test_random_below (random, 2) == 0)
    options.failed = see_failure;
  if (test_random_below (random, 2) == 0)
    options.progress = see_progress;
  if (pane->bar != NULL && test_random_below (random, 2) == 0)
    options.progress_bar = GTK_PROGRESS_BAR (pane->bar);
  if (pane->button != NULL && test_random_below (random, 2) == 0)
    options.cancel_button = GTK_BUTTON (pane->button);
  if (test_random_below (random, 2) == 0)
    options.cancellable = pane->cancellable;
  pending = lodger_gtk_run_full (widget, do_work, see_outcome, entry, &options);
  hat_put (random, pending);
  lodger_pending_unref (pending);
}
