/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line: the options of a scan, and the status that the program ends with. Each function says on standard
 * error what is wrong, in one line.
 */
#ifndef LODGER_SCAN_OPTIONS_H
#define LODGER_SCAN_OPTIONS_H

#include "act.h"
#include "engine.h"
#include "plan.h"
#include "progress.h"

G_BEGIN_DECLS

/* The status that the program ends with. A signal adds its number to SCAN_SIGNAL. */
enum
{
  SCAN_OK = 0,
  SCAN_CANNOT_WRITE = 1,
  SCAN_WRONG = 2,
  SCAN_STAYED = 3, /* a duplicate that was to go has stayed */
  SCAN_SIGNAL = 128
};

/* What is done about duplicates without a window. */
typedef struct OptionsAct
{
  gboolean wanted, dry_run;
  gboolean yes; /* nothing has to be asked */
  ActKind kind;
  PlanRule keep;
  gboolean keep_given;
} OptionsAct;

typedef struct ScanOptions
{
  EngineOptions what; /* with at least one folder, and without a cache */
  const char *json;   /* Optional. "-" is standard output, as in the next. */
  const char *csv;    /* Optional. */
  gboolean no_cache;
  gboolean duplicates_only, hash_all;
  ProgressMode progress;
  OptionsAct act;
  gboolean exit_when_done;
  double stay;      /* seconds that the window stays when the scan is done */
  gboolean service; /* no window before somebody asks for one */
  gboolean dark;
  const char *page; /* the page that the window shows first. Optional. */
} ScanOptions;

typedef struct OptionsArguments
{
  ScanOptions options; /* the caller frees `what.folders` and `what.exclude` */
  gboolean headless;
  int status; /* the status to end with at once, or -1 to go on */
} OptionsArguments;

/* Parses the arguments of main(). Without a folder it chooses one. Prints the help or the version when asked for. */
OptionsArguments options_parse (int argc, char **argv);
/* Says why the folders cannot be scanned. Returns SCAN_WRONG. */
int options_refuse_folder (const ScanOptions *options, const char *message);

G_END_DECLS

#endif
