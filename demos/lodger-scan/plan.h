/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which files of the groups of duplicates are to go. At least one inode of each group stays, whatever is asked for, and
 * a further name of an inode that stays, or a file that has its blocks, may stay, too: it takes no space. What is in a
 * Bin never goes, and does not count as a copy that stays: it is gone when the Bin is emptied. The main thread's alone.
 */
#ifndef LODGER_SCAN_PLAN_H
#define LODGER_SCAN_PLAN_H

#include "report.h"

G_BEGIN_DECLS

typedef enum PlanRule
{
  PLAN_KEEP_OLDEST,
  PLAN_KEEP_NEWEST,
  PLAN_KEEP_SHORTEST_PATH,
  PLAN_KEEP_FIRST_FOLDER, /* of the folders that were given: the first one that has a copy */
  PLAN_N_RULES
} PlanRule;

typedef struct Plan Plan;

/* Nothing is to go yet. The report and its store have to stay as long as the plan. */
Plan *plan_new (const Report *report);
void plan_free (Plan *plan);
/* For PLAN_KEEP_FIRST_FOLDER: the folders as they were given, absolute, and NULL after the last one. They are copied.
 * Without them, and in one folder, that rule keeps the copy whose path is the first one. */
void plan_set_folders (Plan *plan, char *const *folders);

/* One of each group stays: which one, the rule says; of equal ones the first by path. Whatever was set before is
 * forgotten. Groups that waste nothing, as those of empty files, are left alone. `group` is a number in the report's
 * groups. Setting all of 300,000 twins at once takes too long for a frame: a window sets some groups in each. */
void plan_apply (Plan *plan, PlanRule rule);
void plan_apply_to (Plan *plan, PlanRule rule, guint group);
/* `twin` is a number in the report's twins. FALSE, and nothing changes: it is the last one of its group that stays, or
 * it has gone or is in a Bin. */
gboolean plan_set (Plan *plan, guint twin, gboolean goes);
gboolean plan_goes (const Plan *plan, guint twin);
/* Whether it is a copy that stays for sure: one that neither goes nor has gone, and is in no Bin. */
gboolean plan_stays (const Plan *plan, guint twin);
void plan_clear (Plan *plan);

guint plan_get_count (const Plan *plan);
/* The bytes that are free when they have gone: none, where a name of the inode or another file with its blocks stays. */
guint64 plan_get_bytes (const Plan *plan);
const Report *plan_get_report (const Plan *plan);

/* "oldest", as on the command line: oldest, newest, shortest-path, first-folder. FALSE: there is no such rule. */
gboolean plan_rule_parse (const char *text, PlanRule *ret_rule);
const char *plan_rule_name (PlanRule rule);

G_END_DECLS

#endif
