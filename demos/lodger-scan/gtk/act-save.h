/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where to save something: the question for a file, and for one of the kinds that it can have.
 */
#ifndef LODGER_SCAN_ACT_SAVE_H
#define LODGER_SCAN_ACT_SAVE_H

#include <gtk/gtk.h>

typedef struct ActSaveKind
{
  const char *title; /* "JSON", translated when it is shown */
  const char *name;  /* what is proposed: "duplicates.json" */
} ActSaveKind;

/* Asks over `window`. `chosen` gets the file and the number of its kind, in `kinds`: by the end of its name, or else by
 * what was selected. It runs at most once, and never after the window has gone. */
void act_save_ask (GtkWindow *window, const char *title, const ActSaveKind *kinds, guint n_kinds,
                   void (*chosen) (GFile *file, guint kind, void *data), void *data);

#endif
