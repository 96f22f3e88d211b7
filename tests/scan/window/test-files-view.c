/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of files: rows that grow, are looked for, are put in order, and go; and what stays selected meanwhile.
 *
 * Work is counted, not timed: how many rows a frame adds, and of how many changes a list of GTK hears. */
#include "view-stage.h"

enum
{
  FILES = 3000,
  MANY = 300000,
  WIDGETS_AT_ONCE = 8,
  WIDGETS_FREED_AT_ONCE = 40,
  ROWS_WITH_WIDGETS = 240
};

static void
check_is_found (const ViewStage *stage, const char *begin)
{
  guint expected = 0;
  for (guint i = 0; i < stage->store->files->len; i++)
    {
      const StoreFile *file = &g_array_index (stage->store->files, StoreFile, i);
      expected += !file->gone && g_str_has_prefix (file->name, begin);
    }
  ck_assert_uint_eq (g_list_model_get_n_items (stage->model), expected);
  for (guint i = 0; i < expected; i++)
    ck_assert (g_str_has_prefix (view_stage_get_file (stage, i)->name, begin));
}

static GtkSelectionModel *
get_selection (const ViewStage *stage)
{
  return gtk_column_view_get_model (stage->list);
}

static guint
count_selected (const ViewStage *stage)
{
  GtkBitset *selected = gtk_selection_model_get_selection (get_selection (stage));
  guint count = (guint) gtk_bitset_get_size (selected);
  gtk_bitset_unref (selected);
  return count;
}

/* The place of a file in the list, or G_MAXUINT. */
static guint
find_place (const ViewStage *stage, guint number)
{
  for (guint i = 0; i < g_list_model_get_n_items (stage->model); i++)
    if (view_stage_get (stage, i) == number)
      return i;
  return G_MAXUINT;
}

static gboolean
is_selected (const ViewStage *stage, guint number)
{
  guint place = find_place (stage, number);
  return place != G_MAXUINT && gtk_selection_model_is_selected (get_selection (stage), place);
}

static const char *
get_told (const ViewStage *stage)
{
  GtkWidget *entry = find_widget (files_view_get_widget (stage->view), GTK_TYPE_SEARCH_ENTRY);
  return gtk_label_get_text (GTK_LABEL (gtk_widget_get_next_sibling (entry)));
}

/* ---- growing ---------------------------------------------------------------------------------------------------- */

START_TEST (files_are_shown_as_they_are_found)
{
  ViewStage stage;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, 100);
  view_stage_settle (&stage);
  made_store_grow (stage.store, FILES);
  view_stage_settle (&stage);
  ck_assert_uint_eq (g_list_model_get_n_items (stage.model), FILES);
  for (guint i = 0; i < FILES; i++)
    ck_assert_uint_eq (view_stage_get (&stage, i), i);
  ck_assert_str_eq (view_stage_get_page (&stage), "files");
  view_stage_close (&stage);
}
END_TEST

/* Rows of the last scan are there, and show nothing. */
START_TEST (rows_are_used_again)
{
  ViewStage stage;
  Store *old;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, FILES);
  view_stage_settle (&stage);
  old = stage.store;
  view_stage_fill (&stage, 0);
  (void) files_view_grow (stage.view);
  ck_assert_uint_gt (g_list_model_get_n_items (stage.model), 0);
  ck_assert_uint_eq (files_view_get_count (stage.view), 0);
  ck_assert_uint_eq (view_stage_get (&stage, 3), G_MAXUINT);
  ck_assert (gtk_selection_model_select_all (get_selection (&stage)));
  ck_assert_uint_eq (count_selected (&stage), 0);
  made_store_grow (stage.store, 20);
  (void) files_view_grow (stage.view);
  ck_assert_uint_eq (view_stage_get (&stage, 3), 3);
  view_stage_settle (&stage);
  ck_assert_uint_eq (g_list_model_get_n_items (stage.model), 20);
  store_free (old);
  view_stage_close (&stage);
}
END_TEST

START_TEST (a_frame_makes_widgets_for_a_few_rows)
{
  ViewStage stage;
  guint before = 0;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, MANY);
  while (files_view_grow (stage.view))
    {
      guint now = g_list_model_get_n_items (stage.model);
      ck_assert (now - before <= WIDGETS_AT_ONCE || before >= ROWS_WITH_WIDGETS);
      before = now;
    }
  ck_assert_uint_eq (g_list_model_get_n_items (stage.model), MANY);
  view_stage_close (&stage);
}
END_TEST

/* The rows stay, and show other files. */
START_TEST (another_order_of_300000_rows_is_no_change_of_the_list)
{
  ViewStage stage;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, MANY);
  view_stage_settle (&stage);
  for (guint column = 0; column < 7; column++)
    {
      guint changes = stage.changes;
      view_stage_sort (&stage, column, column % 2 == 0 ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
      view_stage_settle (&stage);
      ck_assert_uint_eq (stage.changes, changes);
      ck_assert_uint_eq (g_list_model_get_n_items (stage.model), MANY);
    }
  view_stage_close (&stage);
}
END_TEST

START_TEST (a_filter_of_300000_rows_is_one_change_and_its_end_a_few)
{
  ViewStage stage;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, MANY);
  view_stage_settle (&stage);
  files_view_refresh (stage.view, TRUE);
  stage.changes = 0;
  files_view_set_text (stage.view, "holiday");
  view_stage_settle (&stage);
  ck_assert_uint_le (stage.changes, 3); /* what was found first, and all of it */
  check_is_found (&stage, "holiday");
  stage.changes = 0;
  files_view_set_text (stage.view, "holiday-00001");
  view_stage_settle (&stage);
  ck_assert_uint_le (stage.changes, 1 + ROWS_WITH_WIDGETS / WIDGETS_FREED_AT_ONCE);
  stage.changes = 0;
  files_view_set_text (stage.view, "");
  view_stage_settle (&stage);
  ck_assert_uint_le (stage.changes, 2 + ROWS_WITH_WIDGETS / WIDGETS_AT_ONCE + 1);
  ck_assert_uint_eq (g_list_model_get_n_items (stage.model), MANY);
  view_stage_close (&stage);
}
END_TEST

/* ---- looking for files ------------------------------------------------------------------------------------------ */

START_TEST (what_is_typed_last_counts)
{
  ViewStage stage;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, FILES);
  view_stage_settle (&stage);
  for (const char *text = "holiday"; *text != '\0'; text++)
    {
      files_view_set_text (stage.view, text);
      (void) files_view_grow (stage.view);
    }
  files_view_set_text (stage.view, "DRAFT");
  view_stage_settle (&stage);
  check_is_found (&stage, "draft");
  ck_assert_uint_gt (g_list_model_get_n_items (stage.model), 0);
  ck_assert_uint_eq (files_view_get_count (stage.view), g_list_model_get_n_items (stage.model));
  ck_assert (g_str_has_suffix (get_told (&stage), " of 3,000 files"));
  view_stage_close (&stage);
}
END_TEST

START_TEST (a_filter_follows_a_store_that_grows)
{
  ViewStage stage;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, 0);
  files_view_set_text (stage.view, "song");
  for (guint count = 50; count <= FILES; count += 50)
    {
      made_store_grow (stage.store, count);
      (void) files_view_grow (stage.view);
      g_main_context_iteration (NULL, FALSE);
    }
  files_view_refresh (stage.view, TRUE);
  view_stage_settle (&stage);
  check_is_found (&stage, "song");
  view_stage_close (&stage);
}
END_TEST

START_TEST (when_nothing_matches_the_filter_can_be_cleared)
{
  ViewStage stage;
  GtkWidget *page;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, FILES);
  files_view_set_text (stage.view, "there is no such file");
  view_stage_settle (&stage);
  ck_assert_str_eq (view_stage_get_page (&stage), "nothing");
  ck_assert_str_eq (get_told (&stage), "0 of 3,000 files");
  page = gtk_stack_get_visible_child (GTK_STACK (gtk_widget_get_ancestor (GTK_WIDGET (stage.list), GTK_TYPE_STACK)));
  g_signal_emit_by_name (find_widget (page, GTK_TYPE_BUTTON), "clicked");
  view_stage_settle (&stage);
  ck_assert_str_eq (view_stage_get_page (&stage), "files");
  ck_assert_uint_eq (g_list_model_get_n_items (stage.model), FILES);
  view_stage_close (&stage);
}
END_TEST

START_TEST (one_type_can_be_shown_alone)
{
  ViewStage stage;
  guint expected = 0;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, FILES);
  files_view_set_type (stage.view, "audio/flac");
  view_stage_settle (&stage);
  for (guint i = 0; i < FILES; i++)
    expected
        += strcmp (g_array_index (stage.store->types, StoreType, g_array_index (stage.store->files, StoreFile, i).type)
                       .name,
                   "audio/flac")
           == 0;
  ck_assert_uint_gt (expected, 0);
  ck_assert_uint_eq (g_list_model_get_n_items (stage.model), expected);
  /* Another one takes its place. */
  files_view_set_type (stage.view, "video/mp4");
  view_stage_settle (&stage);
  for (guint i = 0; i < g_list_model_get_n_items (stage.model); i++)
    ck_assert_str_eq (g_array_index (stage.store->types, StoreType, view_stage_get_file (&stage, i)->type).name,
                      "video/mp4");
  view_stage_close (&stage);
}
END_TEST

START_TEST (a_folder_without_files_says_so_when_the_scan_is_over)
{
  ViewStage stage;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, 0);
  view_stage_settle (&stage);
  ck_assert_str_eq (view_stage_get_page (&stage), "files");
  files_view_refresh (stage.view, TRUE);
  ck_assert_str_eq (view_stage_get_page (&stage), "empty");
  view_stage_close (&stage);
}
END_TEST

/* ---- order ------------------------------------------------------------------------------------------------------ */

START_TEST (a_filter_and_an_order_go_together)
{
  ViewStage stage;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, FILES);
  view_stage_sort (&stage, 2, GTK_SORT_DESCENDING);
  files_view_set_text (stage.view, "budget");
  view_stage_settle (&stage);
  check_is_found (&stage, "Budget");
  for (guint i = 1; i < g_list_model_get_n_items (stage.model); i++)
    ck_assert_uint_ge (view_stage_get_file (&stage, i - 1)->size, view_stage_get_file (&stage, i)->size);
  view_stage_sort (&stage, 2, GTK_SORT_ASCENDING);
  view_stage_settle (&stage);
  for (guint i = 1; i < g_list_model_get_n_items (stage.model); i++)
    ck_assert_uint_le (view_stage_get_file (&stage, i - 1)->size, view_stage_get_file (&stage, i)->size);
  gtk_column_view_sort_by_column (stage.list, NULL, GTK_SORT_ASCENDING);
  files_view_set_text (stage.view, "");
  view_stage_settle (&stage);
  for (guint i = 0; i < FILES; i++)
    ck_assert_uint_eq (view_stage_get (&stage, i), i);
  view_stage_close (&stage);
}
END_TEST

/* ---- what is selected ------------------------------------------------------------------------------------------- */

START_TEST (the_selection_goes_with_its_files)
{
  ViewStage stage;
  guint budget, song;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, FILES);
  view_stage_settle (&stage);
  for (budget = 0; !g_str_has_prefix (view_stage_get_file (&stage, budget)->name, "Budget"); budget++)
    ;
  for (song = 0; !g_str_has_prefix (view_stage_get_file (&stage, song)->name, "song"); song++)
    ;
  ck_assert (gtk_selection_model_select_item (get_selection (&stage), budget, TRUE));
  ck_assert (gtk_selection_model_select_item (get_selection (&stage), song, FALSE));
  ck_assert_uint_eq (count_selected (&stage), 2);
  view_stage_sort (&stage, 0, GTK_SORT_DESCENDING);
  view_stage_settle (&stage);
  ck_assert_uint_eq (count_selected (&stage), 2);
  ck_assert (is_selected (&stage, budget) && is_selected (&stage, song));
  /* What is not shown is not selected any more, so that nothing is done to it unseen. */
  files_view_set_text (stage.view, "budget");
  view_stage_settle (&stage);
  ck_assert_uint_eq (count_selected (&stage), 1);
  ck_assert (is_selected (&stage, budget));
  files_view_set_text (stage.view, "");
  view_stage_settle (&stage);
  ck_assert_uint_eq (count_selected (&stage), 1);
  ck_assert (is_selected (&stage, budget));
  view_stage_close (&stage);
}
END_TEST

START_TEST (files_that_go_take_their_rows_and_nothing_else)
{
  ViewStage stage;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, FILES);
  view_stage_settle (&stage);
  files_view_refresh (stage.view, TRUE);
  (void) gtk_selection_model_select_item (get_selection (&stage), 10, TRUE);
  (void) gtk_selection_model_select_item (get_selection (&stage), 20, FALSE);
  store_remove_file (stage.store, 5);
  store_remove_file (stage.store, 20);
  files_view_refresh (stage.view, TRUE);
  view_stage_settle (&stage);
  ck_assert_uint_eq (g_list_model_get_n_items (stage.model), FILES - 2);
  ck_assert_uint_eq (find_place (&stage, 5), G_MAXUINT);
  ck_assert_uint_eq (find_place (&stage, 20), G_MAXUINT);
  ck_assert_uint_eq (find_place (&stage, 10), 9);
  ck_assert_uint_eq (count_selected (&stage), 1);
  ck_assert (is_selected (&stage, 10));
  made_store_grow (stage.store, FILES + 10);
  files_view_refresh (stage.view, TRUE);
  view_stage_settle (&stage);
  ck_assert_uint_eq (g_list_model_get_n_items (stage.model), FILES + 8);
  view_stage_close (&stage);
}
END_TEST

START_TEST (ranges_and_all_can_be_selected)
{
  ViewStage stage;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, FILES);
  view_stage_settle (&stage);
  ck_assert (gtk_selection_model_select_all (get_selection (&stage)));
  ck_assert_uint_eq (count_selected (&stage), FILES);
  ck_assert (gtk_selection_model_unselect_range (get_selection (&stage), 100, 50));
  ck_assert_uint_eq (count_selected (&stage), FILES - 50);
  ck_assert (gtk_selection_model_select_range (get_selection (&stage), 5, 7, TRUE));
  ck_assert_uint_eq (count_selected (&stage), 7);
  ck_assert (gtk_selection_model_is_selected (get_selection (&stage), 11));
  ck_assert (!gtk_selection_model_is_selected (get_selection (&stage), 12));
  ck_assert (gtk_selection_model_unselect_item (get_selection (&stage), 6));
  ck_assert_uint_eq (count_selected (&stage), 6);
  ck_assert (gtk_selection_model_unselect_all (get_selection (&stage)));
  ck_assert_uint_eq (count_selected (&stage), 0);
  view_stage_close (&stage);
}
END_TEST

/* ---- the end ---------------------------------------------------------------------------------------------------- */

START_TEST (a_store_goes_while_a_worker_looks_at_it)
{
  for (int i = 0; i < 10; i++)
    {
      ViewStage stage;
      view_stage_open (&stage, NULL);
      view_stage_fill (&stage, 30000);
      view_stage_sort (&stage, 0, GTK_SORT_ASCENDING);
      (void) files_view_grow (stage.view);
      (void) files_view_grow (stage.view);
      view_stage_close (&stage);
    }
}
END_TEST

START_TEST (another_store_takes_the_place_of_one_that_is_put_in_order)
{
  ViewStage stage;
  Store *old;
  view_stage_open (&stage, NULL);
  view_stage_fill (&stage, 30000);
  view_stage_sort (&stage, 0, GTK_SORT_ASCENDING);
  files_view_set_text (stage.view, "song");
  (void) files_view_grow (stage.view);
  old = stage.store;
  view_stage_fill (&stage, 100);
  view_stage_settle (&stage);
  check_is_found (&stage, "song");
  ck_assert_uint_ge (g_list_model_get_n_items (stage.model), 1);
  while (stage.held > 1)
    g_main_context_iteration (NULL, TRUE);
  store_free (old);
  view_stage_close (&stage);
}
END_TEST

/* ---- what is kept ----------------------------------------------------------------------------------------------- */

START_TEST (columns_and_their_order_are_kept)
{
  Settings *settings = settings_new (NULL);
  GtkColumnViewColumn *size, *folder;
  GListModel *columns;
  ViewStage stage;
  view_stage_open (&stage, settings);
  columns = gtk_column_view_get_columns (stage.list);
  folder = g_list_model_get_item (columns, 1);
  size = g_list_model_get_item (columns, 2);
  gtk_column_view_insert_column (stage.list, 0, size);
  gtk_column_view_column_set_fixed_width (size, 123);
  gtk_column_view_column_set_visible (folder, FALSE);
  gtk_column_view_sort_by_column (stage.list, size, GTK_SORT_DESCENDING);
  g_object_unref (folder);
  g_object_unref (size);
  view_stage_close (&stage);

  view_stage_open (&stage, settings);
  columns = gtk_column_view_get_columns (stage.list);
  ck_assert_uint_eq (g_list_model_get_n_items (columns), 7);
  size = g_list_model_get_item (columns, 0);
  folder = g_list_model_get_item (columns, 2);
  ck_assert_str_eq (gtk_column_view_column_get_title (size), "Size");
  ck_assert_int_eq (gtk_column_view_column_get_fixed_width (size), 123);
  ck_assert_str_eq (gtk_column_view_column_get_title (folder), "Folder");
  ck_assert (!gtk_column_view_column_get_visible (folder));
  view_stage_fill (&stage, 500);
  view_stage_settle (&stage);
  for (guint i = 1; i < 500; i++)
    ck_assert_uint_ge (view_stage_get_file (&stage, i - 1)->size, view_stage_get_file (&stage, i)->size);
  g_object_unref (folder);
  g_object_unref (size);
  view_stage_close (&stage);
  settings_free (settings);
}
END_TEST

START_TEST (kept_columns_that_make_no_sense_are_not_taken)
{
  Settings *settings = settings_new (NULL);
  const char *const columns[]
      = { "",         "size",     "size:x:y:z",  "nonsense:1:1", "size:-5:0", "name:0:0", "folder:99999999:0",
          "disk:1:0", "type:1:0", "changed:1:0", "twice:1:0",    "size:9:0",  NULL };
  const char *const sort[] = { "name:2", "nonsense:1", "size", ":", NULL };
  ViewStage stage;
  settings_set_list (settings, "files-columns", columns);
  settings_set_list (settings, "files-sort", sort);
  view_stage_open (&stage, settings);
  ck_assert_uint_eq (g_list_model_get_n_items (gtk_column_view_get_columns (stage.list)), 7);
  view_stage_fill (&stage, 100);
  view_stage_settle (&stage);
  for (guint i = 1; i < 100; i++)
    ck_assert_int_ge (
        g_ascii_strcasecmp (view_stage_get_file (&stage, i - 1)->name, view_stage_get_file (&stage, i)->name), 0);
  view_stage_close (&stage);
  settings_free (settings);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("scan-files-view");
  test_add (suite, files_are_shown_as_they_are_found);
  test_add (suite, rows_are_used_again);
  test_add_long (suite, a_frame_makes_widgets_for_a_few_rows, 2);
  test_add_long (suite, another_order_of_300000_rows_is_no_change_of_the_list, 4);
  test_add_long (suite, a_filter_of_300000_rows_is_one_change_and_its_end_a_few, 2);
  test_add (suite, what_is_typed_last_counts);
  test_add (suite, a_filter_follows_a_store_that_grows);
  test_add (suite, when_nothing_matches_the_filter_can_be_cleared);
  test_add (suite, one_type_can_be_shown_alone);
  test_add (suite, a_folder_without_files_says_so_when_the_scan_is_over);
  test_add (suite, a_filter_and_an_order_go_together);
  test_add (suite, the_selection_goes_with_its_files);
  test_add (suite, files_that_go_take_their_rows_and_nothing_else);
  test_add (suite, ranges_and_all_can_be_selected);
  test_add (suite, a_store_goes_while_a_worker_looks_at_it);
  test_add (suite, another_store_takes_the_place_of_one_that_is_put_in_order);
  test_add (suite, columns_and_their_order_are_kept);
  test_add (suite, kept_columns_that_make_no_sense_are_not_taken);
  return gtk_test_main (suite, argc, argv);
}
