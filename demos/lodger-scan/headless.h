/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The face without a window: a progress line, a summary, and an orderly end by a signal. Whose loop it runs in is given.
 */
#ifndef LODGER_SCAN_HEADLESS_H
#define LODGER_SCAN_HEADLESS_H

#include "options.h"

#include <lodger/lodger.h>

G_BEGIN_DECLS

typedef void (*HeadlessSignalFunc) (int number, void *data);

/* A loop of this thread. Each function gets `data` as its last argument. */
typedef struct HeadlessLoop
{
  /* The loop's caller as a new reference; or NULL with a message, which is freed with g_free(). */
  LodgerCaller *(*attach) (const LodgerCallerOptions *options, char **ret_message, void *data);
  /* Runs the loop until `quit`. */
  void (*run) (void *data);
  void (*quit) (void *data);
  /* From now on, the loop calls the function when SIGINT or SIGTERM has come. */
  void (*watch_signals) (HeadlessSignalFunc on_signal, void *signal_data, void *data);
  /* Calls it for signals that have come already. From then on, a signal ends the program. */
  void (*unwatch_signals) (void *data);
  void *data;
} HeadlessLoop;

/* Runs a scan to its end. Returns the status. */
int headless_scan (const ScanOptions *options, const HeadlessLoop *loop);

G_END_DECLS

#endif
