/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-view.h"

#include "../figures.h"
#include "../i18n.h"
#include "cells.h"
#include "duplicates-actions.h"
#include "duplicates-menu.h"
#include "filter-bar.h"

struct DuplicatesView
{
  DuplicatesViewEvents events;
  GtkWidget *stack, *heading, *empty;
  Notice *notice;
  FilterBar *bar;
  ActChoice *choice_bar;
  DuplicatesList *list;
  DuplicatesModel *model; /* the list's */
  DuplicatesActions *actions;
  DuplicatesChoice *choice;
  gboolean filtered;
};

/* ---- the page --------------------------------------------------------------------------------------------------- */

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
  duplicates_actions_choose (view->actions, file, wanted);
}

static void
open_file (guint file, void *data)
{
  DuplicatesView *view = data;
  duplicates_actions_open (view->actions, file);
}

/* A rule chooses nothing that is not shown. */
static gboolean
is_wanted (const DuplicatesGroup *group, void *data)
{
  const DuplicatesView *view = data;
  return duplicates_model_wants (view->model, group);
}

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
  view->notice = notice_new ();
  view->choice_bar = act_choice_new ();
  view->list = duplicates_list_new (&list_events);
  view->model = duplicates_list_get_model (view->list);
  view->choice = duplicates_choice_new (duplicates_model_get_groups (view->model), is_wanted, view);
  view->heading = make_heading ();
  view->empty = cells_empty_page ("edit-copy-symbolic");
  view->stack = g_object_ref_sink (gtk_stack_new ());
  view->actions = duplicates_actions_new (&(DuplicatesActionsParts) {
      .widget = view->stack,
      .caller = caller,
      .list = view->list,
      .choice = view->choice,
      .bar = view->choice_bar,
      .notice = view->notice,
      .act = events->act,
      .wake = events->wake,
      .data = events->data,
  });
  view->bar = filter_bar_new (duplicates_list_get_widget (view->list), on_filter, view);
  gtk_box_append (GTK_BOX (box), filter_bar_get_widget (view->bar));
  gtk_box_append (GTK_BOX (box), notice_get_widget (view->notice));
  gtk_box_append (GTK_BOX (box), view->heading);
  gtk_box_append (GTK_BOX (box), act_choice_get_widget (view->choice_bar));
  gtk_box_append (GTK_BOX (box), duplicates_list_get_widget (view->list));
  gtk_stack_add_named (GTK_STACK (view->stack), view->empty, "empty");
  gtk_stack_add_named (GTK_STACK (view->stack), box, "duplicates");
  duplicates_menu_install (box, duplicates_list_get_widget (view->list));
  add_key (view, keys, "<Control>f", on_find);
  add_key (view, keys, "Escape", on_escape);
  gtk_widget_add_controller (box, keys);
  return view;
}

void
duplicates_view_free (DuplicatesView *view)
{
  duplicates_actions_free (view->actions);
  g_object_unref (view->stack);
  duplicates_choice_free (view->choice);
  duplicates_list_free (view->list);
  act_choice_free (view->choice_bar);
  notice_free (view->notice);
  filter_bar_free (view->bar);
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
  duplicates_actions_set_folder (view->actions, report == NULL ? NULL : report->folder);
  if (report != NULL)
    duplicates_choice_begin (view->choice, report, folders);
  duplicates_actions_refresh (view->actions);
  say (view, report);
}

void
duplicates_view_hold (DuplicatesView *view)
{
  if (duplicates_choice_get_plan (view->choice) == NULL)
    return;
  duplicates_choice_hold (view->choice);
  duplicates_actions_refresh (view->actions);
}

gboolean
duplicates_view_grow (DuplicatesView *view)
{
  gboolean more = duplicates_model_grow (view->model);
  if (duplicates_choice_step (view->choice))
    duplicates_actions_refresh (view->actions);
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
  duplicates_actions_set_busy (view->actions, busy);
}

const Plan *
duplicates_view_get_plan (const DuplicatesView *view)
{
  return duplicates_actions_get_plan (view->actions);
}

Plan *
duplicates_view_plan_for_bin (DuplicatesView *view, const guint *files, guint count, GArray *ret_alone)
{
  return duplicates_actions_plan_for_bin (view->actions, files, count, ret_alone);
}

gboolean
duplicates_view_show_copies (DuplicatesView *view, guint file)
{
  (void) filter_bar_close (view->bar);
  return duplicates_list_show (view->list, file);
}
