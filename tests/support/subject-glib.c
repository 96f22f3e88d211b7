/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The GLib adapter: as host in the default context and in another, and as backend of a worker. */
#include "subject.h"
#include "test-backend.h"

#include <lodger-glib.h>

/* The program's own work in a context: a redraw like GTK's, and a timer. */
typedef struct Program
{
  Subject *subject;
  GMainContext *context;
  GSource *redraw;
  GSource *timer;
  LodgerGlibHostOptions host_options;
  bool frames; /* one frame follows the other, each takes SUBJECT_FRAME */
} Program;

enum
{
  PRIORITY_REDRAW = G_PRIORITY_HIGH_IDLE + 20
};

typedef struct Redraw
{
  GSource source;
  Program *program;
} Redraw;

static gboolean
redraw_dispatch (GSource *source, GSourceFunc callback, void *data)
{
  Program *program = ((Redraw *) source)->program;
  (void) callback;
  (void) data;
  atomic_fetch_add (&program->subject->redraws, 1);
  if (program->frames)
    subject_spend (program->subject, SUBJECT_FRAME);
  else
    g_source_set_ready_time (source, -1);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs redraw_funcs = { .dispatch = redraw_dispatch };

static void
program_start (Program *program, int priority)
{
  program->redraw = g_source_new (&redraw_funcs, sizeof (Redraw));
  ((Redraw *) program->redraw)->program = program;
  g_source_set_priority (program->redraw, priority);
  g_source_attach (program->redraw, program->context);
}

static void
source_end (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_source_unref (*source);
  *source = NULL;
}

static void
program_end (Program *program)
{
  source_end (&program->redraw);
  source_end (&program->timer);
  g_main_context_unref (program->context);
  g_free (program);
}

static Program *
program_new (Subject *subject, GMainContext *context)
{
  Program *program = g_new0 (Program, 1);
  program->subject = subject;
  program->context = context;
  subject->impl = program;
  return program;
}

/* ---- as host -------------------------------------------------------------------------------------------------- */

static void
attach (Subject *subject, GMainContext *context)
{
  Program *program = subject->impl;
  program->host_options = (LodgerGlibHostOptions) { .size = sizeof program->host_options, .context = context };
  subject->host_options = &program->host_options;
  if (subject->is_initial || subject_is (subject, SUBJECT_POLLED))
    {
      test_check (lodger_glib_register () == 0);
      subject->options.host = subject_is (subject, SUBJECT_POLLED) ? backend_register_polled_host ("glib") : "glib";
      subject->options.host_options = subject->host_options;
      subject->caller = lodger_caller_open (subject->is_initial ? LODGER_CALLER_MANUAL : LODGER_CALLER_CURRENT_THREAD,
                                            &subject->options, NULL);
    }
  else
    subject->caller = lodger_glib_attach_full (context, &subject->options, NULL);
}

static void
open_default (Subject *subject)
{
  Program *program = program_new (subject, g_main_context_ref (g_main_context_default ()));
  program_start (program, PRIORITY_REDRAW);
  attach (subject, NULL);
}

static void
open_other (Subject *subject)
{
  Program *program = program_new (subject, g_main_context_new ());
  /* The first push in a thread would create it, with a descriptor that stays open. */
  g_main_context_default ();
  program_start (program, PRIORITY_REDRAW);
  attach (subject, program->context);
}

static void
close_host (Subject *subject)
{
  program_end (subject->impl);
}

static void
turn (Subject *subject)
{
  g_main_context_iteration (((Program *) subject->impl)->context, TRUE);
}

static void
nest (Subject *subject)
{
  g_main_context_iteration (((Program *) subject->impl)->context, FALSE);
}

static void
request_redraw (Subject *subject)
{
  g_source_set_ready_time (((Program *) subject->impl)->redraw, 0);
}

static gboolean
tick (void *data)
{
  Subject *subject = data;
  atomic_fetch_add (&subject->ticks, 1);
  request_redraw (subject);
  return G_SOURCE_CONTINUE;
}

static void
work (Subject *subject, bool on)
{
  Program *program = subject->impl;
  source_end (&program->timer);
  if (!on)
    return;
  program->timer = g_timeout_source_new (1);
  g_source_set_callback (program->timer, tick, subject, NULL);
  g_source_attach (program->timer, program->context);
}

static void
set_frames (Subject *subject, bool on)
{
  ((Program *) subject->impl)->frames = on;
  request_redraw (subject);
}

/* ---- as backend ----------------------------------------------------------------------------------------------- */

static void
start_inside (void *data)
{
  Subject *subject = data;
  Program *program = program_new (subject, g_main_context_ref_thread_default ());
  test_check (program->context != g_main_context_default ());
  program_start (program, G_PRIORITY_DEFAULT);
}

static void
open_worker (Subject *subject)
{
  lodger_glib_register ();
  subject->caller = worker_start_full ("glib", &subject->options);
  subject_run_inside (subject, start_inside, subject);
}

/* A slice takes 1 ms, or 8 ms by the ageing source. In a worker's context the redraw has the priority of the slice, so a
 * redraw requested in one slice comes after the next slice. */
const SubjectKind subject_glib_default = { "glib-default",
                                           SUBJECT_NESTS | SUBJECT_REDRAWS | SUBJECT_SLEEPS,
                                           160,
                                           open_default,
                                           close_host,
                                           turn,
                                           nest,
                                           work,
                                           request_redraw,
                                           set_frames,
                                           NULL,
                                           "glib",
                                           NULL };
const SubjectKind subject_glib_other = { "glib-other",
                                         SUBJECT_NESTS | SUBJECT_REDRAWS | SUBJECT_SLEEPS,
                                         160,
                                         open_other,
                                         close_host,
                                         turn,
                                         nest,
                                         work,
                                         request_redraw,
                                         set_frames,
                                         NULL,
                                         "glib",
                                         NULL };
const SubjectKind subject_glib_worker = { "glib-worker",
                                          SUBJECT_DRIVEN | SUBJECT_NESTS | SUBJECT_REDRAWS | SUBJECT_SLEEPS,
                                          40,
                                          open_worker,
                                          close_host,
                                          NULL,
                                          nest,
                                          work,
                                          request_redraw,
                                          set_frames,
                                          NULL,
                                          "glib",
                                          NULL };
const SubjectKind subject_glib_polled = { .name = "glib-polled",
                                          .traits = SUBJECT_NESTS | SUBJECT_REDRAWS | SUBJECT_SLEEPS | SUBJECT_POLLED,
                                          .longest_run = 160,
                                          .open = open_other,
                                          .close = close_host,
                                          .turn = turn,
                                          .nest = nest,
                                          .work = work,
                                          .request_redraw = request_redraw,
                                          .set_frames = set_frames,
                                          .backend = "glib" };
