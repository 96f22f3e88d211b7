/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dark.h"

/* GTK 4.20 has another property for that, and warns of the old one. */
void
dark_show (gboolean dark)
{
  GObject *settings = G_OBJECT (gtk_settings_get_default ());
  GParamSpec *scheme = g_object_class_find_property (G_OBJECT_GET_CLASS (settings), "gtk-interface-color-scheme");
  const char *nick = dark ? "dark" : "default";
  if (scheme != NULL)
    g_object_set (settings, scheme->name,
                  g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (scheme)->enum_class, nick)->value, NULL);
  else
    g_object_set (settings, "gtk-application-prefer-dark-theme", dark, NULL);
}
