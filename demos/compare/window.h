/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the window of both programs looks like. What it does is in with-lodger.c and with-gtask.c. */
#ifndef COMPARE_WINDOW_H
#define COMPARE_WINDOW_H

#include <gtk/gtk.h>

typedef struct View
{
  GtkWidget *window, *bar, *count, *cancel;
} View;

/* Belongs to the window, whose data "view" it is. */
View *view_new (GtkApplication *application);

#endif
