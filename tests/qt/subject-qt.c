/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Qt adapter, in Qt's main thread with each of Qt's own dispatchers, and in another thread.
 *
 * A process has one main thread of Qt's, so these kinds are in a program of their own. */
#include "qt-program.h"
#include "subject.h"

#include <stdlib.h>

typedef struct Program
{
  QtProgram *qt;
  LodgerQtHostOptions host_options;
  bool frames; /* one frame follows the other, each takes SUBJECT_FRAME */
} Program;

static Program *
program_of (void *subject)
{
  return ((Subject *) subject)->impl;
}

static void
redraw (void *subject)
{
  atomic_fetch_add (&((Subject *) subject)->redraws, 1);
  if (!program_of (subject)->frames)
    return;
  subject_spend (subject, SUBJECT_FRAME);
  qt_program_request_redraw (program_of (subject)->qt);
}

static void
tick (void *subject)
{
  atomic_fetch_add (&((Subject *) subject)->ticks, 1);
  qt_program_request_redraw (program_of (subject)->qt);
}

static int64_t
slice (void *subject)
{
  qt_program_note (program_of (subject)->qt);
  return 1000000;
}

static void
open_host (Subject *subject)
{
  Program *program = calloc (1, sizeof *program);
  subject->impl = program;
  program->qt = qt_program_new (redraw, tick, subject);
  program->host_options
      = (LodgerQtHostOptions) { .size = sizeof program->host_options, .slice = slice, .slice_data = subject };
  subject->host_options = &program->host_options;
  if (subject->is_initial)
    {
      test_check (lodger_qt_register () == 0);
      subject->options.host = "qt";
      subject->options.host_options = subject->host_options;
      subject->caller = lodger_caller_open (LODGER_CALLER_MANUAL, &subject->options, NULL);
    }
  else
    subject->caller = lodger_qt_attach_full (&program->host_options, &subject->options, NULL);
}

static void
start_unix (void)
{
  qt_application_start (false);
}

static void
start_glib (void)
{
  qt_application_start (true);
}

static void
start_thread (void)
{
  qt_application_start_elsewhere ();
}

static void
close_host (Subject *subject)
{
  qt_program_free (program_of (subject)->qt);
  free (subject->impl);
}

static void
turn (Subject *subject)
{
  qt_program_turn (program_of (subject)->qt);
}

static void
nest (Subject *subject)
{
  (void) subject;
  qt_process_events (true);
}

static void
work (Subject *subject, bool on)
{
  qt_program_set_timer (program_of (subject)->qt, on);
}

static void
request_redraw (Subject *subject)
{
  qt_program_request_redraw (program_of (subject)->qt);
}

static void
set_frames (Subject *subject, bool on)
{
  program_of (subject)->frames = on;
  request_redraw (subject);
}

enum
{
  TRAITS = SUBJECT_NESTS | SUBJECT_REDRAWS | SUBJECT_SLEEPS,
  LONGEST_RUN = 160 /* a slice takes 1 ms, or 8 ms for calls that have waited */
};

static const SubjectKind subject_qt_unix = { .name = "qt-unix",
                                             .traits = TRAITS,
                                             .longest_run = LONGEST_RUN,
                                             .start = start_unix,
                                             .open = open_host,
                                             .close = close_host,
                                             .turn = turn,
                                             .nest = nest,
                                             .work = work,
                                             .request_redraw = request_redraw,
                                             .set_frames = set_frames };
static const SubjectKind subject_qt_glib = { .name = "qt-glib",
                                             .traits = TRAITS,
                                             .longest_run = LONGEST_RUN,
                                             .start = start_glib,
                                             .open = open_host,
                                             .close = close_host,
                                             .turn = turn,
                                             .nest = nest,
                                             .work = work,
                                             .request_redraw = request_redraw,
                                             .set_frames = set_frames };
static const SubjectKind subject_qt_thread = { .name = "qt-thread",
                                               .traits = TRAITS,
                                               .longest_run = LONGEST_RUN,
                                               .start = start_thread,
                                               .open = open_host,
                                               .close = close_host,
                                               .turn = turn,
                                               .nest = nest,
                                               .work = work,
                                               .request_redraw = request_redraw,
                                               .set_frames = set_frames };

const SubjectKind *const subject_kinds[] = { &subject_qt_unix, &subject_qt_glib, &subject_qt_thread, NULL };
