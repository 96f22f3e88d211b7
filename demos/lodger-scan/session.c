/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session.h"

#include "follow.h"
#include "reporting.h"

#include <stdatomic.h>

enum
{
  ROOM = 65536 /* so many files can come before those that are there change their places in memory */
};

/* The cache is saved after the scan, and then after updates, but no more often than that. */
#define SAVE_INTERVAL (INT64_C (600) * G_USEC_PER_SEC)

struct Session
{
  atomic_int refs; /* the owner's, others', and those of what makes a report */
  LodgerCaller *caller;
  Engine *engine;
  HashCache *cache; /* NULL: none */
  char **folders;
  const char *json;
  SessionEvents events;
  SessionState state;
  gboolean cancelled, dropped, json_failed;
  Report *report;

  gboolean making; /* a call makes a report, or writes it */
  void (*written) (int why, void *data);
  void *written_data;
  GArray *forgotten; /* guint, to be removed when no report is being made */
  GArray *reshared;  /* guint, whose blocks are to be asked for when nobody reads the store */
  gint64 saved;      /* µs of the monotonic clock, or 0 */
  gboolean wants_watch;
  Follow *follow; /* NULL: not yet, or not any more */
  gint64 began;   /* ns since 1970 */
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
  hash_cache_unref (session->cache);
  g_array_unref (session->forgotten);
  g_array_unref (session->reshared);
  g_strfreev (session->folders);
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

/* ---- the report ------------------------------------------------------------------------------------------------- */

static void make_report_again (Session *session);
static void begin_watch (Session *session);

static void
ask_for_blocks (Session *session)
{
  Store *store = engine_get_store (session->engine);
  for (guint i = 0; i < session->reshared->len; i++)
    follow_look_into (session->follow, store_forget_blocks (store, g_array_index (session->reshared, guint, i)));
  g_array_set_size (session->reshared, 0);
}

/* The store may change again. */
static void
end_making (Session *session)
{
  if (session->forgotten->len > 0)
    make_report_again (session);
  else
    begin_watch (session);
  if (session->making)
    return;
  follow_release (session->follow);
  ask_for_blocks (session);
}

/* Those who show the old report change to the new one before it goes. */
static void
report_made (Report *report, int why, void *data)
{
  Session *session = data;
  Report *old = session->report;
  if (session->dropped)
    {
      report_free (report);
      return;
    }
  session->report = report;
  session->json_failed |= why != 0;
  session->json = NULL;
  session->making = FALSE;
  enter (session, SESSION_DONE);
  report_free (old);
  if (!session->dropped)
    end_making (session);
}

static ReportingOwner
get_owner (Session *session)
{
  return (ReportingOwner) { session_ref, session_unref, session };
}

/* Worker and window both read the session and its store meanwhile. Nobody writes to them until the report is there. */
static void
begin_report (Session *session)
{
  const ReportingWhat what = {
    .store = engine_get_store (session->engine),
    .root = engine_get_root (session->engine),
    .folders = session->folders,
    .seconds = engine_get_seconds (session->engine),
    .cancelled = session->cancelled,
    .json = session->json,
  };
  const ReportingOwner owner = get_owner (session);
  session->making = TRUE;
  follow_hold (session->follow);
  reporting_make (session->caller, &what, &owner, report_made);
}

/* The store is about to move its files in memory: a report that points to them must not be shown any more. */
static void
lose_report (void *data)
{
  Session *session = data;
  Report *old = g_steal_pointer (&session->report);
  if (old == NULL)
    return;
  enter (session, SESSION_SORTING);
  report_free (old);
}

static void
remove_forgotten (Session *session)
{
  for (guint i = 0; i < session->forgotten->len; i++)
    store_remove_file (engine_get_store (session->engine), g_array_index (session->forgotten, guint, i));
  g_array_set_size (session->forgotten, 0);
}

/* During a scan or an update there will be a report anyway. */
static void
make_report_again (Session *session)
{
  remove_forgotten (session);
  if (session->state == SESSION_DONE && !follow_is_updating (session->follow))
    begin_report (session);
}

static void
report_written (int why, void *data)
{
  Session *session = data;
  session->making = FALSE;
  if (!session->dropped)
    session->written (why, session->written_data);
  if (!session->dropped)
    end_making (session);
}

gboolean
session_write (Session *session, SessionFormat format, const char *path, void (*written) (int why, void *data),
               void *data)
{
  const ReportingOwner owner = get_owner (session);
  if (session->state != SESSION_DONE || session->making || follow_is_updating (session->follow))
    return FALSE;
  session->making = TRUE;
  session->written = written;
  session->written_data = data;
  follow_hold (session->follow);
  reporting_write (session->caller, session->report, format == SESSION_JSON ? REPORTING_JSON : REPORTING_CSV, path,
                   &owner, report_written);
  return TRUE;
}

/* ---- the cache -------------------------------------------------------------------------------------------------- */

/* One that cannot be written makes the next scan slower, and no more. */
static void
write_cache (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  (void) hash_cache_save_write (data);
}

static void
save_cache (Session *session)
{
  gint64 now = g_get_monotonic_time ();
  HashCacheSave *save;
  if (session->cache == NULL || (session->saved != 0 && now - session->saved < SAVE_INTERVAL))
    return;
  session->saved = now;
  save = hash_cache_begin_save (session->cache);
  if (save != NULL)
    lodger_pending_disown (lodger_caller_to_thread_full (session->caller, write_cache, save, hash_cache_save_free,
                                                         LODGER_CALL_OPTIONS (.name = "save the cache")));
}

/* ---- what changes after the scan -------------------------------------------------------------------------------- */

static void
on_told (void *data)
{
  Session *session = data;
  session->events.progress (session, session->events.data);
}

static void
begin_watch (Session *session)
{
  if (!session->wants_watch || session->follow != NULL || session->cancelled || session->state != SESSION_DONE
      || session->making)
    return;
  session->follow = follow_start (session->caller, session->engine, session->began, on_told, session);
  session->wants_watch = session->follow != NULL;
}

void
session_watch (Session *session)
{
  session->wants_watch = TRUE;
  begin_watch (session);
}

void
session_forget (Session *session, const guint *numbers, guint count)
{
  g_array_append_vals (session->forgotten, numbers, count);
  if (!session->making)
    make_report_again (session);
}

void
session_ask_for_blocks (Session *session, const guint *numbers, guint count)
{
  g_array_append_vals (session->reshared, numbers, count);
  if (!session->making && !follow_is_updating (session->follow))
    ask_for_blocks (session);
}

/* ---- the scan --------------------------------------------------------------------------------------------------- */

static void
on_progress (Engine *engine G_GNUC_UNUSED, void *data)
{
  Session *session = data;
  if (!session->dropped)
    session->events.progress (session, session->events.data);
}

/* The scan is over, or an update. */
static void
on_finished (Engine *engine, void *data)
{
  Session *session = data;
  session->engine = engine;
  if (session->dropped)
    return;
  remove_forgotten (session);
  store_hold_places (engine_get_store (engine), ROOM, lose_report, session);
  begin_report (session);
  save_cache (session);
  if (session->state < SESSION_SORTING)
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
  session->folders = g_strdupv (what->folders);
  session->json = json;
  session->events = *events;
  session->forgotten = g_array_new (FALSE, FALSE, sizeof (guint));
  session->reshared = g_array_new (FALSE, FALSE, sizeof (guint));
  session->began = g_get_real_time () * 1000;
  session->cache = what->cache == NULL ? NULL : hash_cache_ref (what->cache);
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

/* A running scan ends here: it has no report to lose, and its workers do not touch the store. Whoever reads the store
 * elsewhere, as a call that makes a report, holds a reference till then. */
void
session_drop (Session *session)
{
  if (session == NULL)
    return;
  session->dropped = TRUE;
  if (session->state < SESSION_SORTING || follow_is_updating (session->follow))
    engine_cancel (session->engine);
  follow_end (g_steal_pointer (&session->follow));
  session_unref (session);
}

/* ---- what is known ---------------------------------------------------------------------------------------------- */

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

SessionWatching
session_get_watching (const Session *session)
{
  if (session->follow == NULL)
    return SESSION_NOT_WATCHED;
  if (follow_is_updating (session->follow))
    return SESSION_UPDATING;
  return follow_is_complete (session->follow) ? SESSION_WATCHED : SESSION_WATCH_BEGINS;
}

guint
session_get_unwatched (const Session *session)
{
  return session->follow == NULL ? 0 : follow_get_left_out (session->follow);
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
