/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A folder with duplicates, a Bin of its own, and an act on a manual host. Nothing of the user's is touched. */
#ifndef LODGER_SCAN_TEST_ACTING_H
#define LODGER_SCAN_TEST_ACTING_H

#include "act.h"
#include "found.h"
#include "test-loop.h"
#include "test-suite.h"

typedef struct Acting
{
  char *base; /* holds all that follows */
  char *in;   /* is scanned */
  char *data; /* XDG_DATA_HOME */
  Loop loop;
  Found found;
  Plan *plan;
  Act *act;
  int progress, finished;
  guint written; /* each file is one second younger than the one before */
} Acting;

void acting_begin (Acting *acting);
/* Ends the act if it is there, and removes everything. */
void acting_end (Acting *acting);

/* The path of something below the base; free it. */
char *acting_path (const Acting *acting, const char *name);
/* Writes a file below the base, with its folders. */
void acting_write (Acting *acting, const char *name, const char *content);
/* Whether that is all that is in the file. FALSE also when there is none, or a link. */
gboolean acting_has (const Acting *acting, const char *name, const char *content);
gboolean acting_is_there (const Acting *acting, const char *name);
/* How many files and folders there are in that folder. */
guint acting_count (const Acting *acting, const char *name);
void acting_move (const Acting *acting, const char *from, const char *to);

/* Scans `in`, and plans to keep the oldest ones. */
void acting_scan (Acting *acting, guint8 content_kind);
/* The events count. */
ActEvents acting_events (Acting *acting);
/* Starts, and iterates until it has finished. */
void acting_run (Acting *acting, ActKind kind, gboolean dry_run);
/* Iterates until `acting->act` has finished. */
void acting_wait (Acting *acting);
/* The reason of that file, which is below `in`. */
int acting_reason (const Acting *acting, const char *name);
const ActItem *acting_item (const Acting *acting, const char *name);

#endif
