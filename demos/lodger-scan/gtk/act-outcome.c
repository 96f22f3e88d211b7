/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act-outcome.h"

#include "../i18n.h"
#include "../text.h"

struct ActOutcome
{
  guint refs;
  Act *act;
  guint *order;       /* numbers in the act's items */
  guint done, failed; /* the others were not begun */
};

ActOutcome *
act_outcome_new (Act *act)
{
  ActOutcome *outcome = g_new0 (ActOutcome, 1);
  const GArray *items = act_get_items (act);
  guint waiting = 0;
  guint at = 0;
  outcome->refs = 1;
  outcome->act = act;
  for (guint i = 0; i < items->len; i++)
    {
      const ActItem *item = &g_array_index (items, ActItem, i);
      outcome->done += item->reason == ACT_DONE ? 1 : 0;
      waiting += item->reason == ACT_WAITING ? 1 : 0;
    }
  outcome->failed = items->len - outcome->done - waiting;
  outcome->order = g_new (guint, MAX (items->len, 1));
  /* What failed, what was not begun, what was done; each in the order of the plan. */
  for (guint rank = 0; rank < 3; rank++)
    for (guint i = 0; i < items->len; i++)
      {
        int reason = g_array_index (items, ActItem, i).reason;
        guint rank_of = reason == ACT_DONE ? 2 : reason == ACT_WAITING ? 1 : 0;
        if (rank_of == rank)
          outcome->order[at++] = i;
      }
  return outcome;
}

ActOutcome *
act_outcome_ref (ActOutcome *outcome)
{
  outcome->refs++;
  return outcome;
}

void
act_outcome_unref (ActOutcome *outcome)
{
  if (--outcome->refs > 0)
    return;
  act_free (outcome->act);
  g_free (outcome->order);
  g_free (outcome);
}

const Act *
act_outcome_get_act (const ActOutcome *outcome)
{
  return outcome->act;
}

gboolean
act_outcome_can_undo (const ActOutcome *outcome)
{
  return !act_is_undo (outcome->act) && act_get_kind (outcome->act) == ACT_BIN && outcome->done > 0;
}

gboolean
act_outcome_is_whole (const ActOutcome *outcome)
{
  return outcome->done == act_outcome_get_count (outcome);
}

/* ---- the summary ------------------------------------------------------------------------------------------------ */

static char *
count_text (guint count)
{
  GString *text = g_string_new (NULL);
  text_append_count (text, count);
  return g_string_free (text, FALSE);
}

static void
append_done (const ActOutcome *outcome, GString *text)
{
  guint n = outcome->done;
  char *count = count_text (n);
  GString *size = g_string_new (NULL);
  text_append_size (size, act_get_bytes (outcome->act));
  if (act_is_undo (outcome->act))
    g_string_append_printf (text, ngettext ("%s file is back in its place.", "%s files are back in their places.", n),
                            count);
  else
    switch (act_get_kind (outcome->act))
      {
      case ACT_BIN:
        g_string_append_printf (text,
                                ngettext ("%s file is in the Bin. When the Bin is emptied, %s will be free.",
                                          "%s files are in the Bin. When the Bin is emptied, %s will be free.", n),
                                count, size->str);
        break;
      case ACT_DELETE:
        g_string_append_printf (text,
                                ngettext ("%s file was deleted: %s is free.", "%s files were deleted: %s is free.", n),
                                count, size->str);
        break;
      case ACT_HARD_LINK:
        g_string_append_printf (text,
                                ngettext ("%s file was replaced by a hard link: %s is free.",
                                          "%s files were replaced by hard links: %s is free.", n),
                                count, size->str);
        break;
      case ACT_REFLINK:
        g_string_append_printf (text,
                                ngettext ("%s file shares its bytes with the copy that stays: %s is free.",
                                          "%s files share their bytes with the copies that stay: %s is free.", n),
                                count, size->str);
        break;
      }
  g_string_free (size, TRUE);
  g_free (count);
}

void
act_outcome_append_summary (const ActOutcome *outcome, GString *text)
{
  guint waiting = act_outcome_get_count (outcome) - outcome->done - outcome->failed;
  if (outcome->done > 0)
    append_done (outcome, text);
  else
    g_string_append (text, _ ("Nothing was changed."));
  if (outcome->failed == 1)
    {
      const ActItem *item = act_outcome_get_item (outcome, 0);
      g_string_append_c (text, ' ');
      g_string_append_printf (text, _ ("One file was left as it is: %s."), _ (act_reason_text (item->reason)));
    }
  else if (outcome->failed > 1)
    {
      char *count = count_text (outcome->failed);
      g_string_append_c (text, ' ');
      g_string_append_printf (
          text, ngettext ("%s file was left as it is.", "%s files were left as they are.", outcome->failed), count);
      g_free (count);
    }
  if (waiting > 0)
    {
      char *count = count_text (waiting);
      g_string_append_c (text, ' ');
      g_string_append_printf (text, ngettext ("%s file was not begun.", "%s files were not begun.", waiting), count);
      g_free (count);
    }
}

/* ---- the files -------------------------------------------------------------------------------------------------- */

guint
act_outcome_get_count (const ActOutcome *outcome)
{
  return act_get_items (outcome->act)->len;
}

const ActItem *
act_outcome_get_item (const ActOutcome *outcome, guint index)
{
  return &g_array_index (act_get_items (outcome->act), ActItem, outcome->order[index]);
}

void
act_outcome_append_state (const ActOutcome *outcome, const ActItem *item, GString *text)
{
  if (item->reason != ACT_DONE)
    {
      g_string_append (text, _ (act_reason_text (item->reason)));
      /* Where it is instead. */
      if (item->moved != NULL)
        text_append_shown (g_string_append (text, ": "), item->moved);
    }
  else if (act_is_undo (outcome->act))
    g_string_append (text, _ ("back in its place"));
  else
    switch (act_get_kind (outcome->act))
      {
      case ACT_BIN: g_string_append (text, _ ("in the Bin")); break;
      case ACT_DELETE: g_string_append (text, _ ("deleted")); break;
      case ACT_HARD_LINK: g_string_append (text, _ ("replaced by a hard link")); break;
      case ACT_REFLINK: g_string_append (text, _ ("shares its bytes with the copy that stays")); break;
      }
}

char *
act_outcome_to_text (const ActOutcome *outcome)
{
  GString *text = g_string_new (NULL);
  act_outcome_append_summary (outcome, text);
  g_string_append (text, "\n\n");
  for (guint i = 0; i < act_outcome_get_count (outcome); i++)
    {
      const ActItem *item = act_outcome_get_item (outcome, i);
      text_append_shown (text, item->path);
      g_string_append (text, "\t");
      act_outcome_append_state (outcome, item, text);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

/* ---- while it goes on ------------------------------------------------------------------------------------------- */

void
act_outcome_append_progress (GString *text, const Act *act)
{
  guint n = act_get_items (act)->len;
  char *count = count_text (n);
  char *done = count_text (act_get_done (act));
  if (act_is_undo (act))
    g_string_append_printf (text, ngettext ("Putting back %s of %s file", "Putting back %s of %s files", n), done,
                            count);
  else
    switch (act_get_kind (act))
      {
      case ACT_BIN:
        g_string_append_printf (
            text, ngettext ("Moving to the Bin: %s of %s file", "Moving to the Bin: %s of %s files", n), done, count);
        break;
      case ACT_DELETE:
        g_string_append_printf (
            text, ngettext ("Deleting for good: %s of %s file", "Deleting for good: %s of %s files", n), done, count);
        break;
      case ACT_HARD_LINK:
        g_string_append_printf (
            text, ngettext ("Replacing by hard links: %s of %s file", "Replacing by hard links: %s of %s files", n),
            done, count);
        break;
      case ACT_REFLINK:
        g_string_append_printf (
            text, ngettext ("Replacing by reflinks: %s of %s file", "Replacing by reflinks: %s of %s files", n), done,
            count);
        break;
      }
  if (act_get_bytes (act) > 0)
    text_append_size (g_string_append (text, "  ·  "), act_get_bytes (act));
  g_free (done);
  g_free (count);
}
