/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A list of names, each with its bytes and a bar for its share. A row is one widget, which draws itself; what it shows
 * belongs to its place in the list, and is asked for again whenever it may have changed.
 */
#ifndef LODGER_SCAN_SHARE_LIST_H
#define LODGER_SCAN_SHARE_LIST_H

#include <gtk/gtk.h>

/* What a row shows. */
typedef struct ShareRow
{
  GString *name, *note; /* the note is optional */
  guint64 bytes;
  double part, share; /* of the largest one, which is the bar; and of all */
  GdkRGBA colour;
  const char *icon; /* NULL: a square of the bar's colour */
} ShareRow;

/* All get `data`. */
typedef struct ShareListSource
{
  void (*fill) (guint number, ShareRow *row, void *data);
  /* Return, or a double click. */
  void (*activated) (guint number, void *data);
  /* Optional. */
  void (*selected) (guint number, void *data);
  /* Optional. The menu of a row is to be shown beside `at`, which is in the list. */
  void (*menu) (guint number, const GdkRectangle *at, void *data);
  void *data;
} ShareListSource;

/* `wide`: all in one line; else the bar is below the name. */
GtkWidget *share_list_new (const char *label, gboolean wide, const ShareListSource *source);
/* How many rows there are, and that they may show something else. Rows come in portions. */
void share_list_set_count (GtkWidget *list, guint count);
/* Once a frame. TRUE when there is more to add. */
gboolean share_list_grow (GtkWidget *list);
/* Selects a row, and tells nobody. G_MAXUINT: none. */
void share_list_select (GtkWidget *list, guint number);
guint share_list_get_selected (GtkWidget *list);
/* Makes it empty. The first row will be in sight, and have the focus if the list had it. */
void share_list_rewind (GtkWidget *list);

#endif
