/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a manual host: a loop that its owner iterates by hand, with a clock that is moved by hand. */
#include "manual-private.h"

#include <errno.h>
#include <time.h>

static int64_t
clock_now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec * LODGER_MANUAL_SECOND + time.tv_nsec;
}

/* ---- one round --------------------------------------------------------------------------------------------------- */

static int64_t
now_locked (const LodgerManualHost *host)
{
  return (host->flags & LODGER_MANUAL_REAL) != 0 ? clock_now () : host->clock;
}

static int64_t
deadline_locked (const LodgerManualHost *host)
{
  return host->port != NULL ? atomic_load (&host->port->deadline) : LODGER_FOREVER;
}

static bool
is_due_locked (const LodgerManualHost *host)
{
  return deadline_locked (host) <= now_locked (host);
}

/* The node is forgotten before it is run: the call may post it again, or iterate the loop itself. */
static bool
run_node (LodgerManualHost *host)
{
  LodgerHostNode *node = NULL;
  pthread_mutex_lock (&host->mutex);
  if (host->port != NULL)
    {
      node = host->port->node;
      host->port->node = NULL;
    }
  pthread_mutex_unlock (&host->mutex);
  if (node != NULL)
    lodger_host_run_node (node);
  return node != NULL;
}

static bool
run_deadline (LodgerManualHost *host)
{
  LodgerHost *due = NULL;
  pthread_mutex_lock (&host->mutex);
  if (is_due_locked (host))
    {
      due = host->port->host;
      atomic_store (&host->port->deadline, LODGER_FOREVER);
    }
  pthread_mutex_unlock (&host->mutex);
  if (due != NULL)
    lodger_host_deadline (due);
  return due != NULL;
}

static void
run_redraw (LodgerManualHost *host)
{
  pthread_mutex_lock (&host->mutex);
  host->redraws++;
  pthread_mutex_unlock (&host->mutex);
  if (host->redraw != NULL)
    host->redraw (host, host->redraw_data);
}

static int64_t
run_before_wait (LodgerManualHost *host)
{
  LodgerHost *asked = NULL;
  pthread_mutex_lock (&host->mutex);
  if (host->port != NULL && host->port->wants_before_wait && host->port->node == NULL)
    {
      asked = host->port->host;
      host->before_waits++;
    }
  pthread_mutex_unlock (&host->mutex);
  return asked != NULL ? lodger_host_before_wait (asked) : LODGER_FOREVER;
}

static bool
is_posted_locked (const LodgerManualHost *host)
{
  return host->port != NULL && host->port->node != NULL;
}

static bool
is_ready_locked (const LodgerManualHost *host)
{
  return is_posted_locked (host) || is_due_locked (host);
}

/* Sleeps until `changed`, or until that time of the real clock. With the mutex held. False after a timeout. */
static bool
sleep_locked (LodgerManualHost *host, int64_t until)
{
  struct timespec time = { .tv_sec = until / LODGER_MANUAL_SECOND, .tv_nsec = until % LODGER_MANUAL_SECOND };
  if (until == LODGER_FOREVER)
    return pthread_cond_wait (&host->changed, &host->mutex) == 0;
  return pthread_cond_timedwait (&host->changed, &host->mutex, &time) != ETIMEDOUT;
}

static bool
iterate (LodgerManualHost *host, bool may_block)
{
  bool ran, ready;
  int64_t until;
  ran = run_node (host);
  ran = run_deadline (host) || ran;
  run_redraw (host);
  until = run_before_wait (host);

  pthread_mutex_lock (&host->mutex);
  if (may_block && !ran && until != 0 && (host->flags & LODGER_MANUAL_REAL) != 0)
    while (!is_ready_locked (host) && !host->quits && !host->closed)
      {
        int64_t deadline = deadline_locked (host);
        if (!sleep_locked (host, deadline < until ? deadline : until))
          break;
      }
  ready = until == 0 || is_ready_locked (host);
  pthread_mutex_unlock (&host->mutex);
  return ran || ready;
}

static void
unref (void *host)
{
  lodger_manual_host_unref (host);
}

/* What it runs may drop the last reference of the program's, or exit the thread. */
bool
lodger_manual_iterate (LodgerManualHost *host, bool may_block)
{
  bool goes_on;
  if (lodger__manual_is_wrong (host, __func__))
    return false;
  pthread_cleanup_push (unref, lodger_manual_host_ref (host));
  goes_on = iterate (host, may_block);
  pthread_cleanup_pop (true);
  return goes_on;
}

int
lodger__manual_run (LodgerManualHost *host)
{
  bool closed = false;
  while (!host->quits && !closed)
    {
      lodger_manual_iterate (host, true);
      pthread_mutex_lock (&host->mutex);
      closed = host->closed;
      pthread_mutex_unlock (&host->mutex);
    }
  host->quits = false;
  return 0;
}

unsigned
lodger_manual_run_until_idle (LodgerManualHost *host)
{
  unsigned count = 0;
  if (lodger__manual_is_wrong (host, __func__))
    return 0;
  while (lodger_manual_iterate (host, false))
    count++;
  return count;
}

/* ---- settings and counts ----------------------------------------------------------------------------------------- */

void
lodger_manual_advance (LodgerManualHost *host, int64_t ns)
{
  if (lodger__manual_is_null (host, __func__))
    return;
  pthread_mutex_lock (&host->mutex);
  if (ns > 0)
    host->clock = ns < LODGER_FOREVER - host->clock ? host->clock + ns : LODGER_FOREVER - 1;
  pthread_mutex_unlock (&host->mutex);
}

int64_t
lodger_manual_now (LodgerManualHost *host)
{
  int64_t now;
  if (host == NULL)
    return 0;
  pthread_mutex_lock (&host->mutex);
  now = now_locked (host);
  pthread_mutex_unlock (&host->mutex);
  return now;
}

int64_t
lodger_manual_get_deadline (LodgerManualHost *host)
{
  int64_t deadline;
  if (host == NULL)
    return LODGER_FOREVER;
  pthread_mutex_lock (&host->mutex);
  deadline = deadline_locked (host);
  pthread_mutex_unlock (&host->mutex);
  return deadline;
}

void
lodger_manual_set_slice (LodgerManualHost *host, int64_t ns)
{
  if (!lodger__manual_is_null (host, __func__))
    atomic_store (&host->slice, ns > 0 ? ns : 0);
}

void
lodger_manual_set_redraw (LodgerManualHost *host, LodgerManualRedrawFunc func, void *data)
{
  if (lodger__manual_is_wrong (host, __func__))
    return;
  host->redraw = func;
  host->redraw_data = data;
}

static uint64_t
read_count (LodgerManualHost *host, size_t offset)
{
  uint64_t value;
  if (host == NULL)
    return 0;
  pthread_mutex_lock (&host->mutex);
  value = *(const uint64_t *) ((const char *) host + offset);
  pthread_mutex_unlock (&host->mutex);
  return value;
}

uint64_t
lodger_manual_get_redraws (LodgerManualHost *host)
{
  return read_count (host, offsetof (LodgerManualHost, redraws));
}

uint64_t
lodger_manual_get_posts (LodgerManualHost *host)
{
  return read_count (host, offsetof (LodgerManualHost, posts));
}

uint64_t
lodger_manual_get_before_waits (LodgerManualHost *host)
{
  return read_count (host, offsetof (LodgerManualHost, before_waits));
}

bool
lodger_manual_is_posted (LodgerManualHost *host)
{
  return host != NULL && lodger_manual_wait_posted (host, 0);
}

bool
lodger_manual_wait_posted (LodgerManualHost *host, int64_t timeout_ns)
{
  int64_t now = clock_now ();
  int64_t until = timeout_ns < LODGER_FOREVER - now ? now + timeout_ns : LODGER_FOREVER;
  bool posted;
  if (lodger__manual_is_null (host, __func__))
    return false;
  pthread_mutex_lock (&host->mutex);
  while (!is_posted_locked (host) && !host->closed && timeout_ns > 0 && sleep_locked (host, until))
    ;
  posted = is_posted_locked (host);
  pthread_mutex_unlock (&host->mutex);
  return posted;
}
