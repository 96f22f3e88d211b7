/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The question before something is done to files that cannot be undone. Nothing is done unless it is answered with yes:
 * Return, Escape and closing it mean no.
 */
#ifndef LODGER_SCAN_ACT_DIALOG_H
#define LODGER_SCAN_ACT_DIALOG_H

#include "../act.h"

#include <gtk/gtk.h>

/* Whether there is a question before that. */
gboolean act_dialog_is_needed (ActKind kind);
/* Asks about that many files and bytes. `yes` runs at most once, and never after the window has gone. */
void act_dialog_ask (GtkWindow *window, ActKind kind, guint count, guint64 bytes, void (*yes) (void *data), void *data);

#endif
