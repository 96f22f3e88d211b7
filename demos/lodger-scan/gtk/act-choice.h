/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bar above the duplicates: a rule that chooses copies, how many are chosen, and what is to be done with them. Its
 * buttons and menus run actions of whoever puts it into a widget.
 */
#ifndef LODGER_SCAN_ACT_CHOICE_H
#define LODGER_SCAN_ACT_CHOICE_H

#include <gtk/gtk.h>

/* The group of the actions. */
#define ACT_CHOICE_GROUP "duplicates"
/* Its target is the name of a rule, as plan_rule_name() gives it. */
#define ACT_CHOICE_RULE      "rule"
#define ACT_CHOICE_CLEAR     "clear"
#define ACT_CHOICE_BIN       "bin"
#define ACT_CHOICE_HARD_LINK "hard-link"
#define ACT_CHOICE_REFLINK   "reflink"
#define ACT_CHOICE_DELETE    "delete"
#define ACT_CHOICE_EXPAND    "expand"
#define ACT_CHOICE_COLLAPSE  "collapse"

typedef struct ActChoice ActChoice;

ActChoice *act_choice_new (void);
/* After its widget has gone. */
void act_choice_free (ActChoice *choice);
GtkWidget *act_choice_get_widget (ActChoice *choice);

/* How much is chosen. */
void act_choice_show (ActChoice *choice, guint count, guint64 bytes);
/* Why something was not chosen: until the next act_choice_show(). */
void act_choice_say (ActChoice *choice, const char *text);

#endif
