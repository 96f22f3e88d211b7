/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bar that tells what is being done to files, how far it is, and what came of it. It is there only when there is
 * something to tell.
 */
#ifndef LODGER_SCAN_ACT_BAR_H
#define LODGER_SCAN_ACT_BAR_H

#include <gtk/gtk.h>

typedef struct ActBar ActBar;

/* What its buttons do. */
typedef struct ActBarEvents
{
  void (*cancel) (void *data);
  void (*undo) (void *data);
  void (*details) (void *data);
  void *data;
} ActBarEvents;

/* The buttons that go with what is told. */
typedef enum ActBarFlags
{
  ACT_BAR_WARNS = 1 << 0, /* not all went well */
  ACT_BAR_UNDO = 1 << 1,
  ACT_BAR_DETAILS = 1 << 2
} ActBarFlags;

ActBar *act_bar_new (const ActBarEvents *events);
/* After its widget has gone. */
void act_bar_free (ActBar *bar);
GtkWidget *act_bar_get_widget (ActBar *bar);

/* Something goes on. It can be stopped unless that has been asked for already. */
void act_bar_show_progress (ActBar *bar, const char *text, double fraction, gboolean stopping);
/* Something is over, and this came of it. */
void act_bar_say (ActBar *bar, const char *text, ActBarFlags flags);
void act_bar_hide (ActBar *bar);

#endif
