/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much a slice looks at, in a program with many windows: GTK's functions are counted, no time is measured. */
#define _GNU_SOURCE
#include "gtk-window.h"

#include "gtk-private.h"

#include <dlfcn.h>

enum
{
  IDLE = 2000, /* windows that were never shown */
  PAINTING = 60,
  SLICES = 10,
  LOOKS_MOST = 2 * SLICES /* one clock in each slice, and a little */
};

#define AT_MOST INT64_C (8000000)
#define AT_REST INT64_C (4000000)

static guint windows_asked, surfaces_asked;

/* These two stand before GTK's. */

gpointer
g_list_model_get_item (GListModel *list, guint position)
{
  windows_asked++;
  return G_LIST_MODEL_GET_IFACE (list)->get_item (list, position);
}

gboolean
gdk_surface_is_destroyed (GdkSurface *surface)
{
  static gboolean (*real) (GdkSurface * surface);
  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "gdk_surface_is_destroyed");
  surfaces_asked++;
  return real (surface);
}

static void
forget_counts (void)
{
  windows_asked = surfaces_asked = 0;
}

static GdkFrameClock *
clock_of (GtkWindow *window)
{
  return gdk_surface_get_frame_clock (gtk_native_get_surface (GTK_NATIVE (window)));
}

static GtkWindow *
window_with_clock (void)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  gtk_widget_realize (GTK_WIDGET (window));
  return window;
}

/* As GTK does at the begin of a frame. */
static void
paint (GdkFrameClock *clock)
{
  g_signal_emit_by_name (clock, "before-paint");
}

static void
open_display (void)
{
  ck_assert (gtk_init_check ());
  lodger__gtk_slice (NULL);
}

/* ---- what a slice costs --------------------------------------------------------------------------------------------- */

START_TEST (windows_that_show_nothing_cost_a_slice_nothing)
{
  static GtkWindow *windows[IDLE];
  open_display ();
  for (unsigned i = 0; i < IDLE; i++)
    windows[i] = GTK_WINDOW (gtk_window_new ());
  lodger__gtk_slice (NULL);
  forget_counts ();
  for (unsigned i = 0; i < SLICES; i++)
    ck_assert_int_eq (lodger__gtk_slice (NULL), AT_REST);
  ck_assert_uint_le (windows_asked, LOOKS_MOST);
  ck_assert_uint_le (surfaces_asked, LOOKS_MOST);
  for (unsigned i = IDLE; i > 0; i--)
    gtk_window_destroy (windows[i - 1]);
  ck_assert_int_eq (lodger__gtk_slice (NULL), AT_MOST);
}
END_TEST

START_TEST (windows_that_paint_cost_a_slice_one_look)
{
  GtkWindow *windows[PAINTING];
  open_display ();
  for (unsigned i = 0; i < PAINTING; i++)
    windows[i] = window_with_clock ();
  lodger__gtk_slice (NULL);
  for (unsigned i = 0; i < PAINTING; i++)
    paint (clock_of (windows[i]));
  forget_counts ();
  for (unsigned i = 0; i < SLICES; i++)
    lodger__gtk_slice (NULL);
  ck_assert_uint_le (windows_asked, LOOKS_MOST);
  /* A clock that is idle by now is looked at once more. */
  ck_assert_uint_le (surfaces_asked, LOOKS_MOST + PAINTING);
  for (unsigned i = 0; i < PAINTING; i++)
    gtk_window_destroy (windows[i]);
  ck_assert_int_eq (lodger__gtk_slice (NULL), AT_MOST);
}
END_TEST

/* ---- which frames count --------------------------------------------------------------------------------------------- */

static int64_t
interval_of (GdkFrameClock *clock)
{
  gint64 interval = 0;
  gdk_frame_clock_get_refresh_info (clock, gdk_frame_clock_get_frame_time (clock), &interval, NULL);
  return interval > 0 ? interval * 1000 : 16666667;
}

static void
wait_until (int64_t until)
{
  while (test_now () < until)
    ;
}

/* The frame of one clock is due when the other's begins. Tries again when this thread was delayed. */
START_TEST (the_frame_that_is_due_first_ends_a_slice)
{
  GtkWindow *first, *second;
  int64_t begun, interval, slice;
  open_display ();
  first = window_with_clock ();
  second = window_with_clock ();
  lodger__gtk_slice (NULL);
  interval = interval_of (clock_of (first));
  do
    {
      paint (clock_of (first));
      begun = test_now ();
      wait_until (begun + interval);
      paint (clock_of (second));
      slice = lodger__gtk_slice (NULL);
    }
  while (test_now () > begun + 2 * interval);
  ck_assert_int_eq (slice, 0);
  gtk_window_destroy (first);
  gtk_window_destroy (second);
}
END_TEST

START_TEST (a_window_that_is_gone_has_no_frame)
{
  GtkWindow *window, *idle;
  GdkFrameClock *clock;
  open_display ();
  window = window_with_clock ();
  idle = GTK_WINDOW (gtk_window_new ());
  clock = g_object_ref (clock_of (window));
  paint (clock);
  gtk_window_destroy (window);
  ck_assert_int_eq (lodger__gtk_slice (NULL), AT_REST);
  paint (clock);
  ck_assert_int_eq (lodger__gtk_slice (NULL), AT_REST);
  gtk_window_destroy (idle);
  ck_assert_int_eq (lodger__gtk_slice (NULL), AT_MOST);
  g_object_unref (clock);
}
END_TEST

START_TEST (a_window_that_is_realized_again_has_frames_again)
{
  GtkWindow *window;
  int64_t begun, interval, slice;
  open_display ();
  window = window_with_clock ();
  gtk_widget_unrealize (GTK_WIDGET (window));
  ck_assert_int_eq (lodger__gtk_slice (NULL), AT_REST);
  gtk_widget_realize (GTK_WIDGET (window));
  interval = interval_of (clock_of (window));
  lodger__gtk_slice (NULL);
  do
    {
      paint (clock_of (window));
      begun = test_now ();
      wait_until (begun + interval);
      slice = lodger__gtk_slice (NULL);
    }
  while (test_now () > begun + 2 * interval);
  ck_assert_int_eq (slice, 0);
  gtk_window_destroy (window);
}
END_TEST

/* A newer GTK takes the window off its list as well. */
START_TEST (a_surface_that_is_destroyed_has_no_frame)
{
  GtkWindow *window, *idle;
  GdkSurface *surface;
  open_display ();
  window = window_with_clock ();
  idle = GTK_WINDOW (gtk_window_new ());
  surface = gtk_native_get_surface (GTK_NATIVE (window));
  paint (clock_of (window));
  gdk_surface_destroy (surface);
  ck_assert_int_eq (lodger__gtk_slice (NULL), AT_REST);
  gtk_window_destroy (idle);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("gtk-many-windows");
  test_add_long (suite, windows_that_show_nothing_cost_a_slice_nothing, 4);
  test_add (suite, windows_that_paint_cost_a_slice_one_look);
  test_add (suite, the_frame_that_is_due_first_ends_a_slice);
  test_add (suite, a_window_that_is_gone_has_no_frame);
  test_add (suite, a_window_that_is_realized_again_has_frames_again);
  test_add (suite, a_surface_that_is_destroyed_has_no_frame);
  return gtk_test_main (suite, argc, argv);
}
