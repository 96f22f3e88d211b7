/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a main context watches for Lodger, by the operations of the host. */
#include "glib-private.h"
#include "loop/watch.h"
#include "test-suite.h"

#include <poll.h>
#include <unistd.h>

#define MS INT64_C (1000000)

typedef struct Watched
{
  LodgerWatch watch; /* first */
  int fd;
  int told;
  uint32_t events;
  bool reads; /* what it is told of */
  struct Watched *ends;
  int64_t takes;
} Watched;

static void
be_told (LodgerWatch *watch, uint32_t events)
{
  Watched *watched = (Watched *) watch;
  int64_t until = test_now () + watched->takes;
  char byte;
  watched->told++;
  watched->events = events;
  if (watched->reads)
    test_check (read (watched->fd, &byte, 1) == 1);
  while (test_now () < until)
    ;
  if (watched->ends != NULL)
    lodger__watch_end (&watched->ends->watch);
}

static void
watch (LodgerCaller *caller, Watched *watched, int fd, uint32_t events)
{
  watched->watch = (LodgerWatch) { .caller = caller, .ready = be_told };
  watched->fd = fd;
  expect_code (lodger__watch_begin (&watched->watch, fd, events), 0);
}

typedef struct Setup
{
  GMainContext *context;
  LodgerCaller *caller;
  int ends[2];
} Setup;

static Setup
set_up (void)
{
  Setup setup = { .context = g_main_context_new () };
  setup.caller = lodger_glib_attach (setup.context, NULL);
  ck_assert_ptr_nonnull (setup.caller);
  ck_assert_int_eq (pipe (setup.ends), 0);
  return setup;
}

static void
tear_down (Setup *setup)
{
  expect_code (lodger_caller_leave (setup->caller), 0);
  lodger_caller_unref (setup->caller);
  g_main_context_unref (setup->context);
  close (setup->ends[0]);
  close (setup->ends[1]);
}

static void
write_byte (const Setup *setup)
{
  ck_assert_int_eq (write (setup->ends[1], "x", 1), 1);
}

static void
turn (const Setup *setup)
{
  while (g_main_context_iteration (setup->context, FALSE))
    ;
}

static void
turn_times (const Setup *setup, int times)
{
  for (int i = 0; i < times; i++)
    g_main_context_iteration (setup->context, FALSE);
}

START_TEST (a_ready_descriptor_is_told_as_long_as_it_is_ready)
{
  Setup setup = set_up ();
  Watched watched = { 0 };
  watch (setup.caller, &watched, setup.ends[0], POLLIN);
  turn (&setup);
  ck_assert_int_eq (watched.told, 0);
  write_byte (&setup);
  turn_times (&setup, 3);
  ck_assert_int_ge (watched.told, 2);
  ck_assert_uint_eq (watched.events, POLLIN);
  watched.reads = true;
  turn (&setup);
  watched.told = 0;
  turn (&setup);
  ck_assert_int_eq (watched.told, 0);
  lodger__watch_end (&watched.watch);
  write_byte (&setup);
  turn (&setup);
  ck_assert_int_eq (watched.told, 0);
  tear_down (&setup);
}
END_TEST

START_TEST (errors_are_told_unasked)
{
  Setup setup = set_up ();
  Watched watched = { 0 };
  int copy = dup (setup.ends[0]);
  watch (setup.caller, &watched, copy, POLLPRI);
  watched.ends = &watched;
  if (_i == 0)
    {
      close (setup.ends[1]);
      setup.ends[1] = dup (setup.ends[0]);
      turn (&setup);
      ck_assert_uint_eq (watched.events, POLLHUP);
      close (copy);
    }
  else
    {
      close (copy);
      turn (&setup);
      ck_assert_uint_eq (watched.events, POLLNVAL);
    }
  ck_assert_int_eq (watched.told, 1);
  tear_down (&setup);
}
END_TEST

START_TEST (several_watches_of_one_descriptor)
{
  Setup setup = set_up ();
  Watched first = { 0 }, second = { 0 };
  watch (setup.caller, &first, setup.ends[0], POLLIN);
  watch (setup.caller, &second, setup.ends[0], POLLIN);
  write_byte (&setup);
  turn_times (&setup, 2);
  ck_assert_int_ge (first.told, 1);
  ck_assert_int_ge (second.told, 1);
  /* One ends the other, which is ready too, and then itself. */
  first.ends = &second;
  second.ends = &first;
  first.told = second.told = 0;
  turn_times (&setup, 1);
  ck_assert_int_eq (first.told + second.told, 1);
  if (first.told != 0)
    lodger__watch_end (&first.watch);
  else
    lodger__watch_end (&second.watch);
  turn (&setup);
  ck_assert_int_eq (first.told + second.told, 1);
  tear_down (&setup);
}
END_TEST

START_TEST (no_descriptor_cannot_be_watched)
{
  Setup setup = set_up ();
  Watched watched = { .watch = { .caller = setup.caller, .ready = be_told } };
  expect_code (lodger__watch_begin (&watched.watch, -1, POLLIN), LODGER_EINVAL);
  turn (&setup);
  tear_down (&setup);
}
END_TEST

/* ---- room for the program ---------------------------------------------------------------------------------------- */

typedef struct Redraw
{
  GSource *source;
  int count;
  int64_t takes;
} Redraw;

static gboolean
redraw (void *data)
{
  Redraw *frame = data;
  int64_t until = test_now () + frame->takes;
  frame->count++;
  while (test_now () < until)
    ;
  return G_SOURCE_CONTINUE;
}

static void
redraw_begin (const Setup *setup, Redraw *frame)
{
  frame->source = g_idle_source_new ();
  g_source_set_priority (frame->source, G_PRIORITY_HIGH_IDLE + 20);
  g_source_set_callback (frame->source, redraw, frame, NULL);
  g_source_attach (frame->source, setup->context);
}

static void
redraw_end (Redraw *frame)
{
  g_source_destroy (frame->source);
  g_source_unref (frame->source);
}

/* A redraw that is always wanted goes first, but for what has waited too long: an eighth of that time. */
START_TEST (law_5_a_busy_descriptor_leaves_room_for_the_redraw)
{
  Setup setup = set_up ();
  Watched watched = { .takes = MS / 10 };
  Redraw frame = { .takes = MS / 10 };
  watch (setup.caller, &watched, setup.ends[0], POLLIN);
  write_byte (&setup);
  redraw_begin (&setup, &frame);
  while (watched.told < 5 && frame.count < 20000)
    g_main_context_iteration (setup.context, FALSE);
  ck_assert_int_eq (watched.told, 5);
  ck_assert_int_ge (frame.count, 20);
  redraw_end (&frame);
  lodger__watch_end (&watched.watch);
  tear_down (&setup);
}
END_TEST

static gboolean
count_turn (void *data)
{
  ++*(int *) data;
  return G_SOURCE_CONTINUE;
}

/* In a worker's context nothing paints: a descriptor is as good as anything else there. */
START_TEST (a_workers_descriptor_has_the_default_priority)
{
  GMainContext *context = g_main_context_new ();
  LodgerGlibHostOptions options = { .size = sizeof options, .context = context, .flags = LODGER_GLIB_HOST_WORKER };
  LodgerCaller *caller = lodger_glib_open_caller (&options, NULL, NULL);
  GSource *busy = g_idle_source_new ();
  Watched watched = { 0 };
  int turns = 0, ends[2];
  ck_assert_int_eq (pipe (ends), 0);
  watch (caller, &watched, ends[0], POLLIN);
  ck_assert_int_eq (write (ends[1], "x", 1), 1);
  g_source_set_priority (busy, G_PRIORITY_DEFAULT);
  g_source_set_callback (busy, count_turn, &turns, NULL);
  g_source_attach (busy, context);
  for (int i = 0; i < 3; i++)
    g_main_context_iteration (context, FALSE);
  ck_assert_int_eq (turns, 3);
  ck_assert_int_ge (watched.told, 2);
  lodger__watch_end (&watched.watch);
  g_source_destroy (busy);
  g_source_unref (busy);
  lodger_caller_stop (caller, true);
  while (lodger_caller_get_state (caller) != LODGER_CALLER_STOPPED)
    g_main_context_iteration (context, FALSE);
  lodger_caller_unref (caller);
  g_main_context_unref (context);
  close (ends[0]);
  close (ends[1]);
}
END_TEST

/* ---- another thread, and the end --------------------------------------------------------------------------------- */

static int last_timeout;
static int last_count;

static int
note_poll (GPollFD *fds, guint n_fds, int timeout)
{
  last_timeout = timeout;
  last_count = g_poll (fds, n_fds, 0);
  return last_count;
}

static void *
turn_elsewhere (void *data)
{
  g_main_context_iteration (data, TRUE);
  g_main_context_iteration (data, TRUE);
  return NULL;
}

/* It would keep the other thread from sleeping. */
START_TEST (events_wait_while_another_thread_runs_the_context)
{
  Setup setup = set_up ();
  Watched watched = { 0 };
  watch (setup.caller, &watched, setup.ends[0], POLLIN);
  turn (&setup);
  write_byte (&setup);
  g_main_context_set_poll_func (setup.context, note_poll);
  thread_join (thread_start (turn_elsewhere, setup.context));
  ck_assert_int_eq (watched.told, 0);
  ck_assert_int_eq (last_timeout, -1);
  ck_assert_int_eq (last_count, 0);
  g_main_context_set_poll_func (setup.context, NULL);
  turn_times (&setup, 2);
  ck_assert_int_ge (watched.told, 1);
  lodger__watch_end (&watched.watch);
  tear_down (&setup);
}
END_TEST

/* The program destroys Lodger's sources: the host is closed, and the watches end by themselves. */
START_TEST (a_closed_host_tells_of_nothing)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = lodger_glib_attach (context, NULL);
  Watched *watched = g_new0 (Watched, 1);
  GSource *source;
  ProcCount before;
  int ends[2], told;
  ck_assert_int_eq (pipe (ends), 0);
  before = proc_count ();
  watch (caller, watched, ends[0], POLLIN);
  ck_assert_int_eq (write (ends[1], "x", 1), 1);
  g_main_context_iteration (context, FALSE);
  for (guint id = 1; (source = g_main_context_find_source_by_id (context, id)) != NULL; id++)
    if (g_strcmp0 (g_source_get_name (source), "lodger slice") == 0)
      {
        g_source_destroy (source);
        break;
      }
  told = watched->told;
  g_free (watched);
  for (int i = 0; i < 3; i++)
    g_main_context_iteration (context, FALSE);
  ck_assert_int_ge (told, 0);
  lodger_caller_unref (caller);
  proc_expect_restored (before);
  g_main_context_unref (context);
  close (ends[0]);
  close (ends[1]);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-watch");
  test_add (suite, a_ready_descriptor_is_told_as_long_as_it_is_ready);
  test_add_variant (suite, "errors_are_told_unasked/hung_up", errors_are_told_unasked, 0);
  test_add_variant (suite, "errors_are_told_unasked/closed", errors_are_told_unasked, 1);
  test_add (suite, several_watches_of_one_descriptor);
  test_add (suite, no_descriptor_cannot_be_watched);
  test_add (suite, law_5_a_busy_descriptor_leaves_room_for_the_redraw);
  test_add (suite, a_workers_descriptor_has_the_default_priority);
  test_add (suite, events_wait_while_another_thread_runs_the_context);
  test_add (suite, a_closed_host_tells_of_nothing);
  return test_main (suite, argc, argv);
}
