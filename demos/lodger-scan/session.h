/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One scan of the window, from its start until its report is there, and what changes after that. It may be dropped at
 * any time: work that still runs in workers then ends by itself, and no event tells of it. All functions belong to the
 * caller's thread, and none blocks.
 *
 * After the scan the folders can be watched. Those in which something has changed are looked into anew, and then there
 * is a new report. The files of the store keep their numbers and their places in memory meanwhile, so that the old
 * report can be shown until then; where that cannot be, there is none for a while, and the state is SESSION_SORTING
 * again.
 */
#ifndef LODGER_SCAN_SESSION_H
#define LODGER_SCAN_SESSION_H

#include "engine.h"
#include "report.h"

G_BEGIN_DECLS

typedef enum SessionState
{
  SESSION_SCANNING,
  SESSION_CANCELLING,
  SESSION_SORTING, /* the store does not change any more; a worker makes the report */
  SESSION_DONE
} SessionState;

typedef struct Session Session;

/* All run as calls of the caller, and none after session_drop(). */
typedef struct SessionEvents
{
  void (*progress) (Session *session, void *data); /* at most ten times a second */
  void (*changed) (Session *session, void *data);  /* the state, or in SESSION_DONE the report */
  void *data;
} SessionEvents;

/* What a report can be written as. */
typedef enum SessionFormat
{
  SESSION_JSON,
  SESSION_CSV
} SessionFormat;

/* Whether changes come to be known. */
typedef enum SessionWatching
{
  SESSION_NOT_WATCHED,
  SESSION_WATCH_BEGINS,
  SESSION_WATCHED,
  SESSION_UPDATING /* it is watched, and something has changed */
} SessionWatching;

/* Starts to scan. NULL, with *ret_message, as for engine_start(). A reference to the cache is taken, and it is saved
 * after the scan. `json`, the file to write the report of the scan to, is optional; it is not copied. */
Session *session_start (LodgerCaller *caller, const EngineOptions *what, const char *json, const SessionEvents *events,
                        char **ret_message);
/* Ends the scan early. The results so far become the report. Does nothing after SESSION_SCANNING. */
void session_cancel (Session *session);
/* From SESSION_DONE on, the folders are watched; after a cancel they are not. `progress` tells of it, and `changed`
 * comes with each new report, which lives until the next one comes. The JSON is not written again. */
void session_watch (Session *session);
/* Files that the program itself has taken away, by their numbers: they are removed from the store, and there is a new
 * report. */
void session_forget (Session *session, const guint *numbers, guint count);
/* Files whose blocks the program itself has changed: if the folders are watched, there is a new report. */
void session_ask_for_blocks (Session *session, const guint *numbers, guint count);
/* Writes the report to a file, in a worker. The store stays as it is until `written` runs, with 0 or an errno; it does
 * not run after session_drop(). FALSE: there is no report now, or it is being made anew. */
gboolean session_write (Session *session, SessionFormat format, const char *path, void (*written) (int why, void *data),
                        void *data);
/* Cancels the work that still runs. The store may be gone when this returns. NULL is ignored. */
void session_drop (Session *session);

/* Keeps the session, and its store, also after it was dropped. */
void *session_ref (void *session);
void session_unref (void *session);

SessionState session_get_state (const Session *session);
Engine *session_get_engine (const Session *session);
const Store *session_get_store (const Session *session);
const char *session_get_folder (const Session *session);
gboolean session_was_cancelled (const Session *session);
SessionWatching session_get_watching (const Session *session);
/* How many folders are not watched, because there is no room for all or they cannot be. */
guint session_get_unwatched (const Session *session);
/* NULL in other states than SESSION_DONE. */
const Report *session_get_report (const Session *session);
/* Whether the JSON file could not be written. */
gboolean session_json_failed (const Session *session);

G_END_DECLS

#endif
