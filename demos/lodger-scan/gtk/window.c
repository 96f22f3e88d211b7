/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "window.h"

#include "../calls.h"
#include "../scan.h"
#include "../session.h"
#include "../text.h"
#include "actions.h"
#include "cells.h"
#include "chart.h"
#include "duplicates-view.h"
#include "errors-view.h"
#include "files-view.h"
#include "frames.h"
#include "pages.h"
#include "status-bar.h"

#include <lodger-gtk4.h>
#include <stdio.h>

typedef struct ScanWindow
{
  const ScanOptions *options;
  LodgerCaller *caller;
  GMainLoop *loop;
  GtkWidget *window, *folder_label, *outer, *wrong;
  Pages *pages;
  FilesView *files;
  DuplicatesView *duplicates;
  Chart *chart;
  ErrorsView *errors;
  StatusBar *bar;
  Frames *frames;
  Session *session; /* NULL when the folder that was chosen last cannot be scanned */
  char *folder;
  ActionsTarget actions;
  gboolean closed, printed;
  int status;
} ScanWindow;

static void
close_window (void *data)
{
  ScanWindow *window = data;
  window->closed = TRUE;
  g_main_loop_quit (window->loop);
}

/* ---- the figures ------------------------------------------------------------------------------------------------ */

/* Shows how much is on each page. Only when the scan is over: the numbers are costly to show. */
static void
set_counts (ScanWindow *window, gboolean over)
{
  const Store *store = session_get_store (window->session);
  const Report *report = session_get_report (window->session);
  pages_set_count (window->pages, "files", over ? (gint64) store->n_files : -1);
  pages_set_count (window->pages, "duplicates", report == NULL ? -1 : (gint64) report->groups->len);
  pages_set_count (window->pages, "types", over ? (gint64) store->types->len : -1);
  pages_set_count (window->pages, "errors", over ? (gint64) store->errors->len : -1);
}

static void
refresh (ScanWindow *window)
{
  const Store *store = session_get_store (window->session);
  gboolean over = session_get_state (window->session) >= SESSION_SORTING;
  set_counts (window, over);
  files_view_refresh (window->files, over);
  errors_view_refresh (window->errors, over);
  duplicates_view_refresh (window->duplicates, store);
  chart_refresh (window->chart, over);
  status_bar_refresh (window->bar, window->session, window->frames);
}

/* ---- a scan ----------------------------------------------------------------------------------------------------- */

static void
on_stayed (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  close_window (data);
}

/* Prints the summary of the first scan that comes to its end, once. This runs when the window shows all results. Nobody
 * paints a window that cannot be seen, so it runs SCAN_PAINT_PATIENCE later at the latest. */
static void
print (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  ScanWindow *window = data;
  GString *text;
  if (!window->options->exit_when_done || window->printed || window->session == NULL
      || session_get_state (window->session) != SESSION_DONE)
    return;
  window->printed = TRUE;
  text = g_string_new (NULL);
  calls_append_summary (text);
  paints_append_summary (frames_get_paints (window->frames), text);
  g_string_append_printf (text, "%s: finished", g_get_prgname ());
  if (!report_print (session_get_report (window->session), text->str))
    window->status = SCAN_CANNOT_WRITE;
  g_string_free (text, TRUE);
  lodger_pending_unref (lodger_scope_call_later (lodger_gtk_widget_get_scope (window->window), window->caller,
                                                 (int64_t) (window->options->stay * 1e9), on_stayed, window, NULL));
}

/* Each frame adds a portion of the new rows. When all are shown the clock may stand still. Calls that are submitted
 * here run when this frame has been painted. */
static void
on_frame (void *data)
{
  ScanWindow *window = data;
  gboolean more = files_view_grow (window->files);
  calls_frame ();
  more |= errors_view_grow (window->errors);
  more |= duplicates_view_grow (window->duplicates);
  if (!more && (window->session == NULL || session_get_state (window->session) == SESSION_DONE))
    {
      frames_want (window->frames, FALSE);
      if (window->session != NULL)
        lodger_pending_unref (
            lodger_scope_call_soon (lodger_gtk_widget_get_scope (window->window), window->caller, print, window, NULL));
    }
}

static void
on_wake (void *data)
{
  ScanWindow *window = data;
  if (window->frames != NULL)
    frames_want (window->frames, TRUE);
}

static void
on_progress (Session *session G_GNUC_UNUSED, void *data)
{
  refresh (data);
}

static void
on_changed (Session *session, void *data)
{
  ScanWindow *window = data;
  window->session = session;
  status_bar_set (window->bar, session);
  if (session_get_state (session) == SESSION_DONE)
    {
      duplicates_view_set (window->duplicates, session_get_report (session));
      if (session_json_failed (session))
        window->status = SCAN_CANNOT_WRITE;
      /* The button closes the window from now on. Without a cancel, nobody expects that under the space bar. */
      if (!session_was_cancelled (session) && gtk_widget_has_focus (status_bar_get_button (window->bar)))
        {
          gtk_window_set_focus (GTK_WINDOW (window->window), NULL);
          gtk_widget_child_focus (pages_get_stack (window->pages), GTK_DIR_TAB_FORWARD);
        }
      refresh (window);
      lodger_pending_unref (lodger_scope_call_later (lodger_gtk_widget_get_scope (window->window), window->caller,
                                                     SCAN_PAINT_PATIENCE, print, window, NULL));
    }
  else if (session_get_state (session) == SESSION_SORTING)
    refresh (window);
}

/* Clears the pages before the session is dropped: they must not outlive its store. */
static void
end_session (ScanWindow *window)
{
  files_view_set (window->files, NULL, NULL);
  duplicates_view_set (window->duplicates, NULL);
  errors_view_set (window->errors, NULL);
  chart_set (window->chart, NULL);
  g_clear_pointer (&window->session, session_drop);
}

static void
show_folder (ScanWindow *window)
{
  GString *shown = g_string_new (NULL);
  text_append_shown (shown, window->folder);
  gtk_label_set_text (GTK_LABEL (window->folder_label), shown->str);
  gtk_widget_set_tooltip_text (window->folder_label, shown->str);
  g_string_free (shown, TRUE);
}

/* Starts a scan of the folder. FALSE, with a message and without a session, when the folder cannot be scanned. */
static gboolean
start (ScanWindow *window, char **ret_message)
{
  SessionEvents events = { on_progress, on_changed, window };
  EngineOptions what = window->options->what;
  char *folders[] = { window->folder, NULL };
  what.folders = folders;
  end_session (window);
  show_folder (window);
  frames_restart (window->frames);
  window->session = session_start (window->caller, &what, window->options->json, &events, ret_message);
  status_bar_set (window->bar, window->session);
  gtk_stack_set_visible_child_name (GTK_STACK (window->outer), window->session != NULL ? "pages" : "wrong");
  frames_want (window->frames, TRUE);
  if (window->session == NULL)
    return FALSE;
  files_view_set (window->files, session_get_store (window->session), window->folder);
  errors_view_set (window->errors, session_get_store (window->session));
  chart_set (window->chart, session_get_store (window->session));
  refresh (window);
  return TRUE;
}

static void
restart (ScanWindow *window)
{
  char *message = NULL;
  if (!start (window, &message))
    {
      GString *text = g_string_new (NULL);
      text_append_shown (text, window->folder);
      g_string_append_printf (text, "\n%s", message);
      cells_empty_page_say (window->wrong, "This folder cannot be scanned", text->str);
      g_string_free (text, TRUE);
    }
  g_free (message);
}

/* ---- the actions ------------------------------------------------------------------------------------------------ */

static void
open_folder (GFile *folder, void *data)
{
  ScanWindow *window = data;
  const char *path = g_file_peek_path (folder);
  end_session (window);
  g_free (window->folder);
  window->folder = path != NULL ? g_strdup (path) : g_file_get_uri (folder);
  restart (window);
}

static void
rescan (void *data)
{
  restart (data);
}

static gboolean
cancel (void *data)
{
  ScanWindow *window = data;
  if (window->session == NULL || session_get_state (window->session) == SESSION_DONE)
    return FALSE;
  session_cancel (window->session);
  return TRUE;
}

static void
show_page (const char *name, void *data)
{
  pages_show (((ScanWindow *) data)->pages, name);
}

static const char *
get_folder (void *data)
{
  return ((ScanWindow *) data)->folder;
}

static void
install_actions (ScanWindow *window)
{
  window->actions = (ActionsTarget) {
    .window = GTK_WINDOW (window->window),
    .open = open_folder,
    .rescan = rescan,
    .cancel = cancel,
    .close = close_window,
    .show_page = show_page,
    .get_folder = get_folder,
    .data = window,
  };
  actions_install (&window->actions, window->options->dark);
}

static gboolean
on_close_request (GtkWindow *gtk_window G_GNUC_UNUSED, void *data)
{
  close_window (data);
  return TRUE;
}

/* ---- building the window ---------------------------------------------------------------------------------------- */

static GtkWidget *
make_wrong_page (ScanWindow *window)
{
  GtkWidget *open = gtk_button_new_with_mnemonic ("_Choose another folder…");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (open), ACTION_OPEN);
  gtk_widget_set_halign (open, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (open, "suggested-action");
  window->wrong = cells_empty_page ("dialog-warning-symbolic");
  gtk_box_append (GTK_BOX (window->wrong), open);
  return window->wrong;
}

static void
build (ScanWindow *window)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  cells_load_style ();

  window->window = g_object_ref (gtk_window_new ());
  gtk_window_set_title (GTK_WINDOW (window->window), "Lodger Scan");
  gtk_window_set_default_size (GTK_WINDOW (window->window), 1000, 680);
  gtk_window_set_titlebar (GTK_WINDOW (window->window), actions_make_header (&window->folder_label));
  window->frames = frames_new (window->window, on_frame, window);
  window->files = files_view_new (on_wake, window);
  window->duplicates = duplicates_view_new ();
  window->chart = chart_new ();
  window->errors = errors_view_new (on_wake, window);
  window->bar = status_bar_new (ACTION_CANCEL_OR_CLOSE);

  window->pages = pages_new ();
  pages_add (window->pages, files_view_get_widget (window->files), "files", "_Files");
  pages_add (window->pages, duplicates_view_get_widget (window->duplicates), "duplicates", "_Duplicates");
  pages_add (window->pages, chart_get_widget (window->chart), "types", "_Types");
  pages_add (window->pages, errors_view_get_widget (window->errors), "errors", "_Errors");

  window->outer = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (window->outer), pages_get_widget (window->pages), "pages");
  gtk_stack_add_named (GTK_STACK (window->outer), make_wrong_page (window), "wrong");
  gtk_box_append (GTK_BOX (box), window->outer);
  gtk_box_append (GTK_BOX (box), status_bar_get_widget (window->bar));
  gtk_window_set_child (GTK_WINDOW (window->window), box);
  g_signal_connect (window->window, "close-request", G_CALLBACK (on_close_request), window);
  install_actions (window);
  if (window->options->page != NULL)
    pages_show (window->pages, window->options->page);
  gtk_widget_grab_focus (status_bar_get_button (window->bar));
}

static void
take_down (ScanWindow *window)
{
  end_session (window);
  g_clear_pointer (&window->frames, frames_free);
  gtk_window_destroy (GTK_WINDOW (window->window));
  pages_free (window->pages);
  files_view_free (window->files);
  duplicates_view_free (window->duplicates);
  chart_free (window->chart);
  errors_view_free (window->errors);
  status_bar_free (window->bar);
  g_object_unref (window->window);
}

int
scan_window (const ScanOptions *options)
{
  const LodgerCallerOptions *caller_options = LODGER_CALLER_OPTIONS (.stop_deadline = SCAN_PATIENCE, .nice = SCAN_NICE);
  ScanWindow window = { .options = options, .status = SCAN_OK };
  GError *error = NULL;
  char *message = NULL;

  /* The summary is the same with a window and without one. */
  gtk_disable_setlocale ();
  g_set_application_name ("Lodger Scan");
  if (!gtk_init_check ())
    {
      fprintf (stderr, "%s: no display can be opened; use --headless\n", g_get_prgname ());
      return SCAN_WRONG;
    }
  window.caller = lodger_gtk_attach_full (caller_options, &error);
  if (window.caller == NULL)
    {
      fprintf (stderr, "%s: cannot start: %s\n", g_get_prgname (), error->message);
      g_error_free (error);
      return SCAN_CANNOT_WRITE;
    }
  if (options->exit_when_done)
    calls_begin (window.caller);
  window.loop = g_main_loop_new (NULL, FALSE);
  window.folder = g_strdup (options->what.folders[0]);
  build (&window);
  if (!start (&window, &message))
    window.status = options_refuse_folder (options, message);
  else
    {
      gtk_window_present (GTK_WINDOW (window.window));
      if (!window.closed)
        g_main_loop_run (window.loop);
    }
  g_free (message);
  take_down (&window);
  g_main_loop_unref (window.loop);
  g_free (window.folder);
  (void) lodger_caller_leave (window.caller);
  calls_end ();
  lodger_caller_unref (window.caller);
  return window.status;
}
