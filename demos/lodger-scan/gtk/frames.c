/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames.h"

struct Frames
{
  GtkWidget *window;
  void (*on_frame) (void *data);
  void *data;
  guint tick;           /* 0: frames are not wanted */
  GdkFrameClock *clock; /* NULL as long as there was no frame */
  gulong handler;
  Paints paints;
};

/* The clock's own frame times are smoothed; how late a frame really is, only the end of its painting tells. */
static void
on_after_paint (GdkFrameClock *clock G_GNUC_UNUSED, void *data)
{
  Frames *frames = data;
  paints_add (&frames->paints, frames->tick != 0);
}

static void
forget_clock (Frames *frames)
{
  if (frames->clock == NULL)
    return;
  g_signal_handler_disconnect (frames->clock, frames->handler);
  g_clear_object (&frames->clock);
}

static gboolean
on_tick (GtkWidget *window G_GNUC_UNUSED, GdkFrameClock *clock, void *data)
{
  Frames *frames = data;
  if (frames->clock != clock)
    {
      forget_clock (frames);
      frames->clock = g_object_ref (clock);
      frames->handler = g_signal_connect (clock, "after-paint", G_CALLBACK (on_after_paint), frames);
    }
  frames->on_frame (frames->data);
  return G_SOURCE_CONTINUE;
}

Frames *
frames_new (GtkWidget *window, void (*on_frame) (void *data), void *data)
{
  Frames *frames = g_new0 (Frames, 1);
  frames->window = window;
  frames->on_frame = on_frame;
  frames->data = data;
  return frames;
}

void
frames_free (Frames *frames)
{
  frames_want (frames, FALSE);
  forget_clock (frames);
  g_free (frames);
}

void
frames_want (Frames *frames, gboolean wanted)
{
  if (wanted == (frames->tick != 0))
    return;
  paints_pause (&frames->paints);
  if (wanted)
    frames->tick = gtk_widget_add_tick_callback (frames->window, on_tick, frames, NULL);
  else
    {
      gtk_widget_remove_tick_callback (frames->window, frames->tick);
      frames->tick = 0;
    }
}

void
frames_restart (Frames *frames)
{
  frames->paints = (Paints) { 0 };
}

const Paints *
frames_get_paints (const Frames *frames)
{
  return &frames->paints;
}
