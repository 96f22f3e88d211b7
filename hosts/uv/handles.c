/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handles by which a libuv loop calls Lodger back. Only the owner touches them.
 *
 * An iteration of a loop runs due timers, then idle and prepare handles, polls and serves descriptors, and then runs check
 * handles. Lodger's calls run in the check handle alone, for one slice. So the program's timers and descriptors have their
 * turn between two slices. Nothing of Lodger's runs between the computation of the poll's timeout and the poll. An active
 * idle handle is what keeps the loop from blocking, for uv_run() as well as for whoever asks uv_backend_timeout().
 *
 * The alarm only ends a poll. libuv counts in milliseconds of a time that it reads once an iteration, so the deadline is
 * looked at again, by the clock, before it is told. */
#include "uv-private.h"

#include <unistd.h>

#define MS INT64_C (1000000)

static uv_handle_t *
handle_of (LodgerUvHost *host, LodgerUvHandle which)
{
  return &host->handles[which].handle;
}

/* ---- what the loop is to do ---------------------------------------------------------------------------------------------- */

static void
on_idle (uv_idle_t *handle)
{
  (void) handle;
}

static void
do_not_block (LodgerUvHost *host)
{
  uv_idle_start (&host->handles[LODGER_UV_IDLE].idle, on_idle);
}

static void
on_alarm (uv_timer_t *handle)
{
  LodgerUvHost *host = handle->data;
  host->alarm = 0;
  do_not_block (host);
}

/* Rounded up, so that the clock has passed the deadline when the loop's time has reached the alarm. */
static uint64_t
alarm_for (int64_t deadline)
{
  if (deadline <= MS)
    return 1;
  return (uint64_t) (deadline / MS + (deadline % MS != 0));
}

static void
set_alarm (LodgerUvHost *host)
{
  uv_timer_t *timer = &host->handles[LODGER_UV_ALARM].timer;
  int64_t at = host->deadline < host->wait_until ? host->deadline : host->wait_until;
  uint64_t alarm = at == LODGER_FOREVER ? 0 : alarm_for (at), now;
  if (alarm == host->alarm)
    return;
  host->alarm = alarm;
  if (alarm == 0)
    {
      uv_timer_stop (timer);
      return;
    }
  now = uv_now (host->loop);
  uv_timer_start (timer, on_alarm, alarm > now ? alarm - now : 0, 0);
}

/* Whether the program has closed the handles, which it must not. */
static bool
is_closed (LodgerUvHost *host)
{
  return !host->has_handles || uv_is_closing (handle_of (host, LODGER_UV_CHECK));
}

void
lodger__uv_handles_settle (LodgerUvHost *host)
{
  if (is_closed (host))
    return;
  set_alarm (host);
  if (lodger__uv_wake_peek (&host->wake) == LODGER_UV_POSTED || host->watches.always > 0)
    do_not_block (host);
  else
    uv_idle_stop (&host->handles[LODGER_UV_IDLE].idle);
}

/* ---- one iteration of the loop --------------------------------------------------------------------------------------------- */

/* The calls wait for the owner if another thread runs the loop. */
static bool
is_here (LodgerUvHost *host)
{
  if (pthread_equal (pthread_self (), host->owner.thread))
    return true;
  if (!host->has_warned)
    lodger_host_misuse ("lodger_uv_attach", LODGER_EWRONGTHREAD,
                        "the loop is run by another thread than the one that attached it; its calls wait");
  host->has_warned = true;
  return false;
}

static void
on_prepare (uv_prepare_t *handle)
{
  LodgerUvHost *host = handle->data;
  if (lodger__uv_wake_peek (&host->wake) == LODGER_UV_CLOSED || !is_here (host))
    return;
  if (host->wants_before_wait)
    {
      int64_t until = lodger_host_before_wait (host->host);
      host->wait_until = until > 0 ? until : LODGER_FOREVER;
    }
  lodger__uv_handles_settle (host);
}

/* The number that is read does not matter: the word says whether there is a post. */
static void
on_wake (uv_poll_t *handle, int status, int events)
{
  LodgerUvHost *host = handle->data;
  uint64_t posts;
  ssize_t size = read (host->event_fd, &posts, sizeof posts);
  (void) size;
  (void) status;
  (void) events;
}

/* The set is ready as long as there is something to tell, and on_check() tells it. */
static void
on_watched (uv_poll_t *handle, int status, int events)
{
  (void) handle;
  (void) status;
  (void) events;
}

static bool
is_due (const LodgerUvHost *host)
{
  return host->deadline != LODGER_FOREVER && lodger__uv_now () >= host->deadline;
}

/* One slice for the node or for the deadline; a slice for the node also runs the calls that are due. One slice for each
 * watch that is ready. */
static void
run (LodgerUvHost *host)
{
  LodgerUvWakeState old = lodger__uv_wake_begin_run (&host->wake);
  bool was_in_run = host->is_in_run;
  host->is_in_run = true;
  lodger__uv_push_loop (host->loop);
  if (old == LODGER_UV_POSTED)
    lodger_host_run_node (atomic_load_explicit (&host->node, memory_order_relaxed));
  else if (old != LODGER_UV_CLOSED && is_due (host))
    {
      host->deadline = LODGER_FOREVER;
      lodger_host_deadline (host->host);
    }
  if (host->watches.first != NULL && lodger__uv_wake_peek (&host->wake) != LODGER_UV_CLOSED)
    lodger__uv_watches_report (&host->watches);
  lodger__uv_pop_loop ();
  host->is_in_run = was_in_run;
  lodger__uv_wake_end_run (&host->wake);
}

/* When it is closed and has handles, the core has given up this thread, which was stuck in a call. */
static void
on_check (uv_check_t *handle)
{
  LodgerUvHost *host = handle->data;
  LodgerUvWakeState state = lodger__uv_wake_peek (&host->wake);
  if (state != LODGER_UV_CLOSED && !is_here (host))
    return;
  host->wait_until = LODGER_FOREVER;
  if (state == LODGER_UV_POSTED || host->watches.first != NULL || (state != LODGER_UV_CLOSED && is_due (host)))
    run (host);
  if (lodger__uv_wake_peek (&host->wake) == LODGER_UV_CLOSED)
    lodger__uv_handles_close (host);
  else
    lodger__uv_handles_settle (host);
}

/* ---- making and closing ---------------------------------------------------------------------------------------------------- */

static void
on_closed (uv_handle_t *handle)
{
  lodger__uv_host_unref (handle->data);
}

static void
begin (LodgerUvHost *host, LodgerUvHandle which, bool counts)
{
  uv_handle_t *handle = handle_of (host, which);
  handle->data = host;
  if (!counts)
    uv_unref (handle);
  lodger__uv_host_ref (host);
}

int
lodger__uv_handles_make (LodgerUvHost *host)
{
  uv_loop_t *loop = host->loop;
  int code = uv_poll_init (loop, &host->handles[LODGER_UV_WAKE].poll, host->event_fd);
  if (code != 0)
    return lodger__uv_code (code);
  uv_prepare_init (loop, &host->handles[LODGER_UV_PREPARE].prepare);
  uv_check_init (loop, &host->handles[LODGER_UV_CHECK].check);
  uv_idle_init (loop, &host->handles[LODGER_UV_IDLE].idle);
  uv_timer_init (loop, &host->handles[LODGER_UV_ALARM].timer);
  begin (host, LODGER_UV_WAKE, (host->flags & LODGER_UV_HOST_UNREF) == 0);
  begin (host, LODGER_UV_PREPARE, false);
  begin (host, LODGER_UV_CHECK, false);
  begin (host, LODGER_UV_IDLE, true);
  begin (host, LODGER_UV_ALARM, true);
  host->has_handles = true;
  uv_poll_start (&host->handles[LODGER_UV_WAKE].poll, UV_READABLE, on_wake);
  uv_prepare_start (&host->handles[LODGER_UV_PREPARE].prepare, on_prepare);
  uv_check_start (&host->handles[LODGER_UV_CHECK].check, on_check);
  lodger__uv_handles_settle (host);
  return 0;
}

void
lodger__uv_handles_close (LodgerUvHost *host)
{
  if (!host->has_handles)
    return;
  host->has_handles = false;
  for (unsigned which = 0; which < LODGER_UV_HANDLES; which++)
    {
      uv_handle_t *handle = handle_of (host, which);
      if ((which != LODGER_UV_WATCHED || host->has_set) && !uv_is_closing (handle))
        uv_close (handle, on_closed);
    }
}

int
lodger__uv_handles_watch (LodgerUvHost *host)
{
  uv_poll_t *poll = &host->handles[LODGER_UV_WATCHED].poll;
  int code;
  if (host->has_set)
    return 0;
  code = uv_poll_init (host->loop, poll, host->watches.set);
  if (code != 0)
    return lodger__uv_code (code);
  host->has_set = true;
  begin (host, LODGER_UV_WATCHED, false);
  uv_poll_start (poll, UV_READABLE, on_watched);
  return 0;
}

void
lodger__uv_handles_watch_anew (LodgerUvHost *host)
{
  uv_poll_t *poll = &host->handles[LODGER_UV_WATCHED].poll;
  if (is_closed (host))
    return;
  uv_poll_stop (poll);
  lodger__uv_watches_make_anew (&host->watches);
  uv_poll_start (poll, UV_READABLE, on_watched);
}

void
lodger__uv_handles_count (LodgerUvHost *host, bool on)
{
  uv_handle_t *wake = handle_of (host, LODGER_UV_WAKE);
  if (is_closed (host))
    return;
  if (on)
    uv_ref (wake);
  else
    uv_unref (wake);
}
