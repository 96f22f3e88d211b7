/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The libuv adapter: as host in a loop that the test runs, and as backend of a worker. libuv does not nest. */
#include "subject.h"
#include "test-backend.h"

#include <lodger-uv.h>
#include <stdlib.h>

/* The program's own work in a loop: a redraw as an idle handle, and a timer. */
typedef struct Program
{
  Subject *subject;
  uv_loop_t own_loop;
  uv_loop_t *loop;
  uv_idle_t redraw;
  uv_timer_t timer;
  LodgerUvHostOptions host_options;
  bool frames; /* one frame follows the other, each takes SUBJECT_FRAME */
} Program;

static void
redraw (uv_idle_t *handle)
{
  Program *program = handle->data;
  atomic_fetch_add (&program->subject->redraws, 1);
  if (program->frames)
    subject_spend (program->subject, SUBJECT_FRAME);
  else
    uv_idle_stop (handle);
}

static void
request_redraw (Subject *subject)
{
  uv_idle_start (&((Program *) subject->impl)->redraw, redraw);
}

static void
program_start (Program *program)
{
  test_check (uv_idle_init (program->loop, &program->redraw) == 0);
  test_check (uv_timer_init (program->loop, &program->timer) == 0);
  program->redraw.data = program->timer.data = program;
}

static Program *
program_new (Subject *subject)
{
  Program *program = calloc (1, sizeof *program);
  test_check (program != NULL);
  program->subject = subject;
  subject->impl = program;
  return program;
}

/* ---- as host -------------------------------------------------------------------------------------------------- */

static void
open_host (Subject *subject)
{
  Program *program = program_new (subject);
  test_check (uv_loop_init (&program->own_loop) == 0);
  program->loop = &program->own_loop;
  program_start (program);
  program->host_options = (LodgerUvHostOptions) { .size = sizeof program->host_options, .loop = program->loop };
  subject->host_options = &program->host_options;
  if (subject->is_initial || subject_is (subject, SUBJECT_POLLED))
    {
      test_check (lodger_uv_register () == 0);
      subject->options.host = subject_is (subject, SUBJECT_POLLED) ? backend_register_polled_host ("uv") : "uv";
      subject->options.host_options = subject->host_options;
      subject->caller = lodger_caller_open (subject->is_initial ? LODGER_CALLER_MANUAL : LODGER_CALLER_CURRENT_THREAD,
                                            &subject->options, NULL);
    }
  else
    subject->caller = lodger_uv_attach_full (program->loop, &subject->options, NULL);
}

static void
close_host (Subject *subject)
{
  Program *program = subject->impl;
  uv_close ((uv_handle_t *) &program->redraw, NULL);
  uv_close ((uv_handle_t *) &program->timer, NULL);
  uv_run (program->loop, UV_RUN_DEFAULT);
  test_check (uv_loop_close (program->loop) == 0);
  free (program);
}

static void
turn (Subject *subject)
{
  uv_run (((Program *) subject->impl)->loop, UV_RUN_ONCE);
}

static void
tick (uv_timer_t *timer)
{
  Program *program = timer->data;
  atomic_fetch_add (&program->subject->ticks, 1);
  request_redraw (program->subject);
}

static void
work (Subject *subject, bool on)
{
  Program *program = subject->impl;
  if (on)
    uv_timer_start (&program->timer, tick, 1, 1);
  else
    uv_timer_stop (&program->timer);
}

static void
set_frames (Subject *subject, bool on)
{
  ((Program *) subject->impl)->frames = on;
  request_redraw (subject);
}

/* ---- as backend ----------------------------------------------------------------------------------------------- */

/* A worker's loop closes the handles some time after its caller has stopped, and before its thread ends. */
static pthread_key_t program_of_thread;

static void
make_key (void)
{
  test_check (pthread_key_create (&program_of_thread, free) == 0);
}

static void
start_inside (void *data)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  Program *program = program_new (data);
  pthread_once (&once, make_key);
  test_check (pthread_setspecific (program_of_thread, program) == 0);
  program->loop = lodger_uv_get_loop ();
  test_check (program->loop != NULL);
  program_start (program);
}

static void
open_worker (Subject *subject)
{
  lodger_uv_register ();
  subject->caller = worker_start_full ("uv", &subject->options);
  subject_run_inside (subject, start_inside, subject);
}

static void
close_worker (Subject *subject)
{
  subject->impl = NULL;
}

/* A slice takes 1 ms. The redraw that one slice asks for comes before the next. */
const SubjectKind subject_uv = { .name = "uv",
                                 .backend = "uv",
                                 .traits = SUBJECT_REDRAWS | SUBJECT_SLEEPS,
                                 .longest_run = 20,
                                 .open = open_host,
                                 .close = close_host,
                                 .turn = turn,
                                 .work = work,
                                 .request_redraw = request_redraw,
                                 .set_frames = set_frames };
const SubjectKind subject_uv_worker = { .name = "uv-worker",
                                        .backend = "uv",
                                        .traits = SUBJECT_DRIVEN | SUBJECT_REDRAWS | SUBJECT_SLEEPS,
                                        .longest_run = 20,
                                        .open = open_worker,
                                        .close = close_worker,
                                        .work = work,
                                        .request_redraw = request_redraw,
                                        .set_frames = set_frames };
const SubjectKind subject_uv_polled = { .name = "uv-polled",
                                        .backend = "uv",
                                        .traits = SUBJECT_REDRAWS | SUBJECT_SLEEPS | SUBJECT_POLLED,
                                        .longest_run = 20,
                                        .open = open_host,
                                        .close = close_host,
                                        .turn = turn,
                                        .work = work,
                                        .request_redraw = request_redraw,
                                        .set_frames = set_frames };
