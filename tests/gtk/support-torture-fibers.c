/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a spawned call does that is bound to a pane: it waits for a time, a file, a signal of the pane, calls of its
 * own. It looks at the pane after each wait that was 0. */
#include "gtk-torture.h"

enum
{
  LONGEST_SLEEP = 3000000, /* nanoseconds */
  MOST_WAITS = 5
};

static int
load (TestRandom *random)
{
  static const char *const names[] = { "/proc/self/status", "/etc/passwd", "/no/such/file" };
  GFile *file = g_file_new_for_path (names[test_random_below (random, 3)]);
  GAsyncResult *result;
  char *text;
  int code;
  atomic_fetch_add (&torture.live_loads, 1);
  code = LODGER_GLIB_AWAIT (&result, g_file_load_contents_async, file);
  atomic_fetch_sub (&torture.live_loads, 1);
  test_check ((result != NULL) == (code == 0));
  if (code == 0 && g_file_load_contents_finish (file, result, &text, NULL, NULL, NULL))
    g_free (text);
  g_clear_object (&result);
  g_object_unref (file);
  return code;
}

/* The object may be gone by then. */
static int
listen (void *object, const char *signal, TestRandom *random)
{
  int64_t timeout
      = test_random_below (random, 2) == 0 ? LODGER_FOREVER : (int64_t) test_random_below (random, LONGEST_SLEEP);
  int code = object != NULL ? lodger_glib_await_signal (object, signal, timeout, NULL) : LODGER_ECANCELED;
  return code == LODGER_ETIMEDOUT || code == LODGER_EUNANSWERED ? 0 : code;
}

/* The members go to workers: a member that follows what anybody has submitted may follow the one who gathers. */
static int
gather (Pane *pane, TestRandom *random)
{
  LodgerGroup *group = lodger_group_new (NULL);
  unsigned members = test_random_below (random, 3);
  int code;
  test_check (lodger_group_enter (group) == 0);
  for (unsigned i = 0; i < members; i++)
    torture_submit (pane, random, INT_MAX);
  code = lodger_group_leave (group, NULL);
  lodger_group_unref (group);
  return code == LODGER_EFAILED ? 0 : code;
}

static int
wait_for (FiberWait what, Pane *pane, TestRandom *random)
{
  switch (what)
    {
    case FIBER_SLEEPS: return lodger_sleep (test_random_below (random, LONGEST_SLEEP));
    case FIBER_YIELDS: return lodger_yield ();
    case FIBER_LOADS: return load (random);
    case FIBER_HEARS_TITLE: return listen (pane->window, "notify::title", random);
    case FIBER_HEARS_CLICK: return listen (pane->button, "clicked", random);
    default: return gather (pane, random);
    }
}

void
torture_wait (LodgerPending *self, Pane *pane, PaneScope scope, TestRandom *random)
{
  unsigned waits = 1 + test_random_below (random, MOST_WAITS);
  int code = 0;
  for (unsigned i = 0; i < waits && code == 0; i++)
    {
      FiberWait what = test_random_below (random, FIBER_WAITS);
      torture.parked++;
      torture.most_parked = MAX (torture.most_parked, torture.parked);
      code = wait_for (what, pane, random);
      torture.parked--;
      torture.waits[what][code == 0]++;
      test_check (code == 0 || code == LODGER_ECANCELED);
      if (code == 0 && !lodger_pending_is_cancelled (self))
        pane_touch (pane, scope);
    }
}
