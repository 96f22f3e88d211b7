/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kept.h"

void
kept_show_window (Settings *settings G_GNUC_UNUSED, GtkWindow *window)
{
  gtk_window_set_default_size (window, 1000, 680);
}

void
kept_take_window (Settings *settings G_GNUC_UNUSED, GtkWindow *window G_GNUC_UNUSED)
{
}

char *
kept_get_page (Settings *settings G_GNUC_UNUSED)
{
  return NULL;
}

void
kept_set_page (Settings *settings G_GNUC_UNUSED, const char *page G_GNUC_UNUSED)
{
}

gboolean
kept_get_dark (Settings *settings G_GNUC_UNUSED)
{
  return FALSE;
}

void
kept_set_dark (Settings *settings G_GNUC_UNUSED, gboolean dark G_GNUC_UNUSED)
{
}

void
kept_get_choices (Settings *settings G_GNUC_UNUSED, EngineOptions *what G_GNUC_UNUSED)
{
}

void
kept_set_choices (Settings *settings G_GNUC_UNUSED, const EngineOptions *what G_GNUC_UNUSED)
{
}

char **
kept_get_folders (Settings *settings G_GNUC_UNUSED)
{
  return g_new0 (char *, 1);
}

void
kept_add_folders (Settings *settings G_GNUC_UNUSED, const char *const *folders G_GNUC_UNUSED)
{
}
