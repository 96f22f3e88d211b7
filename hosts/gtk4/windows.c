/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GTK's list of windows, mirrored so that a window is found, and its end is noticed, without a walk.
 *
 * The list tells positions, so the mirror is a sequence: a position is found, and a window is added and removed, in
 * logarithmic time. A window in the list is alive. Its watches wait for its removal: that is its destruction, also when
 * somebody still refers to the window. */
#include "gtk-private.h"

static GSequence *order;   /* of GtkWindow; NULL: the list is not heard yet */
static GHashTable *listed; /* from GtkWindow to a GQueue of links of LodgerGtkWindowWatch */
static void (*is_new) (GtkWindow *window);

static void
list (void *window)
{
  g_hash_table_insert (listed, window, g_queue_new ());
  if (is_new != NULL)
    is_new (window);
}

static void
add (GListModel *windows, guint position)
{
  GtkRoot *window = g_list_model_get_item (windows, position);
  g_sequence_insert_before (g_sequence_get_iter_at_pos (order, (gint) position), window);
  list (window);
  g_object_unref (window);
}

/* A function of the program runs in each call, and may end other watches. */
static void
end_watches (void *window)
{
  GQueue *watches = g_hash_table_lookup (listed, window);
  GList *link;
  if (watches == NULL)
    return;
  g_hash_table_steal (listed, window);
  while ((link = g_queue_pop_head_link (watches)) != NULL)
    {
      LodgerGtkWindowWatch *watch = link->data;
      watch->queue = NULL;
      watch->gone (watch);
    }
  g_queue_free (watches);
}

static void
take_out (guint position)
{
  GSequenceIter *at = g_sequence_get_iter_at_pos (order, (gint) position);
  void *window = g_sequence_get (at);
  g_sequence_remove (at);
  end_watches (window);
}

/* Whoever hears of a change before this file may change the list again. The positions then come in another order, and
 * count from lists that were never seen here. */
static void
look_again (GListModel *windows)
{
  GHashTable *there = g_hash_table_new (NULL, NULL);
  GList *known = g_hash_table_get_keys (listed);
  g_sequence_remove_range (g_sequence_get_begin_iter (order), g_sequence_get_end_iter (order));
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      void *window = g_list_model_get_item (windows, i);
      g_hash_table_add (there, window);
      g_sequence_append (order, window);
      if (!g_hash_table_contains (listed, window))
        list (window);
      g_object_unref (window);
    }
  for (GList *at = known; at != NULL; at = at->next)
    if (!g_hash_table_contains (there, at->data))
      end_watches (at->data);
  g_list_free (known);
  g_hash_table_unref (there);
}

static void
on_windows (GListModel *windows, guint position, guint removed, guint added, void *data)
{
  (void) data;
  if ((guint) g_sequence_get_length (order) + added - removed != g_list_model_get_n_items (windows))
    {
      look_again (windows);
      return;
    }
  for (guint i = 0; i < added; i++)
    add (windows, position + i);
  for (guint i = 0; i < removed; i++)
    take_out (position + added);
}

static void
hear (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  if (order != NULL)
    return;
  order = g_sequence_new (NULL);
  listed = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    add (windows, i);
  g_signal_connect (windows, "items-changed", G_CALLBACK (on_windows), NULL);
}

void
lodger__gtk_hear_windows (void (*func) (GtkWindow *window))
{
  GHashTableIter iter;
  void *window;
  hear ();
  is_new = func;
  g_hash_table_iter_init (&iter, listed);
  while (g_hash_table_iter_next (&iter, &window, NULL))
    func (window);
}

gboolean
lodger__gtk_is_destroyed (GtkRoot *root)
{
  hear ();
  return GTK_IS_WINDOW (root) && !g_hash_table_contains (listed, root);
}

void
lodger__gtk_watch_window (LodgerGtkWindowWatch *watch, GtkRoot *root)
{
  lodger__gtk_unwatch_window (watch);
  hear ();
  watch->link = (GList) { .data = watch };
  watch->queue = root != NULL ? g_hash_table_lookup (listed, root) : NULL;
  if (watch->queue != NULL)
    g_queue_push_tail_link (watch->queue, &watch->link);
}

void
lodger__gtk_unwatch_window (LodgerGtkWindowWatch *watch)
{
  if (watch->queue != NULL)
    g_queue_unlink (watch->queue, &watch->link);
  watch->queue = NULL;
}
