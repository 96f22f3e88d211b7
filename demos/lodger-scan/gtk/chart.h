/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of types: a strip that shares all bytes out, and below it a list of the types. Types that do not fit into
 * the list are one more, "other".
 */
#ifndef LODGER_SCAN_CHART_H
#define LODGER_SCAN_CHART_H

#include "../store.h"

#include <gtk/gtk.h>

typedef struct Chart Chart;

/* `chosen` runs when the files of a type are to be shown. */
Chart *chart_new (void (*chosen) (const char *type, void *data), void *data);
/* After its widget has gone. */
void chart_free (Chart *chart);
GtkWidget *chart_get_widget (Chart *chart);

/* What to draw from now on; NULL: nothing. It is not owned: before it goes, something else has to be drawn. */
void chart_set (Chart *chart, const Store *store);
/* Once a frame. TRUE when there is more to do. */
gboolean chart_grow (Chart *chart);
/* The store has changed. Costs nothing when the chart is not on the screen; at the end it is put in words, too. */
void chart_refresh (Chart *chart, gboolean over);

#endif
