/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The widget that shows a map of a folder. What does not change from frame to frame is drawn once for each layout; the
 * rectangle under the pointer and the selected one are drawn above it.
 */
#ifndef LODGER_SCAN_TREEMAP_H
#define LODGER_SCAN_TREEMAP_H

#include "../treemap-layout.h"

#include <gtk/gtk.h>

/* What happens to it. All get `data`; a part is only there until the next layout is set. */
typedef struct TreemapEvents
{
  /* Appends a part in words: what a tooltip and a screen reader tell. */
  void (*describe) (const TreemapPart *part, GString *text, void *data);
  void (*selected) (const TreemapPart *part, void *data);
  /* Clicked, or Return. */
  void (*activated) (const TreemapPart *part, void *data);
  void (*leave_folder) (void *data);
  /* The menu of a part is to be shown beside `at`, which is in the widget. */
  void (*menu) (const TreemapPart *part, const GdkRectangle *at, void *data);
  /* Its size has changed: a new layout is needed. */
  void (*resized) (void *data);
  void *data;
} TreemapEvents;

GtkWidget *treemap_new (const TreemapEvents *events);
/* What is shown from now on. It is not owned: before it changes, something else has to be shown. NULL: nothing. */
void treemap_set (GtkWidget *treemap, const TreemapLayout *layout, const Store *store);
/* Selects a part, and tells nobody. NULL: nothing. A part that is not on the map is not marked. */
void treemap_select (GtkWidget *treemap, const TreemapPart *part);
/* The height of a title. */
double treemap_get_header (GtkWidget *treemap);

#endif
