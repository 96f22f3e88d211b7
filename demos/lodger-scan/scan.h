/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program that scans, and its two faces: with a window, and without one. The toolkit is theirs alone.
 */
#ifndef LODGER_SCAN_SCAN_H
#define LODGER_SCAN_SCAN_H

#include "options.h"

G_BEGIN_DECLS

/* How long the program waits at its end for a worker that does not notice it, in nanoseconds. */
#define SCAN_PATIENCE (INT64_C (500) * 1000 * 1000)
/* How much nicer the workers are than the window, so that painting does not wait for them. */
#define SCAN_NICE 10
/* How long the summary waits for a frame that shows all results. Nobody paints a window that cannot be seen. */
#define SCAN_PAINT_PATIENCE (INT64_C (1000) * 1000 * 1000)

/* Each runs a scan to its end and returns the status. */
typedef struct ScanFaces
{
  const char *name; /* of the program, in what it prints */
  int (*headless) (const ScanOptions *options);
  int (*window) (const ScanOptions *options); /* Optional: it was built without a window. */
} ScanFaces;

/* The program: what main() returns. */
int scan_main (int argc, char **argv, const ScanFaces *faces);

G_END_DECLS

#endif
