/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pages of the window, with the row of titles that switches between them.
 */
#ifndef LODGER_SCAN_PAGES_H
#define LODGER_SCAN_PAGES_H

#include <gtk/gtk.h>

typedef struct Pages Pages;

Pages *pages_new (void);
void pages_free (Pages *pages);

/* Borrowed: it is there until pages_free(). */
GtkWidget *pages_get_widget (Pages *pages);
/* Where the focus goes when nothing has it. */
GtkWidget *pages_get_stack (Pages *pages);

/* `title` has a mnemonic. */
void pages_add (Pages *pages, GtkWidget *page, const char *name, const char *title);
void pages_show (Pages *pages, const char *name);
const char *pages_get_shown (const Pages *pages);
/* How much is on it, behind its title; less than nothing: that is not known yet. Shown at most twice a second; if it is
 * `final`, at once, and it is also told to those who do not see it. */
void pages_set_count (Pages *pages, const char *name, gint64 count, gboolean final);

#endif
