/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is done with one duplicate: compared with the copy that stays, moved or linked, checked, and put back when the
 * check fails. Other programs may rename, replace, write and link files and folders at any moment. Any thread;
 * everything blocks.
 */
#ifndef LODGER_SCAN_ACT_FILE_H
#define LODGER_SCAN_ACT_FILE_H

#include "act-open.h"
#include "same.h"

G_BEGIN_DECLS

typedef enum ActKind
{
  ACT_BIN,
  ACT_DELETE,
  ACT_HARD_LINK,
  ACT_REFLINK
} ActKind;

typedef struct ActWay
{
  const ActBase *bases;
  ActKind kind;
  gboolean dry_run; /* compares, and does nothing */
  SameStopFunc stop;
  void *stop_data;
} ActWay;

typedef struct ActResult
{
  char *moved;  /* its name in the Bin, or the other one in its folder; NULL: it has none. Whoever asked frees it. */
  guint names;  /* how many the inode had */
  gboolean own; /* its bytes were its own on the disk */
} ActResult;

/* Returns the reason why the file stays, or ACT_DONE. After ACT_KEPT_GONE it is there as before. */
int act_file_do (const ActWay *way, const ActFile *kept, const ActFile *file, ActResult *ret_result);
/* Moves a file to the Bin that is compared with nothing, likewise. */
int act_file_bin (const ActWay *way, const ActFile *file, ActResult *ret_result);
/* Puts back what is in the Bin under the name `moved`. */
int act_file_restore (const ActWay *way, const ActFile *file, const char *moved);

G_END_DECLS

#endif
