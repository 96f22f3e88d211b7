/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The scan itself: how one file is scanned, how the walk is spread over workers, and what bounds its memory. All of its
 * functions belong to the thread of its caller, and none of them blocks.
 */
#ifndef LODGER_SCAN_ENGINE_H
#define LODGER_SCAN_ENGINE_H

#include "cache.h"
#include "store.h"

#include <lodger/lodger.h>

G_BEGIN_DECLS

typedef struct Engine Engine;

/* What is read of the files. */
typedef enum EngineReading
{
  ENGINE_READ_ALL,       /* each file is read and gets its SHA-256 */
  ENGINE_READ_SAME_SIZE, /* likewise, but only files that have as many bytes as another one */
  ENGINE_COMPARE         /* files that have as many bytes as another one are compared byte by byte */
} EngineReading;

typedef struct EngineOptions
{
  char **folders; /* absolute, and NULL after the last one */
  EngineReading reading;
  guint64 min_size; /* smaller files are neither listed nor read */
  /* Shell patterns: of a name, or of the path below the folder when there is a slash in it. Optional. */
  char **exclude;
  gboolean no_hidden, one_file_system;
  HashCache *cache; /* Optional. The engine takes a reference. */
} EngineOptions;

/* Both run as calls of the caller, never from inside a function of the engine. */
typedef struct EngineEvents
{
  void (*progress) (Engine *engine, void *data); /* ten times a second, as long as something goes on */
  void (*finished) (Engine *engine,
                    void *data); /* once for the scan and for each update: all is done, or a cancel is */
  void *data;
} EngineEvents;

/* Starts to scan. The options are copied. NULL, with *ret_message, when a folder is missing, is no folder, or cannot be
 * read. */
Engine *engine_start (LodgerCaller *caller, const EngineOptions *options, const EngineEvents *events,
                      char **ret_message);
/* Ends the scan, or an update, early. The results so far stay. `finished` comes as soon as no worker is busy any
 * more. */
void engine_cancel (Engine *engine);
/* Looks into these folders of the store (StoreDir, borrowed) anew, and then `finished` comes again. Files that have
 * gone are removed from the store (store_remove_file()), and so is all that was in a folder that has gone. New files
 * are added, new folders with all that is in them. A file that has changed is removed and added anew. Folders that
 * are known are not entered. Until `finished`, the files of the store change their places in memory: what points to
 * them, as a report does, is made anew then. During a scan or an update, the folders wait for its end. After a
 * cancel, this does nothing. */
void engine_update (Engine *engine, const GPtrArray *folders);
/* Cancels the jobs that still run, and drops them: no event comes after this. NULL is ignored. */
void engine_free (Engine *engine);

/* The folder that all paths are relative to: the one that is scanned, or "/" when there are several. */
const char *engine_get_root (const Engine *engine);
/* The results. They grow until `finished`. */
Store *engine_get_store (Engine *engine);
/* All bytes read so far, those of files in progress included. */
guint64 engine_get_bytes (Engine *engine);
/* How long the scan takes, or has taken; without updates. */
double engine_get_seconds (Engine *engine);
/* The path of the folder that was begun last, relative to the scanned folder. Free it. */
char *engine_get_current (Engine *engine);

G_END_DECLS

#endif
