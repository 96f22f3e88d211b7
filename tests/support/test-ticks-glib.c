/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-ticks-glib.h"

#include <lodger-glib.h>
#ifdef LODGER_HAVE_UV
#include <lodger-uv.h>
#endif

enum
{
  ENOUGH = 25
};

static gboolean
glib_tick (void *data)
{
  ((Ticks *) data)->counts[TICKS_GLIB]++;
  return G_SOURCE_CONTINUE;
}

static void
begin_glib (LodgerPending *self, void *data)
{
  GSource *source = g_timeout_source_new (1);
  GMainContext *context = g_main_context_ref_thread_default ();
  (void) self;
  g_source_set_callback (source, glib_tick, data, NULL);
  g_source_attach (source, context);
  g_source_unref (source);
  g_main_context_unref (context);
}

#ifdef LODGER_HAVE_UV
static void
uv_tick (uv_timer_t *timer)
{
  ((Ticks *) timer->data)->counts[TICKS_UV]++;
}

static void
begin_uv (LodgerPending *self, void *data)
{
  static uv_timer_t timer;
  (void) self;
  timer.data = data;
  test_check (uv_timer_init (lodger_uv_get_loop (), &timer) == 0);
  test_check (uv_timer_start (&timer, uv_tick, 1, 1) == 0);
}
#endif

static void
call_again (LodgerPending *self, void *data)
{
  Ticks *ticks = data;
  (void) self;
  ticks->counts[TICKS_CALLS]++;
  if (!ticks->is_over)
    lodger_pending_disown (lodger_caller_call_later (ticks->caller, 1000000, call_again, ticks, NULL));
}

void
ticks_begin (Ticks *ticks, LodgerCaller *caller)
{
  static const LodgerGlibGuestOptions own = { .size = sizeof own, .flags = LODGER_GLIB_GUEST_OWN };
  *ticks = (Ticks) { .caller = caller };
  test_check (lodger_glib_register () == 0);
  lodger_pending_disown (lodger_caller_call_using_backend (caller, "glib", &own, begin_glib, ticks, NULL));
#ifdef LODGER_HAVE_UV
  test_check (lodger_uv_register () == 0);
  lodger_pending_disown (lodger_caller_call_using_backend (caller, "uv", NULL, begin_uv, ticks, NULL));
#endif
  lodger_pending_disown (lodger_caller_call_soon (caller, call_again, ticks, NULL));
}

void
ticks_end (Ticks *ticks)
{
  ticks->is_over = true;
}

void
ticks_mark (Ticks *ticks)
{
  for (int i = 0; i < TICKS_KINDS; i++)
    ticks->marks[i] = ticks->counts[i];
}

bool
ticks_have_come (const Ticks *ticks)
{
  bool have_come = ticks->counts[TICKS_GLIB] >= ticks->marks[TICKS_GLIB] + ENOUGH
                   && ticks->counts[TICKS_CALLS] >= ticks->marks[TICKS_CALLS] + ENOUGH;
#ifdef LODGER_HAVE_UV
  have_come = have_come && ticks->counts[TICKS_UV] >= ticks->marks[TICKS_UV] + ENOUGH;
#endif
  return have_come;
}
