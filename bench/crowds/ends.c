/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crowds.h"

#include <lodger/host-view.h>

/* Crowds that something ends from outside: an answer, a time, the end of an object, a window that is closed. All of one
 * crowd are there before the first one ends, and they end in another order than they began. */

static size_t
shuffled (size_t i, size_t count)
{
  static const size_t step = 7919; /* a prime number, no divisor of any count */
  return (i % count) * step % count;
}

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

/* ---- promises ----------------------------------------------------------------------------------------------------- */

int64_t
crowd_pendings (size_t count)
{
  LodgerPending **promises = crowd_new (count);
  size_t answered = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    promises[i] = lodger_pending_new (LODGER_PENDING_DEFAULT);
  for (size_t i = 0; i < count; i++)
    {
      LodgerPending *promise = promises[shuffled (i, count)];
      answered += lodger_pending_return_int (promise, 1) == 0;
      lodger_pending_unref (promise);
    }
  start = crowd_now () - start;
  crowd_expect ("promises", answered, count);
  g_free (promises);
  return start;
}

/* ---- timers ------------------------------------------------------------------------------------------------------- */

/* They come due a microsecond apart, in another order than they were submitted in. */
int64_t
crowd_timers (size_t count)
{
  size_t destroyed = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    lodger_pending_disown (lodger_caller_call_later (crowd_caller, ((int64_t) shuffled (i, count) + 1) * 1000,
                                                     do_nothing, &destroyed, crowd_count));
  crowd_iterate_until (&destroyed, count);
  return crowd_now () - start;
}

/* ---- scopes ------------------------------------------------------------------------------------------------------- */

/* Each has a call that is bound to it, and cancels it when it ends. */
int64_t
crowd_scopes (size_t count)
{
  LodgerScope **scopes = g_new (LodgerScope *, count);
  size_t destroyed = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    {
      scopes[i] = lodger_scope_new (NULL);
      lodger_pending_disown (lodger_caller_call_later_full (crowd_caller, LODGER_SECONDS (3600), do_nothing, &destroyed,
                                                            crowd_count, LODGER_CALL_OPTIONS (.scope = scopes[i])));
    }
  for (size_t i = 0; i < count; i++)
    {
      LodgerScope *scope = scopes[shuffled (i, count)];
      lodger_scope_end (scope, NULL);
      lodger_scope_unref (scope);
    }
  crowd_iterate_until (&destroyed, count);
  start = crowd_now () - start;
  g_free (scopes);
  return start;
}

/* ---- windows ------------------------------------------------------------------------------------------------------ */

/* What a toolkit's adapter makes of a window: a view with a scope. */
typedef struct Window
{
  LodgerScope *scope;
  size_t *told, *destroyed;
} Window;

static void
on_tell (void *data, LodgerHostTold told, LodgerPending *outcome)
{
  const Window *window = data;
  (void) outcome;
  *window->told += told == LODGER_HOST_TOLD_DONE;
}

static void
on_destroy (void *data)
{
  const Window *window = data;
  ++*window->destroyed;
}

/* Only a refusal comes this way. */
static void
on_soon (void *view, void (*func) (void *data), void *data, LodgerDestroyFunc destroy)
{
  (void) view;
  (void) func;
  (void) data;
  (void) destroy;
  crowd_expect ("refused work", 1, 0);
}

static const LodgerHostViewOps window_ops = {
  .size = sizeof (LodgerHostViewOps),
  .run_name = "crowd_windows",
  .report_name = "crowd_windows",
  .send_name = "crowd_windows",
  .destroy = on_destroy,
  .tell = on_tell,
  .soon = on_soon,
};

static void
start_work (Window *window)
{
  const LodgerHostViewOptions options = {
    .size = sizeof options,
    .work = do_nothing,
    .home = crowd_caller,
    .caller = crowd_caller,
    .view_scope = window->scope,
    .flags = LODGER_HOST_VIEW_DONE,
  };
  lodger_pending_unref (lodger_host_run_work (&window_ops, window, &options));
}

/* Each has work under way. Half of them are closed before it is done, and must not be told its outcome. */
int64_t
crowd_windows (size_t count)
{
  Window *windows = g_new (Window, count);
  size_t told = 0, destroyed = 0, open = count - count / 2;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    {
      windows[i] = (Window) { lodger_scope_new (NULL), &told, &destroyed };
      start_work (&windows[i]);
    }
  for (size_t i = 0; i < count / 2; i++)
    lodger_scope_end (windows[shuffled (i, count)].scope, NULL);
  crowd_iterate_until (&destroyed, count);
  for (size_t i = 0; i < count; i++)
    {
      lodger_scope_end (windows[i].scope, NULL);
      lodger_scope_unref (windows[i].scope);
    }
  start = crowd_now () - start;
  crowd_expect ("windows that were told", told, open);
  g_free (windows);
  return start;
}
