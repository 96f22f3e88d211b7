/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 5 with real widgets: a flood of calls leaves room for paint events, and paint events for the calls. */
#include "qt-suite.h"
#include "qt-widgets.h"

enum
{
  FLOOD = 3000
};

typedef struct Flood
{
  LodgerCaller *caller;
  atomic_int paints;
  atomic_int calls;
  int run, longest_run, painted_at; /* calls since the last paint event */
} Flood;

static void
on_paint (void *data)
{
  atomic_fetch_add (&((Flood *) data)->paints, 1);
}

static void
take (void *data)
{
  Flood *flood = data;
  int64_t until = test_now () + 50000;
  int paints = atomic_load (&flood->paints);
  flood->run = paints == flood->painted_at ? flood->run + 1 : 0;
  flood->painted_at = paints;
  if (flood->run > flood->longest_run)
    flood->longest_run = flood->run;
  while (test_now () < until)
    ;
  atomic_fetch_add (&flood->calls, 1);
}

/* An offscreen window paints when a timer of 5 ms says so: a slice of 1 ms has 20 calls. The limit leaves room for a busy
 * machine. */
START_TEST (law_5_a_flood_leaves_room_for_paint_events)
{
  Flood flood = { 0 };
  QObject *window;
  qt_widgets_start (_i);
  flood.caller = lodger_qt_attach (NULL);
  window = qt_window_new (on_paint, &flood, true);
  while (atomic_load (&flood.paints) < 3)
    qt_process_events (true);
  for (int i = 0; i < FLOOD; i++)
    lodger_caller_call_direct (flood.caller, take, &flood, NULL);
  while (atomic_load (&flood.calls) < FLOOD)
    qt_process_events (true);
  ck_assert_int_gt (atomic_load (&flood.paints), 5);
  ck_assert_int_lt (flood.longest_run, FLOOD / 3);
  qt_object_free (window);
  lodger_caller_leave (flood.caller);
  lodger_caller_unref (flood.caller);
}
END_TEST

/* ---- a save that holds the application ------------------------------------------------------------------------------- */

typedef struct Save
{
  QObject *object, *window;
  Latch may_end, has_begun;
  bool has_ended;
} Save;

static void
save (LodgerPending *self, void *data)
{
  Save *work = data;
  (void) self;
  latch_open (&work->has_begun);
  latch_wait (&work->may_end);
  work->has_ended = !lodger_pending_is_cancelled (self);
}

static void
no_paint (void *data)
{
  (void) data;
}

static void
let_end (void *data)
{
  latch_open (&((Save *) data)->may_end);
}

static void
begin (void *data)
{
  Save *work = data;
  work->object = qt_object_new ();
  work->window = qt_window_new (no_paint, NULL, false);
  lodger_qt_run (work->object, save, NULL, work, .hold = true);
  latch_wait (&work->has_begun);
  qt_window_close (work->window);
  qt_post (let_end, work);
}

/* The last window is closed, which would end exec(). */
START_TEST (work_that_holds_ends_before_the_application)
{
  Save work = { 0 };
  qt_widgets_start (_i);
  latch_init (&work.may_end);
  latch_init (&work.has_begun);
  qt_application_exec (begin, &work);
  ck_assert (work.has_ended);
  qt_object_free (work.window);
  qt_object_free (work.object);
  latch_clear (&work.may_end);
  latch_clear (&work.has_begun);
}
END_TEST

int
main (int argc, char **argv)
{
  static const TTest *const *const tests[] = {
    &law_5_a_flood_leaves_room_for_paint_events,
    &work_that_holds_ends_before_the_application,
  };
  return qt_test_main ("qt-paint", tests, sizeof tests / sizeof *tests, argc, argv);
}
