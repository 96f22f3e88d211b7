/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The titles of the pages: what a click and a screen reader get of them. */
#include "gtk-window.h"
#include "gtk/pages.h"

typedef struct Stage
{
  Window window;
  Pages *pages;
  GtkWidget *first, *second; /* the titles */
} Stage;

static void
stage_open (Stage *stage)
{
  GtkWidget *titles;
  *stage = (Stage) { .window = window_open (FALSE), .pages = pages_new () };
  pages_add (stage->pages, gtk_label_new ("one"), "one", "_One");
  pages_add (stage->pages, gtk_label_new ("two"), "two", "T_wo");
  gtk_box_append (GTK_BOX (stage->window.box), pages_get_widget (stage->pages));
  titles = gtk_widget_get_first_child (pages_get_widget (stage->pages));
  stage->first = gtk_widget_get_first_child (titles);
  stage->second = gtk_widget_get_next_sibling (stage->first);
  gtk_window_present (stage->window.window);
  while (!gtk_widget_get_mapped (stage->second))
    g_main_context_iteration (NULL, TRUE);
}

static void
stage_close (Stage *stage)
{
  gtk_box_remove (GTK_BOX (stage->window.box), pages_get_widget (stage->pages));
  pages_free (stage->pages);
  window_close (&stage->window);
}

static void
expect_name (GtkWidget *title, const char *name)
{
  char *found = gtk_test_accessible_check_property (GTK_ACCESSIBLE (title), GTK_ACCESSIBLE_PROPERTY_LABEL, name);
  ck_assert_msg (found == NULL, "%s is called '%s'", name, found);
}

START_TEST (a_title_shows_its_page)
{
  Stage stage;
  stage_open (&stage);
  ck_assert_str_eq (pages_get_shown (stage.pages), "one");
  g_signal_emit_by_name (stage.second, "clicked");
  ck_assert_str_eq (pages_get_shown (stage.pages), "two");
  ck_assert (!gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (stage.first)));
  pages_show (stage.pages, "one");
  ck_assert (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (stage.first)));
  ck_assert (!gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (stage.second)));
  stage_close (&stage);
}
END_TEST

START_TEST (a_click_on_the_title_of_the_page_that_is_shown_changes_nothing)
{
  Stage stage;
  stage_open (&stage);
  g_signal_emit_by_name (stage.first, "clicked");
  ck_assert_str_eq (pages_get_shown (stage.pages), "one");
  ck_assert (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (stage.first)));
  stage_close (&stage);
}
END_TEST

START_TEST (a_mnemonic_shows_its_page)
{
  Stage stage;
  stage_open (&stage);
  ck_assert (gtk_widget_mnemonic_activate (stage.second, FALSE));
  /* A button that is activated looks pressed for a while before it is. */
  while (!g_str_equal (pages_get_shown (stage.pages), "two"))
    g_main_context_iteration (NULL, TRUE);
  stage_close (&stage);
}
END_TEST

START_TEST (the_name_of_a_title_has_the_count_when_it_is_final)
{
  Stage stage;
  stage_open (&stage);
  expect_name (stage.first, "One");
  pages_set_count (stage.pages, "one", 12, FALSE);
  expect_name (stage.first, "One");
  pages_set_count (stage.pages, "one", 1234, TRUE);
  expect_name (stage.first, "One, 1,234");
  pages_set_count (stage.pages, "one", -1, FALSE);
  expect_name (stage.first, "One");
  stage_close (&stage);
}
END_TEST

START_TEST (a_count_that_grows_does_not_change_the_layout_as_long_as_it_has_no_more_digits)
{
  Stage stage;
  int width;
  stage_open (&stage);
  pages_set_count (stage.pages, "one", 1000, TRUE);
  gtk_widget_measure (stage.first, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
  for (int i = 1001; i <= 9999; i += 77)
    {
      int other;
      pages_set_count (stage.pages, "one", i, TRUE);
      gtk_widget_measure (stage.first, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &other, NULL, NULL);
      ck_assert_int_eq (other, width);
    }
  stage_close (&stage);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("pages");
  /* What a screen reader would be told is kept for the test. */
  g_setenv ("GTK_A11Y", "test", TRUE);
  test_add (suite, a_title_shows_its_page);
  test_add (suite, a_click_on_the_title_of_the_page_that_is_shown_changes_nothing);
  test_add (suite, a_mnemonic_shows_its_page);
  test_add (suite, the_name_of_a_title_has_the_count_when_it_is_final);
  test_add (suite, a_count_that_grows_does_not_change_the_layout_as_long_as_it_has_no_more_digits);
  return gtk_test_main (suite, argc, argv);
}
