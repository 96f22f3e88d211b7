/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a window does to files, one act at a time: the question before it, the bar that tells how far it is, what came
 * of it, and the way back.
 */
#ifndef LODGER_SCAN_ACT_RUN_H
#define LODGER_SCAN_ACT_RUN_H

#include "../act.h"

#include <gtk/gtk.h>

typedef struct ActRun ActRun;

/* The window's part. All get `data`. */
typedef struct ActRunTarget
{
  GtkWindow *window;
  LodgerCaller *caller;
  /* What is chosen now, after a question was answered. NULL: nothing. */
  const Plan *(*get_plan) (void *data);
  /* An act has begun, or is over. */
  void (*busy) (gboolean busy, void *data);
  /* Files have gone, by their numbers in the plan's store. Not after act_run_forget(). */
  void (*gone) (const guint *files, guint count, void *data);
  /* Files share their blocks now, likewise. */
  void (*shared) (const guint *files, guint count, void *data);
  /* Whether the lists come to know by themselves of files that come back, or are linked. */
  gboolean (*follows) (void *data);
  void *data;
} ActRunTarget;

ActRun *act_run_new (const ActRunTarget *target);
/* Before the window is destroyed. An act that goes on ends behind the file that it is at, and nothing is told of it. */
void act_run_end (ActRun *run);
/* After act_run_end(), and after its widget has gone. */
void act_run_free (ActRun *run);
GtkWidget *act_run_get_widget (ActRun *run);

/* Does that with what is chosen in the plan; asks before when it cannot be undone. The plan is not kept: after the
 * question, the target is asked for it again. Nothing happens while another act goes on. */
void act_run_start (ActRun *run, const Plan *plan, ActKind kind);
/* Moves to the Bin what is chosen in the plan, and files that have no copy, by their numbers in its store. Likewise. */
void act_run_start_bin (ActRun *run, const Plan *plan, const guint *alone, guint count);
gboolean act_run_is_busy (const ActRun *run);
/* Ends the act behind the file that it is at. FALSE: there is none. */
gboolean act_run_cancel (ActRun *run);
/* The store goes: an act is cancelled, and its files are not told any more. It can still be undone. */
void act_run_forget (ActRun *run);
/* Something to be said beside what comes of the act that goes on. */
void act_run_note (ActRun *run, const char *text);
/* Says something that is no act's. Not while an act goes on. */
void act_run_say (ActRun *run, const char *text, gboolean warns);

#endif
