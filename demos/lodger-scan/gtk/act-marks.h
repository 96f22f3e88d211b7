/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The column with a check mark for each file that may go, beside which a picture and a word say what becomes of it.
 */
#ifndef LODGER_SCAN_ACT_MARKS_H
#define LODGER_SCAN_ACT_MARKS_H

#include <gtk/gtk.h>

typedef enum ActMark
{
  ACT_MARK_NONE, /* no file: there is only a text */
  ACT_MARK_STAYS,
  ACT_MARK_GOES
} ActMark;

/* The list's part. */
typedef struct ActMarksTarget
{
  /* What a row shows, and appends its text. */
  ActMark (*get) (gconstpointer row, GString *text, void *data);
  /* The user wants that. What the row shows is asked for afterwards. */
  void (*set) (gconstpointer row, gboolean goes, void *data);
  void *data;
} ActMarksTarget;

typedef struct ActMarks ActMarks;

/* Puts the column before all others of a list whose rows are those of a GtkTreeListModel. It is freed with the list. */
ActMarks *act_marks_new (GtkColumnView *list, const ActMarksTarget *target);
/* Looks again at what is shown. `sensitive`: the marks can be changed now. */
void act_marks_refresh (ActMarks *marks, gboolean sensitive);

#endif
