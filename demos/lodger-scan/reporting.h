/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Workers that make a report of a store, or write one to a file. Both take a while when there are many files. Nobody
 * may write to the store meanwhile, and its owner is held. All functions belong to the caller's thread, and none
 * blocks.
 */
#ifndef LODGER_SCAN_REPORTING_H
#define LODGER_SCAN_REPORTING_H

#include "report.h"

#include <lodger/lodger.h>

G_BEGIN_DECLS

/* What keeps the store. Both functions run in the caller's thread. */
typedef struct ReportingOwner
{
  void *(*ref) (void *owner);
  void (*unref) (void *owner);
  void *owner;
} ReportingOwner;

/* Nothing in it is copied: all belongs to the owner. */
typedef struct ReportingWhat
{
  const Store *store;
  const char *root;
  char **folders; /* those that were scanned, and NULL after the last one */
  double seconds;
  gboolean cancelled;
  const char *json; /* a file to write the report to, too. Optional. */
} ReportingWhat;

/* `made` runs as a call of the caller, and consumes the report. `why` is 0, or why the JSON could not be written;
 * then a line on standard error says so. */
void reporting_make (LodgerCaller *caller, const ReportingWhat *what, const ReportingOwner *owner,
                     void (*made) (Report *report, int why, void *owner));

typedef enum ReportingFormat
{
  REPORTING_JSON,
  REPORTING_CSV
} ReportingFormat;

/* Writes a report of the owner. `written` runs as a call of the caller, with 0 or an errno. */
void reporting_write (LodgerCaller *caller, const Report *report, ReportingFormat format, const char *path,
                      const ReportingOwner *owner, void (*written) (int why, void *owner));

G_END_DECLS

#endif
