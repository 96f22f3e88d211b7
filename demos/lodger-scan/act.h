/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Does what a plan says: moves duplicates to the Bin, deletes them, or makes them links of the copy that stays. Workers do
 * it. Right before, each file is compared with that copy byte by byte, both through descriptors that were opened without
 * following a link; whatever is not as it was scanned stays. All functions belong to the caller's thread, and none blocks.
 */
#ifndef LODGER_SCAN_ACT_H
#define LODGER_SCAN_ACT_H

#include "plan.h"

#include <lodger/lodger.h>

G_BEGIN_DECLS

typedef enum ActKind
{
  ACT_BIN,
  ACT_DELETE,
  ACT_HARD_LINK,
  ACT_REFLINK
} ActKind;

/* Why a file stayed: an errno, which is positive, or one of these. */
enum
{
  ACT_DONE = 0,
  ACT_WAITING = -1,   /* not begun, or cancelled before it was */
  ACT_CHANGED = -2,   /* it is not the file that was scanned */
  ACT_DIFFERS = -3,   /* it is not the same as the copy that stays */
  ACT_KEPT_GONE = -4, /* the copy that was to stay has gone or was changed */
  ACT_NO_BIN = -5,    /* its file system has no Bin */
  ACT_SAME = -6,      /* it is a further name of the copy that stays: nothing to gain */
  ACT_CANNOT = -7,    /* its file system cannot do that */
};

typedef struct ActItem
{
  char *path; /* absolute, as the file system has it */
  guint twin; /* the number that it has in the report's twins */
  guint64 size;
  int reason;
} ActItem;

typedef struct Act Act;

/* Both run as calls of the caller, never from inside a function of the act. */
typedef struct ActEvents
{
  void (*progress) (Act *act, void *data); /* at most ten times a second */
  void (*finished) (Act *act, void *data); /* once */
  void *data;
} ActEvents;

/* The plan and its report may go as soon as this returns. With `dry_run` all is compared and nothing is done. */
Act *act_start (LodgerCaller *caller, const Plan *plan, ActKind kind, gboolean dry_run, const ActEvents *events);
/* Puts back what has gone to the Bin, where nothing has its name meanwhile. Only after `finished` of an ACT_BIN; it has its
 * own items and its own `finished`. */
Act *act_undo (const Act *done, const ActEvents *events);
void act_cancel (Act *act);
/* What a worker is doing is finished, and no event comes. NULL is ignored. */
void act_free (Act *act);

ActKind act_get_kind (const Act *act);
/* ActItem, in the order of the plan. Their reasons change until `finished`. */
const GArray *act_get_items (const Act *act);
guint act_get_done (const Act *act);
guint64 act_get_bytes (const Act *act); /* freed so far */
/* In words; for reasons other than ACT_DONE. */
const char *act_reason_text (int reason);

G_END_DECLS

#endif
