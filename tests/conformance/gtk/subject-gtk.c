/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loop of GTK, with a window on the display. gtk/slices has the tests that count frames. */
#include "subject.h"

#include <lodger-gtk4.h>

typedef struct Program
{
  GtkWindow *window;
  GtkWidget *area;
  guint timer;
} Program;

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
use_gtk (void)
{
  if (!gtk_init_check ())
    test_fail ("GTK finds no display");
  settle ();
}

static void
draw (GtkDrawingArea *area, cairo_t *cairo, int width, int height, void *data)
{
  Subject *subject = data;
  (void) area;
  (void) cairo;
  (void) width;
  (void) height;
  atomic_fetch_add (&subject->redraws, 1);
}

static void
open_host (Subject *subject)
{
  Program *program = g_new0 (Program, 1);
  use_gtk ();
  program->window = GTK_WINDOW (gtk_window_new ());
  program->area = gtk_drawing_area_new ();
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (program->area), draw, subject, NULL);
  gtk_window_set_child (program->window, program->area);
  gtk_window_present (program->window);
  while (atomic_load (&subject->redraws) == 0)
    g_main_context_iteration (NULL, TRUE);
  settle ();
  subject->impl = program;
  if (subject->is_initial)
    {
      test_check (lodger_glib_register () == 0);
      subject->options.host = "glib";
      subject->caller = lodger_caller_open (LODGER_CALLER_MANUAL, &subject->options, NULL);
    }
  else
    subject->caller = lodger_gtk_attach_full (&subject->options, NULL);
}

static void
close_host (Subject *subject)
{
  Program *program = subject->impl;
  g_clear_handle_id (&program->timer, g_source_remove);
  gtk_window_destroy (program->window);
  settle ();
  g_free (program);
}

static void
turn (Subject *subject)
{
  (void) subject;
  g_main_context_iteration (NULL, TRUE);
}

static void
nest (Subject *subject)
{
  (void) subject;
  g_main_context_iteration (NULL, FALSE);
}

static void
request_redraw (Subject *subject)
{
  gtk_widget_queue_draw (((Program *) subject->impl)->area);
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
  g_clear_handle_id (&program->timer, g_source_remove);
  if (on)
    program->timer = g_timeout_add (1, tick, subject);
}

static const SubjectKind gtk = { .name = "gtk",
                                 .backend = "glib",
                                 .traits = SUBJECT_NESTS | SUBJECT_SLEEPS,
                                 .open = open_host,
                                 .close = close_host,
                                 .turn = turn,
                                 .nest = nest,
                                 .work = work,
                                 .request_redraw = request_redraw,
                                 .start = use_gtk };

const SubjectKind *const subject_kinds[] = { &gtk, NULL };
