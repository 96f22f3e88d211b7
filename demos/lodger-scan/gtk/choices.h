/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is scanned, and how: the popover in which the user says it. Nothing changes before the scan is asked for.
 */
#ifndef LODGER_SCAN_CHOICES_H
#define LODGER_SCAN_CHOICES_H

#include "request.h"

#include <gtk/gtk.h>

typedef struct Choices Choices;

/* `scan` runs when a scan with these choices is asked for; the popover is closed by then. */
Choices *choices_new (void (*scan) (void *data), void *data);
/* After its window has gone. */
void choices_free (Choices *choices);
GtkWidget *choices_get_popover (Choices *choices);

/* Shows what that request says. */
void choices_show (Choices *choices, const Request *request);
/* What the user has chosen, in place of what the request says. */
void choices_take (const Choices *choices, Request *request);

#endif
