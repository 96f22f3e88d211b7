/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random kicks against a guest in the thread of Qt. None may be lost. A process has one dispatcher:
 *
 *   stress-kicks-qt --host qt-unix|qt-glib [--guest NAME] [--count N] */
#include "qt-program.h"
#include "test-kicks.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Place
{
  Kicks *kicks;
  QtProgram *program;
  LodgerCaller *caller;
  LodgerGuest *guest;
} Place;

static void
do_nothing (void *data)
{
  (void) data;
}

static void *
place_open (Kicks *kicks, const char *backend, const void *options, bool with_glib)
{
  Place *place = calloc (1, sizeof *place);
  LodgerError *error = NULL;
  test_check (place != NULL);
  qt_application_start (with_glib);
  place->kicks = kicks;
  place->program = qt_program_new (do_nothing, do_nothing, NULL);
  place->caller = kicks->caller = lodger_qt_attach (NULL);
  test_check (place->caller != NULL);
  place->guest = lodger_guest_start (place->caller, backend, options, &error);
  if (place->guest == NULL)
    test_fail ("no guest: %s", lodger_error_get_message (error));
  return place;
}

static void *
open_unix (Kicks *kicks, const char *backend, const void *options)
{
  return place_open (kicks, backend, options, false);
}

static void *
open_glib (Kicks *kicks, const char *backend, const void *options)
{
  return place_open (kicks, backend, options, true);
}

static void
begin (void *data)
{
  kicks_begin (data);
}

static void
run (void *impl)
{
  Place *place = impl;
  qt_post (begin, place->kicks);
  while (!kicks_are_over (place->kicks))
    qt_program_turn (place->program);
}

static void
call_back (void *kicks)
{
  kicks_do (kicks);
}

static void
post_call_back (void *impl)
{
  qt_post_to_main (call_back, ((Place *) impl)->kicks);
}

static void
place_close (void *impl)
{
  Place *place = impl;
  qt_process_events (true);
  test_check (lodger_guest_end (place->guest) == 0);
  lodger_guest_unref (place->guest);
  test_check (lodger_caller_leave (place->caller) == 0);
  lodger_caller_unref (place->caller);
  qt_program_free (place->program);
  free (place);
}

static const KickHost qt_unix = { "qt-unix", open_unix, run, post_call_back, place_close };
static const KickHost qt_glib = { "qt-glib", open_glib, run, post_call_back, place_close };

const KickHost *const kick_hosts[] = { &qt_unix, &qt_glib, NULL };

int
main (int argc, char **argv)
{
  return kicks_main (argc, argv);
}
