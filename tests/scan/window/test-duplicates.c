/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of duplicates and what is done there, in a window, with a scan of a folder of its own, a Bin of its own, and
 * files that are really moved. */
#include "gtk-window.h"
#include "gtk/acts.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  OLD = 1000000000 /* s since 1970; the letters of the names are so many seconds later */
};

typedef struct Stage
{
  Window window;
  char *base, *folder;
  Session *session;
  Acts *acts;
  GtkWidget *page, *bar;
  gboolean done, settled;
} Stage;

/* ---- files ------------------------------------------------------------------------------------------------------ */

static char *
path_of (const Stage *stage, const char *name)
{
  return g_build_filename (stage->folder, name, NULL);
}

static void
make (const Stage *stage, const char *name, const char *content, gsize size, int age)
{
  char *path = path_of (stage, name);
  char *dir = g_path_get_dirname (path);
  struct timespec times[2] = { { OLD, 0 }, { OLD + age, 0 } };
  ck_assert_int_eq (g_mkdir_with_parents (dir, 0700), 0);
  ck_assert (g_file_set_contents (path, content, (gssize) size, NULL));
  ck_assert_int_eq (utimensat (AT_FDCWD, path, times, 0), 0);
  g_free (dir);
  g_free (path);
}

static gboolean
is_there (const Stage *stage, const char *name)
{
  char *path = path_of (stage, name);
  struct stat status;
  gboolean there = lstat (path, &status) == 0;
  g_free (path);
  return there;
}

static ino_t
inode_of (const Stage *stage, const char *name)
{
  char *path = path_of (stage, name);
  struct stat status;
  ck_assert_int_eq (lstat (path, &status), 0);
  g_free (path);
  return status.st_ino;
}

static guint
count_entries (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  guint count = 0;
  while (dir != NULL && g_dir_read_name (dir) != NULL)
    count++;
  g_clear_pointer (&dir, g_dir_close);
  return count;
}

static guint
count_in_bin (void)
{
  char *path = g_build_filename (g_get_user_data_dir (), "Trash/files", NULL);
  guint count = count_entries (path);
  g_free (path);
  return count;
}

/* ---- what is in the window -------------------------------------------------------------------------------------- */

typedef gboolean (*Matches) (GtkWidget *widget, const char *text);

static GtkWidget *
find (GtkWidget *widget, Matches matches, const char *text)
{
  if (matches (widget, text))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, matches, text);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_button (GtkWidget *widget, const char *label)
{
  return GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0
         && gtk_widget_get_visible (widget);
}

static gboolean
is_label (GtkWidget *widget, const char *part)
{
  if (GTK_IS_INSCRIPTION (widget))
    {
      const char *text = gtk_inscription_get_text (GTK_INSCRIPTION (widget));
      return text != NULL && strstr (text, part) != NULL;
    }
  return GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), part) != NULL;
}

static gboolean
is_cell (GtkWidget *widget, const char *text)
{
  return GTK_IS_INSCRIPTION (widget) && g_strcmp0 (gtk_inscription_get_text (GTK_INSCRIPTION (widget)), text) == 0;
}

static gboolean
is_list (GtkWidget *widget, const char *text)
{
  (void) text;
  return GTK_IS_COLUMN_VIEW (widget);
}

static gboolean
is_entry (GtkWidget *widget, const char *text)
{
  (void) text;
  return GTK_IS_SEARCH_ENTRY (widget);
}

static gboolean
is_search_bar (GtkWidget *widget, const char *text)
{
  (void) text;
  return GTK_IS_SEARCH_BAR (widget);
}

static void
click (GtkWidget *around, const char *label)
{
  GtkWidget *button = find (around, is_button, label);
  ck_assert_msg (button != NULL, "there is no button %s", label);
  g_signal_emit_by_name (button, "clicked");
}

static void
act (Stage *stage, const char *action)
{
  ck_assert (gtk_widget_activate_action (find (stage->page, is_list, NULL), action, NULL));
}

static GtkSelectionModel *
get_rows (Stage *stage)
{
  return gtk_column_view_get_model (GTK_COLUMN_VIEW (find (stage->page, is_list, NULL)));
}

static void
select_row (Stage *stage, guint position)
{
  ck_assert (gtk_selection_model_select_item (get_rows (stage), position, TRUE));
}

/* The window that is over the window. NULL: there is none. */
static GtkWidget *
get_dialog (const Stage *stage)
{
  GListModel *windows = gtk_window_get_toplevels ();
  GtkWidget *dialog = NULL;
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      GtkWindow *window = g_list_model_get_item (windows, i);
      if (gtk_window_get_transient_for (window) == stage->window.window)
        dialog = GTK_WIDGET (window);
      g_object_unref (window);
    }
  return dialog;
}

/* ---- the stage -------------------------------------------------------------------------------------------------- */

static void
no_wake (void *data)
{
  (void) data;
}

static void
no_page (const char *name, void *data)
{
  (void) name;
  (void) data;
}

static void
no_progress (Session *session, void *data)
{
  (void) session;
  (void) data;
}

static void
on_changed (Session *session, void *data)
{
  Stage *stage = data;
  char *folders[] = { stage->folder, NULL };
  acts_refresh (stage->acts, folders);
  stage->done = session_get_state (session) == SESSION_DONE;
}

static gboolean
grow (GtkWidget *widget, GdkFrameClock *clock, void *data)
{
  Stage *stage = data;
  (void) widget;
  (void) clock;
  if (duplicates_view_grow (acts_get_duplicates (stage->acts)))
    return G_SOURCE_CONTINUE;
  stage->settled = TRUE;
  return G_SOURCE_REMOVE;
}

/* Frames, until nothing is left to do. */
static void
settle (Stage *stage)
{
  stage->settled = FALSE;
  gtk_widget_add_tick_callback (GTK_WIDGET (stage->window.window), grow, stage, NULL);
  window_run_until (&stage->settled);
}

static void
stage_open (Stage *stage)
{
  char *bin = g_build_filename (g_get_user_data_dir (), "Trash", NULL);
  *stage = (Stage) { .window = window_open (FALSE) };
  stage->base = g_dir_make_tmp ("lodger-scan-duplicates-XXXXXX", NULL);
  stage->folder = g_build_filename (stage->base, "folder", NULL);
  ck_assert_int_eq (g_mkdir (stage->folder, 0700), 0);
  ck_assert (g_str_has_prefix (bin, g_get_tmp_dir ()));
  tree_remove (bin);
  g_free (bin);
  stage->acts = acts_new (&(ActsTarget) { stage->window.window, stage->window.caller, no_page, no_wake, NULL });
  stage->page = duplicates_view_get_widget (acts_get_duplicates (stage->acts));
  stage->bar = acts_get_bar (stage->acts);
  gtk_box_append (GTK_BOX (stage->window.box), stage->page);
  gtk_box_append (GTK_BOX (stage->window.box), stage->bar);
  gtk_window_set_default_size (stage->window.window, 900, 600);
}

static void
scan (Stage *stage)
{
  SessionEvents events = { no_progress, on_changed, stage };
  char *folders[] = { stage->folder, NULL };
  EngineOptions what = { .folders = folders };
  char *message = NULL;
  stage->session = session_start (stage->window.caller, &what, NULL, &events, &message);
  ck_assert_msg (stage->session != NULL, "%s", message);
  acts_set_session (stage->acts, stage->session);
  gtk_window_present (stage->window.window);
  window_run_until (&stage->done);
  settle (stage);
}

/* The window goes, and what goes on in workers ends. */
static void
stage_leave (Stage *stage)
{
  acts_end (stage->acts);
  acts_set_session (stage->acts, NULL);
  session_drop (stage->session);
  gtk_window_destroy (stage->window.window);
  gtk_box_remove (GTK_BOX (stage->window.box), stage->page);
  gtk_box_remove (GTK_BOX (stage->window.box), stage->bar);
  acts_free (stage->acts);
  window_close (&stage->window);
}

static void
stage_remove (Stage *stage)
{
  tree_remove (stage->base);
  g_free (stage->folder);
  g_free (stage->base);
}

static void
stage_close (Stage *stage)
{
  stage_leave (stage);
  stage_remove (stage);
}

/* Until the bar offers that. */
static void
await (Stage *stage, const char *button)
{
  while (find (stage->bar, is_button, button) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Until the session has a report in which nothing waits any more. */
static void
await_groups (Stage *stage, guint groups)
{
  const Report *report;
  while ((report = session_get_report (stage->session)) == NULL || report->groups->len != groups)
    g_main_context_iteration (NULL, TRUE);
  settle (stage);
}

static void
choose (Stage *stage, const char *rule)
{
  ck_assert (gtk_widget_activate_action (find (stage->page, is_list, NULL), "duplicates.rule", "s", rule));
  settle (stage);
}

static void
make_three (Stage *stage)
{
  make (stage, "a/long/way/down", "the same", 8, 1);
  make (stage, "b/middle", "the same", 8, 2);
  make (stage, "c", "the same", 8, 3);
  make (stage, "other", "not that", 8, 1);
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

START_TEST (a_rule_chooses_all_but_one_of_each_group)
{
  Stage stage;
  const Plan *plan;
  stage_open (&stage);
  make_three (&stage);
  scan (&stage);
  ck_assert (find (stage.page, is_label, "No copy is chosen.") != NULL);
  choose (&stage, "oldest");
  ck_assert (find (stage.page, is_label, "2 files are chosen: 16 B will be free.") != NULL);
  plan = duplicates_view_get_plan (acts_get_duplicates (stage.acts));
  ck_assert (!plan_goes (plan, 0) && plan_goes (plan, 1) && plan_goes (plan, 2));
  choose (&stage, "shortest-path");
  ck_assert (plan_goes (plan, 0) && plan_goes (plan, 1) && !plan_goes (plan, 2));
  ck_assert (find (stage.page, is_cell, "2 of 3 go") != NULL);
  act (&stage, "duplicates.clear");
  ck_assert_uint_eq (plan_get_count (plan), 0);
  ck_assert (find (stage.page, is_label, "No copy is chosen.") != NULL);
  stage_close (&stage);
}
END_TEST

START_TEST (the_last_copy_that_stays_cannot_be_chosen)
{
  Stage stage;
  stage_open (&stage);
  make (&stage, "a", "the same", 8, 1);
  make (&stage, "b", "the same", 8, 2);
  scan (&stage);
  ck_assert_uint_eq (g_list_model_get_n_items (G_LIST_MODEL (get_rows (&stage))), 3);
  select_row (&stage, 1);
  act (&stage, "duplicates.mark");
  ck_assert (find (stage.page, is_cell, "goes") != NULL);
  select_row (&stage, 2);
  act (&stage, "duplicates.mark");
  ck_assert (find (stage.page, is_label, "it is the last copy that stays") != NULL);
  ck_assert_uint_eq (plan_get_count (duplicates_view_get_plan (acts_get_duplicates (stage.acts))), 1);
  /* Once the other one stays, it can. */
  act (&stage, "duplicates.keep");
  ck_assert (find (stage.page, is_label, "1 file is chosen") != NULL);
  select_row (&stage, 1);
  act (&stage, "duplicates.keep");
  ck_assert (find (stage.page, is_label, "1 file is chosen") != NULL);
  stage_close (&stage);
}
END_TEST

START_TEST (chosen_copies_go_to_the_bin_and_come_back)
{
  Stage stage;
  stage_open (&stage);
  make_three (&stage);
  scan (&stage);
  choose (&stage, "oldest");
  act (&stage, "duplicates.bin");
  await (&stage, "_Undo");
  ck_assert (find (stage.bar, is_label, "2 files are in the Bin.") != NULL);
  ck_assert (is_there (&stage, "a/long/way/down") && is_there (&stage, "other"));
  ck_assert (!is_there (&stage, "b/middle") && !is_there (&stage, "c"));
  ck_assert_uint_eq (count_in_bin (), 2);
  /* The list follows. */
  await_groups (&stage, 0);
  ck_assert (find (stage.page, is_label, "No duplicates") != NULL);
  click (stage.bar, "_Undo");
  while (find (stage.bar, is_label, "2 files are back in their places.") == NULL)
    g_main_context_iteration (NULL, TRUE);
  ck_assert (is_there (&stage, "b/middle") && is_there (&stage, "c"));
  ck_assert_uint_eq (count_in_bin (), 0);
  ck_assert_ptr_null (find (stage.bar, is_button, "_Undo"));
  stage_close (&stage);
}
END_TEST

START_TEST (the_other_copies_of_one_file_go_whatever_is_chosen)
{
  Stage stage;
  stage_open (&stage);
  make_three (&stage);
  make (&stage, "x", "another", 7, 1);
  make (&stage, "y", "another", 7, 2);
  scan (&stage);
  choose (&stage, "oldest");
  select_row (&stage, 3);
  act (&stage, "duplicates.bin-others");
  await (&stage, "_Undo");
  ck_assert (is_there (&stage, "c") && is_there (&stage, "x") && is_there (&stage, "y"));
  ck_assert (!is_there (&stage, "b/middle") && !is_there (&stage, "a/long/way/down"));
  await_groups (&stage, 1);
  /* What is chosen in other groups stays so. */
  ck_assert (find (stage.page, is_label, "1 file is chosen: 7 B will be free.") != NULL);
  stage_close (&stage);
}
END_TEST

START_TEST (a_file_that_has_changed_stays_and_is_told)
{
  Stage stage;
  GtkWidget *dialog;
  stage_open (&stage);
  make_three (&stage);
  scan (&stage);
  choose (&stage, "oldest");
  make (&stage, "b/middle", "changed!", 8, 2);
  act (&stage, "duplicates.bin");
  await (&stage, "_Undo");
  ck_assert (find (stage.bar, is_label, "1 file is in the Bin.") != NULL);
  ck_assert (find (stage.bar, is_label, "One file was left as it is: ") != NULL);
  ck_assert (is_there (&stage, "b/middle") && !is_there (&stage, "c"));
  click (stage.bar, "Detai_ls");
  dialog = get_dialog (&stage);
  ck_assert_ptr_nonnull (dialog);
  while (find (dialog, is_cell, "in the Bin") == NULL)
    g_main_context_iteration (NULL, TRUE);
  {
    GtkWidget *list = find (dialog, is_list, NULL);
    char *path = path_of (&stage, "b/middle");
    ck_assert_uint_eq (g_list_model_get_n_items (G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (list)))), 2);
    ck_assert (find (dialog, is_cell, path) != NULL);
    g_free (path);
  }
  gtk_window_destroy (GTK_WINDOW (dialog));
  stage_close (&stage);
}
END_TEST

START_TEST (deleting_for_good_asks_and_means_no)
{
  Stage stage;
  GtkWidget *dialog;
  stage_open (&stage);
  make_three (&stage);
  scan (&stage);
  choose (&stage, "newest");
  act (&stage, "duplicates.delete");
  dialog = get_dialog (&stage);
  ck_assert_ptr_nonnull (dialog);
  ck_assert (find (dialog, is_label, "Delete 2 files for good?") != NULL);
  ck_assert (find (dialog, is_label, "16 B will be free.") != NULL);
  ck_assert (gtk_window_get_default_widget (GTK_WINDOW (dialog)) == find (dialog, is_button, "_Cancel"));
  ck_assert (gtk_window_get_focus (GTK_WINDOW (dialog)) == find (dialog, is_button, "_Cancel"));
  click (dialog, "_Cancel");
  ck_assert_ptr_null (get_dialog (&stage));
  ck_assert (is_there (&stage, "a/long/way/down") && is_there (&stage, "b/middle"));
  act (&stage, "duplicates.delete");
  click (get_dialog (&stage), "_Delete for good");
  await (&stage, "Detai_ls");
  ck_assert (find (stage.bar, is_label, "2 files were deleted: 16 B is free.") != NULL);
  ck_assert_ptr_null (find (stage.bar, is_button, "_Undo"));
  ck_assert (!is_there (&stage, "a/long/way/down") && !is_there (&stage, "b/middle") && is_there (&stage, "c"));
  ck_assert_uint_eq (count_in_bin (), 0);
  stage_close (&stage);
}
END_TEST

START_TEST (hard_links_have_one_inode_after_a_question)
{
  Stage stage;
  stage_open (&stage);
  make_three (&stage);
  scan (&stage);
  choose (&stage, "newest");
  act (&stage, "duplicates.hard-link");
  ck_assert (find (get_dialog (&stage), is_label, "Replace 2 files by hard links?") != NULL);
  click (get_dialog (&stage), "_Replace");
  await (&stage, "Detai_ls");
  ck_assert (find (stage.bar, is_label, "2 files were replaced by hard links: 16 B is free.") != NULL);
  ck_assert_uint_eq (inode_of (&stage, "c"), inode_of (&stage, "b/middle"));
  ck_assert_uint_eq (inode_of (&stage, "c"), inode_of (&stage, "a/long/way/down"));
  stage_close (&stage);
}
END_TEST

enum
{
  MANY = 60,
  LARGE = 2 << 20
};

static void
make_many (Stage *stage)
{
  char *content = g_malloc0 (LARGE);
  for (guint i = 0; i < MANY; i++)
    {
      char name[16];
      g_snprintf (name, sizeof name, "%u", i);
      make (stage, name, content, LARGE, (int) i);
    }
  g_free (content);
}

/* Nothing is half done: each file is in its place or in the Bin. */
static void
check_all_are_somewhere (const Stage *stage)
{
  guint there = count_entries (stage->folder);
  ck_assert (is_there (stage, "0"));
  ck_assert_uint_eq (there + count_in_bin (), MANY);
}

START_TEST (an_act_ends_behind_the_file_that_it_is_at)
{
  Stage stage;
  stage_open (&stage);
  make_many (&stage);
  scan (&stage);
  choose (&stage, "oldest");
  act (&stage, "duplicates.bin");
  ck_assert (find (stage.bar, is_label, "Moving to the Bin: 0 of 59 files") != NULL);
  click (stage.bar, "_Stop");
  await (&stage, "Detai_ls");
  check_all_are_somewhere (&stage);
  ck_assert_uint_gt (count_entries (stage.folder), 1);
  ck_assert (find (stage.bar, is_label, "not begun.") != NULL);
  stage_close (&stage);
}
END_TEST

START_TEST (a_window_may_close_while_files_go)
{
  Stage stage;
  stage_open (&stage);
  make_many (&stage);
  scan (&stage);
  choose (&stage, "oldest");
  act (&stage, "duplicates.bin");
  while (count_in_bin () == 0)
    g_main_context_iteration (NULL, FALSE);
  stage_leave (&stage);
  check_all_are_somewhere (&stage);
  ck_assert_uint_gt (count_entries (stage.folder), 1);
  stage_remove (&stage);
}
END_TEST

START_TEST (files_of_another_page_go_but_for_the_last_copy)
{
  Stage stage;
  FilesActions actions;
  const Store *store;
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  stage_open (&stage);
  make_three (&stage);
  scan (&stage);
  store = session_get_store (stage.session);
  for (guint i = 0; i < store->files->len; i++)
    g_array_append_val (numbers, i);
  actions = acts_get_files_actions (stage.acts);
  actions.move_to_bin (&g_array_index (numbers, guint, 0), numbers->len, actions.data);
  await (&stage, "_Undo");
  ck_assert_uint_eq (count_in_bin (), 3);
  ck_assert (!is_there (&stage, "other"));
  ck_assert (find (stage.bar, is_label, "1 file was left where it is: no other copy of it stays.") != NULL);
  await_groups (&stage, 0);
  ck_assert_uint_eq (session_get_store (stage.session)->n_files, 1);
  click (stage.bar, "_Undo");
  while (find (stage.bar, is_label, "3 files are back in their places.") == NULL)
    g_main_context_iteration (NULL, TRUE);
  ck_assert (is_there (&stage, "other"));
  g_array_unref (numbers);
  stage_close (&stage);
}
END_TEST

START_TEST (rows_stay_when_the_report_is_made_anew)
{
  Stage stage;
  GtkTreeListRow *row;
  stage_open (&stage);
  make_three (&stage);
  make (&stage, "x", "another", 7, 1);
  make (&stage, "y", "another", 7, 2);
  scan (&stage);
  act (&stage, "duplicates.collapse");
  settle (&stage);
  ck_assert_uint_eq (g_list_model_get_n_items (G_LIST_MODEL (get_rows (&stage))), 2);
  act (&stage, "duplicates.expand");
  settle (&stage);
  ck_assert_uint_eq (g_list_model_get_n_items (G_LIST_MODEL (get_rows (&stage))), 7);
  row = g_list_model_get_item (G_LIST_MODEL (get_rows (&stage)), 4);
  select_row (&stage, 1);
  act (&stage, "duplicates.bin-this");
  await (&stage, "_Undo");
  while (session_get_report (stage.session) == NULL || session_get_report (stage.session)->twins->len != 4)
    g_main_context_iteration (NULL, TRUE);
  settle (&stage);
  ck_assert_uint_eq (g_list_model_get_n_items (G_LIST_MODEL (get_rows (&stage))), 6);
  ck_assert_ptr_eq (g_list_model_get_item (G_LIST_MODEL (get_rows (&stage)), 3), row);
  /* The next one is selected in place of the one that has gone. */
  ck_assert (gtk_selection_model_is_selected (get_rows (&stage), 1));
  g_object_unref (row);
  g_object_unref (row);
  stage_close (&stage);
}
END_TEST

START_TEST (only_groups_with_a_file_that_is_looked_for_are_shown)
{
  Stage stage;
  GtkWidget *entry;
  stage_open (&stage);
  make_three (&stage);
  make (&stage, "x", "another", 7, 1);
  make (&stage, "y", "another", 7, 2);
  scan (&stage);
  act (&stage, "duplicates.collapse");
  settle (&stage);
  entry = find (stage.page, is_entry, NULL);
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (find (stage.page, is_search_bar, NULL)), TRUE);
  gtk_editable_set_text (GTK_EDITABLE (entry), "middle");
  settle (&stage);
  ck_assert_uint_eq (g_list_model_get_n_items (G_LIST_MODEL (get_rows (&stage))), 1);
  ck_assert (find (stage.page, is_label, "1 of 2 groups") != NULL);
  /* A rule chooses nothing that is not shown. */
  choose (&stage, "oldest");
  ck_assert (find (stage.page, is_label, "2 files are chosen: 16 B will be free.") != NULL);
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (find (stage.page, is_search_bar, NULL)), FALSE);
  settle (&stage);
  ck_assert_uint_eq (g_list_model_get_n_items (G_LIST_MODEL (get_rows (&stage))), 2);
  stage_close (&stage);
}
END_TEST

START_TEST (what_is_chosen_outlasts_the_report)
{
  Stage stage;
  DuplicatesView *view;
  char *folders[2] = { NULL, NULL };
  stage_open (&stage);
  make_three (&stage);
  scan (&stage);
  choose (&stage, "oldest");
  view = acts_get_duplicates (stage.acts);
  duplicates_view_hold (view);
  ck_assert_ptr_null (duplicates_view_get_plan (view));
  ck_assert (find (stage.page, is_cell, "2 of 3 go") != NULL);
  /* Nothing can be done meanwhile. */
  act (&stage, "duplicates.bin");
  ck_assert_uint_eq (count_in_bin (), 0);
  folders[0] = stage.folder;
  acts_refresh (stage.acts, folders);
  settle (&stage);
  ck_assert_uint_eq (plan_get_count (duplicates_view_get_plan (view)), 2);
  ck_assert (find (stage.page, is_label, "2 files are chosen: 16 B will be free.") != NULL);
  stage_close (&stage);
}
END_TEST

START_TEST (nobody_has_agreed_to_another_choice)
{
  Stage stage;
  stage_open (&stage);
  make_three (&stage);
  scan (&stage);
  choose (&stage, "newest");
  act (&stage, "duplicates.delete");
  select_row (&stage, 1);
  act (&stage, "duplicates.mark");
  click (get_dialog (&stage), "_Delete for good");
  ck_assert (find (stage.bar, is_label, "The folder has changed meanwhile, so nothing was done.") != NULL);
  ck_assert (is_there (&stage, "a/long/way/down") && is_there (&stage, "b/middle"));
  stage_close (&stage);
}
END_TEST

static void
on_written (int why, void *data)
{
  *(int *) data = why;
}

START_TEST (the_list_is_written_in_a_worker)
{
  Stage stage;
  char *place;
  char *text = NULL;
  int why = -1;
  stage_open (&stage);
  make_three (&stage);
  scan (&stage);
  place = g_build_filename (stage.base, "list.csv", NULL);
  ck_assert (session_write (stage.session, SESSION_CSV, place, on_written, &why));
  while (why == -1)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (why, 0);
  ck_assert (g_file_get_contents (place, &text, NULL, NULL));
  ck_assert (strstr (text, "b/middle") != NULL);
  g_free (text);
  g_free (place);
  why = -1;
  ck_assert (session_write (stage.session, SESSION_JSON, "/nowhere/list.json", on_written, &why));
  ck_assert (!session_write (stage.session, SESSION_JSON, "/nowhere/list.json", on_written, &why));
  while (why == -1)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (why, ENOENT);
  stage_close (&stage);
}
END_TEST

/* The Bin is one that is there for these tests. */
int
main (int argc, char **argv)
{
  char data[] = "/tmp/lodger-scan-data-XXXXXX";
  Suite *suite = suite_create ("duplicates");
  int status;
  if (g_mkdtemp (data) == NULL)
    return 1;
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("XDG_CACHE_HOME", data, TRUE);
  test_add (suite, a_rule_chooses_all_but_one_of_each_group);
  test_add (suite, the_last_copy_that_stays_cannot_be_chosen);
  test_add (suite, chosen_copies_go_to_the_bin_and_come_back);
  test_add (suite, the_other_copies_of_one_file_go_whatever_is_chosen);
  test_add (suite, a_file_that_has_changed_stays_and_is_told);
  test_add (suite, deleting_for_good_asks_and_means_no);
  test_add (suite, hard_links_have_one_inode_after_a_question);
  test_add (suite, an_act_ends_behind_the_file_that_it_is_at);
  test_add (suite, a_window_may_close_while_files_go);
  test_add (suite, files_of_another_page_go_but_for_the_last_copy);
  test_add (suite, rows_stay_when_the_report_is_made_anew);
  test_add (suite, only_groups_with_a_file_that_is_looked_for_are_shown);
  test_add (suite, what_is_chosen_outlasts_the_report);
  test_add (suite, nobody_has_agreed_to_another_choice);
  test_add (suite, the_list_is_written_in_a_worker);
  status = gtk_test_main (suite, argc, argv);
  tree_remove (data);
  return status;
}
