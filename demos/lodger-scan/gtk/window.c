/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "window.h"

#include "../i18n.h"
#include "../text.h"
#include "access.h"
#include "actions.h"
#include "choices.h"
#include "header.h"

struct ScanWindow
{
  const WindowShared *shared;
  GtkWindow *window;
  GtkWidget *folder_label;
  Actions *actions;
  Choices *choices;
  Results *results;
  Request *request; /* NULL before the first scan */
};

static const char window_key[] = "lodger-scan-window";

/* ---- a scan ----------------------------------------------------------------------------------------------------- */

static void
show_folders (ScanWindow *window)
{
  char **folders = window->request->what.folders;
  guint count = g_strv_length (folders);
  GString *all = g_string_new (NULL);
  char *shown;
  char *title;
  for (guint i = 0; i < count; i++)
    text_append_shown (i == 0 ? all : g_string_append_c (all, '\n'), folders[i]);
  shown = count == 1 ? g_strdup (all->str) : g_strdup_printf (ngettext ("%u folder", "%u folders", count), count);
  /* Translators: a folder, and the name of the program. */
  title = g_strdup_printf (_ ("%s – %s"), shown, g_get_application_name ());
  gtk_label_set_text (GTK_LABEL (window->folder_label), shown);
  gtk_widget_set_tooltip_text (window->folder_label, all->str);
  gtk_window_set_title (window->window, title);
  g_free (title);
  g_free (shown);
  g_string_free (all, TRUE);
}

static gboolean
start (ScanWindow *window, char **ret_message)
{
  gboolean started = results_start (window->results, window->request, ret_message);
  show_folders (window);
  choices_show (window->choices, window->request);
  if (started)
    window->shared->scans (window->request, window->shared->data);
  return started;
}

gboolean
window_scan (ScanWindow *window, const Request *request, char **ret_message)
{
  Request *copy = request_copy (request);
  request_free (window->request);
  window->request = copy;
  if (copy->page != NULL)
    results_show_page (window->results, copy->page);
  return start (window, ret_message);
}

static void
on_progress (Session *session, void *data)
{
  ScanWindow *window = data;
  window->shared->progress (window, session, window->shared->data);
}

static void
on_shown (void *data)
{
  ScanWindow *window = data;
  window->shared->shown (window, window->results, window->shared->data);
}

static void
on_choices (void *data)
{
  ScanWindow *window = data;
  choices_take (window->choices, window->request);
  kept_take_choices (window->shared->settings, window->request);
  (void) start (window, NULL);
}

/* ---- the actions ------------------------------------------------------------------------------------------------ */

static void
open_folders (const char *const *folders, ActionsPlace place, void *data)
{
  ScanWindow *window = data;
  Request *request = request_copy (window->request);
  g_clear_pointer (&request->page, g_free);
  if (place == ACTIONS_ALSO_HERE)
    request_add_folders (request, folders);
  else
    request_set_folders (request, folders);
  if (place == ACTIONS_ELSEWHERE)
    window->shared->open (request, window->shared->data);
  else
    (void) window_scan (window, request, NULL);
  request_free (request);
}

static void
rescan (void *data)
{
  (void) start (data, NULL);
}

static gboolean
cancel (void *data)
{
  return results_cancel (((ScanWindow *) data)->results);
}

static void
save (void *data)
{
  results_save (((ScanWindow *) data)->results);
}

static void
close_it (void *data)
{
  window_end (data);
}

static void
show_page (const char *name, void *data)
{
  results_show_page (((ScanWindow *) data)->results, name);
}

static void
find (void *data)
{
  results_find (((ScanWindow *) data)->results);
}

static void
about (void *data)
{
  results_show_about (((ScanWindow *) data)->results);
}

static const char *
get_folder (void *data)
{
  return ((ScanWindow *) data)->request->what.folders[0];
}

static gboolean
on_close_request (GtkWindow *gtk_window G_GNUC_UNUSED, void *data)
{
  window_end (data);
  return TRUE;
}

/* ---- the window ------------------------------------------------------------------------------------------------- */

ScanWindow *
window_new (const WindowShared *shared, const char *json)
{
  ScanWindow *window = g_new0 (ScanWindow, 1);
  const ResultsEvents events = { on_progress, on_shown, window };
  GtkWidget *gtk_window = gtk_application_window_new (shared->application);
  char *page = kept_get_page (shared->settings);

  window->shared = shared;
  window->window = g_object_ref (GTK_WINDOW (gtk_window));
  window->actions = actions_new (&(ActionsTarget) {
      .window = GTK_APPLICATION_WINDOW (gtk_window),
      .open = open_folders,
      .rescan = rescan,
      .cancel = cancel,
      .save = save,
      .find = find,
      .close = close_it,
      .show_page = show_page,
      .about = about,
      .get_folder = get_folder,
      .data = window,
  });
  window->choices = choices_new (on_choices, window);
  window->results = results_new (window->window, shared->caller, shared->settings, json, &events);
  gtk_window_set_title (window->window, g_get_application_name ());
  gtk_window_set_titlebar (window->window,
                           header_new (shared->recent, choices_get_popover (window->choices), &window->folder_label));
  gtk_window_set_child (window->window, results_get_widget (window->results));
  kept_show_window (shared->settings, window->window);
  if (page != NULL)
    results_show_page (window->results, page);
  g_free (page);
  results_grab_focus (window->results);
  access_mend (gtk_window);
  g_object_set_data (G_OBJECT (gtk_window), window_key, window);
  g_signal_connect (gtk_window, "close-request", G_CALLBACK (on_close_request), window);
  return window;
}

void
window_present (ScanWindow *window)
{
  gtk_window_present (window->window);
}

/* GTK may keep the window for a while, or somebody else. So what is in it goes first, and nothing in it leads back
 * here. */
void
window_end (ScanWindow *window)
{
  kept_take_window (window->shared->settings, window->window);
  kept_set_page (window->shared->settings, results_get_page (window->results));
  window->shared->closed (window, results_json_failed (window->results), window->shared->data);
  g_object_set_data (G_OBJECT (window->window), window_key, NULL);
  g_signal_handlers_disconnect_by_data (window->window, window);
  results_end (window->results);
  actions_free (window->actions);
  gtk_window_destroy (window->window);
  gtk_window_set_child (window->window, NULL);
  gtk_window_set_titlebar (window->window, NULL);
  results_free (window->results);
  choices_free (window->choices);
  g_object_unref (window->window);
  request_free (window->request);
  g_free (window);
}

ScanWindow *
window_of (GtkWindow *gtk_window)
{
  return g_object_get_data (G_OBJECT (gtk_window), window_key);
}
