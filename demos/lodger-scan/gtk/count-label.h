/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A number that changes often. It draws itself: another number costs no layout of the window, as long as it has no more
 * digits, and no question to the X server where the pointer is, as the text of a button with a tooltip does.
 */
#ifndef LODGER_SCAN_COUNT_LABEL_H
#define LODGER_SCAN_COUNT_LABEL_H

#include <gtk/gtk.h>

GtkWidget *count_label_new (void);
/* Less than 0: nothing is shown. */
void count_label_set (GtkWidget *label, gint64 count);

#endif
