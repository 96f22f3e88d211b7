/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A report that is written to a file, piece by piece, and is at its place only when all of it is written.
 */
#ifndef LODGER_SCAN_OUTPUT_H
#define LODGER_SCAN_OUTPUT_H

#include "report.h"

G_BEGIN_DECLS

typedef struct Output
{
  GString *text; /* what is to be written next */

  /* The rest is the output's own. */
  FILE *out;
  GString *path;
  const StoreDir *dir; /* of which `path` begins with the path, `dir_length` bytes with the slash */
  gsize dir_length;
  int why; /* the first error */
} Output;

typedef void (*OutputFunc) (Output *output, const Report *report);

/* Writes what the function makes to `path`, or to standard output when that is "-". 0, or an errno. Any thread. */
int output_write (const Report *report, const char *path, OutputFunc make);

/* For the function: writes the text, which is empty then. */
void output_flush (Output *output);
/* The path below the scanned folder, "." for that itself. Good until the next call. Files of one folder that come one
 * after the other cost little. */
const char *output_get_path (Output *output, const StoreDir *dir, const char *name);
/* For JSON and CSV, without quotes: 64 digits; "2026-12-01T04:06:51Z", or nothing when there is no such year. */
void output_append_hash (GString *text, const StoreFile *file);
gboolean output_append_time (GString *text, gint64 ns);

G_END_DECLS

#endif
