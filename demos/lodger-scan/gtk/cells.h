/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists with columns: text that is cut where its column ends, shown whole in a tooltip when it was cut. A cell's size
 * does not depend on its text, so that scrolling and sorting measure nothing.
 */
#ifndef LODGER_SCAN_CELLS_H
#define LODGER_SCAN_CELLS_H

#include "rows.h"

#include <gtk/gtk.h>

typedef enum CellFlags
{
  CELL_NUMBER = 1 << 0, /* at the right, with digits of one width */
  CELL_DIM = 1 << 1,
  CELL_EXPAND = 1 << 2, /* gets the room that is left */
  CELL_MIDDLE = 1 << 3, /* cut in the middle rather than at its end */
  CELL_LIVE = 1 << 4,   /* its text may change while it is shown: cells_refresh() */
  CELL_TREE = 1 << 5    /* rows are those of a GtkTreeListModel, and open here */
} CellFlags;

typedef struct CellColumn
{
  const char *title;
  /* Appends the text of a row. */
  void (*text) (void *data, gconstpointer row, GString *text);
  GCompareDataFunc compare; /* of two rows; NULL: it cannot be sorted by */
  guint chars;
  CellFlags flags;
} CellColumn;

/* A list of `model` (consumed), with the columns up to one without a title; the data lives as long as it does.
 * Both `text` and `compare` get the data. The titles are translated here. A model that is a GtkSelectionModel says
 * what is selected. */
GtkWidget *cells_new (const char *label, const CellColumn *columns, GListModel *model, void *data);
GtkColumnView *cells_get_view (GtkWidget *cells);
/* Looks again at what live cells show. */
void cells_refresh (GtkWidget *cells);
/* Looks again at what all cells show: the rows stand for something else. */
void cells_refresh_all (GtkWidget *cells);
/* For a cell that somebody else has made: it belongs to that item. */
void cells_set_item (GtkWidget *cell, GtkListItem *item);
/* The place of the row that a widget of the list belongs to, or GTK_INVALID_LIST_POSITION. */
guint cells_find (GtkWidget *cells, GtkWidget *widget);
/* The row that is selected, as a new reference, or NULL. Not with a GtkSelectionModel of one's own. */
void *cells_get_selected (GtkWidget *cells);

/* The few rules of style that the window has beside the theme's; once, when there is a display. */
void cells_load_style (void);

/* A picture in the middle of a page that has nothing else to show, and what is said below. */
GtkWidget *cells_empty_page (const char *icon);
void cells_empty_page_say (GtkWidget *page, const char *heading, const char *text);

#endif
