/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One scan with a face, from its start until its report is there. It may be dropped at any time, for another one: what
 * still runs in workers then ends by itself, unseen. All of it belongs to the thread of the caller; nothing blocks.
 */
#ifndef LODGER_SCAN_SESSION_H
#define LODGER_SCAN_SESSION_H

#include "engine.h"
#include "report.h"

typedef enum SessionState
{
  SESSION_SCANNING,
  SESSION_CANCELLING,
  SESSION_SORTING, /* the store does not change any more, a worker makes the report */
  SESSION_DONE
} SessionState;

typedef struct Session Session;

/* All run as calls of the caller, and none after session_drop(). */
typedef struct SessionEvents
{
  void (*progress) (Session *session, void *data); /* as the engine's: at most ten times a second */
  void (*changed) (Session *session, void *data);  /* it is in another state now */
  void *data;
} SessionEvents;

/* Starts to scan; NULL as of engine_start(). When `json` is not NULL the report is written to it, too. */
Session *session_start (LodgerCaller *caller, const char *folder, const char *json, const SessionEvents *events,
                        char **ret_message);
/* Ends it early; what was found so far stays, and becomes the report. Later than SESSION_SCANNING it does nothing. */
void session_cancel (Session *session);
/* Cancels what still runs; the store may be gone when this returns. NULL is ignored. */
void session_drop (Session *session);

SessionState session_get_state (const Session *session);
Engine *session_get_engine (const Session *session);
const Store *session_get_store (const Session *session);
const char *session_get_folder (const Session *session);
gboolean session_was_cancelled (const Session *session);
/* NULL before SESSION_DONE. */
const Report *session_get_report (const Session *session);
/* Whether the file that was asked for could not be written. */
gboolean session_json_failed (const Session *session);

#endif
