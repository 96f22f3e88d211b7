/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 5 in a main context, by a clock of this program's own: what redraws and calls get is exact, however busy the machine
 * is.
 *
 * Time passes in calls and redraws only. For the library, a call also takes its time by the processor's counter. */
#define _GNU_SOURCE
#include "glib-private.h"
#include "test-suite.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MS INT64_C (1000000)

enum
{
  CALL = 200000, /* nanoseconds that a call takes */
  CHAINS = 20    /* calls that submit themselves again */
};

/* ---- the clock ---------------------------------------------------------------------------------------------------- */

static _Thread_local int64_t now; /* 0: the system's clock */

/* Instead of the C library's, in GLib too. */
__attribute__ ((visibility ("default"))) int
clock_gettime (clockid_t clock, struct timespec *time)
{
  if (clock != CLOCK_MONOTONIC || now == 0)
    return (int) syscall (SYS_clock_gettime, clock, time);
  *time = (struct timespec) { .tv_sec = (time_t) (now / 1000000000), .tv_nsec = (long) (now % 1000000000) };
  return 0;
}

static int64_t
real_now (void)
{
  struct timespec time;
  syscall (SYS_clock_gettime, CLOCK_MONOTONIC, &time);
  return (int64_t) time.tv_sec * 1000000000 + time.tv_nsec;
}

/* ---- a flood ------------------------------------------------------------------------------------------------------ */

typedef struct Flood
{
  GMainContext *context;
  LodgerCaller *caller;
  int64_t start;
  long calls;
  bool is_over;
} Flood;

static void
take (void *data)
{
  Flood *flood = data;
  int64_t until = real_now () + CALL;
  if (flood->is_over)
    return;
  while (real_now () < until)
    ;
  now += CALL;
  flood->calls++;
  test_check (lodger_caller_call_direct (flood->caller, take, flood, NULL) == 0);
}

static void
flood_begin (Flood *flood)
{
  *flood = (Flood) { .context = g_main_context_new () };
  now = real_now ();
  flood->start = now;
  ck_assert_int_eq (g_get_monotonic_time (), now / 1000);
  flood->caller = lodger_glib_attach (flood->context, NULL);
  ck_assert_ptr_nonnull (flood->caller);
  for (int i = 0; i < CHAINS; i++)
    expect_code (lodger_caller_call_direct (flood->caller, take, flood, NULL), 0);
}

static void
flood_end (Flood *flood)
{
  flood->is_over = true;
  while (g_main_context_iteration (flood->context, FALSE))
    ;
  expect_code (lodger_caller_leave (flood->caller), 0);
  lodger_caller_unref (flood->caller);
  g_main_context_unref (flood->context);
}

static GSource *
add_redraw (const Flood *flood, GSourceFuncs *funcs, guint size)
{
  GSource *source = g_source_new (funcs, size);
  g_source_set_priority (source, G_PRIORITY_HIGH_IDLE + 20);
  g_source_set_ready_time (source, 0);
  g_source_attach (source, flood->context);
  return source;
}

static void
remove_redraw (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/* ---- redraws that come when they are due --------------------------------------------------------------------------- */

typedef struct Ticks
{
  GSource source;
  int64_t due, latest; /* latest: how late one was at most */
  int count, left_out;
} Ticks;

enum
{
  PERIOD = 16666000,
  TICKS = 30
};

static gboolean
tick (GSource *source, GSourceFunc callback, void *data)
{
  Ticks *ticks = (Ticks *) source;
  (void) callback;
  (void) data;
  if (ticks->due != 0)
    {
      ticks->count++;
      ticks->latest = MAX (ticks->latest, now - ticks->due);
      ticks->left_out += (int) ((now - ticks->due) / PERIOD);
    }
  ticks->due = now / 1000 * 1000 + PERIOD;
  g_source_set_ready_time (source, ticks->due / 1000);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs tick_funcs = { .dispatch = tick };

START_TEST (law_5_a_tick_is_late_by_a_slice_and_a_call_at_most)
{
  Flood flood;
  Ticks *ticks;
  flood_begin (&flood);
  ticks = (Ticks *) add_redraw (&flood, &tick_funcs, sizeof (Ticks));
  while (ticks->count < TICKS)
    g_main_context_iteration (flood.context, FALSE);
  ck_assert_int_eq (ticks->left_out, 0);
  ck_assert_int_le (ticks->latest, LODGER_GLIB_SLICE + CALL);
  /* Nothing else takes time. */
  ck_assert_int_ge (flood.calls, (long) TICKS * PERIOD / CALL);
  remove_redraw (&ticks->source);
  flood_end (&flood);
}
END_TEST

/* ---- redraws one right after the other ----------------------------------------------------------------------------- */

typedef struct Frames
{
  GSource source;
  int64_t takes;
  int count;
} Frames;

static gboolean
draw (GSource *source, GSourceFunc callback, void *data)
{
  Frames *frames = (Frames *) source;
  (void) callback;
  (void) data;
  now += frames->takes;
  frames->count++;
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs draw_funcs = { .dispatch = draw };

/* Milliseconds. */
static const int frame_times[] = { 1, 4, 9, 15, 20, 33, 60 };

START_TEST (law_5_busy_frames_leave_a_tenth_of_the_time)
{
  Flood flood;
  Frames *frames;
  int64_t elapsed;
  flood_begin (&flood);
  frames = (Frames *) add_redraw (&flood, &draw_funcs, sizeof (Frames));
  frames->takes = frame_times[_i] * MS;
  while (now - flood.start < 1000 * MS)
    g_main_context_iteration (flood.context, FALSE);
  elapsed = now - flood.start;
  ck_assert_msg (flood.calls * CALL * 10 >= elapsed, "%ld us for calls, %" G_GINT64_FORMAT " us for all",
                 flood.calls * CALL / 1000, elapsed / 1000);
  /* An eighth more, and a call. */
  ck_assert_msg (frames->count * frames->takes * 10 >= elapsed * 8, "%d frames in %" G_GINT64_FORMAT " us",
                 frames->count, elapsed / 1000);
  remove_redraw (&frames->source);
  flood_end (&flood);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-slices");
  test_add (suite, law_5_a_tick_is_late_by_a_slice_and_a_call_at_most);
  for (int i = 0; i < (int) G_N_ELEMENTS (frame_times); i++)
    {
      g_autofree char *name = g_strdup_printf ("law_5_busy_frames_leave_a_tenth_of_the_time/%d-ms", frame_times[i]);
      test_add_variant (suite, name, law_5_busy_frames_leave_a_tenth_of_the_time, i);
    }
  return test_main (suite, argc, argv);
}
