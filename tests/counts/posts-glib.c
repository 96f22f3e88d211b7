/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to the main thread, whose loop is GLib's. */
#define _GNU_SOURCE
#include "rows.h"

#include <glib.h>
#include <lodger-glib.h>
#include <unistd.h>

static LodgerCaller *caller;
static GMainLoop *main_loop;

static void
begin (void)
{
  second_begin ();
  caller = lodger_glib_attach_full (NULL, LODGER_CALLER_OPTIONS (.max_workers = 1), NULL);
  test_check (caller != NULL);
  row_caller = caller;
  main_loop = g_main_loop_new (NULL, FALSE);
}

static void
end (void)
{
  test_check (lodger_caller_leave (caller) == 0);
  lodger_caller_unref (caller);
  g_main_loop_unref (main_loop);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
warm_up (void)
{
  begin ();
  for (int i = 0; i < WARM; i++)
    {
      second_run (row_post_batch);
      settle ();
    }
}

void
glib_post (void)
{
  warm_up ();
  for (int i = 0; i < TRIES; i++)
    {
      second_run (row_post);
      second_run (row_post_counted);
      settle ();
      count_next ();
    }
  end ();
}

/* ---- a loop that sleeps ------------------------------------------------------------------------------------------ */

static void
quit (void *data)
{
  g_main_loop_quit (data);
}

/* The main thread comes to sleep in its loop. */
static void
post_asleep_and_quit (void)
{
  proc_wait_asleep ((int) getpid ());
  row_post_counted ();
  test_check (lodger_caller_call_direct (caller, quit, main_loop, NULL) == 0);
}

void
glib_post_asleep (void)
{
  warm_up ();
  for (int i = 0; i < TRIES; i++)
    {
      second_give (post_asleep_and_quit);
      g_main_loop_run (main_loop);
      second_wait ();
      settle ();
      count_next ();
    }
  end ();
}

/* ---- the loop's part --------------------------------------------------------------------------------------------- */

void
glib_iteration (void)
{
  warm_up ();
  for (int i = 0; i < TRIES; i++)
    {
      second_run (row_post);
      count_begin ();
      g_main_context_iteration (NULL, FALSE);
      count_end ();
      settle ();
      count_next ();
    }
  end ();
}

/* ---- there and back ---------------------------------------------------------------------------------------------- */

static void
make_trips (unsigned count)
{
  for (unsigned i = 0; i < count; i++)
    {
      unsigned before = n_back;
      row_trip (caller);
      while (n_back == before)
        g_main_context_iteration (NULL, TRUE);
    }
}

/* All threads, which sleep or not as it comes. */
void
glib_trips (void)
{
  begin ();
  make_trips (TRIPS);
  count_begin_all_calls ();
  make_trips (TRIPS);
  count_end ();
  end ();
}
