/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "results.h"

#include "../calls.h"
#include "../i18n.h"
#include "../scan.h"
#include "about.h"
#include "actions.h"
#include "acts.h"
#include "chart.h"
#include "errors-view.h"
#include "files-view.h"
#include "folders-view.h"
#include "opener.h"
#include "pages.h"
#include "status-bar.h"
#include "wrong-page.h"

#include <lodger-gtk4.h>

struct Results
{
  GtkWindow *window;
  LodgerCaller *caller;
  const char *json;
  ResultsEvents events;
  GtkWidget *box, *outer, *wrong;
  Pages *pages;
  FilesView *files;
  FoldersView *folders;
  Acts *acts;
  DuplicatesView *duplicates; /* the acts' */
  Chart *chart;
  ErrorsView *errors;
  StatusBar *bar;
  About *about;
  Frames *frames;   /* NULL after results_end() */
  char **scanned;   /* the folders that are scanned; NULL when there is no session */
  Session *session; /* NULL when what was asked for last cannot be scanned */
  gboolean json_failed;
};

/* ---- the figures ------------------------------------------------------------------------------------------------ */

/* Shows how much is on each page. */
static void
set_counts (Results *results, gboolean over)
{
  const Store *store = session_get_store (results->session);
  const Report *report = session_get_report (results->session);
  pages_set_count (results->pages, "files", (gint64) store->n_files, over);
  pages_set_count (results->pages, "folders", (gint64) store->folders, over);
  pages_set_count (results->pages, "duplicates", report == NULL ? -1 : (gint64) report->groups->len, over);
  pages_set_count (results->pages, "types", (gint64) store->types->len, over);
  pages_set_count (results->pages, "errors", (gint64) store->errors->len, over);
}

static AboutFacts
get_facts (const Results *results)
{
  return (AboutFacts) { .caller = results->caller, .session = results->session, .frames = results->frames };
}

void
results_show_about (Results *results)
{
  AboutFacts facts = get_facts (results);
  about_show (results->about, &facts);
}

static void
refresh (Results *results)
{
  const Store *store = session_get_store (results->session);
  gboolean over = session_get_state (results->session) >= SESSION_SORTING;
  AboutFacts facts = get_facts (results);
  set_counts (results, over);
  files_view_refresh (results->files, over);
  folders_view_refresh (results->folders, over);
  errors_view_refresh (results->errors, over);
  duplicates_view_refresh (results->duplicates, store);
  chart_refresh (results->chart, over);
  status_bar_refresh (results->bar, results->session);
  about_refresh (results->about, &facts);
}

/* ---- a scan ----------------------------------------------------------------------------------------------------- */

static void
tell_shown (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  Results *results = data;
  if (results->session != NULL && session_get_state (results->session) == SESSION_DONE)
    results->events.shown (results->events.data);
}

/* Calls of the window's scope: when it is destroyed they do not run any more. */
static void
tell_shown_later (Results *results, gint64 delay)
{
  LodgerScope *scope = lodger_gtk_widget_get_scope (GTK_WIDGET (results->window));
  lodger_pending_unref (delay == 0
                            ? lodger_scope_call_soon (scope, results->caller, tell_shown, results, NULL)
                            : lodger_scope_call_later (scope, results->caller, delay, tell_shown, results, NULL));
}

/* Each frame adds a portion of the new rows. When all are shown the clock may stand still. Calls that are submitted
 * here run when this frame has been painted. */
static void
on_frame (void *data)
{
  Results *results = data;
  gboolean more = files_view_grow (results->files);
  calls_frame ();
  more |= errors_view_grow (results->errors);
  more |= duplicates_view_grow (results->duplicates);
  more |= folders_view_grow (results->folders);
  more |= chart_grow (results->chart);
  if (more || (results->session != NULL && session_get_state (results->session) != SESSION_DONE))
    return;
  frames_want (results->frames, FALSE);
  tell_shown_later (results, 0);
}

static void
on_wake (void *data)
{
  Results *results = data;
  if (results->frames != NULL)
    frames_want (results->frames, TRUE);
}

static void
on_progress (Session *session, void *data)
{
  Results *results = data;
  refresh (results);
  results->events.progress (session, results->events.data);
}

static void
on_done (Results *results)
{
  acts_refresh (results->acts, results->scanned);
  session_watch (results->session);
  results->json_failed |= session_json_failed (results->session);
  refresh (results);
  tell_shown_later (results, SCAN_PAINT_PATIENCE);
}

static void
on_changed (Session *session, void *data)
{
  Results *results = data;
  gboolean had_focus = gtk_widget_has_focus (status_bar_get_button (results->bar));
  results->session = session;
  status_bar_set (results->bar, session);
  /* The button goes with the scan. */
  if (had_focus && !gtk_widget_get_visible (status_bar_get_button (results->bar)))
    {
      gtk_window_set_focus (results->window, NULL);
      gtk_widget_child_focus (pages_get_stack (results->pages), GTK_DIR_TAB_FORWARD);
    }
  if (session_get_state (session) == SESSION_DONE)
    on_done (results);
  else if (session_get_state (session) == SESSION_SORTING)
    {
      acts_refresh (results->acts, results->scanned);
      refresh (results);
    }
}

/* Clears the pages before the session is dropped: they must not outlive its store. */
static void
end_session (Results *results)
{
  files_view_set (results->files, NULL, NULL, NULL);
  acts_set_session (results->acts, NULL);
  folders_view_set (results->folders, NULL, NULL);
  errors_view_set (results->errors, NULL);
  chart_set (results->chart, NULL);
  g_clear_pointer (&results->session, session_drop);
  g_clear_pointer (&results->scanned, g_strfreev);
}

gboolean
results_start (Results *results, const Request *request, char **ret_message)
{
  EngineOptions what = request->what;
  SessionEvents events = { on_progress, on_changed, results };
  char *message = NULL;
  end_session (results);
  frames_restart (results->frames);
  about_begin (results->about);
  /* A cache of its own for each scan: it finds what was kept until now. */
  if (!request->no_cache && what.reading != ENGINE_COMPARE)
    what.cache = hash_cache_open (results->caller, NULL);
  results->session = session_start (results->caller, &what, results->json, &events, &message);
  hash_cache_unref (what.cache);
  status_bar_set (results->bar, results->session);
  gtk_stack_set_visible_child_name (GTK_STACK (results->outer), results->session != NULL ? "pages" : "wrong");
  frames_want (results->frames, TRUE);
  if (results->session == NULL)
    {
      wrong_page_say (results->wrong, what.folders, message);
      if (ret_message != NULL)
        *ret_message = g_steal_pointer (&message);
      g_free (message);
      return FALSE;
    }
  results->scanned = g_strdupv (what.folders);
  acts_set_session (results->acts, results->session);
  files_view_set (results->files, session_get_store (results->session), session_get_folder (results->session),
                  &(ArrangerOwner) { session_ref, session_unref, results->session });
  folders_view_set (results->folders, session_get_store (results->session), session_get_folder (results->session));
  errors_view_set (results->errors, session_get_store (results->session));
  chart_set (results->chart, session_get_store (results->session));
  if (gtk_window_get_focus (results->window) == NULL)
    gtk_widget_grab_focus (status_bar_get_button (results->bar));
  refresh (results);
  return TRUE;
}

void
results_find (Results *results)
{
  pages_show (results->pages, "files");
  files_view_search (results->files);
}

void
results_save (Results *results)
{
  acts_save (results->acts);
}

gboolean
results_cancel (Results *results)
{
  if (acts_cancel (results->acts))
    return TRUE;
  if (results->session == NULL || session_get_state (results->session) == SESSION_DONE)
    return FALSE;
  session_cancel (results->session);
  return TRUE;
}

/* ---- what the pages ask for ------------------------------------------------------------------------------------- */

static void
open_path (const char *path, void *data)
{
  const Results *results = data;
  opener_open (folders_view_get_widget (results->folders), results->caller, path, folders_view_tell);
}

static void
show_in_folder (const char *path, void *data)
{
  const Results *results = data;
  opener_show_in_folder (folders_view_get_widget (results->folders), results->caller, path, folders_view_tell);
}

static void
copy_path (const char *path, void *data)
{
  const Results *results = data;
  const char *paths[] = { path, NULL };
  opener_copy_paths (results->box, paths);
}

static void
show_type (const char *type, void *data)
{
  const Results *results = data;
  files_view_set_type (results->files, type);
  pages_show (results->pages, "files");
}

/* ---- building --------------------------------------------------------------------------------------------------- */

static void
add_pages (Results *results)
{
  results->pages = pages_new ();
  pages_add (results->pages, files_view_get_widget (results->files), "files", _ ("_Files"));
  pages_add (results->pages, folders_view_get_widget (results->folders), "folders", _ ("F_olders"));
  pages_add (results->pages, duplicates_view_get_widget (results->duplicates), "duplicates", _ ("_Duplicates"));
  pages_add (results->pages, chart_get_widget (results->chart), "types", _ ("_Types"));
  pages_add (results->pages, errors_view_get_widget (results->errors), "errors", _ ("_Errors"));
}

static void
show_page (const char *name, void *data)
{
  results_show_page (data, name);
}

Results *
results_new (GtkWindow *window, LodgerCaller *caller, Settings *settings, const char *json, const ResultsEvents *events)
{
  Results *results = g_new0 (Results, 1);
  FilesActions files_actions;
  results->window = window;
  results->caller = caller;
  results->json = json;
  results->events = *events;
  results->frames = frames_new (GTK_WIDGET (window), on_frame, results);
  results->files = files_view_new (caller, on_wake, results);
  files_view_set_settings (results->files, settings);
  results->acts = acts_new (&(ActsTarget) { window, caller, show_page, on_wake, results });
  results->duplicates = acts_get_duplicates (results->acts);
  files_actions = acts_get_files_actions (results->acts);
  files_view_set_actions (results->files, &files_actions);
  results->folders = folders_view_new (&(FoldersViewTarget) { on_wake, open_path, show_in_folder, copy_path, results });
  results->chart = chart_new (show_type, results);
  results->errors = errors_view_new (on_wake, results);
  results->bar = status_bar_new (ACTION_CANCEL, ACTION_ABOUT);
  results->about = about_new (window);
  add_pages (results);

  results->outer = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (results->outer), pages_get_widget (results->pages), "pages");
  results->wrong = wrong_page_new ();
  gtk_stack_add_named (GTK_STACK (results->outer), results->wrong, "wrong");
  results->box = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  gtk_box_append (GTK_BOX (results->box), results->outer);
  gtk_box_append (GTK_BOX (results->box), acts_get_bar (results->acts));
  gtk_box_append (GTK_BOX (results->box), status_bar_get_widget (results->bar));
  return results;
}

void
results_end (Results *results)
{
  acts_end (results->acts);
  end_session (results);
  g_clear_pointer (&results->about, about_free);
  g_clear_pointer (&results->frames, frames_free);
}

void
results_free (Results *results)
{
  g_object_unref (results->box);
  pages_free (results->pages);
  files_view_free (results->files);
  acts_free (results->acts);
  folders_view_free (results->folders);
  chart_free (results->chart);
  errors_view_free (results->errors);
  status_bar_free (results->bar);
  g_free (results);
}

GtkWidget *
results_get_widget (Results *results)
{
  return results->box;
}

void
results_grab_focus (Results *results)
{
  gtk_widget_grab_focus (status_bar_get_button (results->bar));
}

void
results_show_page (Results *results, const char *name)
{
  GtkWidget *stack = pages_get_stack (results->pages);
  if (gtk_stack_get_child_by_name (GTK_STACK (stack), name) != NULL)
    pages_show (results->pages, name);
}

const char *
results_get_page (const Results *results)
{
  return gtk_stack_get_visible_child_name (GTK_STACK (pages_get_stack (results->pages)));
}

const Session *
results_get_session (const Results *results)
{
  return results->session;
}

const Frames *
results_get_frames (const Results *results)
{
  return results->frames;
}

gboolean
results_json_failed (const Results *results)
{
  return results->json_failed;
}
