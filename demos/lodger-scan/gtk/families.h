/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Content types in families (pictures, films, text …), each with a name and a colour. The colours differ in how light they
 * are, too, and all can be told from both themes' backgrounds.
 */
#ifndef LODGER_SCAN_FAMILIES_H
#define LODGER_SCAN_FAMILIES_H

#include <gtk/gtk.h>

typedef enum Family
{
  FAMILY_PICTURES,
  FAMILY_FILMS,
  FAMILY_SOUND,
  FAMILY_TEXT,
  FAMILY_ARCHIVES,
  FAMILY_PROGRAMS,
  FAMILY_OTHER,
  FAMILIES
} Family;

/* `type` is a content type as "image/png". */
Family family_of_type (const char *type);
const char *family_get_name (Family family);
GdkRGBA family_get_colour (Family family, gboolean dark);

/* What the colours mean, as a line of text. */
GtkWidget *family_legend_new (void);

/* Black or white: what can be read better on that colour. */
GdkRGBA colour_on (const GdkRGBA *background);
/* `part` of b, and the rest of a. */
GdkRGBA colour_mix (const GdkRGBA *a, const GdkRGBA *b, float part);
/* Whether the text that a widget shows is light. */
gboolean widget_is_dark (GtkWidget *widget);
/* The colours of a widget's text, and of what is marked in it. */
GdkRGBA widget_get_text_colour (GtkWidget *widget);
GdkRGBA widget_get_accent (GtkWidget *widget);

#endif
