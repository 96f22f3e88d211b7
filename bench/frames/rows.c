/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frames of a list that is scrolled while a worker fills it, beside those of the same list when all of it is there.
 *
 *   frames-rows [ROWS] */
#include "frames.h"

#include <lodger-glib-list.h>
#include <lodger-gtk4.h>

enum
{
  ROWS = 100000,
  SECONDS = 5,
  BURSTS = 250, /* in which the rows come during that time */
  STEP = 60     /* pixels in each frame */
};

typedef struct Rows
{
  LodgerCaller *gui;
  LodgerGlibList *list;
  GtkAdjustment *place;
  Frames *frames;
  GMainLoop *loop;
  guint count;
  int64_t since; /* all rows are there */
} Rows;

/* ---- the worker ------------------------------------------------------------------------------------------------------ */

static void
append (const Rows *rows, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      char *text = g_strdup_printf ("row %u", i);
      lodger_glib_list_append (rows->list, gtk_string_object_new (text));
      g_free (text);
    }
}

static void
fill_at_once (LodgerPending *self, void *data)
{
  const Rows *rows = data;
  (void) self;
  append (rows, rows->count);
}

static void
fill_in_bursts (LodgerPending *self, void *data)
{
  const Rows *rows = data;
  for (int i = 0; i < BURSTS && !lodger_pending_is_cancelled (self); i++)
    {
      append (rows, rows->count / BURSTS);
      g_usleep (SECONDS * G_USEC_PER_SEC / BURSTS);
    }
}

/* ---- the window ------------------------------------------------------------------------------------------------------ */

static void
set_up (GtkListItemFactory *factory, GtkListItem *item, gpointer data)
{
  (void) factory;
  (void) data;
  gtk_list_item_set_child (item, gtk_label_new (NULL));
}

static void
bind (GtkListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkStringObject *row = gtk_list_item_get_item (item);
  (void) factory;
  (void) data;
  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)), gtk_string_object_get_string (row));
}

static GtkWidget *
make_window (Rows *rows)
{
  GtkWidget *window = gtk_window_new (), *scrolled = gtk_scrolled_window_new (), *view;
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_signal_connect (factory, "setup", G_CALLBACK (set_up), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind), NULL);
  view = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (rows->list)))),
                            factory);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_window_set_child (GTK_WINDOW (window), scrolled);
  gtk_window_set_title (GTK_WINDOW (window), "Rows");
  gtk_window_set_default_size (GTK_WINDOW (window), 500, 700);
  rows->place = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  return window;
}

/* ---- the phases ------------------------------------------------------------------------------------------------------ */

static void
print_phase (Rows *rows, const char *name)
{
  GString *text = g_string_new (NULL);
  paints_append_summary (frames_get_paints (rows->frames), text);
  printf ("%-12s %7u rows  %s", name, g_list_model_get_n_items (G_LIST_MODEL (rows->list)), text->str);
  g_string_free (text, TRUE);
  frames_restart (rows->frames);
}

static void
start_filling (Rows *rows, LodgerCallFunc fill, LodgerThenFunc filled)
{
  LodgerPending *filling = lodger_caller_to_thread (rows->gui, fill, rows, NULL);
  lodger_pending_disown (lodger_pending_then (filling, rows->gui, filled, rows, NULL));
  lodger_pending_unref (filling);
}

static void
all_are_there (LodgerPending *self, LodgerPending *done, void *data)
{
  Rows *rows = data;
  (void) self;
  (void) done;
  print_phase (rows, "at once:");
  rows->since = g_get_monotonic_time ();
}

static void
bursts_are_over (LodgerPending *self, LodgerPending *done, void *data)
{
  Rows *rows = data;
  (void) self;
  (void) done;
  print_phase (rows, "in bursts:");
  start_filling (rows, fill_at_once, all_are_there);
}

static void
on_frame (void *data)
{
  Rows *rows = data;
  double last = gtk_adjustment_get_upper (rows->place) - gtk_adjustment_get_page_size (rows->place);
  double next = gtk_adjustment_get_value (rows->place) + STEP;
  gtk_adjustment_set_value (rows->place, next < last ? next : 0);
  if (rows->since == 0 || g_get_monotonic_time () - rows->since < SECONDS * G_USEC_PER_SEC)
    return;
  print_phase (rows, "none comes:");
  g_main_loop_quit (rows->loop);
}

int
main (int argc, char **argv)
{
  Rows rows = { .gui = NULL };
  guint64 count = ROWS;
  GtkWidget *window;
  if (argc > 2 || (argc == 2 && !g_ascii_string_to_unsigned (argv[1], 10, 1, 10000000, &count, NULL)))
    {
      fputs ("Usage: frames-rows [ROWS]\n", stderr);
      return 2;
    }
  if (!gtk_init_check ())
    {
      fputs ("frames-rows: no display can be opened\n", stderr);
      return 2;
    }
  rows.count = (guint) count;
  rows.gui = lodger_gtk_default_caller ();
  if (rows.gui == NULL)
    {
      fputs ("frames-rows: the GUI thread has no caller\n", stderr);
      return 1;
    }
  rows.list = lodger_glib_list_new (rows.gui, GTK_TYPE_STRING_OBJECT);
  rows.loop = g_main_loop_new (NULL, FALSE);
  window = make_window (&rows);
  rows.frames = frames_new (window, on_frame, &rows);
  gtk_window_present (GTK_WINDOW (window));
  frames_want (rows.frames, TRUE);
  start_filling (&rows, fill_in_bursts, bursts_are_over);
  g_main_loop_run (rows.loop);
  frames_free (rows.frames);
  gtk_window_destroy (GTK_WINDOW (window));
  lodger_caller_stop_wait (rows.gui);
  g_object_unref (rows.list);
  g_main_loop_unref (rows.loop);
  return 0;
}
