/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "acts.h"

#include "../i18n.h"
#include "../text.h"
#include "act-run.h"
#include "act-save.h"

struct Acts
{
  ActsTarget target;
  DuplicatesView *duplicates;
  ActRun *run;
  Session *session; /* NULL: nothing is scanned */
  char *saving;     /* where the list is being saved, to be shown; or NULL */
};

/* ---- acts ------------------------------------------------------------------------------------------------------- */

static void
on_act (const Plan *plan, ActKind kind, void *data)
{
  const Acts *acts = data;
  act_run_start (acts->run, plan, kind);
}

static void
on_wake (void *data)
{
  const Acts *acts = data;
  acts->target.wake (acts->target.data);
}

static const Plan *
get_plan (void *data)
{
  const Acts *acts = data;
  return duplicates_view_get_plan (acts->duplicates);
}

static void
on_busy (gboolean busy, void *data)
{
  const Acts *acts = data;
  duplicates_view_set_busy (acts->duplicates, busy);
}

static void
on_gone (const guint *files, guint count, void *data)
{
  const Acts *acts = data;
  if (acts->session != NULL)
    session_forget (acts->session, files, count);
}

static void
on_shared (const guint *files, guint count, void *data)
{
  const Acts *acts = data;
  if (acts->session != NULL)
    session_ask_for_blocks (acts->session, files, count);
}

static gboolean
follows (void *data)
{
  const Acts *acts = data;
  return acts->session != NULL && session_get_watching (acts->session) != SESSION_NOT_WATCHED;
}

gboolean
acts_cancel (Acts *acts)
{
  return act_run_cancel (acts->run);
}

/* ---- files of another page -------------------------------------------------------------------------------------- */

static void
show_copies (guint file, void *data)
{
  const Acts *acts = data;
  acts->target.show_page ("duplicates", acts->target.data);
  (void) duplicates_view_show_copies (acts->duplicates, file);
}

static char *
say_what_is_left (guint left)
{
  GString *count = g_string_new (NULL);
  char *note;
  text_append_count (count, left);
  note = g_strdup_printf (ngettext ("%s file was left where it is: no other copy of it stays.",
                                    "%s files were left where they are: no other copy of them stays.", left),
                          count->str);
  g_string_free (count, TRUE);
  return note;
}

/* What has copies is compared with one that stays. The last copy stays, too: whoever chooses all copies of a file has
 * hardly seen that. */
static void
move_to_bin (const guint *files, guint count, void *data)
{
  const Acts *acts = data;
  GArray *alone;
  Plan *plan;
  guint moved;
  char *note;
  if (act_run_is_busy (acts->run))
    return;
  alone = g_array_new (FALSE, FALSE, sizeof (guint));
  plan = duplicates_view_plan_for_bin (acts->duplicates, files, count, alone);
  moved = plan == NULL ? 0 : plan_get_count (plan) + alone->len;
  note = moved == count ? NULL : say_what_is_left (count - moved);
  if (moved > 0)
    act_run_start_bin (acts->run, plan, (const guint *) (void *) alone->data, alone->len);
  if (plan == NULL)
    act_run_say (acts->run, _ ("Files can be moved to the Bin when the scan is over."), TRUE);
  else if (note != NULL && moved > 0)
    act_run_note (acts->run, note);
  else if (note != NULL)
    act_run_say (acts->run, note, TRUE);
  g_free (note);
  plan_free (plan);
  g_array_unref (alone);
}

FilesActions
acts_get_files_actions (Acts *acts)
{
  return (FilesActions) { show_copies, move_to_bin, acts };
}

/* ---- the list --------------------------------------------------------------------------------------------------- */

static const ActSaveKind kinds[] = {
  [SESSION_JSON] = { N_ ("JSON: all that was found"), "lodger-scan.json" },
  [SESSION_CSV] = { N_ ("CSV: a line for each file, for a spreadsheet"), "lodger-scan.csv" },
};

static void
on_written (int why, void *data)
{
  Acts *acts = data;
  char *text;
  if (why == 0)
    text = g_strdup_printf (_ ("The list is saved in %s."), acts->saving);
  else
    text = g_strdup_printf (_ ("The list cannot be saved in %s: %s"), acts->saving, g_strerror (why));
  act_run_say (acts->run, text, why != 0);
  g_clear_pointer (&acts->saving, g_free);
  g_free (text);
}

static void
on_chosen (GFile *file, guint kind, void *data)
{
  Acts *acts = data;
  const char *path = g_file_peek_path (file);
  GString *shown = g_string_new (NULL);
  if (path == NULL)
    act_run_say (acts->run, _ ("The list can only be saved in a folder of this computer."), TRUE);
  else if (acts->saving == NULL && acts->session != NULL && session_write (acts->session, kind, path, on_written, acts))
    {
      text_append_shown (shown, path);
      acts->saving = g_strdup (shown->str);
    }
  else
    act_run_say (acts->run, _ ("The list is not complete yet. Save it when the scan is over."), TRUE);
  g_string_free (shown, TRUE);
}

void
acts_save (Acts *acts)
{
  act_save_ask (acts->target.window, _ ("Save the List"), kinds, G_N_ELEMENTS (kinds), on_chosen, acts);
}

/* ---- the scan --------------------------------------------------------------------------------------------------- */

void
acts_set_session (Acts *acts, Session *session)
{
  if (session != acts->session)
    {
      act_run_forget (acts->run);
      duplicates_view_set (acts->duplicates, NULL, NULL);
      g_clear_pointer (&acts->saving, g_free);
    }
  acts->session = session;
}

void
acts_refresh (Acts *acts, char *const *folders)
{
  const Report *report = acts->session == NULL ? NULL : session_get_report (acts->session);
  if (report != NULL)
    duplicates_view_set (acts->duplicates, report, folders);
  else
    duplicates_view_hold (acts->duplicates);
}

/* ---- building --------------------------------------------------------------------------------------------------- */

Acts *
acts_new (const ActsTarget *target)
{
  Acts *acts = g_new0 (Acts, 1);
  const DuplicatesViewEvents view_events = { on_act, on_wake, acts };
  const ActRunTarget run_target = {
    .window = target->window,
    .caller = target->caller,
    .get_plan = get_plan,
    .busy = on_busy,
    .gone = on_gone,
    .shared = on_shared,
    .follows = follows,
    .data = acts,
  };
  acts->target = *target;
  acts->duplicates = duplicates_view_new (target->caller, &view_events);
  acts->run = act_run_new (&run_target);
  return acts;
}

void
acts_end (Acts *acts)
{
  act_run_end (acts->run);
}

void
acts_free (Acts *acts)
{
  duplicates_view_free (acts->duplicates);
  act_run_free (acts->run);
  g_free (acts->saving);
  g_free (acts);
}

DuplicatesView *
acts_get_duplicates (Acts *acts)
{
  return acts->duplicates;
}

GtkWidget *
acts_get_bar (Acts *acts)
{
  return act_run_get_widget (acts->run);
}
