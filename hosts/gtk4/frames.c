/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long calls may run in the GUI thread: until the next frame is due. */
#include "gtk-private.h"

/* The limits of a slice: AT_MOST in any case, and IDLE while no frames are painted, since input must not wait
 * either. */
#define AT_MOST INT64_C (8000000)
#define IDLE    INT64_C (4000000)
/* For a display that does not tell its refresh interval. */
#define USUAL_INTERVAL INT64_C (16666667)
/* A clock that has painted nothing for this many intervals is idle. */
#define FRAMES_APART 3

/* The frames of one GTK frame clock. */
typedef struct Frames
{
  int64_t begun; /* when the last frame began; 0: none yet */
  int64_t interval;
} Frames;

static int64_t
now_ns (void)
{
  return g_get_monotonic_time () * 1000;
}

static GQuark
frames_quark (void)
{
  return g_quark_from_static_string ("lodger-gtk-frames");
}

static void
begin_frame (GdkFrameClock *clock, void *data)
{
  Frames *frames = data;
  gint64 interval = 0;
  frames->begun = now_ns ();
  gdk_frame_clock_get_refresh_info (clock, gdk_frame_clock_get_frame_time (clock), &interval, NULL);
  frames->interval = interval > 0 ? interval * 1000 : USUAL_INTERVAL;
}

/* Finds the clock's frames. They are counted from the first call for this clock, which may outlive its window. */
static Frames *
frames_of (GdkFrameClock *clock)
{
  Frames *frames = g_object_get_qdata (G_OBJECT (clock), frames_quark ());
  if (frames != NULL)
    return frames;
  frames = g_new0 (Frames, 1);
  g_object_set_qdata_full (G_OBJECT (clock), frames_quark (), frames, g_free);
  g_signal_connect (clock, "before-paint", G_CALLBACK (begin_frame), frames);
  return frames;
}

static int64_t
left_until_frame (GtkNative *window, int64_t now)
{
  GdkSurface *surface = gtk_native_get_surface (window);
  const Frames *frames;
  int64_t due;
  if (surface == NULL || gdk_surface_is_destroyed (surface))
    return IDLE;
  frames = frames_of (gdk_surface_get_frame_clock (surface));
  if (frames->begun == 0 || now - frames->begun > FRAMES_APART * frames->interval)
    return IDLE;
  due = frames->begun + frames->interval;
  return due > now ? MIN (due - now, AT_MOST) : 0;
}

int64_t
lodger__gtk_slice (void *data)
{
  GListModel *windows = gtk_window_get_toplevels ();
  int64_t now = now_ns ();
  int64_t left = AT_MOST;
  (void) data;
  for (guint i = 0; i < g_list_model_get_n_items (windows) && left > 0; i++)
    {
      GtkNative *window = g_list_model_get_item (windows, i);
      left = MIN (left, left_until_frame (window, now));
      g_object_unref (window);
    }
  return left;
}
