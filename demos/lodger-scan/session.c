/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session.h"

#include <stdatomic.h>

struct Session
{
  atomic_int refs; /* the owner's, and those of the call that makes the report and of its continuation */
  LodgerCaller *caller;
  Engine *engine;
  const char *json;
  HashCache *cache;    /* NULL: nothing is kept for the next scan */
  HashCacheSave *save; /* NULL before the engine has finished, or when there is nothing to save */
  SessionEvents events;
  SessionState state;
  gboolean cancelled, dropped, json_failed;
  Report *report;
};

void *
session_ref (void *data)
{
  Session *session = data;
  atomic_fetch_add (&session->refs, 1);
  return session;
}

void
session_unref (void *data)
{
  Session *session = data;
  if (atomic_fetch_sub (&session->refs, 1) != 1)
    return;
  report_free (session->report);
  engine_free (session->engine);
  hash_cache_save_free (session->save);
  hash_cache_unref (session->cache);
  lodger_caller_unref (session->caller);
  g_free (session);
}

static void
enter (Session *session, SessionState state)
{
  session->state = state;
  if (!session->dropped)
    session->events.changed (session, session->events.data);
}

/* The outcome of the call that makes the report. */
typedef struct Made
{
  Report *report;
  gboolean json_failed;
} Made;

static void
made_free (void *data)
{
  Made *made = data;
  report_free (made->report);
  g_free (made);
}

static Made *
make (const Session *session)
{
  Made *made = g_new0 (Made, 1);
  /* When it cannot be written, the next scan takes longer: that is all. */
  if (session->save != NULL)
    (void) hash_cache_save_write (session->save);
  made->report = report_new (engine_get_store (session->engine), engine_get_root (session->engine),
                             engine_get_seconds (session->engine), session->cancelled);
  if (session->json != NULL)
    {
      int why = report_write_json (made->report, session->json);
      if (why != 0)
        report_complain (session->json, why);
      made->json_failed = why != 0;
    }
  return made;
}

/* Sorting and writing many files takes a while, so a worker does it. Worker and window both read the session and its
 * store meanwhile. Nobody writes to them once the engine has finished: the result is the call's outcome. */
static void
make_report (LodgerPending *self, void *data)
{
  (void) lodger_pending_return_pointer (self, make (data), made_free);
}

static void
report_returned (LodgerPending *self G_GNUC_UNUSED, LodgerPending *done, void *data)
{
  Session *session = data;
  void *value = NULL;
  Made *made;
  if (session->dropped)
    return;
  /* Without a worker the main thread makes the report, although that blocks the window. */
  made = lodger_pending_take_pointer (done, &value) == LODGER_OK ? value : make (session);
  session->report = g_steal_pointer (&made->report);
  session->json_failed = made->json_failed;
  made_free (made);
  enter (session, SESSION_DONE);
}

static void
on_progress (Engine *engine G_GNUC_UNUSED, void *data)
{
  Session *session = data;
  if (!session->dropped)
    session->events.progress (session, session->events.data);
}

/* The worker's reference is dropped in the main thread too (`data_home`): only that thread may free the engine. */
static void
on_finished (Engine *engine, void *data)
{
  Session *session = data;
  LodgerPending *making;
  session->engine = engine;
  if (session->dropped)
    return;
  if (session->cache != NULL)
    session->save = hash_cache_begin_save (session->cache);
  making = lodger_caller_to_thread_full (session->caller, make_report, session_ref (session), session_unref,
                                         LODGER_CALL_OPTIONS (.name = "report", .data_home = session->caller));
  lodger_pending_disown (
      lodger_pending_then (making, session->caller, report_returned, session_ref (session), session_unref));
  lodger_pending_unref (making);
  enter (session, SESSION_SORTING);
}

Session *
session_start (LodgerCaller *caller, const EngineOptions *what, const char *json, const SessionEvents *events,
               char **ret_message)
{
  Session *session = g_new0 (Session, 1);
  EngineEvents engine_events = { on_progress, on_finished, session };
  atomic_init (&session->refs, 1);
  session->caller = lodger_caller_ref (caller);
  session->json = json;
  if (what->cache != NULL)
    session->cache = hash_cache_ref (what->cache);
  session->events = *events;
  session->engine = engine_start (caller, what, &engine_events, ret_message);
  if (session->engine != NULL)
    return session;
  session_unref (session);
  return NULL;
}

void
session_cancel (Session *session)
{
  if (session->state != SESSION_SCANNING)
    return;
  session->cancelled = TRUE;
  engine_cancel (session->engine);
  enter (session, SESSION_CANCELLING);
}

/* A running scan ends here: it has no report to lose, and its workers do not touch the store. A call that makes a
 * report reads the store until it is over, and holds a reference till then. */
void
session_drop (Session *session)
{
  if (session == NULL)
    return;
  session->dropped = TRUE;
  if (session->state == SESSION_SCANNING)
    engine_cancel (session->engine);
  session_unref (session);
}

SessionState
session_get_state (const Session *session)
{
  return session->state;
}

Engine *
session_get_engine (const Session *session)
{
  return session->engine;
}

const Store *
session_get_store (const Session *session)
{
  return engine_get_store (session->engine);
}

const char *
session_get_folder (const Session *session)
{
  return engine_get_root (session->engine);
}

gboolean
session_was_cancelled (const Session *session)
{
  return session->cancelled;
}

const Report *
session_get_report (const Session *session)
{
  return session->report;
}

gboolean
session_json_failed (const Session *session)
{
  return session->json_failed;
}
