/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-view.h"

#include "../figures.h"
#include "../i18n.h"
#include "act-choice.h"
#include "cells.h"
#include "duplicates-choice.h"
#include "duplicates-list.h"
#include "duplicates-menu.h"
#include "filter-bar.h"
#include "notice.h"
#include "opener.h"

struct DuplicatesView
{
  DuplicatesViewEvents events;
  LodgerCaller *caller;
  GtkWidget *stack, *heading, *empty;
  Notice *notice;
  FilterBar *bar;
  ActChoice *choice_bar;
  DuplicatesList *list;
  DuplicatesModel *model;   /* the list's */
  DuplicatesGroups *groups; /* the model's */
  GSimpleActionGroup *actions;
  DuplicatesChoice *choice;
  char *folder;
  gboolean busy, filtered;
};

static const char view_key[] = "lodger-scan-duplicates-view";

/* ---- what is chosen --------------------------------------------------------------------------------------------- */

static void
enable (DuplicatesView *view, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (view->actions), name);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
refresh_actions (DuplicatesView *view)
{
  static const char *const with_choice[]
      = { ACT_CHOICE_CLEAR, ACT_CHOICE_BIN, ACT_CHOICE_HARD_LINK, ACT_CHOICE_REFLINK, ACT_CHOICE_DELETE };
  static const char *const with_file[] = { DUPLICATES_KEEP, DUPLICATES_BIN_THIS, DUPLICATES_BIN_OTHERS };
  static const char *const with_row[] = { DUPLICATES_OPEN, DUPLICATES_OPEN_FOLDER, DUPLICATES_COPY_PATH };
  const Plan *plan = duplicates_view_get_plan (view);
  DuplicatesSelection selection;
  gboolean any = duplicates_list_get_selected (view->list, &selection);
  gboolean can_choose = plan != NULL && !view->busy;
  for (guint i = 0; i < G_N_ELEMENTS (with_choice); i++)
    enable (view, with_choice[i], can_choose && plan_get_count (plan) > 0);
  for (guint i = 0; i < G_N_ELEMENTS (with_file); i++)
    enable (view, with_file[i], can_choose && any && !selection.is_group);
  for (guint i = 0; i < G_N_ELEMENTS (with_row); i++)
    enable (view, with_row[i], any);
  enable (view, ACT_CHOICE_RULE, duplicates_choice_get_plan (view->choice) != NULL && !view->busy);
  enable (view, DUPLICATES_MARK, can_choose && any);
}

static void
refresh_choice (DuplicatesView *view)
{
  const Plan *plan = duplicates_choice_get_plan (view->choice);
  if (plan != NULL)
    act_choice_show (view->choice_bar, plan_get_count (plan), plan_get_bytes (plan));
  duplicates_list_refresh (view->list, plan != NULL && !view->busy);
  refresh_actions (view);
}

/* A rule chooses nothing that is not shown. */
static gboolean
is_wanted (const DuplicatesGroup *group, void *data)
{
  const DuplicatesView *view = data;
  return duplicates_model_wants (view->model, group);
}

static gboolean
goes (guint file, void *data)
{
  const DuplicatesView *view = data;
  return duplicates_choice_goes (view->choice, file);
}

static void
choose (guint file, gboolean wanted, void *data)
{
  DuplicatesView *view = data;
  gboolean done;
  if (duplicates_view_get_plan (view) == NULL || view->busy)
    return;
  done = duplicates_choice_set (view->choice, file, wanted);
  refresh_choice (view);
  if (!done)
    {
      act_choice_say (view->choice_bar,
                      _ ("It cannot be chosen: it is the last copy that stays, or it is in the Bin already."));
      gtk_widget_error_bell (view->stack);
    }
}

/* ---- the actions ------------------------------------------------------------------------------------------------ */

static void
on_rule (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter, void *data)
{
  DuplicatesView *view = data;
  PlanRule rule;
  if (!plan_rule_parse (g_variant_get_string (parameter, NULL), &rule))
    return;
  duplicates_choice_apply (view->choice, rule);
  refresh_actions (view);
  view->events.wake (view->events.data);
}

static void
on_clear (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesView *view = data;
  plan_clear (duplicates_choice_get_plan (view->choice));
  refresh_choice (view);
}

static void
on_act (GSimpleAction *action, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  static const char *const names[] = { [ACT_BIN] = ACT_CHOICE_BIN,
                                       [ACT_DELETE] = ACT_CHOICE_DELETE,
                                       [ACT_HARD_LINK] = ACT_CHOICE_HARD_LINK,
                                       [ACT_REFLINK] = ACT_CHOICE_REFLINK };
  const DuplicatesView *view = data;
  for (guint kind = 0; kind < G_N_ELEMENTS (names); kind++)
    if (g_str_equal (g_action_get_name (G_ACTION (action)), names[kind]))
      view->events.act (duplicates_choice_get_plan (view->choice), kind, view->events.data);
}

static void
on_open_all (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  duplicates_model_open_all (((DuplicatesView *) data)->model);
}

static void
on_close_all (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  duplicates_model_close_all (((DuplicatesView *) data)->model);
}

static void
on_mark (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesView *view = data;
  DuplicatesSelection selected;
  if (!duplicates_list_get_selected (view->list, &selected))
    return;
  if (selected.is_group)
    {
      duplicates_choice_toggle_group (view->choice, duplicates_groups_get (view->groups, selected.group));
      refresh_choice (view);
    }
  else
    choose (selected.file, !goes (selected.file, view), view);
}

static void
on_keep (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesView *view = data;
  DuplicatesSelection selected;
  if (!duplicates_list_get_selected (view->list, &selected))
    return;
  duplicates_choice_keep_only (view->choice, duplicates_choice_get_plan (view->choice),
                               duplicates_groups_get (view->groups, selected.group), selected.file);
  refresh_choice (view);
}

/* Some copies of one group, whatever else is chosen. */
static void
on_bin_some (GSimpleAction *action, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesView *view = data;
  DuplicatesSelection selected;
  Plan *plan;
  guint twin;
  if (!duplicates_list_get_selected (view->list, &selected)
      || !duplicates_groups_find_twin (view->groups, selected.file, &twin))
    return;
  plan = plan_new (plan_get_report (duplicates_choice_get_plan (view->choice)));
  if (g_str_equal (g_action_get_name (G_ACTION (action)), DUPLICATES_BIN_OTHERS))
    duplicates_choice_keep_only (view->choice, plan, duplicates_groups_get (view->groups, selected.group),
                                 selected.file);
  else
    (void) plan_set (plan, twin, TRUE);
  if (plan_get_count (plan) > 0)
    view->events.act (plan, ACT_BIN, view->events.data);
  else
    act_choice_say (view->choice_bar, _ ("There is no other copy outside of the Bin, so nothing was moved."));
  plan_free (plan);
}

static char *
make_path (DuplicatesView *view, guint file)
{
  return g_build_filename (view->folder, duplicates_list_get_path (view->list, file), NULL);
}

static void
tell (GtkWidget *stack, const char *sentence)
{
  const DuplicatesView *view = g_object_get_data (G_OBJECT (stack), view_key);
  notice_say (view->notice, sentence);
}

static void
open_file (guint file, void *data)
{
  DuplicatesView *view = data;
  char *path = make_path (view, file);
  opener_open (view->stack, view->caller, path, tell);
  g_free (path);
}

static void
on_path (GSimpleAction *action, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesView *view = data;
  DuplicatesSelection selected;
  char *path;
  if (!duplicates_list_get_selected (view->list, &selected))
    return;
  path = make_path (view, selected.file);
  if (g_str_equal (g_action_get_name (G_ACTION (action)), DUPLICATES_OPEN))
    opener_open (view->stack, view->caller, path, tell);
  else if (g_str_equal (g_action_get_name (G_ACTION (action)), DUPLICATES_OPEN_FOLDER))
    opener_show_in_folder (view->stack, view->caller, path, tell);
  else
    opener_copy_paths (view->stack, (const char *const[]) { path, NULL });
  g_free (path);
}

static const GActionEntry entries[] = {
  { .name = ACT_CHOICE_RULE, .activate = on_rule, .parameter_type = "s" },
  { .name = ACT_CHOICE_CLEAR, .activate = on_clear },
  { .name = ACT_CHOICE_BIN, .activate = on_act },
  { .name = ACT_CHOICE_DELETE, .activate = on_act },
  { .name = ACT_CHOICE_HARD_LINK, .activate = on_act },
  { .name = ACT_CHOICE_REFLINK, .activate = on_act },
  { .name = ACT_CHOICE_EXPAND, .activate = on_open_all },
  { .name = ACT_CHOICE_COLLAPSE, .activate = on_close_all },
  { .name = DUPLICATES_MARK, .activate = on_mark },
  { .name = DUPLICATES_KEEP, .activate = on_keep },
  { .name = DUPLICATES_BIN_THIS, .activate = on_bin_some },
  { .name = DUPLICATES_BIN_OTHERS, .activate = on_bin_some },
  { .name = DUPLICATES_OPEN, .activate = on_path },
  { .name = DUPLICATES_OPEN_FOLDER, .activate = on_path },
  { .name = DUPLICATES_COPY_PATH, .activate = on_path },
};

/* ---- the page --------------------------------------------------------------------------------------------------- */

static void
wake (void *data)
{
  const DuplicatesView *view = data;
  view->events.wake (view->events.data);
}

/* What the filter lets through. */
static void
tell_count (DuplicatesView *view)
{
  guint shown;
  guint all;
  char *text;
  if (!view->filtered)
    return;
  duplicates_model_count (view->model, &shown, &all);
  text = g_strdup_printf (ngettext ("%u of %u group is shown", "%u of %u groups are shown", all), shown, all);
  gtk_label_set_text (GTK_LABEL (view->heading), text);
  g_free (text);
}

static void
say_what_is_wasted (DuplicatesView *view)
{
  GString *text = g_string_new (NULL);
  const Plan *plan = duplicates_choice_get_plan (view->choice);
  if (plan != NULL)
    figures_append_groups (text, plan_get_report (plan));
  gtk_label_set_text (GTK_LABEL (view->heading), text->str);
  g_string_free (text, TRUE);
}

static void
on_filter (void *data)
{
  DuplicatesView *view = data;
  Filter *filter = filter_bar_make_filter (view->bar);
  duplicates_model_set_filter (view->model, filter);
  view->filtered = filter != NULL;
  if (!view->filtered)
    say_what_is_wasted (view);
  filter_unref (filter);
}

/* Escape closes what is open, or else does what it does in the window. */
static gboolean
on_escape (GtkWidget *widget G_GNUC_UNUSED, GVariant *arguments G_GNUC_UNUSED, void *data)
{
  DuplicatesView *view = data;
  return notice_close (view->notice) || filter_bar_close (view->bar);
}

static gboolean
on_find (GtkWidget *widget G_GNUC_UNUSED, GVariant *arguments G_GNUC_UNUSED, void *data)
{
  DuplicatesView *view = data;
  filter_bar_open (view->bar);
  return TRUE;
}

static void
add_key (DuplicatesView *view, GtkEventController *keys, const char *trigger, GtkShortcutFunc func)
{
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger), gtk_callback_action_new (func, view, NULL)));
}

static void
on_selected (GtkSelectionModel *model G_GNUC_UNUSED, guint position G_GNUC_UNUSED, guint count G_GNUC_UNUSED,
             void *data)
{
  refresh_actions (data);
}

static GtkWidget *
make_heading (void)
{
  GtkWidget *heading = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_label_set_ellipsize (GTK_LABEL (heading), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (heading, "page-heading");
  return heading;
}

DuplicatesView *
duplicates_view_new (LodgerCaller *caller, const DuplicatesViewEvents *events)
{
  DuplicatesView *view = g_new0 (DuplicatesView, 1);
  const DuplicatesListEvents list_events = { goes, choose, open_file, wake, view };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkEventController *keys = gtk_shortcut_controller_new ();
  view->events = *events;
  view->caller = caller;
  view->notice = notice_new ();
  view->choice_bar = act_choice_new ();
  view->list = duplicates_list_new (&list_events);
  view->model = duplicates_list_get_model (view->list);
  view->groups = duplicates_model_get_groups (view->model);
  view->choice = duplicates_choice_new (view->groups, is_wanted, view);
  view->heading = make_heading ();
  view->empty = cells_empty_page ("edit-copy-symbolic");
  view->stack = g_object_ref_sink (gtk_stack_new ());
  view->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (view->actions), entries, G_N_ELEMENTS (entries), view);
  gtk_widget_insert_action_group (view->stack, ACT_CHOICE_GROUP, G_ACTION_GROUP (view->actions));
  g_object_set_data (G_OBJECT (view->stack), view_key, view);
  view->bar = filter_bar_new (duplicates_list_get_widget (view->list), on_filter, view);
  gtk_box_append (GTK_BOX (box), filter_bar_get_widget (view->bar));
  gtk_box_append (GTK_BOX (box), notice_get_widget (view->notice));
  gtk_box_append (GTK_BOX (box), view->heading);
  gtk_box_append (GTK_BOX (box), act_choice_get_widget (view->choice_bar));
  gtk_box_append (GTK_BOX (box), duplicates_list_get_widget (view->list));
  gtk_stack_add_named (GTK_STACK (view->stack), view->empty, "empty");
  gtk_stack_add_named (GTK_STACK (view->stack), box, "duplicates");
  duplicates_menu_install (box, duplicates_list_get_widget (view->list));
  g_signal_connect (gtk_column_view_get_model (duplicates_list_get_view (view->list)), "selection-changed",
                    G_CALLBACK (on_selected), view);
  add_key (view, keys, "<Control>f", on_find);
  add_key (view, keys, "Escape", on_escape);
  gtk_widget_add_controller (box, keys);
  refresh_actions (view);
  return view;
}

void
duplicates_view_free (DuplicatesView *view)
{
  g_signal_handlers_disconnect_by_data (gtk_column_view_get_model (duplicates_list_get_view (view->list)), view);
  g_object_unref (view->stack);
  duplicates_choice_free (view->choice);
  duplicates_list_free (view->list);
  act_choice_free (view->choice_bar);
  notice_free (view->notice);
  filter_bar_free (view->bar);
  g_object_unref (view->actions);
  g_free (view->folder);
  g_free (view);
}

GtkWidget *
duplicates_view_get_widget (DuplicatesView *view)
{
  return view->stack;
}

/* ---- what is shown ---------------------------------------------------------------------------------------------- */

static void
say (DuplicatesView *view, const Report *report)
{
  gboolean any = report != NULL && report->groups->len > 0;
  if (any && !view->filtered)
    say_what_is_wasted (view);
  if (!any)
    cells_empty_page_say (view->empty, _ ("No duplicates"), _ ("Each file that was read has a content of its own."));
  gtk_stack_set_visible_child_name (GTK_STACK (view->stack), any ? "duplicates" : "empty");
}

void
duplicates_view_set (DuplicatesView *view, const Report *report, char *const *folders)
{
  guint position = duplicates_list_get_position (view->list);
  duplicates_view_hold (view);
  duplicates_model_set (view->model, report);
  if (report != NULL)
    duplicates_list_select_near (view->list, position);
  g_free (view->folder);
  view->folder = report == NULL ? NULL : g_strdup (report->folder);
  if (report != NULL)
    duplicates_choice_begin (view->choice, report, folders);
  refresh_choice (view);
  say (view, report);
}

void
duplicates_view_hold (DuplicatesView *view)
{
  if (duplicates_choice_get_plan (view->choice) == NULL)
    return;
  duplicates_choice_hold (view->choice);
  refresh_choice (view);
}

gboolean
duplicates_view_grow (DuplicatesView *view)
{
  gboolean more = duplicates_model_grow (view->model);
  if (duplicates_choice_step (view->choice))
    refresh_choice (view);
  tell_count (view);
  return more || (duplicates_choice_is_applying (view->choice) && duplicates_choice_get_plan (view->choice) != NULL);
}

void
duplicates_view_refresh (DuplicatesView *view, const Store *store)
{
  GString *text;
  if (duplicates_model_get_store (view->model) != NULL)
    return;
  text = g_string_new (NULL);
  figures_append_twins (text, store);
  cells_empty_page_say (view->empty, _ ("Duplicates"), text->str);
  g_string_free (text, TRUE);
}

void
duplicates_view_set_busy (DuplicatesView *view, gboolean busy)
{
  view->busy = busy;
  refresh_choice (view);
}

const Plan *
duplicates_view_get_plan (const DuplicatesView *view)
{
  return duplicates_choice_is_applying (view->choice) ? NULL : duplicates_choice_get_plan (view->choice);
}

guint
duplicates_view_move_to_bin (DuplicatesView *view, const guint *files, guint count)
{
  const Plan *now = duplicates_view_get_plan (view);
  Plan *plan;
  guint twin;
  guint moved;
  if (now == NULL || view->busy)
    return 0;
  plan = plan_new (plan_get_report (now));
  for (guint i = 0; i < count; i++)
    if (duplicates_groups_find_twin (view->groups, files[i], &twin))
      (void) plan_set (plan, twin, TRUE);
  moved = plan_get_count (plan);
  if (moved > 0)
    view->events.act (plan, ACT_BIN, view->events.data);
  plan_free (plan);
  return moved;
}

gboolean
duplicates_view_show_copies (DuplicatesView *view, guint file)
{
  (void) filter_bar_close (view->bar);
  return duplicates_list_show (view->list, file);
}
