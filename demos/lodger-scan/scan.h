/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two faces of the program, and what main.c tells them.
 */
#ifndef LODGER_SCAN_SCAN_H
#define LODGER_SCAN_SCAN_H

#include <glib.h>

/* The status that the program ends with; a signal adds its number to SCAN_SIGNAL. */
enum
{
  SCAN_OK = 0,
  SCAN_CANNOT_WRITE = 1,
  SCAN_WRONG = 2,
  SCAN_SIGNAL = 128
};

/* How long the program waits for a worker that does not notice its end, in nanoseconds. */
#define SCAN_PATIENCE (INT64_C (500) * 1000 * 1000)

typedef struct ScanOptions
{
  char *folder;     /* absolute */
  const char *json; /* or NULL */
  gboolean exit_when_done;
  double stay; /* seconds that the window stays when it is done */
  gboolean dark;
  const char *page; /* that the window shows first, or NULL */
} ScanOptions;

/* Both run a scan to its end and return the status. */
int scan_headless (const ScanOptions *options);
int scan_window (const ScanOptions *options);

/* One line on standard error about the folder; returns SCAN_WRONG. */
int scan_refuse (const ScanOptions *options, const char *message);

#endif
