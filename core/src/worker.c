/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"

/* The thread of a caller that Lodger drives: open the backend, live in its host, run until the caller has stopped. A
 * pool's worker reports as its very last act, so that its root, which joins the thread, waits for no more than the
 * system's part of a thread's end. */

static void
fail_start (LodgerCaller *caller, int code, const char *what)
{
  lodger__log (LODGER_LOG_ERROR, "%s could not start: %s: %s", caller->name, what, lodger_error_code_string (code));
  lodger__pending_signal (caller->started,
                          lodger_error_newf (NULL, code, "%s: %s", what, lodger_error_code_string (code)));
  lodger__caller_orphan (caller);
  if (caller->root != caller)
    lodger__pool_worker_failed (caller);
}

static void *
run (void *data)
{
  LodgerCaller *caller = data;
  LodgerCaller *root = caller->root != caller ? lodger_caller_ref (caller->root) : NULL;
  LodgerThread *thread = lodger__thread ();
  const LodgerBackendOps *backend = caller->backend;
  int code;
  lodger__port_set_thread_name (caller->name);
  code = thread != NULL ? backend->open (caller->backend_options, &caller->backend_impl) : LODGER_ENOMEM;
  if (code != 0)
    fail_start (caller, code, "opening the backend failed");
  else
    {
      caller->host.driver = backend->host (caller->backend_impl, &caller->host_options);
      code = lodger__caller_open_host (caller);
      if (code == 0)
        lodger__caller_attach (caller, thread);
      if (code != 0)
        fail_start (caller, code, "opening the backend's host failed");
      else if (backend->run (caller->backend_impl) < 0 || !caller->ended)
        {
          lodger__log (LODGER_LOG_ERROR, "%s: the loop ended by itself", caller->name);
          lodger_host_closed (&caller->host);
        }
      backend->close (caller->backend_impl);
    }
  if (root == NULL)
    lodger_caller_unref (caller);
  else
    {
      lodger__caller_push (root, &caller->gone_item);
      lodger_caller_unref (root);
    }
  return NULL;
}

/* The thread takes over one reference: a pool's worker gives it to the root, together with the thread to join. */
int
lodger__worker_start (LodgerCaller *caller)
{
  bool is_pooled = caller->root != caller;
  int code;
  lodger__caller_set_state (caller, LODGER_CALLER_INITIAL, LODGER_CALLER_STARTING);
  lodger__registry_add (caller);
  if (!is_pooled)
    lodger_caller_ref (caller);
  code = pthread_create (&caller->thread, NULL, run, caller) == 0 ? 0 : LODGER_EAGAIN;
  if (code != 0 && !is_pooled)
    lodger_caller_unref (caller);
  if (code == 0 && !is_pooled)
    pthread_detach (caller->thread);
  return code;
}
