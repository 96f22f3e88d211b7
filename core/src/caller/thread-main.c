/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "caller/caller.h"
#include "children/children.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"
#include "pool/pool.h"
#include "stop/stop.h"

/* The thread of a caller that Lodger drives: open the backend, live in its host, run until the caller has stopped. A child
 * reports as its very last act, so that its parent, which joins the thread, waits for no more than the system's part of a
 * thread's end. */

static void
fail_start (LodgerCaller *caller, LodgerError *error, const char *what)
{
  lodger__caller_fail_start (caller, error, what);
  if (lodger__is_worker (caller))
    lodger__worker_failed (caller);
}

/* Whichever thread has started this one, and has given it its own level: what is added counts from the level of the
 * thread that made the root. That the system refuses it is no reason not to work. */
static void
begin_thread (const LodgerCaller *caller)
{
  const char *name = lodger__name (caller);
  int nice = caller->setup.nice;
  lodger__port_set_thread_name (name);
  if (nice != 0 && !lodger__port_set_nice (lodger__root (caller)->setup.usual_nice + nice))
    lodger__log (LODGER_LOG_WARNING, "%s: the system refuses the nice level %d", name, nice);
}

static void
fail_opening (LodgerCaller *caller, int code, const char *what)
{
  fail_start (caller, lodger_error_new (NULL, code, NULL), what);
}

static bool
is_over (const LodgerCaller *caller)
{
  return lodger__has_ended (caller) || lodger__is_taken (caller);
}

static void
live_in_host (LodgerCaller *caller, LodgerThread *thread)
{
  LodgerSetup *setup = &caller->setup;
  const LodgerHostDriver *given = setup->backend->host (setup->backend_impl, &setup->host_options);
  LodgerError *error = NULL;
  const char *what;
  int code;
  const LodgerHostDriver *driver = lodger__registry_driver (given, setup->backend->name, &code);
  if (driver != NULL)
    {
      lodger__host_choose (caller, driver, setup->host_options);
      code = lodger__host_open (caller, setup->host_options);
    }
  if (code != 0)
    {
      fail_opening (caller, code, "opening the backend's host failed");
      return;
    }
  error = lodger__caller_attach (caller, thread, &what);
  if (lodger__is_before_fork (caller))
    lodger_error_unref (error);
  else if (error != NULL)
    fail_start (caller, error, what);
  else if (is_over (caller))
    lodger__stop_come_back (caller);
  else if (setup->backend->run (setup->backend_impl) < 0 || !is_over (caller))
    {
      lodger__log (LODGER_LOG_ERROR, "%s: the loop ended by itself", lodger__name (caller));
      lodger_host_closed (lodger__host_of (caller));
    }
}

/* A child that the thread has forked ends with it: it has no other. */
static void
end_thread (LodgerCaller *caller)
{
  LodgerCaller *parent;
  if (lodger__is_before_fork (caller))
    return;
  parent = lodger_caller_ref (lodger__parent (caller));
  lodger__stop_await (caller);
  if (lodger__is_taken (caller)) /* just when its start had failed */
    lodger__stop_come_back (caller);
  if (caller->setup.backend_impl != NULL)
    caller->setup.backend->close (caller->setup.backend_impl);
  if (lodger__is_worker (caller))
    lodger__worker_gone (caller);
  if (parent == NULL)
    lodger_caller_unref (caller);
  else
    {
      lodger__child_gone (parent, caller);
      lodger_caller_unref (parent);
    }
}

/* By pthread_exit, or a cancel of the thread, out of whatever it was in. */
static void
exit_thread (void *data)
{
  LodgerCaller *caller = data;
  if (lodger__owner_serial (caller) != 0)
    lodger__thread_ends_caller (caller);
  end_thread (caller);
}

static int
open_backend (LodgerSetup *setup)
{
  return setup->backend->open (setup->backend_options, &setup->backend_impl);
}

static void *
run (void *data)
{
  LodgerCaller *caller = data;
  LodgerThread *thread = lodger__thread ();
  int code;
  begin_thread (caller);
  pthread_cleanup_push (exit_thread, caller);
  code = thread != NULL ? open_backend (&caller->setup) : LODGER_ENOMEM;
  if (code != 0)
    fail_opening (caller, code, "opening the backend failed");
  else if (!is_over (caller))
    live_in_host (caller, thread);
  pthread_cleanup_pop (0);
  end_thread (caller);
  return NULL;
}

int
lodger__thread_start (LodgerCaller *caller)
{
  pthread_t *thread = lodger__child_thread (caller);
  bool has_parent = lodger__parent (caller) != NULL;
  int code;
  lodger__caller_begin (caller, false);
  lodger__registry_add (caller);
  lodger_caller_ref (caller);
  code = lodger__thread_create (thread, run, caller) == 0 ? 0 : LODGER_EAGAIN;
  if (code != 0)
    lodger_caller_unref (caller);
  else if (!has_parent)
    pthread_detach (*thread);
  return code;
}
