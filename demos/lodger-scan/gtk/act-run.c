/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-run.h"

#include "../i18n.h"
#include "act-bar.h"
#include "act-dialog.h"
#include "act-outcome.h"
#include "act-report.h"

struct ActRun
{
  ActRunTarget target;
  ActBar *bar;
  Act *act; /* NULL: none goes on */
  gboolean stopping;
  GArray *files;       /* guint: the numbers of the act's files in the store; empty when nobody wants them */
  ActOutcome *outcome; /* of the last act; NULL: there was none */
  char *note;          /* to be said at the end; or NULL */
  /* What was asked. */
  ActKind kind;
  guint count;
  guint64 bytes;
};

/* ---- an act ----------------------------------------------------------------------------------------------------- */

static void
show_progress (ActRun *run)
{
  GString *text = g_string_new (NULL);
  guint count = act_get_items (run->act)->len;
  act_outcome_append_progress (text, run->act);
  act_bar_show_progress (run->bar, text->str, count == 0 ? 0 : (double) act_get_done (run->act) / count, run->stopping);
  g_string_free (text, TRUE);
}

static void
show_outcome (ActRun *run)
{
  GString *text = g_string_new (NULL);
  const Act *act = act_outcome_get_act (run->outcome);
  gboolean goes = !act_is_undo (act) && (act_get_kind (act) == ACT_BIN || act_get_kind (act) == ACT_DELETE);
  ActBarFlags flags = ACT_BAR_DETAILS;
  act_outcome_append_summary (run->outcome, text);
  if (!goes && act_get_succeeded (act) > 0 && !run->target.follows (run->target.data))
    g_string_append_printf (text, " %s", _ ("The lists show it after the next scan."));
  if (run->note != NULL)
    g_string_append_printf (text, " %s", run->note);
  g_clear_pointer (&run->note, g_free);
  if (act_outcome_can_undo (run->outcome))
    flags |= ACT_BAR_UNDO;
  if (!act_outcome_is_whole (run->outcome))
    flags |= ACT_BAR_WARNS;
  act_bar_say (run->bar, text->str, flags);
  g_string_free (text, TRUE);
}

/* Whether the list of files has to follow. What was exchanged at the last moment is not in its place any more, either. */
static gboolean
has_changed (ActKind kind, int reason)
{
  switch (kind)
    {
    case ACT_BIN:
    case ACT_DELETE: return reason == ACT_DONE || reason == ACT_LEFT_IN_BIN || reason == ACT_LEFT_ASIDE;
    case ACT_REFLINK: return reason == ACT_DONE || reason == ACT_SAME;
    case ACT_HARD_LINK: /* the folder tells of another inode */
    default: return FALSE;
    }
}

static void
tell_changed (ActRun *run)
{
  const Act *act = act_outcome_get_act (run->outcome);
  const GArray *items = act_get_items (act);
  ActKind kind = act_get_kind (act);
  GArray *changed;
  if (act_is_undo (act))
    return;
  changed = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < run->files->len; i++)
    if (has_changed (kind, g_array_index (items, ActItem, i).reason))
      g_array_append_val (changed, g_array_index (run->files, guint, i));
  if (changed->len > 0)
    (kind == ACT_REFLINK ? run->target.shared : run->target.gone) (&g_array_index (changed, guint, 0), changed->len,
                                                                   run->target.data);
  g_array_unref (changed);
}

static void
on_progress (Act *act G_GNUC_UNUSED, void *data)
{
  show_progress (data);
}

static void
on_finished (Act *act, void *data)
{
  ActRun *run = data;
  run->act = NULL;
  g_clear_pointer (&run->outcome, act_outcome_unref);
  run->outcome = act_outcome_new (act);
  show_outcome (run);
  run->target.busy (FALSE, run->target.data);
  tell_changed (run);
  g_array_set_size (run->files, 0);
}

static void
begin (ActRun *run, Act *act)
{
  run->act = act;
  run->stopping = FALSE;
  show_progress (run);
  run->target.busy (TRUE, run->target.data);
}

/* The numbers of the files outlast the report. Those that have no copy come last. */
static void
note_files (ActRun *run, const Report *report, const GArray *items, const guint *alone)
{
  const StoreFile *files = &g_array_index (report->store->files, StoreFile, 0);
  g_array_set_size (run->files, 0);
  for (guint i = 0; i < items->len; i++)
    {
      guint twin = g_array_index (items, ActItem, i).twin;
      const StoreFile *file = twin == ACT_NO_TWIN ? &files[*alone++] : g_ptr_array_index (report->twins, twin);
      guint number = (guint) (file - files);
      g_array_append_val (run->files, number);
    }
}

static void
begin_plan (ActRun *run, const Plan *plan, ActKind kind)
{
  ActEvents events = { on_progress, on_finished, run };
  Act *act = act_start (run->target.caller, plan, kind, FALSE, &events);
  note_files (run, plan_get_report (plan), act_get_items (act), NULL);
  begin (run, act);
}

/* What is chosen may have changed while the question was there, if the folder did: nobody has agreed to that. */
static void
on_yes (void *data)
{
  ActRun *run = data;
  const Plan *plan = run->target.get_plan (run->target.data);
  if (run->act != NULL)
    return;
  if (plan == NULL || plan_get_count (plan) != run->count || plan_get_bytes (plan) != run->bytes)
    act_bar_say (run->bar, _ ("The folder has changed meanwhile, so nothing was done. Look at the choice again."),
                 ACT_BAR_WARNS);
  else
    begin_plan (run, plan, run->kind);
}

void
act_run_start (ActRun *run, const Plan *plan, ActKind kind)
{
  if (run->act != NULL || plan_get_count (plan) == 0)
    return;
  run->kind = kind;
  run->count = plan_get_count (plan);
  run->bytes = plan_get_bytes (plan);
  if (act_dialog_is_needed (kind))
    act_dialog_ask (run->target.window, kind, run->count, run->bytes, on_yes, run);
  else
    begin_plan (run, plan, kind);
}

void
act_run_start_bin (ActRun *run, const Plan *plan, const guint *alone, guint count)
{
  ActEvents events = { on_progress, on_finished, run };
  Act *act;
  if (run->act != NULL || plan_get_count (plan) + count == 0)
    return;
  act = act_start_bin (run->target.caller, plan, alone, count, &events);
  note_files (run, plan_get_report (plan), act_get_items (act), alone);
  begin (run, act);
}

/* ---- the bar ---------------------------------------------------------------------------------------------------- */

static void
on_cancel (void *data)
{
  (void) act_run_cancel (data);
}

static void
on_undo (void *data)
{
  ActRun *run = data;
  ActEvents events = { on_progress, on_finished, run };
  if (run->act == NULL && run->outcome != NULL && act_outcome_can_undo (run->outcome))
    begin (run, act_undo (act_outcome_get_act (run->outcome), &events));
}

static void
on_details (void *data)
{
  ActRun *run = data;
  if (run->outcome != NULL)
    act_report_show (run->target.window, run->outcome);
}

ActRun *
act_run_new (const ActRunTarget *target)
{
  ActRun *run = g_new0 (ActRun, 1);
  ActBarEvents events = { on_cancel, on_undo, on_details, run };
  run->target = *target;
  run->bar = act_bar_new (&events);
  run->files = g_array_new (FALSE, FALSE, sizeof (guint));
  return run;
}

void
act_run_end (ActRun *run)
{
  g_clear_pointer (&run->act, act_free);
}

void
act_run_free (ActRun *run)
{
  g_clear_pointer (&run->outcome, act_outcome_unref);
  act_bar_free (run->bar);
  g_array_unref (run->files);
  g_free (run->note);
  g_free (run);
}

GtkWidget *
act_run_get_widget (ActRun *run)
{
  return act_bar_get_widget (run->bar);
}

gboolean
act_run_is_busy (const ActRun *run)
{
  return run->act != NULL;
}

gboolean
act_run_cancel (ActRun *run)
{
  if (run->act == NULL)
    return FALSE;
  run->stopping = TRUE;
  act_cancel (run->act);
  show_progress (run);
  return TRUE;
}

void
act_run_forget (ActRun *run)
{
  g_array_set_size (run->files, 0);
  if (run->act != NULL && !act_is_undo (run->act))
    (void) act_run_cancel (run);
}

void
act_run_note (ActRun *run, const char *text)
{
  g_free (run->note);
  run->note = run->act == NULL ? NULL : g_strdup (text);
}

void
act_run_say (ActRun *run, const char *text, gboolean warns)
{
  if (run->act == NULL)
    act_bar_say (run->bar, text, warns ? ACT_BAR_WARNS : 0);
}
