/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the user can do on the page of duplicates: the actions of its bar and of its menu.
 */
#ifndef LODGER_SCAN_DUPLICATES_ACTIONS_H
#define LODGER_SCAN_DUPLICATES_ACTIONS_H

#include "../act.h"
#include "act-choice.h"
#include "duplicates-choice.h"
#include "duplicates-list.h"
#include "notice.h"

typedef struct DuplicatesActions DuplicatesActions;

/* The page's. All have to stay as long as the actions. */
typedef struct DuplicatesActionsParts
{
  GtkWidget *widget; /* in which the actions can be activated */
  LodgerCaller *caller;
  DuplicatesList *list;
  DuplicatesChoice *choice;
  ActChoice *bar;
  Notice *notice;
  void (*act) (const Plan *plan, ActKind kind, void *data); /* the plan is good until this returns */
  void (*wake) (void *data);                                /* asks for frames */
  void *data;
} DuplicatesActionsParts;

DuplicatesActions *duplicates_actions_new (const DuplicatesActionsParts *parts);
void duplicates_actions_free (DuplicatesActions *actions);

/* The folder that the paths are relative to. Copied. */
void duplicates_actions_set_folder (DuplicatesActions *actions, const char *folder);
/* An act goes on: no other one can be begun. */
void duplicates_actions_set_busy (DuplicatesActions *actions, gboolean busy);
/* What is chosen, or what can be done, has changed: shows it. */
void duplicates_actions_refresh (DuplicatesActions *actions);
/* What is chosen. NULL: nothing can be, or a rule is at work. */
const Plan *duplicates_actions_get_plan (const DuplicatesActions *actions);

/* Files are their numbers in the store. */
void duplicates_actions_choose (DuplicatesActions *actions, guint file, gboolean goes);
void duplicates_actions_open (DuplicatesActions *actions, guint file);
/* As duplicates_view_plan_for_bin(). */
Plan *duplicates_actions_plan_for_bin (DuplicatesActions *actions, const guint *files, guint count, GArray *ret_alone);

#endif
