/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the families of content types look like: each has a name and a colour. The colours differ in how light they are,
 * too, and all can be told from both themes' backgrounds. And the few colours that the widgets need that draw
 * themselves.
 */
#ifndef LODGER_SCAN_FAMILY_LOOK_H
#define LODGER_SCAN_FAMILY_LOOK_H

#include "../family.h"

#include <gtk/gtk.h>

const char *family_get_name (Family family);
GdkRGBA family_get_colour (Family family, gboolean dark);

/* What the colours mean, as a line of text. It is empty until it is shown for a dark theme, or for a light one. */
GtkWidget *family_legend_new (void);
void family_legend_show (GtkWidget *legend, gboolean dark);

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
