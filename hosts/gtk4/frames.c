/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long calls may run in the GUI thread: until the next frame is due.
 *
 * The clocks that have painted lately are in a sequence, the earliest due frame first. A slice looks at the first of
 * them, however many windows there are. A window whose clock is not in there is idle. */
#include "gtk-private.h"

#include <time.h>

/* The limits of a slice: AT_MOST in any case, and IDLE while no frames are painted, since input must not wait
 * either. */
#define AT_MOST INT64_C (8000000)
#define IDLE    INT64_C (4000000)
/* For a display that does not tell its refresh interval. */
#define USUAL_INTERVAL INT64_C (16666667)
/* A clock that has painted nothing for this many intervals is idle. */
#define FRAMES_APART 3

/* The frames of one GTK frame clock, which may outlive its window. */
typedef struct Frames
{
  GdkSurface *surface; /* weak; NULL: the window has it no more */
  GSequenceIter *at;   /* NULL: not in the sequence */
  int64_t due, idle_from;
} Frames;

static GSequence *painting; /* of Frames; NULL: the windows are not heard yet */

/* Of the same clock as g_get_monotonic_time(), which cuts it to microseconds: a slice would be longer by what is
 * cut. */
static int64_t
now_ns (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (int64_t) now.tv_sec * INT64_C (1000000000) + now.tv_nsec;
}

static GQuark
frames_quark (void)
{
  return g_quark_from_static_string ("lodger-gtk-frames");
}

/* ---- the sequence ------------------------------------------------------------------------------------------------ */

static int
by_due (const void *a, const void *b, void *data)
{
  const Frames *first = a, *second = b;
  (void) data;
  return (first->due > second->due) - (first->due < second->due);
}

static void
leave (Frames *frames)
{
  if (frames->at != NULL)
    g_sequence_remove (frames->at);
  frames->at = NULL;
}

static gboolean
has_surface (const Frames *frames)
{
  return frames->surface != NULL && !gdk_surface_is_destroyed (frames->surface);
}

/* The earliest due frame, or NULL. Clocks of unequal intervals may leave an idle one behind it: then both frames were
 * due in the past, and the slice is over anyway. */
static const Frames *
next_frame (int64_t now)
{
  while (!g_sequence_is_empty (painting))
    {
      Frames *first = g_sequence_get (g_sequence_get_begin_iter (painting));
      if (has_surface (first) && now <= first->idle_from)
        return first;
      leave (first);
    }
  return NULL;
}

/* ---- the windows ------------------------------------------------------------------------------------------------- */

static void
begin_frame (GdkFrameClock *clock, void *data)
{
  Frames *frames = data;
  int64_t begun = now_ns ();
  gint64 interval = 0;
  leave (frames);
  if (!has_surface (frames))
    return;
  gdk_frame_clock_get_refresh_info (clock, gdk_frame_clock_get_frame_time (clock), &interval, NULL);
  interval = interval > 0 ? interval * 1000 : USUAL_INTERVAL;
  frames->due = begun + interval;
  frames->idle_from = begun + FRAMES_APART * interval;
  frames->at = g_sequence_insert_sorted (painting, frames, by_due, NULL);
}

static void
frames_free (void *data)
{
  Frames *frames = data;
  leave (frames);
  g_clear_weak_pointer (&frames->surface);
  g_free (frames);
}

static void
on_realize (GtkWidget *window, void *data)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (window));
  GdkFrameClock *clock = gdk_surface_get_frame_clock (surface);
  Frames *frames = g_object_get_qdata (G_OBJECT (clock), frames_quark ());
  (void) data;
  if (frames == NULL)
    {
      frames = g_new0 (Frames, 1);
      g_object_set_qdata_full (G_OBJECT (clock), frames_quark (), frames, frames_free);
      g_signal_connect (clock, "before-paint", G_CALLBACK (begin_frame), frames);
    }
  g_set_weak_pointer (&frames->surface, surface);
}

/* Before GTK destroys the surface. */
static void
on_unrealize (GtkWidget *window, void *data)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (window));
  GdkFrameClock *clock = surface != NULL ? gdk_surface_get_frame_clock (surface) : NULL;
  Frames *frames = clock != NULL ? g_object_get_qdata (G_OBJECT (clock), frames_quark ()) : NULL;
  (void) data;
  if (frames == NULL)
    return;
  leave (frames);
  g_clear_weak_pointer (&frames->surface);
}

static void
hear_window (GtkWindow *window)
{
  g_signal_connect (window, "realize", G_CALLBACK (on_realize), NULL);
  g_signal_connect (window, "unrealize", G_CALLBACK (on_unrealize), NULL);
  if (gtk_widget_get_realized (GTK_WIDGET (window)))
    on_realize (GTK_WIDGET (window), NULL);
}

int64_t
lodger__gtk_slice (void *data)
{
  int64_t now = now_ns (), left;
  const Frames *next;
  (void) data;
  if (painting == NULL)
    {
      painting = g_sequence_new (NULL);
      lodger__gtk_hear_windows (hear_window);
    }
  next = next_frame (now);
  left = g_list_model_get_n_items (gtk_window_get_toplevels ()) > (guint) g_sequence_get_length (painting) ? IDLE
                                                                                                           : AT_MOST;
  if (next == NULL)
    return left;
  return next->due > now ? MIN (next->due - now, left) : 0;
}
