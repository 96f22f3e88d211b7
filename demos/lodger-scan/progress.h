/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How far the program is, as a line on standard error: on a terminal a line that is written over again and again,
 * elsewhere a line of its own every ten seconds. Nothing here waits: a terminal that was stopped gets no line.
 */
#ifndef LODGER_SCAN_PROGRESS_H
#define LODGER_SCAN_PROGRESS_H

#include "engine.h"

G_BEGIN_DECLS

typedef enum ProgressMode
{
  PROGRESS_AUTO, /* only on a terminal */
  PROGRESS_ALWAYS,
  PROGRESS_NEVER
} ProgressMode;

typedef struct Progress Progress;

Progress *progress_new (ProgressMode mode);
/* Clears the line, too. NULL is ignored. */
void progress_free (Progress *progress);

/* How far the scan is. */
void progress_show_scan (Progress *progress, Engine *engine);
/* How many of so many files are done, and what is done with them. */
void progress_show_act (Progress *progress, const char *what, guint done, guint count);
/* Clears the line, so that something else can be printed. */
void progress_clear (Progress *progress);

G_END_DECLS

#endif
