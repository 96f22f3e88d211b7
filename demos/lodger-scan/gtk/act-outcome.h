/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What came of an act, in words: for the bar, for the list of its files, and as a text to keep.
 */
#ifndef LODGER_SCAN_ACT_OUTCOME_H
#define LODGER_SCAN_ACT_OUTCOME_H

#include "../act.h"

typedef struct ActOutcome ActOutcome;

/* Of an act that has finished, which is consumed. References are counted in the main thread, where the last one frees
 * the act. */
ActOutcome *act_outcome_new (Act *act);
ActOutcome *act_outcome_ref (ActOutcome *outcome);
void act_outcome_unref (ActOutcome *outcome);

const Act *act_outcome_get_act (const ActOutcome *outcome);
/* Whether something was done that act_undo() can undo. */
gboolean act_outcome_can_undo (const ActOutcome *outcome);
/* Whether each file was done. */
gboolean act_outcome_is_whole (const ActOutcome *outcome);
/* "214 files are in the Bin. …". */
void act_outcome_append_summary (const ActOutcome *outcome, GString *text);

/* The files: first those that stayed as they were. */
guint act_outcome_get_count (const ActOutcome *outcome);
const ActItem *act_outcome_get_item (const ActOutcome *outcome, guint index);
/* What became of a file. */
void act_outcome_append_state (const ActOutcome *outcome, const ActItem *item, GString *text);
/* All of it as text, a line for each file. Any thread that has somebody else's reference. */
char *act_outcome_to_text (const ActOutcome *outcome);

/* "Moving to the Bin: 12 of 214 files". Of an act that goes on. */
void act_outcome_append_progress (GString *text, const Act *act);

#endif
