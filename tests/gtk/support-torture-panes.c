/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gtk-torture.h"

Torture torture;

/* ---- objects that have to be finalized ---------------------------------------------------------------------------- */

static void
object_gone (void *data)
{
  (void) data;
  atomic_fetch_sub (&torture.live_objects, 1);
}

/* Object data goes when the object is finalized, not when it is disposed of. */
static void *
counted (void *object)
{
  atomic_fetch_add (&torture.live_objects, 1);
  g_object_set_data_full (object, "lodger-torture", object, object_gone);
  return object;
}

/* ---- a pane's life ------------------------------------------------------------------------------------------------ */

Pane *
pane_ref (Pane *pane)
{
  atomic_fetch_add (&pane->refs, 1);
  return pane;
}

void
pane_unref (void *data)
{
  Pane *pane = data;
  if (atomic_fetch_sub (&pane->refs, 1) != 1)
    return;
  for (unsigned i = 0; i < PANE_SCOPES; i++)
    lodger_scope_unref (pane->scopes[i]);
  g_object_unref (pane->cancellable);
  g_free (pane);
  atomic_fetch_sub (&torture.live_panes, 1);
}

static void
on_disposed (void *data, GObject *where_the_window_was)
{
  Pane *pane = data;
  (void) where_the_window_was;
  pane->over[PANE_OBJECT] = true;
  pane_unref (pane);
}

static GtkWindow *
window_new (GtkWidget **ret_box)
{
  GtkWindow *window = counted (gtk_window_new ());
  *ret_box = counted (gtk_box_new (GTK_ORIENTATION_VERTICAL, 2));
  gtk_window_set_child (window, *ret_box);
  return window;
}

Pane *
pane_new (TestRandom *random)
{
  Pane *pane = g_new0 (Pane, 1);
  atomic_init (&pane->refs, 1);
  atomic_fetch_add (&torture.live_panes, 1);
  pane->cancellable = g_cancellable_new ();
  g_set_weak_pointer (&pane->window, window_new (&pane->box));
  g_set_weak_pointer (&pane->inner, counted (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2)));
  g_set_weak_pointer (&pane->label, counted (gtk_label_new ("a label")));
  g_set_weak_pointer (&pane->button, counted (gtk_button_new_with_label ("Cancel")));
  g_set_weak_pointer (&pane->bar, counted (gtk_progress_bar_new ()));
  gtk_box_append (GTK_BOX (pane->box), pane->label);
  gtk_box_append (GTK_BOX (pane->box), pane->inner);
  gtk_box_append (GTK_BOX (pane->box), pane->button);
  gtk_box_append (GTK_BOX (pane->box), pane->bar);
  g_object_weak_ref (G_OBJECT (pane->window), on_disposed, pane_ref (pane));
  pane->scopes[PANE_LABEL] = lodger_scope_ref (lodger_gtk_widget_get_scope (pane->label));
  pane->scopes[PANE_WINDOW] = lodger_scope_ref (lodger_gtk_widget_get_scope (GTK_WIDGET (pane->window)));
  pane->scopes[PANE_OBJECT] = lodger_scope_ref (lodger_glib_object_get_scope (G_OBJECT (pane->window)));
  gtk_window_set_decorated (pane->window, test_random_below (random, 4) == 0);
  if (test_random_below (random, 4) > 0)
    gtk_window_present (pane->window);
  return pane;
}

static void
expect_ended (const Pane *pane, PaneScope scope)
{
  test_check (lodger_scope_has_ended (pane->scopes[scope]));
}

bool
pane_is_gone (const Pane *pane)
{
  bool is_gone = pane->window == NULL && pane->label == NULL && pane->button == NULL && pane->bar == NULL;
  for (unsigned i = 0; i < PANE_SCOPES && is_gone; i++)
    expect_ended (pane, i);
  return is_gone;
}

/* ---- bound calls look at it --------------------------------------------------------------------------------------- */

void
pane_touch_held (Pane *pane, PaneScope scope)
{
  if (scope == PANE_LABEL)
    {
      test_check (pane->label != NULL);
      gtk_label_set_text (GTK_LABEL (pane->label), torture.touches++ % 2 == 0 ? "touched" : "touched again");
    }
  else
    {
      test_check (pane->window != NULL);
      gtk_window_set_title (pane->window, torture.touches++ % 2 == 0 ? "touched" : "touched again");
    }
}

void
pane_touch (Pane *pane, PaneScope scope)
{
  test_check (pthread_equal (pthread_self (), torture.gui));
  test_check (!pane->over[scope]);
  pane_touch_held (pane, scope);
}

/* ---- its ends ----------------------------------------------------------------------------------------------------- */

/* Sets the flags first, since no bound call may run even during the destruction. A window that was shown ends its scopes at
 * once, whoever refers to it. Other scopes are checked when a call is about to run. */
static void
destroy (Pane *pane, GtkWindow *window)
{
  bool has_label = pane->label != NULL && gtk_widget_get_root (pane->label) == GTK_ROOT (window);
  bool was_shown = gtk_widget_get_realized (GTK_WIDGET (window));
  if (has_label)
    pane->over[PANE_LABEL] = true;
  gtk_window_destroy (window);
  if (has_label && was_shown)
    expect_ended (pane, PANE_LABEL);
}

void
pane_destroy (Pane *pane)
{
  bool is_label_elsewhere = pane->label != NULL && !pane->over[PANE_LABEL] && pane->other != NULL
                            && gtk_widget_get_root (pane->label) == GTK_ROOT (pane->other);
  bool was_shown = !pane->over[PANE_WINDOW] && gtk_widget_get_realized (GTK_WIDGET (pane->window));
  if (pane->over[PANE_WINDOW])
    return;
  pane->over[PANE_WINDOW] = true;
  destroy (pane, pane->window);
  if (was_shown)
    expect_ended (pane, PANE_WINDOW);
  if (is_label_elsewhere && !torture.stops_early)
    test_check (!lodger_scope_has_ended (pane->scopes[PANE_LABEL]));
}

static void
destroy_other (Pane *pane)
{
  GtkWindow *other = pane->other;
  if (other == NULL)
    return;
  g_clear_weak_pointer (&pane->other);
  destroy (pane, other);
}

static gboolean
destroy_in_loop (void *pane)
{
  pane_destroy (pane);
  return G_SOURCE_REMOVE;
}

void
pane_destroy_later (Pane *pane, TestRandom *random)
{
  g_timeout_add_full (G_PRIORITY_DEFAULT, test_random_below (random, 4), destroy_in_loop, pane_ref (pane), pane_unref);
}

static bool
has_label (const Pane *pane)
{
  return pane->label != NULL && pane->window != NULL && gtk_widget_get_root (pane->label) == GTK_ROOT (pane->window);
}

/* Lodger's own check of a widget without a root was submitted before this call. */
static void
see_taken_out (Pane *pane)
{
  test_check (pane->label == NULL || gtk_widget_get_root (pane->label) == NULL);
  test_check (lodger_scope_has_ended (pane->scopes[PANE_LABEL]));
  pane->over[PANE_LABEL] = true;
}

static void
take_out (Pane *pane, bool keeps)
{
  if (!has_label (pane))
    return;
  if (keeps && pane->kept_label == NULL)
    pane->kept_label = g_object_ref (pane->label);
  gtk_box_remove (GTK_BOX (gtk_widget_get_parent (pane->label)), pane->label);
  if (pane->label == NULL)
    pane->over[PANE_LABEL] = true;
  else
    torture_call ("taken out", pane, see_taken_out);
}

/* In one go, so that its scope goes on. */
static void
move (Pane *pane, GtkWidget *to)
{
  GtkWidget *label = g_object_ref (pane->label);
  gtk_box_remove (GTK_BOX (gtk_widget_get_parent (label)), label);
  gtk_box_append (GTK_BOX (to), label);
  g_object_unref (label);
}

static void
move_inside (Pane *pane)
{
  if (has_label (pane) && !pane->over[PANE_WINDOW])
    move (pane, gtk_widget_get_parent (pane->label) == pane->inner ? pane->box : pane->inner);
}

static void
move_to_other (Pane *pane, bool presents)
{
  GtkWidget *box;
  GtkWindow *other;
  if (!has_label (pane) || pane->over[PANE_WINDOW] || pane->over[PANE_LABEL] || pane->other != NULL)
    return;
  other = window_new (&box);
  g_set_weak_pointer (&pane->other, other);
  move (pane, box);
  if (presents)
    gtk_window_present (other);
}

static void
keep (Pane *pane)
{
  if (pane->window != NULL && pane->kept_window == NULL)
    pane->kept_window = g_object_ref (pane->window);
}

void
pane_harm (Pane *pane, TestRandom *random)
{
  unsigned how = test_random_below (random, PANE_HARMS);
  torture.harms[how]++;
  switch (how)
    {
    case 0: keep (pane); /* fall through */
    case 1: pane_destroy (pane); break;
    case 2: take_out (pane, true); break;
    case 3: take_out (pane, false); break;
    case 4: move_inside (pane); break;
    case 5: move_to_other (pane, test_random_below (random, 2) == 0); break;
    case 6: destroy_other (pane); break;
    default: pane_destroy_later (pane, random);
    }
}

void
pane_nest (Pane *pane, TestRandom *random)
{
  unsigned rounds = test_random_below (random, 6);
  if (torture.depth >= 3)
    return;
  torture.depth++;
  if (test_random_below (random, 2) == 0)
    g_idle_add_full (G_PRIORITY_DEFAULT, destroy_in_loop, pane_ref (pane), pane_unref);
  for (unsigned i = 0; i < rounds; i++)
    g_main_context_iteration (NULL, FALSE);
  torture.depth--;
}

void
pane_finish (Pane *pane)
{
  pane_destroy (pane);
  destroy_other (pane);
  /* It may be in no window at all, and then goes here; calls that were bound to it do not run. */
  if (pane->kept_label != NULL)
    pane->over[PANE_LABEL] = true;
  g_clear_object (&pane->kept_label);
  g_clear_object (&pane->kept_window);
}
