/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A window that paints each frame, while calls flood its thread: its frame rate beside that of the same window without
 * calls; how soon a click of another process is served; and what calls get while frames take 20 ms each, one right after
 * the other.
 *
 *   frames-flood [--quick]
 *
 * The calls are those of lodger-jank (../jank/flood.c), of two threads; GLib's own ways take the same ones. The click is
 * that of xdotool. */
#include "../jank/jank.h"

#include <locale.h>
#include <lodger-gtk4.h>

enum
{
  ROUNDS = 5,
  MS = 3000, /* of a run */
  MS_QUICK = 1200,
  CLICKS = 20,
  CLICKS_QUICK = 8,
  CLICK_DELAY_MS = 120,
  CLICK_FRAMES = 2,
  BUSY_MS = 20,
  KEPT = 64, /* frames that a click may look back at */
};

static const double RATE = 0.95, BUSY_SHARE = 0.10;

static const Flood calm = { "calm", "no calls", 0, false, false };
static const Flood short_calls = { "short2", "calls of 100 ns from two threads", 2, false, false };
static const Flood long_calls = { "long2", "calls of 50 us from two threads", 2, false, true };

static struct
{
  LodgerCaller *caller;
  GtkWidget *window, *label, *bar, *area, *button;
  GMainLoop *loop;
  guint tick;
  guint64 frames;     /* of this run, in its time */
  gint64 begun[KEPT]; /* of the last frames; microseconds */
  guint64 all_frames;
  gboolean is_busy; /* a frame takes BUSY_MS */
  guint clicks, most_frames;
  double latency[CLICKS]; /* ms */
} scene;

static gboolean is_quick;

/* ---- the window -------------------------------------------------------------------------------------------------- */

static void
draw (GtkDrawingArea *area, cairo_t *cairo, int width, int height, void *data)
{
  const gint64 until = g_get_monotonic_time () + BUSY_MS * 1000;
  const double at = (double) (scene.all_frames % 120) / 120;
  (void) area;
  (void) data;
  cairo_set_source_rgb (cairo, 0.2, 0.4, 0.8);
  cairo_rectangle (cairo, at * width, 0, width / 8.0, height);
  cairo_fill (cairo);
  while (scene.is_busy && g_get_monotonic_time () < until)
    ;
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, void *data)
{
  char *text = g_strdup_printf ("frame %" G_GUINT64_FORMAT, scene.all_frames);
  (void) clock;
  (void) data;
  gtk_label_set_text (GTK_LABEL (scene.label), text);
  g_free (text);
  gtk_progress_bar_pulse (GTK_PROGRESS_BAR (scene.bar));
  gtk_widget_queue_draw (widget);
  jank_ticked ();
  return G_SOURCE_CONTINUE;
}

static void
on_before_paint (GdkFrameClock *clock, void *data)
{
  (void) clock;
  (void) data;
  scene.begun[scene.all_frames++ % KEPT] = g_get_monotonic_time ();
  if (!jank_is_over ())
    scene.frames++;
}

/* The X server's time is this clock's, in milliseconds, of which an event has 32 bits. */
static void
on_pressed (GtkGestureClick *gesture, int count, double x, double y, void *data)
{
  const gint64 now = g_get_monotonic_time ();
  const guint32 sent = gtk_event_controller_get_current_event_time (GTK_EVENT_CONTROLLER (gesture));
  const guint32 ago = (guint32) (now / 1000) - sent;
  guint frames = 0;
  (void) count;
  (void) x;
  (void) y;
  (void) data;
  while (frames < KEPT && frames < scene.all_frames
         && scene.begun[(scene.all_frames - 1 - frames) % KEPT] > now - (gint64) ago * 1000)
    frames++;
  scene.most_frames = MAX (scene.most_frames, frames);
  if (scene.clicks < CLICKS)
    scene.latency[scene.clicks] = ago;
  scene.clicks++;
}

static void
make_window (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkGesture *gesture = gtk_gesture_click_new ();
  scene.window = gtk_window_new ();
  scene.label = gtk_label_new (NULL);
  scene.bar = gtk_progress_bar_new ();
  scene.area = gtk_drawing_area_new ();
  scene.button = gtk_button_new_with_label ("A button");
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (gesture), 0);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (gesture), GTK_PHASE_CAPTURE);
  g_signal_connect (gesture, "pressed", G_CALLBACK (on_pressed), NULL);
  gtk_widget_add_controller (scene.window, GTK_EVENT_CONTROLLER (gesture));
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (scene.area), draw, NULL, NULL);
  gtk_widget_set_vexpand (scene.area, TRUE);
  gtk_box_append (GTK_BOX (box), scene.label);
  gtk_box_append (GTK_BOX (box), scene.bar);
  gtk_box_append (GTK_BOX (box), scene.area);
  gtk_box_append (GTK_BOX (box), scene.button);
  gtk_window_set_child (GTK_WINDOW (scene.window), box);
  gtk_window_set_title (GTK_WINDOW (scene.window), "Flood");
  gtk_window_set_default_size (GTK_WINDOW (scene.window), 600, 400);
  gtk_window_present (GTK_WINDOW (scene.window));
  gtk_widget_add_tick_callback (scene.area, on_tick, NULL, NULL);
  g_signal_connect (gtk_widget_get_frame_clock (scene.area), "before-paint", G_CALLBACK (on_before_paint), NULL);
  while (scene.all_frames < 10)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- the contestant of lodger-jank ------------------------------------------------------------------------------- */

static void
do_nothing (void)
{
}

static void
start_frames (void)
{
  scene.frames = 0;
}

static void
run (void)
{
  g_main_loop_run (scene.loop);
}

static void
quit (void)
{
  g_main_loop_quit (scene.loop);
}

static void
post (void *data)
{
  int code = lodger_caller_call_direct (scene.caller, jank_arrived, data, NULL);
  if (code != 0)
    bench_fail ("a call was refused: %s", lodger_error_code_string (code));
}

static const Contestant window = {
  .name = "GTK window",
  .open = do_nothing,
  .start_ticks = start_frames,
  .stop_ticks = do_nothing,
  .run = run,
  .quit = quit,
  .close = do_nothing,
  .post = post,
};

static Outcome
run_flood_by (const Contestant *contestant, const Flood *flood)
{
  jank_forget_lateness ();
  return jank_run (contestant, flood, true, (is_quick ? MS_QUICK : MS) * INT64_C (1000000));
}

static Outcome
run_flood (const Flood *flood)
{
  return run_flood_by (&window, flood);
}

static void
print_peer (const char *row, const char *name, double value, const char *unit, const char *beside, const char *target,
            const char *verdict, const char *what)
{
  printf ("frames.%s\t%s\t%.2f\t%s\t%s\t%s\t%s\t%s\n", row, name, value, unit, beside, target, verdict, what);
  fflush (stdout);
}

static void
print_line (const char *row, double value, const char *unit, const char *beside, const char *target, gboolean is_met,
            const char *what)
{
  print_peer (row, BENCH_LODGER, value, unit, beside, target, is_met ? "met" : "missed", what);
}

/* ---- the rate ---------------------------------------------------------------------------------------------------- */

static const char *const rate_rows[] = { "rate-short", "rate-long" };
static const Flood *const rate_floods[] = { &short_calls, &long_calls };

enum
{
  RATES = 2
};

typedef struct Rate
{
  double frames, calm_frames, calls, share; /* frames a second, thousands of calls a second */
} Rate;

static double
frames_per_second (const Outcome *outcome)
{
  return (double) scene.frames / outcome->seconds;
}

/* The window without calls, and right after it with them. */
static Rate
measure_rate (const Contestant *contestant, const Flood *flood)
{
  Rate rate;
  Outcome outcome = run_flood (&calm);
  rate.calm_frames = frames_per_second (&outcome);
  outcome = run_flood_by (contestant, flood);
  rate.frames = frames_per_second (&outcome);
  rate.calls = outcome.calls_per_second / 1e3;
  rate.share = rate.frames / rate.calm_frames;
  return rate;
}

static char *
describe_rate (const Rate *rate)
{
  return g_strdup_printf ("%.1f of %.1f frames/s, %.1f kcalls/s", rate->frames, rate->calm_frames, rate->calls);
}

static int
by_share (const void *a, const void *b)
{
  const Rate *first = a, *second = b;
  return (first->share > second->share) - (first->share < second->share);
}

/* The median of some rounds. */
static void
print_rates (void)
{
  const size_t rounds = is_quick ? 1 : ROUNDS;
  Rate rates[RATES][ROUNDS];
  for (size_t round = 0; round < rounds; round++)
    for (size_t i = 0; i < RATES; i++)
      rates[i][round] = measure_rate (&window, rate_floods[i]);
  for (size_t i = 0; i < RATES; i++)
    {
      const Rate *rate = &rates[i][rounds / 2];
      char *beside;
      qsort (rates[i], rounds, sizeof (Rate), by_share);
      beside = describe_rate (rate);
      print_line (rate_rows[i], rate->share, "of 1", beside, ">= 0.95", rate->share >= RATE, rate_floods[i]->what);
      g_free (beside);
    }
}

/* The same window, in the same flood, by GLib's own ways. */
static void
print_peers (void)
{
  static const Contestant *const peers[] = { &jank_invoke, &jank_idle, &jank_async_queue };
  for (size_t i = 0; i < RATES; i++)
    for (size_t j = 0; j < G_N_ELEMENTS (peers); j++)
      {
        Contestant peer = window;
        Rate rate;
        char *beside;
        peer.name = peers[j]->name;
        peer.open = peers[j]->open;
        peer.close = peers[j]->close;
        peer.post = peers[j]->post;
        rate = measure_rate (&peer, rate_floods[i]);
        beside = describe_rate (&rate);
        print_peer (rate_rows[i], peer.name, rate.share, "of 1", beside, "-", "-", rate_floods[i]->what);
        g_free (beside);
      }
}

/* ---- clicks ------------------------------------------------------------------------------------------------------ */

static GSubprocess *
start_clicks (guint clicks)
{
  char *count = g_strdup_printf ("%u", clicks), *delay = g_strdup_printf ("%d", CLICK_DELAY_MS);
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "xdotool", "mousemove", "200", "200", "click",
                                           "--repeat", count, "--delay", delay, "1", NULL);
  g_free (count);
  g_free (delay);
  return process;
}

static void
print_clicks (void)
{
  const guint clicks = is_quick ? CLICKS_QUICK : CLICKS;
  char *xdotool = g_find_program_in_path ("xdotool"), *beside;
  GSubprocess *process;
  if (xdotool == NULL || g_getenv ("DISPLAY") == NULL)
    {
      puts ("# frames.click is left out: it needs an X display and xdotool (apt-get install xdotool)");
      g_free (xdotool);
      return;
    }
  g_free (xdotool);
  process = start_clicks (clicks);
  while (process != NULL && scene.clicks == 0 && g_subprocess_get_identifier (process) != NULL)
    g_main_context_iteration (NULL, TRUE);
  scene.clicks = scene.most_frames = 0;
  while (g_subprocess_get_identifier (process) != NULL)
    run_flood (&long_calls);
  g_object_unref (process);
  if (scene.clicks == 0)
    {
      print_line ("click", 0, "frames", "no click came", "<= 2", FALSE, "frames until a click is served");
      return;
    }
  beside = g_strdup_printf ("%u clicks, median %.0f ms", scene.clicks,
                            bench_median (scene.latency, MIN (scene.clicks, CLICKS)));
  print_line ("click", scene.most_frames, "frames", beside, "<= 2", scene.most_frames <= CLICK_FRAMES,
              "frames until a click is served, the most of all; calls of 50 us from two threads");
  g_free (beside);
}

/* ---- busy frames ------------------------------------------------------------------------------------------------- */

static void
print_busy (void)
{
  Outcome outcome;
  char *beside;
  scene.is_busy = TRUE;
  outcome = run_flood (&long_calls);
  scene.is_busy = FALSE;
  beside = g_strdup_printf ("%.1f frames/s", (double) scene.frames / outcome.seconds);
  print_line ("busy", outcome.spent, "of 1", beside, ">= 0.10", outcome.spent >= BUSY_SHARE,
              "time for calls while frames take 20 ms each, one right after the other");
  g_free (beside);
}

int
main (int argc, char **argv)
{
  is_quick = argc == 2 && g_str_equal (argv[1], "--quick");
  if (argc > 2 || (argc == 2 && !is_quick))
    {
      fputs ("Usage: frames-flood [--quick]\n", stderr);
      return 2;
    }
  if (!gtk_init_check ())
    {
      puts ("# frames are left out: no display can be opened");
      return 0;
    }
  setlocale (LC_NUMERIC, "C");
  scene.caller = lodger_gtk_default_caller ();
  if (scene.caller == NULL)
    bench_fail ("the GUI thread has no caller");
  scene.loop = g_main_loop_new (NULL, FALSE);
  jank_calibrate ();
  make_window ();
  puts ("# row\tcontestant\tvalue\tunit\tbeside\ttarget\tverdict\twhat");
  print_rates ();
  if (!is_quick)
    print_peers ();
  print_clicks ();
  print_busy ();
  gtk_window_destroy (GTK_WINDOW (scene.window));
  lodger_caller_stop_wait (scene.caller);
  g_main_loop_unref (scene.loop);
  return 0;
}
