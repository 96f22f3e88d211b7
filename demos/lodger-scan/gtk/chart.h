/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of types: a strip that shares all bytes out, and a bar for each type; those that do not fit are one more.
 */
#ifndef LODGER_SCAN_CHART_H
#define LODGER_SCAN_CHART_H

#include "../store.h"

#include <gtk/gtk.h>

typedef struct Chart Chart;

Chart *chart_new (void);
/* After its widget has gone. */
void chart_free (Chart *chart);
GtkWidget *chart_get_widget (Chart *chart);

/* What to draw from now on; NULL: nothing. It is not owned: before it goes, something else has to be drawn. */
void chart_set (Chart *chart, const Store *store);
/* The store has changed. Costs nothing when the chart is not on the screen; at the end it is put in words, too. */
void chart_refresh (Chart *chart, gboolean over);

#endif
