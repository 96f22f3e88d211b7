/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which copies are chosen on the page of duplicates: a plan, which is made anew with each report, and the rule that
 * fills it in portions.
 */
#ifndef LODGER_SCAN_DUPLICATES_CHOICE_H
#define LODGER_SCAN_DUPLICATES_CHOICE_H

#include "duplicates-groups.h"

typedef struct DuplicatesChoice DuplicatesChoice;

/* Whether a rule concerns a group. */
typedef gboolean (*DuplicatesChoiceWants) (const DuplicatesGroup *group, void *data);

/* Nothing can be chosen yet. The groups are not owned. */
DuplicatesChoice *duplicates_choice_new (DuplicatesGroups *groups, DuplicatesChoiceWants wants, void *data);
void duplicates_choice_free (DuplicatesChoice *choice);

/* Whenever the groups have taken a report. What was chosen before duplicates_choice_hold() is chosen again. */
void duplicates_choice_begin (DuplicatesChoice *choice, const Report *report, char *const *folders);
/* Before the report goes, or the groups take another one. */
void duplicates_choice_hold (DuplicatesChoice *choice);

/* NULL: nothing can be chosen now. */
Plan *duplicates_choice_get_plan (const DuplicatesChoice *choice);
/* Whether a file goes, by its number in the store; between two reports, as it was. */
gboolean duplicates_choice_goes (const DuplicatesChoice *choice, guint file);
/* FALSE: it cannot be, since it is the last copy that stays, or is in a Bin. */
gboolean duplicates_choice_set (DuplicatesChoice *choice, guint file, gboolean goes);
/* Chooses all copies of a group but one, as the last rule says; or none, if any was chosen. */
void duplicates_choice_toggle_group (DuplicatesChoice *choice, const DuplicatesGroup *group);
/* Chooses all copies of a group but that file, in any plan of the same report. */
void duplicates_choice_keep_only (const DuplicatesChoice *choice, Plan *plan, const DuplicatesGroup *group, guint file);

/* Chooses by a rule, in all groups that it concerns. */
void duplicates_choice_apply (DuplicatesChoice *choice, PlanRule rule);
/* Once a frame: goes on with that. TRUE: the choice has changed. */
gboolean duplicates_choice_step (DuplicatesChoice *choice);
/* Whether there is more to do. */
gboolean duplicates_choice_is_applying (const DuplicatesChoice *choice);

#endif
