/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The scan itself: what to do with a file, how the walk is spread over workers, and what bounds its memory. All of its
 * functions belong to the thread of the caller that it was given, and none of them blocks.
 */
#ifndef LODGER_SCAN_ENGINE_H
#define LODGER_SCAN_ENGINE_H

#include "store.h"

#include <lodger/lodger.h>

typedef struct Engine Engine;

/* Both run as calls of the caller, never from inside a function of the engine. */
typedef struct EngineEvents
{
  void (*progress) (Engine *engine, void *data); /* something has changed; at most ten times a second */
  void (*finished) (Engine *engine, void *data); /* once: all is scanned, or a cancel has come through */
  void *data;
} EngineEvents;

/* Starts to scan. NULL when the folder is missing, is none, or cannot be read: then *ret_message says so. */
Engine *engine_start (LodgerCaller *caller, const char *folder, const EngineEvents *events, char **ret_message);
/* Ends it early; what was found so far stays. `finished` comes as soon as no worker is busy any more. */
void engine_cancel (Engine *engine);
/* Cancels what still runs, and forgets it: no event comes after this. NULL is ignored. */
void engine_free (Engine *engine);

/* What was found; it grows until `finished`. */
Store *engine_get_store (Engine *engine);
/* All bytes read, those of files that are being read included. */
guint64 engine_get_bytes (Engine *engine);
double engine_get_seconds (Engine *engine);
/* The path of the folder that was begun last, relative to the folder; free it. */
char *engine_get_current (Engine *engine);

#endif
