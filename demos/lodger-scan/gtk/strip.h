/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A strip that is shared out: each part is as long as its share, and has its name written on it where there is room.
 */
#ifndef LODGER_SCAN_STRIP_H
#define LODGER_SCAN_STRIP_H

#include <gtk/gtk.h>

typedef struct StripPart
{
  const char *name; /* UTF-8; it lives until other parts are set */
  double share;     /* all of them are 1 together */
  GdkRGBA colour;
} StripPart;

/* `clicked` gets the number of a part. */
GtkWidget *strip_new (const char *label, void (*clicked) (guint number, void *data), void *data);
/* Copied but for the names. */
void strip_set (GtkWidget *strip, const StripPart *parts, guint count);

#endif
