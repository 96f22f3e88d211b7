/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One row of a list of shares, as a widget that draws itself. Its size does not depend on what it shows.
 */
#ifndef LODGER_SCAN_SHARE_ROW_H
#define LODGER_SCAN_SHARE_ROW_H

#include "share-list.h"

/* `wide`: all in one line; else the bar is below the name. */
GtkWidget *share_row_new (gboolean wide);
/* Copied. */
void share_row_set (GtkWidget *row, const ShareRow *shown);

#endif
