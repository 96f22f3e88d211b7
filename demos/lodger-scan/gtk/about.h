/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * "About this scan": a window with everything that is known of the scan and of how smooth the program's window was
 * meanwhile.
 */
#ifndef LODGER_SCAN_ABOUT_H
#define LODGER_SCAN_ABOUT_H

#include "../session.h"
#include "frames.h"

#include <gtk/gtk.h>

typedef struct About About;

/* What it tells of. */
typedef struct AboutFacts
{
  LodgerCaller *caller;
  const Session *session; /* NULL: there is no scan */
  const Frames *frames;
} AboutFacts;

/* It belongs to `window`. */
About *about_new (GtkWindow *window);
void about_free (About *about);

/* A scan begins: times are counted from now on. */
void about_begin (About *about);
void about_show (About *about, const AboutFacts *facts);
/* Shows it anew, at most twice a second, when it is on the screen. */
void about_refresh (About *about, const AboutFacts *facts);

#endif
