/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-actions.h"

#include "../i18n.h"
#include "duplicates-menu.h"
#include "opener.h"

struct DuplicatesActions
{
  DuplicatesActionsParts parts;
  GSimpleActionGroup *group;
  char *folder;
  gboolean busy;
};

static const char actions_key[] = "lodger-scan-duplicates-actions";

static DuplicatesGroups *
get_groups (const DuplicatesActions *actions)
{
  return duplicates_model_get_groups (duplicates_list_get_model (actions->parts.list));
}

const Plan *
duplicates_actions_get_plan (const DuplicatesActions *actions)
{
  const DuplicatesChoice *choice = actions->parts.choice;
  return duplicates_choice_is_applying (choice) ? NULL : duplicates_choice_get_plan (choice);
}

/* ---- what is chosen --------------------------------------------------------------------------------------------- */

static void
enable (DuplicatesActions *actions, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (actions->group), name);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
enable_what_can_be_done (DuplicatesActions *actions)
{
  static const char *const with_choice[]
      = { ACT_CHOICE_CLEAR, ACT_CHOICE_BIN, ACT_CHOICE_HARD_LINK, ACT_CHOICE_REFLINK, ACT_CHOICE_DELETE };
  static const char *const with_file[] = { DUPLICATES_KEEP, DUPLICATES_BIN_THIS, DUPLICATES_BIN_OTHERS };
  static const char *const with_row[] = { DUPLICATES_OPEN, DUPLICATES_OPEN_FOLDER, DUPLICATES_COPY_PATH };
  const Plan *plan = duplicates_actions_get_plan (actions);
  DuplicatesSelection selection;
  gboolean any = duplicates_list_get_selected (actions->parts.list, &selection);
  gboolean can_choose = plan != NULL && !actions->busy;
  for (guint i = 0; i < G_N_ELEMENTS (with_choice); i++)
    enable (actions, with_choice[i], can_choose && plan_get_count (plan) > 0);
  for (guint i = 0; i < G_N_ELEMENTS (with_file); i++)
    enable (actions, with_file[i], can_choose && any && !selection.is_group);
  for (guint i = 0; i < G_N_ELEMENTS (with_row); i++)
    enable (actions, with_row[i], any);
  enable (actions, ACT_CHOICE_RULE, duplicates_choice_get_plan (actions->parts.choice) != NULL && !actions->busy);
  enable (actions, DUPLICATES_MARK, can_choose && any);
}

void
duplicates_actions_refresh (DuplicatesActions *actions)
{
  const Plan *plan = duplicates_choice_get_plan (actions->parts.choice);
  if (plan != NULL)
    act_choice_show (actions->parts.bar, plan_get_count (plan), plan_get_bytes (plan));
  duplicates_list_refresh (actions->parts.list, plan != NULL && !actions->busy);
  enable_what_can_be_done (actions);
}

void
duplicates_actions_choose (DuplicatesActions *actions, guint file, gboolean goes)
{
  gboolean done;
  if (duplicates_actions_get_plan (actions) == NULL || actions->busy)
    return;
  done = duplicates_choice_set (actions->parts.choice, file, goes);
  duplicates_actions_refresh (actions);
  if (!done)
    {
      act_choice_say (actions->parts.bar,
                      _ ("It cannot be chosen: it is the last copy that stays, or it is in the Bin already."));
      gtk_widget_error_bell (actions->parts.widget);
    }
}

/* ---- the actions ------------------------------------------------------------------------------------------------ */

static void
on_rule (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter, void *data)
{
  DuplicatesActions *actions = data;
  PlanRule rule;
  if (!plan_rule_parse (g_variant_get_string (parameter, NULL), &rule))
    return;
  duplicates_choice_apply (actions->parts.choice, rule);
  enable_what_can_be_done (actions);
  actions->parts.wake (actions->parts.data);
}

static void
on_clear (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesActions *actions = data;
  plan_clear (duplicates_choice_get_plan (actions->parts.choice));
  duplicates_actions_refresh (actions);
}

static void
on_act (GSimpleAction *action, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  static const char *const names[] = { [ACT_BIN] = ACT_CHOICE_BIN,
                                       [ACT_DELETE] = ACT_CHOICE_DELETE,
                                       [ACT_HARD_LINK] = ACT_CHOICE_HARD_LINK,
                                       [ACT_REFLINK] = ACT_CHOICE_REFLINK };
  const DuplicatesActions *actions = data;
  for (guint kind = 0; kind < G_N_ELEMENTS (names); kind++)
    if (g_str_equal (g_action_get_name (G_ACTION (action)), names[kind]))
      actions->parts.act (duplicates_choice_get_plan (actions->parts.choice), kind, actions->parts.data);
}

static void
on_open_all (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  duplicates_model_open_all (duplicates_list_get_model (((DuplicatesActions *) data)->parts.list));
}

static void
on_close_all (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  duplicates_model_close_all (duplicates_list_get_model (((DuplicatesActions *) data)->parts.list));
}

static void
on_mark (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesActions *actions = data;
  DuplicatesSelection selected;
  if (!duplicates_list_get_selected (actions->parts.list, &selected))
    return;
  if (selected.is_group)
    {
      duplicates_choice_toggle_group (actions->parts.choice,
                                      duplicates_groups_get (get_groups (actions), selected.group));
      duplicates_actions_refresh (actions);
    }
  else
    duplicates_actions_choose (actions, selected.file, !duplicates_choice_goes (actions->parts.choice, selected.file));
}

static void
on_keep (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesActions *actions = data;
  DuplicatesSelection selected;
  if (!duplicates_list_get_selected (actions->parts.list, &selected))
    return;
  duplicates_choice_keep_only (actions->parts.choice, duplicates_choice_get_plan (actions->parts.choice),
                               duplicates_groups_get (get_groups (actions), selected.group), selected.file);
  duplicates_actions_refresh (actions);
}

/* Some copies of one group, whatever else is chosen. */
static void
on_bin_some (GSimpleAction *action, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesActions *actions = data;
  DuplicatesSelection selected;
  Plan *plan;
  guint twin;
  if (!duplicates_list_get_selected (actions->parts.list, &selected)
      || !duplicates_groups_find_twin (get_groups (actions), selected.file, &twin))
    return;
  plan = plan_new (plan_get_report (duplicates_choice_get_plan (actions->parts.choice)));
  if (g_str_equal (g_action_get_name (G_ACTION (action)), DUPLICATES_BIN_OTHERS))
    duplicates_choice_keep_only (actions->parts.choice, plan,
                                 duplicates_groups_get (get_groups (actions), selected.group), selected.file);
  else
    (void) plan_set (plan, twin, TRUE);
  if (plan_get_count (plan) > 0)
    actions->parts.act (plan, ACT_BIN, actions->parts.data);
  else
    act_choice_say (actions->parts.bar, _ ("There is no other copy outside of the Bin, so nothing was moved."));
  plan_free (plan);
}

static char *
make_path (DuplicatesActions *actions, guint file)
{
  return g_build_filename (actions->folder, duplicates_list_get_path (actions->parts.list, file), NULL);
}

static void
tell (GtkWidget *widget, const char *sentence)
{
  const DuplicatesActions *actions = g_object_get_data (G_OBJECT (widget), actions_key);
  notice_say (actions->parts.notice, sentence);
}

void
duplicates_actions_open (DuplicatesActions *actions, guint file)
{
  char *path = make_path (actions, file);
  opener_open (actions->parts.widget, actions->parts.caller, path, tell);
  g_free (path);
}

static void
on_path (GSimpleAction *action, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  DuplicatesActions *actions = data;
  DuplicatesSelection selected;
  char *path;
  if (!duplicates_list_get_selected (actions->parts.list, &selected))
    return;
  path = make_path (actions, selected.file);
  if (g_str_equal (g_action_get_name (G_ACTION (action)), DUPLICATES_OPEN))
    opener_open (actions->parts.widget, actions->parts.caller, path, tell);
  else if (g_str_equal (g_action_get_name (G_ACTION (action)), DUPLICATES_OPEN_FOLDER))
    opener_show_in_folder (actions->parts.widget, actions->parts.caller, path, tell);
  else
    opener_copy_paths (actions->parts.widget, (const char *const[]) { path, NULL });
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

/* ---- building --------------------------------------------------------------------------------------------------- */

static void
on_selected (GtkSelectionModel *model G_GNUC_UNUSED, guint position G_GNUC_UNUSED, guint count G_GNUC_UNUSED,
             void *data)
{
  enable_what_can_be_done (data);
}

DuplicatesActions *
duplicates_actions_new (const DuplicatesActionsParts *parts)
{
  DuplicatesActions *actions = g_new0 (DuplicatesActions, 1);
  actions->parts = *parts;
  actions->group = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (actions->group), entries, G_N_ELEMENTS (entries), actions);
  gtk_widget_insert_action_group (parts->widget, ACT_CHOICE_GROUP, G_ACTION_GROUP (actions->group));
  g_object_set_data (G_OBJECT (parts->widget), actions_key, actions);
  g_signal_connect (duplicates_model_get_selection (duplicates_list_get_model (parts->list)), "selection-changed",
                    G_CALLBACK (on_selected), actions);
  enable_what_can_be_done (actions);
  return actions;
}

void
duplicates_actions_free (DuplicatesActions *actions)
{
  g_signal_handlers_disconnect_by_data (
      duplicates_model_get_selection (duplicates_list_get_model (actions->parts.list)), actions);
  g_object_unref (actions->group);
  g_free (actions->folder);
  g_free (actions);
}

void
duplicates_actions_set_folder (DuplicatesActions *actions, const char *folder)
{
  g_free (actions->folder);
  actions->folder = g_strdup (folder);
}

void
duplicates_actions_set_busy (DuplicatesActions *actions, gboolean busy)
{
  actions->busy = busy;
  duplicates_actions_refresh (actions);
}

Plan *
duplicates_actions_plan_for_bin (DuplicatesActions *actions, const guint *files, guint count, GArray *ret_alone)
{
  const Plan *now = duplicates_actions_get_plan (actions);
  Plan *plan;
  guint twin;
  if (now == NULL || actions->busy)
    return NULL;
  plan = plan_new (plan_get_report (now));
  for (guint i = 0; i < count; i++)
    if (duplicates_groups_find_twin (get_groups (actions), files[i], &twin))
      (void) plan_set (plan, twin, TRUE);
    else if (!g_array_index (plan_get_report (plan)->store->files, StoreFile, files[i]).gone)
      g_array_append_val (ret_alone, files[i]);
  return plan;
}
