/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-view.h"

#include "../figures.h"
#include "../i18n.h"
#include "act-choice.h"
#include "cells.h"
#include "duplicates-list.h"
#include "duplicates-menu.h"
#include "notice.h"
#include "opener.h"

enum
{
  RULE_BUDGET = 2000 /* µs of a frame */
};

struct DuplicatesView
{
  DuplicatesViewEvents events;
  LodgerCaller *caller;
  GtkWidget *stack, *heading, *empty;
  Notice *notice;
  ActChoice *choice;
  DuplicatesList *list;
  DuplicatesModel *model;   /* the list's */
  DuplicatesGroups *groups; /* the model's */
  GSimpleActionGroup *actions;
  Plan *plan; /* NULL: nothing can be chosen now */
  char *folder;
  PlanRule rule; /* the one that was used last */
  guint rule_at; /* the report's group that it comes to next; G_MAXUINT: it is over */
  gboolean busy;
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
  static const char *const with_row[] = { DUPLICATES_OPEN, DUPLICATES_OPEN_FOLDER, DUPLICATES_COPY_PATH };
  DuplicatesSelection selection;
  gboolean any = duplicates_list_get_selected (view->list, &selection);
  gboolean can_choose = view->plan != NULL && !view->busy && view->rule_at == G_MAXUINT;
  gboolean is_file = any && !selection.is_group;
  for (guint i = 0; i < G_N_ELEMENTS (with_choice); i++)
    enable (view, with_choice[i], can_choose && plan_get_count (view->plan) > 0);
  for (guint i = 0; i < G_N_ELEMENTS (with_row); i++)
    enable (view, with_row[i], any);
  enable (view, ACT_CHOICE_RULE, view->plan != NULL && !view->busy);
  enable (view, DUPLICATES_MARK, can_choose && any);
  enable (view, DUPLICATES_KEEP, can_choose && is_file);
  enable (view, DUPLICATES_BIN_THIS, can_choose && is_file);
  enable (view, DUPLICATES_BIN_OTHERS, can_choose && is_file);
}

static void
refresh_choice (DuplicatesView *view)
{
  if (view->plan != NULL)
    act_choice_show (view->choice, plan_get_count (view->plan), plan_get_bytes (view->plan));
  duplicates_list_refresh (view->list, view->plan != NULL && !view->busy);
  refresh_actions (view);
}

/* While there is no plan, what was chosen in the one before is shown. */
static gboolean
goes (guint file, void *data)
{
  const DuplicatesView *view = data;
  guint twin;
  if (view->plan == NULL)
    return duplicates_groups_is_remembered (view->groups, file);
  return duplicates_groups_find_twin (view->groups, file, &twin) && plan_goes (view->plan, twin);
}

static void
choose (guint file, gboolean wanted, void *data)
{
  DuplicatesView *view = data;
  guint twin;
  gboolean done;
  if (view->plan == NULL || view->busy || !duplicates_groups_find_twin (view->groups, file, &twin))
    return;
  done = plan_set (view->plan, twin, wanted);
  refresh_choice (view);
  if (!done)
    {
      act_choice_say (view->choice,
                      _ ("It cannot be chosen: it is the last copy that stays, or it is in the Bin already."));
      gtk_widget_error_bell (view->stack);
    }
}

/* All copies but that one, in any plan. */
static void
choose_others (DuplicatesView *view, Plan *plan, const DuplicatesSelection *kept)
{
  const DuplicatesGroup *group = duplicates_groups_get (view->groups, kept->group);
  guint twin;
  if (group == NULL || !duplicates_groups_find_twin (view->groups, kept->file, &twin))
    return;
  (void) plan_set (plan, twin, FALSE);
  for (guint i = group->first; i < group->first + group->count; i++)
    if (i != twin)
      (void) plan_set (plan, i, TRUE);
}

static gboolean
apply_some (DuplicatesView *view)
{
  gint64 end = g_get_monotonic_time () + RULE_BUDGET;
  guint count;
  if (view->plan == NULL || view->rule_at == G_MAXUINT)
    return FALSE;
  count = plan_get_report (view->plan)->groups->len;
  while (view->rule_at < count && g_get_monotonic_time () < end)
    plan_apply_to (view->plan, view->rule, view->rule_at++);
  if (view->rule_at == count)
    view->rule_at = G_MAXUINT;
  refresh_choice (view);
  return view->rule_at != G_MAXUINT;
}

/* ---- the actions ------------------------------------------------------------------------------------------------ */

static void
on_rule (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter, void *data)
{
  DuplicatesView *view = data;
  if (view->plan == NULL || !plan_rule_parse (g_variant_get_string (parameter, NULL), &view->rule))
    return;
  view->rule_at = 0;
  (void) apply_some (view);
  view->events.wake (view->events.data);
}

static void
on_clear (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesView *view = data;
  plan_clear (view->plan);
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
      view->events.act (view->plan, kind, view->events.data);
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

/* Of a group, all copies but one are chosen as the last rule says, or none is. */
static void
on_mark (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesView *view = data;
  DuplicatesSelection selected;
  const DuplicatesGroup *group;
  gboolean any = FALSE;
  if (!duplicates_list_get_selected (view->list, &selected))
    return;
  if (!selected.is_group)
    {
      choose (selected.file, !goes (selected.file, view), view);
      return;
    }
  group = duplicates_groups_get (view->groups, selected.group);
  for (guint i = group->first; i < group->first + group->count; i++)
    if (plan_goes (view->plan, i))
      {
        (void) plan_set (view->plan, i, FALSE);
        any = TRUE;
      }
  if (!any)
    plan_apply_to (view->plan, view->rule, group->group);
  refresh_choice (view);
}

static void
on_keep (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesView *view = data;
  DuplicatesSelection selected;
  if (!duplicates_list_get_selected (view->list, &selected))
    return;
  choose_others (view, view->plan, &selected);
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
  plan = plan_new (plan_get_report (view->plan));
  if (g_str_equal (g_action_get_name (G_ACTION (action)), DUPLICATES_BIN_OTHERS))
    choose_others (view, plan, &selected);
  else
    (void) plan_set (plan, twin, TRUE);
  if (plan_get_count (plan) > 0)
    view->events.act (plan, ACT_BIN, view->events.data);
  else
    act_choice_say (view->choice, _ ("There is no other copy outside of the Bin, so nothing was moved."));
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
  view->events = *events;
  view->caller = caller;
  view->rule_at = G_MAXUINT;
  view->notice = notice_new ();
  view->choice = act_choice_new ();
  view->list = duplicates_list_new (&list_events);
  view->model = duplicates_list_get_model (view->list);
  view->groups = duplicates_model_get_groups (view->model);
  view->heading = make_heading ();
  view->empty = cells_empty_page ("edit-copy-symbolic");
  view->stack = g_object_ref_sink (gtk_stack_new ());
  view->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (view->actions), entries, G_N_ELEMENTS (entries), view);
  gtk_widget_insert_action_group (view->stack, ACT_CHOICE_GROUP, G_ACTION_GROUP (view->actions));
  g_object_set_data (G_OBJECT (view->stack), view_key, view);
  gtk_box_append (GTK_BOX (box), notice_get_widget (view->notice));
  gtk_box_append (GTK_BOX (box), view->heading);
  gtk_box_append (GTK_BOX (box), act_choice_get_widget (view->choice));
  gtk_box_append (GTK_BOX (box), duplicates_list_get_widget (view->list));
  gtk_stack_add_named (GTK_STACK (view->stack), view->empty, "empty");
  gtk_stack_add_named (GTK_STACK (view->stack), box, "duplicates");
  duplicates_menu_install (box, duplicates_list_get_widget (view->list));
  g_signal_connect (gtk_column_view_get_model (duplicates_list_get_view (view->list)), "selection-changed",
                    G_CALLBACK (on_selected), view);
  refresh_actions (view);
  return view;
}

static void
forget_plan (DuplicatesView *view)
{
  g_clear_pointer (&view->plan, plan_free);
  g_clear_pointer (&view->folder, g_free);
}

void
duplicates_view_free (DuplicatesView *view)
{
  g_signal_handlers_disconnect_by_data (gtk_column_view_get_model (duplicates_list_get_view (view->list)), view);
  forget_plan (view);
  g_object_unref (view->stack);
  duplicates_list_free (view->list);
  act_choice_free (view->choice);
  notice_free (view->notice);
  g_object_unref (view->actions);
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
  if (any)
    {
      GString *text = g_string_new (NULL);
      figures_append_groups (text, report);
      gtk_label_set_text (GTK_LABEL (view->heading), text->str);
      g_string_free (text, TRUE);
    }
  else
    cells_empty_page_say (view->empty, _ ("No duplicates"), _ ("Each file that was read has a content of its own."));
  gtk_stack_set_visible_child_name (GTK_STACK (view->stack), any ? "duplicates" : "empty");
}

/* A rule that was not through yet begins anew: the groups have other numbers. */
void
duplicates_view_set (DuplicatesView *view, const Report *report, char *const *folders)
{
  gboolean same = report != NULL && duplicates_model_get_store (view->model) == report->store;
  if (same)
    duplicates_view_hold (view);
  forget_plan (view);
  view->rule_at = same && view->rule_at != G_MAXUINT ? 0 : G_MAXUINT;
  duplicates_model_set (view->model, report);
  if (report != NULL)
    {
      view->folder = g_strdup (report->folder);
      view->plan = plan_new (report);
      plan_set_folders (view->plan, folders);
      duplicates_groups_recall (view->groups, view->plan);
    }
  refresh_choice (view);
  say (view, report);
}

void
duplicates_view_hold (DuplicatesView *view)
{
  if (view->plan == NULL)
    return;
  duplicates_groups_remember (view->groups, view->plan);
  g_clear_pointer (&view->plan, plan_free);
  refresh_choice (view);
}

gboolean
duplicates_view_grow (DuplicatesView *view)
{
  gboolean more = duplicates_model_grow (view->model);
  return apply_some (view) || more;
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
  return view->rule_at == G_MAXUINT ? view->plan : NULL;
}

guint
duplicates_view_move_to_bin (DuplicatesView *view, const guint *files, guint count)
{
  Plan *plan;
  guint twin;
  guint moved;
  if (view->plan == NULL || view->busy)
    return 0;
  plan = plan_new (plan_get_report (view->plan));
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
  return duplicates_list_show (view->list, file);
}
