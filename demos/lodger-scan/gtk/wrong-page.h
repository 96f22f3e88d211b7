/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a window shows when it cannot scan what was asked for.
 */
#ifndef LODGER_SCAN_WRONG_PAGE_H
#define LODGER_SCAN_WRONG_PAGE_H

#include <gtk/gtk.h>

GtkWidget *wrong_page_new (void);
/* `folders` ends with NULL. */
void wrong_page_say (GtkWidget *page, char *const *folders, const char *message);

#endif
