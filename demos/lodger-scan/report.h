/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What came out of a scan, in order: all paths sorted byte by byte, what is there twice, and both as text. Making it
 * takes time with many files; it may be done in a worker as long as the store does not change: it is only read.
 *
 * Duplicates are files with the same hash. All paths of such a group are listed; what it wastes is its size times the
 * inodes that are too many: empty files, further names of one inode, and inodes that have the same blocks on disk waste
 * nothing.
 */
#ifndef LODGER_SCAN_REPORT_H
#define LODGER_SCAN_REPORT_H

#include "store.h"

#include <stdio.h>

G_BEGIN_DECLS

/* What a group is; only the first kind wastes something. */
typedef enum ReportWhy
{
  REPORT_COPIES,
  REPORT_EMPTY,
  REPORT_HARD_LINKS, /* all are names of one inode */
  REPORT_SHARED      /* all have the same blocks on disk */
} ReportWhy;

typedef struct ReportGroup
{
  guint first, count; /* in `twins` */
  guint64 wasted;
  ReportWhy why;
} ReportGroup;

typedef struct Report
{
  const Store *store; /* not owned */
  char *folder;       /* that all paths are relative to */
  char **folders;     /* those that were scanned when there are several, which are below "/"; else NULL */
  double seconds;
  gboolean interrupted, duplicates_only;
  GPtrArray *files; /* StoreFile, by path; only those of the groups with `duplicates_only` */
  GArray *errors;   /* StoreError, by path */
  GPtrArray *twins; /* StoreFile, group by group, by path in each */
  GArray *groups;   /* ReportGroup, the one that wastes most first */
  guint64 wasted;
  GPtrArray *acts; /* in words, what became of each of `twins`; NULL: nothing was done. Freed with its elements. */
} Report;

/* Sorts what is in the store, which has to stay as it is as long as the report is used. */
Report *report_new (const Store *store, const char *folder, double seconds, gboolean interrupted);
/* The same of the duplicates only: the other files are not even sorted. */
Report *report_new_duplicates (const Store *store, const char *folder, double seconds, gboolean interrupted);
/* `folders` ends with NULL, and is copied. */
void report_set_folders (Report *report, char **folders);
void report_free (Report *report);

/* "hard links": what a group is that wastes nothing. Translated by whoever shows it in a window. */
const char *report_why_text (ReportWhy why);
/* The summary, for people. */
char *report_summary (const Report *report);
/* Writes the summary to standard output. FALSE, and one line on standard error, when that cannot be written; that
 * nobody reads it (a closed pipe) is no error. */
gboolean report_print (const Report *report, const char *last_line);
/* The same to another stream. */
gboolean report_print_to (FILE *out, const Report *report, const char *last_line);

/* Each writes a file beside `path` and then puts it in its place; what is no regular file is written in place, and "-"
 * is standard output. 0, or an errno. Any thread, as long as nobody changes the report: it may take a while. */
int report_write_json (const Report *report, const char *path);
int report_write_csv (const Report *report, const char *path);
/* Whether that looks possible: 0, or an errno. */
int report_check_place (const char *path);
/* Says on standard error, in one line, that a file cannot be written. */
void report_complain (const char *path, int why);

G_END_DECLS

#endif
