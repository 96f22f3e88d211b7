/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One scan of the window, from its start until its report is there. It may be dropped at any time: work that still runs
 * in workers then ends by itself, and no event tells of it. All functions belong to the caller's thread, and none
 * blocks.
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
  void (*changed) (Session *session, void *data);  /* the state has changed */
  void *data;
} SessionEvents;

/* Starts to scan. NULL, with *ret_message, as for engine_start(). `json`, the file to write the report to, is
 * optional; it is not copied. A cache of `what` is kept as long as it is needed, and saved when the scan is over. */
Session *session_start (LodgerCaller *caller, const EngineOptions *what, const char *json, const SessionEvents *events,
                        char **ret_message);
/* Ends the scan early. The results so far become the report. Does nothing after SESSION_SCANNING. */
void session_cancel (Session *session);
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
/* NULL before SESSION_DONE. */
const Report *session_get_report (const Session *session);
/* Whether the JSON file could not be written. */
gboolean session_json_failed (const Session *session);

G_END_DECLS

#endif
