/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sentence above a page that tells what could not be done, until somebody closes it or something else is told.
 */
#ifndef LODGER_SCAN_NOTICE_H
#define LODGER_SCAN_NOTICE_H

#include <gtk/gtk.h>

typedef struct Notice Notice;

Notice *notice_new (void);
/* After its widget has gone. */
void notice_free (Notice *notice);
GtkWidget *notice_get_widget (Notice *notice);

void notice_say (Notice *notice, const char *sentence);
/* FALSE when nothing was told. */
gboolean notice_close (Notice *notice);

#endif
