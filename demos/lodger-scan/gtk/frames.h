/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a person sees of the window's smoothness: how many frames its clock painted while frames were wanted, and the
 * longest time between two of them. While they are wanted the clock ticks; after that it stands still, and nothing here
 * wakes the program.
 */
#ifndef LODGER_SCAN_FRAMES_H
#define LODGER_SCAN_FRAMES_H

#include "../paints.h"

#include <gtk/gtk.h>

typedef struct Frames Frames;

/* `on_frame` runs at the beginning of each frame that is wanted, before it is painted. */
Frames *frames_new (GtkWidget *window, void (*on_frame) (void *data), void *data);
/* Before its window is destroyed. */
void frames_free (Frames *frames);

void frames_want (Frames *frames, gboolean wanted);
/* Forgets what was counted. */
void frames_restart (Frames *frames);
const Paints *frames_get_paints (const Frames *frames);

#endif
