/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The window that shows what became of each file of an act: those that were left as they are come first. All of it can
 * be copied, or saved as text.
 */
#ifndef LODGER_SCAN_ACT_REPORT_H
#define LODGER_SCAN_ACT_REPORT_H

#include "act-outcome.h"

#include <gtk/gtk.h>

/* Shows it over `window`. A reference is taken. */
void act_report_show (GtkWindow *window, ActOutcome *outcome);

#endif
