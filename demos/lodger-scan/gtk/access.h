/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What GTK leaves open of a window for people who use the keyboard alone, or a screen reader.
 */
#ifndef LODGER_SCAN_ACCESS_H
#define LODGER_SCAN_ACCESS_H

#include <gtk/gtk.h>

/* Once, when all is in the window:
 * - Names are without the underscore that announces a mnemonic. The parts of a list or of a choice
 *   that take the focus are called as the whole.
 * - Tab leaves a list. Otherwise it goes from row to row, of which there may be 300,000. */
void access_mend (GtkWidget *window);

#endif
