/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the rooms of the GTK adapter share. */
#ifndef LODGER_GTK_PRIVATE_H
#define LODGER_GTK_PRIVATE_H

#include "lodger-gtk4.h"

#include <lodger/host.h>

/* Whether this is the GUI thread: the one that asked first. */
gboolean lodger__gtk_is_here (void);

/* The caller if there is one. */
LodgerCaller *lodger__gtk_peek_caller (void);

/* frames.c: how long calls may take now. */
int64_t lodger__gtk_slice (void *data);

/* ---- progress.c ---- */

typedef struct LodgerGtkProgress LodgerGtkProgress;

LodgerGtkProgress *lodger__gtk_progress_new (GtkWidget *widget, LodgerScope *scope, LodgerCaller *caller,
                                             const LodgerGtkRunOptions *options, void *data);
LodgerGtkProgress *lodger__gtk_progress_ref (LodgerGtkProgress *progress);
void lodger__gtk_progress_unref (void *progress);
/* The work's thread: from now on lodger_gtk_report() finds it. */
void lodger__gtk_progress_begin (LodgerGtkProgress *progress, LodgerPending *self);
/* GUI thread: what has been reported and not shown. */
void lodger__gtk_progress_flush (LodgerGtkProgress *progress);
/* GUI thread: nothing is shown any more. */
void lodger__gtk_progress_end (LodgerGtkProgress *progress);

#endif
