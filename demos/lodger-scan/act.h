/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Does what a plan says: moves duplicates to the Bin, deletes them, or makes them links of the copy that stays. Workers
 * do it. Right before, each file is compared with that copy byte by byte, both through descriptors that were opened
 * without following a link; whatever is not as it was scanned stays. Afterwards it is checked that it was this file
 * that went and that the copy is still in its place; else the file is put back. All functions belong to the caller's
 * thread, and none blocks.
 *
 * A file that becomes a hard link has the times of the copy that stays from then on. One whose owner, permissions or
 * attributes would change, too, stays as it is (ACT_OTHER_RIGHTS). A reflink keeps all of them.
 *
 * A program that is killed while it deletes or links may leave one file called `.lodger-scan-` and 16 digits beside the
 * place of a duplicate, which may be removed or named back. What is in the Bin then can be restored from there.
 */
#ifndef LODGER_SCAN_ACT_H
#define LODGER_SCAN_ACT_H

#include "act-file.h"
#include "plan.h"

#include <lodger/lodger.h>

G_BEGIN_DECLS

#define ACT_NO_TWIN G_MAXUINT

typedef struct ActItem
{
  const char *path; /* absolute, as the file system has it; the act's */
  guint twin;       /* the number that it has in the report's twins, or ACT_NO_TWIN */
  int reason;       /* ACT_DONE, or why it stayed: see act-file.h */
  guint64 size;
  const char *moved; /* its name in the Bin, or its other name in its folder; NULL: it has none. The act's. */
} ActItem;

typedef struct Act Act;

/* Both run as calls of the caller, never from inside a function of the act. They may free it. */
typedef struct ActEvents
{
  void (*progress) (Act *act, void *data); /* at most ten times a second */
  void (*finished) (Act *act, void *data); /* once, also after a cancel */
  void *data;
} ActEvents;

/* The plan, its report and its store may go as soon as this returns. It copies what goes, which takes about half a
 * millisecond for 1,000 files. With `dry_run` all is compared and nothing is done. */
Act *act_start (LodgerCaller *caller, const Plan *plan, ActKind kind, gboolean dry_run, const ActEvents *events);
/* Moves to the Bin what goes in the plan, and then files that have no copy, by their numbers in the store: these are
 * compared with nothing. As act_start() otherwise; their items come last, and their `twin` is ACT_NO_TWIN. */
Act *act_start_bin (LodgerCaller *caller, const Plan *plan, const guint *alone, guint count, const ActEvents *events);
/* Puts back what has gone to the Bin, where nothing has its name meanwhile (EEXIST). Only after `finished` of an
 * ACT_BIN, which may be freed then; it has its own items and its own `finished`. */
Act *act_undo (const Act *done, const ActEvents *events);
/* The file that a worker is at is finished, unless it is still being compared. `finished` comes then. */
void act_cancel (Act *act);
/* Likewise, but no event comes. NULL is ignored. */
void act_free (Act *act);

ActKind act_get_kind (const Act *act);
gboolean act_is_undo (const Act *act);
gboolean act_is_dry_run (const Act *act);
gboolean act_has_finished (const Act *act);
/* ActItem, in the order of the plan's groups. Their reasons change until `finished`. */
const GArray *act_get_items (const Act *act);
/* How many items are over, be it done or failed. */
guint act_get_done (const Act *act);
/* How many have succeeded; with a dry run: would have. */
guint act_get_succeeded (const Act *act);
/* Freed so far, or what a dry run would free; put back, for an undo. What is in the Bin counts as freed. */
guint64 act_get_bytes (const Act *act);
/* In words; for reasons other than ACT_DONE. Translated by whoever shows it in a window. */
const char *act_reason_text (int reason);
/* What was done and what failed, for people, as lines that are not translated: one for each file that stayed and a last
 * one with the sums. */
void act_append_report (GString *text, const Act *act);

G_END_DECLS

#endif
