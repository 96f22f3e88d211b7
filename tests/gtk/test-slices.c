/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 5 in a window: a flood of outcomes drops no frame, busy frames leave time for calls, and a slice ends when the next
 * frame is due.
 *
 * Frames and calls are counted, and compared with each other or with the same window at rest. */
#include "gtk-window.h"

#include "gtk-private.h"

enum
{
  SPEND = 50000,         /* nanoseconds that a call takes */
  SLOW_FRAME = 20000000, /* longer than the time between two */
  PHASE = 400,           /* milliseconds */
  PHASES = 4,            /* two at rest, two in the flood, one after the other */
  PRODUCERS = 2,
  UNDER_WAY = 400, /* calls of a flood */
  SLOW_CALLS = 200,
  FRAMES_MOST = 1000
};

typedef struct Scene
{
  Window window;
  GtkWidget *area;
  GdkFrameClock *clock;
  unsigned ticks, draws;
  int64_t slow;       /* how long a frame takes */
  int64_t begun;      /* the last frame, not before it */
  gboolean is_framed; /* one has begun */
  guint tick_id;
  atomic_bool is_over;
  atomic_long given;
  Counter ran; /* calls */
} Scene;

static void
spend (int64_t ns)
{
  int64_t until = test_now () + ns;
  while (test_now () < until)
    ;
}

static void
draw (GtkDrawingArea *area, cairo_t *cairo, int width, int height, void *data)
{
  Scene *scene = data;
  (void) area;
  (void) cairo;
  (void) width;
  (void) height;
  scene->draws++;
  spend (scene->slow);
}

static gboolean
tick (GtkWidget *widget, GdkFrameClock *clock, void *data)
{
  Scene *scene = data;
  (void) clock;
  scene->ticks++;
  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

static void
begin_frame (GdkFrameClock *clock, void *data)
{
  Scene *scene = data;
  (void) clock;
  scene->begun = test_now ();
  scene->is_framed = TRUE;
}

/* A window that redraws in each frame. */
static void
scene_open (Scene *scene)
{
  *scene = (Scene) { .window = window_open (TRUE) };
  counter_init (&scene->ran);
  scene->area = gtk_drawing_area_new ();
  gtk_widget_set_size_request (scene->area, 40, 40);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (scene->area), draw, scene, NULL);
  gtk_box_append (GTK_BOX (scene->window.box), scene->area);
  scene->tick_id = gtk_widget_add_tick_callback (scene->area, tick, scene, NULL);
  scene->clock = gtk_widget_get_frame_clock (scene->area);
  /* From here on the clock is watched, and by this test after that. */
  lodger__gtk_slice (NULL);
  g_signal_connect (scene->clock, "before-paint", G_CALLBACK (begin_frame), scene);
  while (scene->draws < 3)
    g_main_context_iteration (NULL, TRUE);
}

static void
scene_close (Scene *scene)
{
  g_signal_handlers_disconnect_by_data (scene->clock, scene);
  window_close (&scene->window);
  counter_clear (&scene->ran);
}

/* ---- a flood ------------------------------------------------------------------------------------------------------ */

static void
take (LodgerPending *self, void *data)
{
  spend (SPEND);
  counter_add (&((Scene *) data)->ran, 1);
  lodger_pending_return_int (self, 1);
}

static void
take_then (LodgerPending *self, LodgerPending *done, void *data)
{
  int64_t number = 0;
  expect_code (lodger_pending_get_int (done, &number), 0);
  take (self, data);
}

/* In a worker: keeps as many calls under way as take the time of a frame. */
static void
produce (LodgerPending *self, void *data)
{
  Scene *scene = data;
  (void) self;
  while (!scene->is_over)
    {
      LodgerPending *pending = lodger_caller_call_soon (scene->window.caller, take, scene, NULL);
      lodger_pending_unref (lodger_pending_then (pending, scene->window.caller, take_then, scene, NULL));
      lodger_pending_unref (pending);
      counter_wait (&scene->ran, atomic_fetch_add (&scene->given, 2) - UNDER_WAY);
    }
}

static gboolean
end_phase (void *data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static unsigned
count_ticks (Scene *scene)
{
  gboolean is_over = FALSE;
  unsigned before = scene->ticks;
  g_timeout_add (PHASE, end_phase, &is_over);
  window_run_until (&is_over);
  return scene->ticks - before;
}

static unsigned
count_ticks_in_flood (Scene *scene)
{
  LodgerPending *producers[PRODUCERS];
  unsigned ticks;
  scene->is_over = false;
  for (unsigned i = 0; i < PRODUCERS; i++)
    producers[i] = lodger_caller_to_thread (scene->window.caller, produce, scene, NULL);
  ticks = count_ticks (scene);
  scene->is_over = true;
  for (unsigned i = 0; i < PRODUCERS; i++)
    {
      while (!lodger_pending_is_done (producers[i]))
        g_main_context_iteration (NULL, FALSE);
      lodger_pending_unref (producers[i]);
    }
  while (counter_get (&scene->ran) < scene->given)
    g_main_context_iteration (NULL, TRUE);
  return ticks;
}

START_TEST (law_5_a_flood_of_outcomes_leaves_every_frame)
{
  unsigned ticks[2] = { 0, 0 };
  long calls = 0;
  Scene scene;
  scene_open (&scene);
  for (unsigned i = 0; i < PHASES; i++)
    {
      long before = counter_get (&scene.ran);
      ticks[i % 2] += i % 2 == 0 ? count_ticks (&scene) : count_ticks_in_flood (&scene);
      if (i % 2 == 1)
        calls += counter_get (&scene.ran) - before;
    }
  printf ("%u frames at rest, %u in a flood of %ld calls\n", ticks[0], ticks[1], calls);
  ck_assert_uint_ge (2 * ticks[1], ticks[0]);
  /* One call a frame would be no flood. */
  ck_assert_int_ge (calls, 20 * (long) ticks[1]);
  scene_close (&scene);
}
END_TEST

/* ---- busy frames -------------------------------------------------------------------------------------------------- */

static void
submit_all (LodgerPending *self, void *data)
{
  Scene *scene = data;
  (void) self;
  for (unsigned i = 0; i < SLOW_CALLS; i++)
    lodger_pending_unref (lodger_caller_call_soon (scene->window.caller, take, scene, NULL));
}

START_TEST (law_5_busy_frames_leave_room_for_calls)
{
  unsigned before;
  Scene scene;
  scene_open (&scene);
  scene.slow = SLOW_FRAME;
  before = scene.draws;
  while (scene.draws < before + 3)
    g_main_context_iteration (NULL, TRUE);
  before = scene.draws;
  lodger_pending_unref (lodger_caller_to_thread (scene.window.caller, submit_all, &scene, NULL));
  while (counter_get (&scene.ran) < SLOW_CALLS)
    {
      ck_assert_msg (scene.draws - before < FRAMES_MOST, "%u frames, and only %ld calls", scene.draws - before,
                     counter_get (&scene.ran));
      g_main_context_iteration (NULL, TRUE);
    }
  printf ("%u calls took %u frames\n", SLOW_CALLS, scene.draws - before);
  scene_close (&scene);
}
END_TEST

/* ---- one slice ---------------------------------------------------------------------------------------------------- */

static int64_t
interval_of (Scene *scene)
{
  gint64 interval = 0;
  gdk_frame_clock_get_refresh_info (scene->clock, gdk_frame_clock_get_frame_time (scene->clock), &interval, NULL);
  return interval > 0 ? interval * 1000 : 16666667;
}

static void
wait_for_frame (Scene *scene)
{
  scene->is_framed = FALSE;
  window_run_until (&scene->is_framed);
}

/* A call submitted so late in a frame is over by the next frame. Tries again when this thread was delayed. */
static int64_t
ask_slice (Scene *scene, int64_t late)
{
  int64_t interval = interval_of (scene), slice, now;
  do
    {
      wait_for_frame (scene);
      now = test_now ();
      if (now < scene->begun + late)
        spend (scene->begun + late - now);
      now = test_now ();
      slice = lodger__gtk_slice (NULL);
    }
  while (test_now () > scene->begun + 2 * interval);
  if (now < scene->begun + interval)
    ck_assert_int_le (slice, scene->begun + interval - now);
  return slice;
}

START_TEST (a_slice_ends_when_the_next_frame_is_due)
{
  Scene scene;
  int64_t interval;
  scene_open (&scene);
  interval = interval_of (&scene);
  for (int i = 0; i < 8; i++)
    ask_slice (&scene, interval * i / 8);
  ck_assert_int_eq (ask_slice (&scene, interval), 0);
  scene_close (&scene);
}
END_TEST

START_TEST (a_window_that_shows_nothing_new_asks_for_no_frame)
{
  Scene scene;
  int64_t interval, slice, last;
  ck_assert (gtk_init_check ());
  ck_assert_int_gt (lodger__gtk_slice (NULL), 0);
  scene_open (&scene);
  interval = interval_of (&scene);
  gtk_widget_remove_tick_callback (scene.area, scene.tick_id);
  do
    {
      window_settle ();
      last = scene.begun;
      while (test_now () < last + 4 * interval)
        g_main_context_iteration (NULL, FALSE);
    }
  while (scene.begun != last);
  slice = lodger__gtk_slice (NULL);
  ck_assert_int_gt (slice, 0);
  gtk_widget_set_visible (GTK_WIDGET (scene.window.window), FALSE);
  ck_assert_int_gt (lodger__gtk_slice (NULL), 0);
  scene_close (&scene);
}
END_TEST

/* How many calls of a flood run in their first slice, when the flood comes a little before a frame.
 *
 * Returns 0 if the frame came first, or if this thread was delayed past the frame. A call takes its time by the clock. */
static long
run_before_frame (Scene *scene, int64_t interval, int64_t early)
{
  enum
  {
    CALLS = 400
  };
  long before = counter_get (&scene->ran), ran;
  gboolean is_late;
  window_settle ();
  wait_for_frame (scene);
  spend (scene->begun + interval - early - test_now ());
  scene->is_framed = FALSE;
  for (int i = 0; i < CALLS; i++)
    lodger_pending_unref (lodger_caller_call_soon (scene->window.caller, take, scene, NULL));
  do
    {
      g_main_context_iteration (NULL, FALSE);
      ran = counter_get (&scene->ran) - before;
    }
  while (ran == 0);
  is_late = scene->is_framed || test_now () > scene->begun + 2 * interval;
  while (counter_get (&scene->ran) < before + CALLS)
    g_main_context_iteration (NULL, TRUE);
  return is_late ? 0 : ran;
}

START_TEST (a_frame_is_late_by_one_call_at_most)
{
  enum
  {
    FRAMES = 10,
    EARLY = 2000000
  };
  Scene scene;
  int64_t interval;
  scene_open (&scene);
  interval = interval_of (&scene);
  for (int i = 0; i < FRAMES;)
    {
      long ran = run_before_frame (&scene, interval, EARLY);
      ck_assert_int_le (ran, EARLY / SPEND + 1);
      i += ran > 0;
    }
  scene_close (&scene);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("gtk-slices");
  test_add (suite, law_5_a_flood_of_outcomes_leaves_every_frame);
  test_add (suite, law_5_busy_frames_leave_room_for_calls);
  test_add (suite, a_slice_ends_when_the_next_frame_is_due);
  test_add (suite, a_window_that_shows_nothing_new_asks_for_no_frame);
  test_add (suite, a_frame_is_late_by_one_call_at_most);
  return gtk_test_main (suite, argc, argv);
}
