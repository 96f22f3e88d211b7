/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"
#include "ending.h"
#include "pool.h"

/* The thread of a caller that Lodger drives: open the backend, live in its host, run until the caller has stopped. A child
 * reports as its very last act, so that its parent, which joins the thread, waits for no more than the system's part of a
 * thread's end. */

static void
fail_start (LodgerCaller *caller, int code, const char *what)
{
  lodger__caller_fail_start (caller, code, what);
  if (caller->is_pooled)
    lodger__pool_worker_failed (caller);
}

/* Whichever thread has started this one, and has given it its own level: what is added counts from the level of the
 * thread that made the root. That the system refuses it is no reason not to work. */
static void
begin_thread (const LodgerCaller *caller)
{
  lodger__port_set_thread_name (caller->name);
  if (caller->nice != 0 && !lodger__port_set_nice (caller->root->usual_nice + caller->nice))
    lodger__log (LODGER_LOG_WARNING, "%s: the system refuses the nice level %d", caller->name, caller->nice);
}

static void
live_in_host (LodgerCaller *caller, LodgerThread *thread)
{
  const LodgerBackendOps *backend = caller->backend;
  int code;
  caller->host.driver = backend->host (caller->backend_impl, &caller->host_options);
  code = lodger__caller_open_host (caller);
  if (code != 0)
    {
      fail_start (caller, code, "opening the backend's host failed");
      return;
    }
  code = lodger__caller_attach (caller, thread);
  if (code != 0)
    fail_start (caller, code, "the start hook failed");
  else if (caller->ended || caller->taken)
    lodger__stop_come_back (caller);
  else if (backend->run (caller->backend_impl) < 0 || !(caller->ended || caller->taken))
    {
      lodger__log (LODGER_LOG_ERROR, "%s: the loop ended by itself", caller->name);
      lodger_host_closed (&caller->host);
    }
}

static void
end_thread (LodgerCaller *caller)
{
  LodgerCaller *parent = lodger_caller_ref (caller->parent);
  if (caller->backend_impl != NULL)
    caller->backend->close (caller->backend_impl);
  if (caller->is_pooled)
    lodger__pool_worker_gone (caller);
  if (parent == NULL)
    lodger_caller_unref (caller);
  else
    {
      lodger__family_gone (parent, caller);
      lodger_caller_unref (parent);
    }
}

/* By pthread_exit, or a cancel of the thread, out of whatever it was in. */
static void
exit_thread (void *data)
{
  LodgerCaller *caller = data;
  if (caller->thread_data != NULL)
    lodger__caller_thread_ends (caller);
  end_thread (caller);
}

static void *
run (void *data)
{
  LodgerCaller *caller = data;
  LodgerThread *thread = lodger__thread ();
  int code;
  begin_thread (caller);
  pthread_cleanup_push (exit_thread, caller);
  code = thread != NULL ? caller->backend->open (caller->backend_options, &caller->backend_impl) : LODGER_ENOMEM;
  if (code != 0)
    fail_start (caller, code, "opening the backend failed");
  else if (!caller->ended && !caller->taken)
    live_in_host (caller, thread);
  pthread_cleanup_pop (0);
  end_thread (caller);
  return NULL;
}

int
lodger__worker_start (LodgerCaller *caller)
{
  bool has_parent = caller->parent != NULL;
  int code;
  lodger__caller_set_state (caller, LODGER_CALLER_INITIAL, LODGER_CALLER_STARTING);
  lodger__registry_add (caller);
  lodger_caller_ref (caller);
  code = pthread_create (&caller->thread, NULL, run, caller) == 0 ? 0 : LODGER_EAGAIN;
  if (code != 0)
    lodger_caller_unref (caller);
  else if (!has_parent)
    pthread_detach (caller->thread);
  return code;
}
