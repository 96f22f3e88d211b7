/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "About this scan", and the status bar: what they tell of a scan. */
#include "gtk-window.h"
#include "gtk/about.h"
#include "gtk/cells.h"
#include "gtk/status-bar.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct Stage
{
  Window window;
  Frames *frames;
  Session *session;
  char *folder, *one, *two;
  gboolean done;
} Stage;

static void
on_frame (void *data)
{
  (void) data;
}

static void
on_progress (Session *session, void *data)
{
  (void) session;
  (void) data;
}

static void
on_changed (Session *session, void *data)
{
  Stage *stage = data;
  stage->done = session_get_state (session) == SESSION_DONE;
}

static void
stage_open (Stage *stage)
{
  *stage = (Stage) { .window = window_open (FALSE) };
  stage->frames = frames_new (GTK_WIDGET (stage->window.window), on_frame, NULL);
  stage->folder = g_dir_make_tmp ("lodger-scan-about-XXXXXX", NULL);
  stage->one = g_build_filename (stage->folder, "one", NULL);
  stage->two = g_build_filename (stage->folder, "two", NULL);
  ck_assert (g_file_set_contents (stage->one, "the same", -1, NULL));
  ck_assert (g_file_set_contents (stage->two, "the same", -1, NULL));
}

static void
stage_scan (Stage *stage)
{
  char *folders[] = { stage->folder, NULL };
  SessionEvents events = { on_progress, on_changed, stage };
  char *message = NULL;
  stage->session
      = session_start (stage->window.caller, &(EngineOptions) { .folders = folders }, NULL, &events, &message);
  ck_assert_ptr_nonnull (stage->session);
  window_run_until (&stage->done);
}

static void
stage_close (Stage *stage)
{
  session_drop (stage->session);
  frames_free (stage->frames);
  window_close (&stage->window);
  (void) g_unlink (stage->one);
  (void) g_unlink (stage->two);
  (void) g_rmdir (stage->folder);
  g_free (stage->one);
  g_free (stage->two);
  g_free (stage->folder);
}

/* Whether a text below the widget, which is shown, has that text in it. */
static gboolean
tells (GtkWidget *widget, const char *text)
{
  if (!gtk_widget_get_visible (widget))
    return FALSE;
  if (GTK_IS_INSCRIPTION (widget) && gtk_inscription_get_text (GTK_INSCRIPTION (widget)) != NULL
      && strstr (gtk_inscription_get_text (GTK_INSCRIPTION (widget)), text) != NULL)
    return TRUE;
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (tells (child, text))
      return TRUE;
  return FALSE;
}

static GtkWidget *
find_about (const Stage *stage)
{
  GListModel *windows = gtk_window_get_toplevels ();
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      GtkWindow *window = g_list_model_get_item (windows, i);
      g_object_unref (window);
      if (window != stage->window.window)
        return GTK_WIDGET (window);
    }
  return NULL;
}

static AboutFacts
get_facts (const Stage *stage)
{
  return (AboutFacts) { .caller = stage->window.caller, .session = stage->session, .frames = stage->frames };
}

START_TEST (about_tells_what_was_found)
{
  Stage stage;
  About *about;
  AboutFacts facts;
  stage_open (&stage);
  stage_scan (&stage);
  about = about_new (stage.window.window);
  about_begin (about);
  facts = get_facts (&stage);
  about_show (about, &facts);
  ck_assert (tells (find_about (&stage), stage.folder));
  ck_assert (tells (find_about (&stage), "Done in "));
  ck_assert (tells (find_about (&stage), "2 files, 16 B in 1 folder"));
  ck_assert (tells (find_about (&stage), "1 file is there already and takes 8 B"));
  about_free (about);
  ck_assert_ptr_null (find_about (&stage));
  stage_close (&stage);
}
END_TEST

START_TEST (about_can_be_closed_and_shown_again)
{
  Stage stage;
  About *about;
  AboutFacts facts;
  stage_open (&stage);
  about = about_new (stage.window.window);
  facts = get_facts (&stage);
  about_show (about, &facts);
  ck_assert (tells (find_about (&stage), "Nothing scanned"));
  gtk_window_close (GTK_WINDOW (find_about (&stage)));
  window_settle ();
  ck_assert_ptr_null (find_about (&stage));
  about_refresh (about, &facts);
  about_show (about, &facts);
  ck_assert_ptr_nonnull (find_about (&stage));
  about_free (about);
  stage_close (&stage);
}
END_TEST

START_TEST (about_follows_the_scan_at_its_end)
{
  Stage stage;
  About *about;
  AboutFacts facts;
  stage_open (&stage);
  about = about_new (stage.window.window);
  gtk_window_present (stage.window.window);
  facts = get_facts (&stage);
  about_show (about, &facts);
  while (!gtk_widget_get_mapped (find_about (&stage)))
    g_main_context_iteration (NULL, TRUE);
  stage_scan (&stage);
  facts = get_facts (&stage);
  /* Twice a second at the most: the time is the test's only if it is the first after so long. */
  while (!tells (find_about (&stage), "Done in "))
    {
      about_refresh (about, &facts);
      g_main_context_iteration (NULL, FALSE);
    }
  about_free (about);
  stage_close (&stage);
}
END_TEST

START_TEST (the_status_bar_tells_what_could_be_saved_and_has_a_button_while_it_scans)
{
  Stage stage;
  StatusBar *bar;
  stage_open (&stage);
  bar = status_bar_new ("win.cancel", "win.about");
  status_bar_set (bar, NULL);
  ck_assert (tells (status_bar_get_widget (bar), "Nothing scanned"));
  ck_assert (!gtk_widget_get_visible (status_bar_get_button (bar)));
  stage_scan (&stage);
  status_bar_set (bar, stage.session);
  status_bar_refresh (bar, stage.session);
  ck_assert (tells (status_bar_get_widget (bar), "Done in "));
  ck_assert (tells (status_bar_get_widget (bar), "2 files, 16 B in 1 folder"));
  ck_assert (tells (status_bar_get_widget (bar), "8 B could be saved"));
  ck_assert (!gtk_widget_get_visible (status_bar_get_button (bar)));
  status_bar_free (bar);
  stage_close (&stage);
}
END_TEST

static GtkWidget *
find_saving (GtkWidget *widget)
{
  GtkWidget *found = gtk_widget_has_css_class (widget, "saving") ? widget : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_saving (child);
  return found;
}

/* Whether the widget has room for all of the text, in as many lines as it takes. */
static gboolean
has_room_for (GtkWidget *widget, const char *text)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, text);
  int width, height;
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD);
  pango_layout_set_width (layout, gtk_widget_get_width (widget) * PANGO_SCALE);
  pango_layout_get_pixel_size (layout, &width, &height);
  g_object_unref (layout);
  return width <= gtk_widget_get_width (widget) && height <= gtk_widget_get_height (widget);
}

START_TEST (what_could_be_saved_has_room_when_the_text_is_twice_as_large)
{
  Stage stage;
  StatusBar *bar;
  GtkWidget *saving;
  stage_open (&stage);
  g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", 192 * 1024, NULL);
  cells_load_style ();
  bar = status_bar_new ("win.cancel", "win.about");
  saving = find_saving (status_bar_get_widget (bar));
  gtk_window_set_default_size (stage.window.window, 1000, 680);
  gtk_window_set_child (stage.window.window, status_bar_get_widget (bar));
  gtk_window_present (stage.window.window);
  stage_scan (&stage);
  status_bar_set (bar, stage.session);
  status_bar_refresh (bar, stage.session);
  while (gtk_widget_get_width (saving) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (gtk_widget_get_width (GTK_WIDGET (stage.window.window)), 1000);
  ck_assert (has_room_for (saving, "74.9 MB could be saved"));
  ck_assert (has_room_for (saving, "999.9 MB could be saved so far"));
  ck_assert (has_room_for (saving, "999.9 MB könnten bisher frei werden"));
  gtk_window_set_child (stage.window.window, NULL);
  status_bar_free (bar);
  stage_close (&stage);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("about");
  test_add (suite, about_tells_what_was_found);
  test_add (suite, about_can_be_closed_and_shown_again);
  test_add (suite, about_follows_the_scan_at_its_end);
  test_add (suite, the_status_bar_tells_what_could_be_saved_and_has_a_button_while_it_scans);
  test_add (suite, what_could_be_saved_has_room_when_the_text_is_twice_as_large);
  return gtk_test_main (suite, argc, argv);
}
