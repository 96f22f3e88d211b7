/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tidy.h"

#include "text.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* What is said of each kind of act. The words are for JSON and CSV. */
static const struct
{
  const char *question, *going_on, *done, *would, *word, *would_word;
} words[] = {
  [ACT_BIN] = { "Move duplicates to the Bin", "moved to the Bin",
                "moved to the Bin:", "would be moved to the Bin:", "binned", "would be binned" },
  [ACT_DELETE]
  = { "Delete duplicates for good", "deleted", "deleted:", "would be deleted:", "deleted", "would be deleted" },
  [ACT_HARD_LINK] = { "Replace duplicates by hard links", "replaced by hard links", "replaced by hard links:",
                      "would be replaced by hard links:", "hardlinked", "would be hardlinked" },
  [ACT_REFLINK] = { "Let duplicates share their space", "made to share their space", "share the space of another one:",
                    "would share the space of another one:", "reflinked", "would be reflinked" },
};

struct Tidy
{
  LodgerCaller *caller;
  LodgerScope *scope; /* ends with it: no call comes after that */
  const OptionsAct *options;
  Report *report;
  Progress *progress;
  Plan *plan;
  LodgerPending *asking; /* NULL: there is no question any more */
  Act *act;              /* NULL: nothing was done */
  gboolean agreed;
  TidyFunc finished;
  void *data;
};

/* ---- the act ---------------------------------------------------------------------------------------------------- */

static void
on_progress (Act *act, void *data)
{
  Tidy *tidy = data;
  progress_show_act (tidy->progress, words[tidy->options->kind].going_on, act_get_done (act), act_get_items (act)->len);
}

static void
on_finished (Act *act G_GNUC_UNUSED, void *data)
{
  Tidy *tidy = data;
  tidy->finished (tidy->data);
}

static void
begin (Tidy *tidy)
{
  const ActEvents events = { on_progress, on_finished, tidy };
  tidy->agreed = TRUE;
  tidy->act = act_start (tidy->caller, tidy->plan, tidy->options->kind, tidy->options->dry_run, &events);
}

/* ---- the question ----------------------------------------------------------------------------------------------- */

static void
append_amount (GString *text, const Plan *plan)
{
  text_append_count (text, plan_get_count (plan));
  g_string_append (text, plan_get_count (plan) == 1 ? " file, " : " files, ");
  text_append_size (text, plan_get_bytes (plan));
}

/* A line is there, or the end of the terminal. A terminal gives a whole line at once. */
static void
read_answer (LodgerPending *self G_GNUC_UNUSED, uint32_t revents G_GNUC_UNUSED, void *data)
{
  char answer[256];
  ssize_t length = read (STDIN_FILENO, answer, sizeof answer);
  ((Tidy *) data)->agreed = length > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

static void
on_answered (LodgerPending *self G_GNUC_UNUSED, LodgerPending *done G_GNUC_UNUSED, void *data)
{
  Tidy *tidy = data;
  g_clear_pointer (&tidy->asking, lodger_pending_unref);
  if (tidy->agreed)
    begin (tidy);
  else
    tidy->finished (tidy->data);
}

static void
ask (Tidy *tidy)
{
  GString *text = g_string_new (words[tidy->options->kind].question);
  g_string_append (text, " (");
  append_amount (text, tidy->plan);
  g_string_append_printf (text, "), and keep one of each group, by the rule %s? [y/N] ",
                          plan_rule_name (tidy->options->keep));
  progress_clear (tidy->progress);
  fputs (text->str, stderr);
  g_string_free (text, TRUE);
  tidy->asking
      = lodger_caller_watch_fd_full (tidy->caller, STDIN_FILENO, POLLIN, read_answer, tidy, NULL,
                                     LODGER_WATCH_OPTIONS (.name = "answer", .times = 1, .scope = tidy->scope));
  lodger_pending_unref (lodger_scope_then (tidy->scope, tidy->asking, tidy->caller, on_answered, tidy, NULL));
}

/* ---- from outside ----------------------------------------------------------------------------------------------- */

static void
on_nothing_to_do (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  Tidy *tidy = data;
  tidy->finished (tidy->data);
}

Tidy *
tidy_start (LodgerCaller *caller, const ScanOptions *options, Report *report, Progress *progress, TidyFunc finished,
            void *data)
{
  Tidy *tidy = g_new0 (Tidy, 1);
  tidy->caller = lodger_caller_ref (caller);
  tidy->scope = lodger_scope_new (NULL);
  tidy->options = &options->act;
  tidy->report = report;
  tidy->progress = progress;
  tidy->finished = finished;
  tidy->data = data;
  tidy->plan = plan_new (report);
  plan_set_folders (tidy->plan, options->what.folders);
  plan_apply (tidy->plan, tidy->options->keep);
  if (plan_get_count (tidy->plan) == 0)
    lodger_pending_unref (lodger_scope_call_soon (tidy->scope, caller, on_nothing_to_do, tidy, NULL));
  else if (tidy->options->dry_run || tidy->options->yes)
    begin (tidy);
  else
    ask (tidy);
  return tidy;
}

void
tidy_cancel (Tidy *tidy)
{
  if (tidy->asking != NULL)
    lodger_pending_cancel (tidy->asking, "the program is to end");
  else if (tidy->act != NULL)
    act_cancel (tidy->act);
}

void
tidy_free (Tidy *tidy)
{
  if (tidy == NULL)
    return;
  lodger_scope_end (tidy->scope, NULL);
  act_free (tidy->act);
  g_clear_pointer (&tidy->asking, lodger_pending_unref);
  plan_free (tidy->plan);
  lodger_scope_unref (tidy->scope);
  lodger_caller_unref (tidy->caller);
  g_free (tidy);
}

/* ---- the report ------------------------------------------------------------------------------------------------- */

void
tidy_append_report (GString *text, const Tidy *tidy)
{
  const GArray *items;
  gboolean begun = FALSE;
  if (tidy->act == NULL)
    {
      g_string_append (text, plan_get_count (tidy->plan) == 0 ? "no duplicate is to go\n" : "nothing was done\n");
      return;
    }
  items = act_get_items (tidy->act);
  for (guint i = 0; i < items->len; i++)
    {
      const ActItem *item = &g_array_index (items, ActItem, i);
      if (item->reason != ACT_DONE)
        continue;
      if (!begun)
        g_string_append_printf (
            text, "%s\n", tidy->options->dry_run ? words[tidy->options->kind].would : words[tidy->options->kind].done);
      begun = TRUE;
      g_string_append (text, "  ");
      text_append_shown (text, item->path);
      g_string_append_c (text, '\n');
    }
  act_append_report (text, tidy->act);
}

void
tidy_tell_report (const Tidy *tidy)
{
  const GArray *items = tidy->act == NULL ? NULL : act_get_items (tidy->act);
  const char *word = tidy->options->dry_run ? words[tidy->options->kind].would_word : words[tidy->options->kind].word;
  GPtrArray *acts = g_ptr_array_new_full (tidy->report->twins->len, g_free);
  for (guint i = 0; i < tidy->report->twins->len; i++)
    g_ptr_array_add (acts, NULL);
  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      const ActItem *item = &g_array_index (items, ActItem, i);
      acts->pdata[item->twin]
          = item->reason == ACT_DONE ? g_strdup (word) : g_strconcat ("stayed: ", act_reason_text (item->reason), NULL);
    }
  for (guint i = 0; i < acts->len; i++)
    if (acts->pdata[i] == NULL)
      acts->pdata[i] = g_strdup ("kept");
  tidy->report->acts = acts;
}

/* A further name of the copy that stays has not failed: there was nothing to gain. */
gboolean
tidy_has_failed (const Tidy *tidy)
{
  const GArray *items = tidy->act == NULL ? NULL : act_get_items (tidy->act);
  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      int reason = g_array_index (items, ActItem, i).reason;
      if (reason != ACT_DONE && reason != ACT_SAME)
        return TRUE;
    }
  return FALSE;
}
