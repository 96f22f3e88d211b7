/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kept.h"

enum
{
  MOST_FOLDERS = 8,
  MOST_PIXELS = 16384
};

void
kept_show_window (const Settings *settings, GtkWindow *window)
{
  gtk_window_set_default_size (window, settings_get_int (settings, "width", 1000, 200, MOST_PIXELS),
                               settings_get_int (settings, "height", 680, 200, MOST_PIXELS));
  if (settings_get_boolean (settings, "maximized", FALSE))
    gtk_window_maximize (window);
}

void
kept_take_window (Settings *settings, GtkWindow *window)
{
  int width;
  int height;
  gtk_window_get_default_size (window, &width, &height);
  settings_set_int (settings, "width", width);
  settings_set_int (settings, "height", height);
  settings_set_boolean (settings, "maximized", gtk_window_is_maximized (window));
}

char *
kept_get_page (const Settings *settings)
{
  return settings_get_string (settings, "page", NULL);
}

void
kept_set_page (Settings *settings, const char *page)
{
  settings_set_string (settings, "page", page);
}

gboolean
kept_get_dark (const Settings *settings)
{
  return settings_get_boolean (settings, "dark", FALSE);
}

void
kept_set_dark (Settings *settings, gboolean dark)
{
  settings_set_boolean (settings, "dark", dark);
}

void
kept_show_choices (const Settings *settings, Request *request)
{
  EngineOptions *what = &request->what;
  char **exclude = settings_get_list (settings, "exclude");
  char *size = settings_get_string (settings, "smallest-file", "0");
  request_set_exclude (request, (const char *const *) exclude);
  what->no_hidden = !settings_get_boolean (settings, "hidden-files", !what->no_hidden);
  what->one_file_system = !settings_get_boolean (settings, "other-file-systems", !what->one_file_system);
  what->reading
      = (EngineReading) settings_get_int (settings, "reading", (int) what->reading, ENGINE_READ_ALL, ENGINE_COMPARE);
  if (!g_ascii_string_to_unsigned (size, 10, 0, G_MAXUINT64, &what->min_size, NULL))
    what->min_size = 0;
  g_free (size);
  g_strfreev (exclude);
}

void
kept_take_choices (Settings *settings, const Request *request)
{
  const EngineOptions *what = &request->what;
  const char *const none[] = { NULL };
  char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, what->min_size);
  settings_set_list (settings, "exclude", what->exclude == NULL ? none : (const char *const *) what->exclude);
  settings_set_boolean (settings, "hidden-files", !what->no_hidden);
  settings_set_boolean (settings, "other-file-systems", !what->one_file_system);
  settings_set_int (settings, "reading", (int) what->reading);
  settings_set_string (settings, "smallest-file", size);
  g_free (size);
}

char **
kept_get_folders (const Settings *settings)
{
  return settings_get_paths (settings, "folders");
}

/* The first of them becomes the newest. */
void
kept_add_folders (Settings *settings, const char *const *folders)
{
  guint count = 0;
  while (folders[count] != NULL)
    count++;
  while (count-- > 0)
    if (g_path_is_absolute (folders[count]))
      settings_add_path (settings, "folders", folders[count], MOST_FOLDERS);
}
