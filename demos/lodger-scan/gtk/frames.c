/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames.h"

#include "../text.h"

#define LATE 25000 /* microseconds; a screen mostly has a frame each 16,667 */

struct Frames
{
  GtkWidget *window;
  void (*on_frame) (void *data);
  void *data;
  guint tick;           /* 0: frames are not wanted */
  GdkFrameClock *clock; /* NULL as long as there was no frame */
  gulong handler;
  gint64 last; /* when the frame before was painted, or 0 */
  gint64 spent, worst;
  guint count, late; /* gaps, which are frames but for the first one; those longer than LATE */
};

/* The clock's own frame times are smoothed; how late a frame really is, only the end of its painting tells. */
static void
on_after_paint (GdkFrameClock *clock G_GNUC_UNUSED, void *data)
{
  Frames *frames = data;
  gint64 now = g_get_monotonic_time ();
  if (frames->last != 0)
    {
      frames->count++;
      frames->late += now - frames->last > LATE ? 1 : 0;
      frames->spent += now - frames->last;
      frames->worst = MAX (frames->worst, now - frames->last);
    }
  frames->last = frames->tick != 0 ? now : 0;
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
  frames->last = 0;
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
  frames->last = frames->spent = frames->worst = 0;
  frames->count = frames->late = 0;
}

gboolean
frames_append (const Frames *frames, GString *text)
{
  if (frames->count == 0 || frames->spent == 0)
    return FALSE;
  text_append_tenths (text, (double) frames->count * G_USEC_PER_SEC / (double) frames->spent);
  g_string_append (text, " per second, worst gap ");
  text_append_tenths (text, (double) frames->worst / 1000);
  g_string_append (text, " ms");
  return TRUE;
}

void
frames_append_summary (const Frames *frames, GString *text)
{
  if (frames->count == 0 || frames->spent == 0)
    return;
  g_string_append_printf (text, "frames: %u, ", frames->count);
  frames_append (frames, text);
  g_string_append_printf (text, ", %u over %d ms\n", frames->late, LATE / 1000);
}
