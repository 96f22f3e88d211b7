/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a spawned call must not be suspended, in GLib's view.
 *
 * Both things that are looked at belong to the thread, and not to the stack. A thread-default context that a suspended
 * call has pushed would be that of all others, and they would be popped in the wrong order. And a nested loop that a
 * call has entered is on its stack: its other sources would hang with it. */
#include "glib-private.h"

static _Thread_local bool was_asked; /* refusal() has run in this thread: it is a spawned call that asks */

static void
note (uintptr_t state[2])
{
  state[0] = (uintptr_t) g_main_context_get_thread_default ();
  state[1] = (uintptr_t) g_main_depth ();
}

static const char *
refusal (const uintptr_t state[2])
{
  was_asked = true;
  if (state[0] != (uintptr_t) g_main_context_get_thread_default ())
    return "the call has pushed or popped a thread-default GMainContext since it began, or since its last wait";
  if ((uintptr_t) g_main_depth () > state[1])
    return "the call is inside of a nested main loop of GLib";
  return NULL;
}

static const LodgerAwaitGuard guard = { .size = sizeof guard, .name = "glib", .note = note, .refusal = refusal };

int
lodger__glib_guard_awaits (void)
{
  return lodger_host_guard_awaits (&guard);
}

static bool
is_own_loop (void)
{
  LodgerGlibHostOptions options = { .size = sizeof options, .context = g_main_context_ref_thread_default () };
  LodgerCaller *caller = lodger_caller_find ("glib", &options);
  bool is = caller != NULL || g_main_context_is_owner (options.context);
  lodger_caller_unref (caller);
  g_main_context_unref (options.context);
  return is;
}

int
lodger__glib_await_check (const char **ret_reason)
{
  int code = lodger__glib_guard_awaits ();
  *ret_reason = NULL;
  was_asked = false;
  if (code == 0)
    code = lodger_await_check (ret_reason);
  if (code != 0 || was_asked || !is_own_loop ())
    return code;
  *ret_reason = "the loop of this thread has to bring the operation back: wait in a spawned call";
  return LODGER_EDEADLK;
}
