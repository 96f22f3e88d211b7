/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paints.h"

#include "text.h"

enum
{
  LATE = 25000 /* a screen mostly has a frame each 16,667 */
};

void
paints_add (Paints *paints, gboolean goes_on)
{
  gint64 now = g_get_monotonic_time ();
  if (paints->last != 0)
    {
      paints->count++;
      paints->late += now - paints->last > LATE ? 1 : 0;
      paints->spent += now - paints->last;
      paints->worst = MAX (paints->worst, now - paints->last);
    }
  paints->last = goes_on ? now : 0;
}

void
paints_pause (Paints *paints)
{
  paints->last = 0;
}

gboolean
paints_append (const Paints *paints, GString *text)
{
  if (paints->count == 0 || paints->spent == 0)
    return FALSE;
  text_append_tenths (text, (double) paints->count * G_USEC_PER_SEC / (double) paints->spent);
  g_string_append (text, " per second, worst gap ");
  text_append_tenths (text, (double) paints->worst / 1000);
  g_string_append (text, " ms");
  return TRUE;
}

void
paints_append_summary (const Paints *paints, GString *text)
{
  if (paints->count == 0 || paints->spent == 0)
    return;
  g_string_append_printf (text, "frames: %u, ", paints->count);
  paints_append (paints, text);
  g_string_append_printf (text, ", %u over %d ms\n", paints->late, LATE / 1000);
}
