/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The manual host: with its virtual clock and with the real one, with `before_wait` and without. */
#include "subject.h"

#include <lodger-manual.h>

static void
count_redraw (LodgerManualHost *host, void *data)
{
  Subject *subject = data;
  (void) host;
  atomic_fetch_add (&subject->redraws, 1);
}

static void
open_with (Subject *subject, LodgerManualFlags flags)
{
  LodgerManualHost *host = lodger_manual_host_new (flags);
  subject->impl = host;
  subject->host_options = host;
  if (subject->is_initial)
    {
      test_check (lodger_manual_register () == 0);
      subject->options.host = lodger_manual_host_get_name (host);
      subject->options.host_options = host;
      subject->caller = lodger_caller_open (LODGER_CALLER_MANUAL, &subject->options, NULL);
    }
  else
    subject->caller = lodger_manual_attach (host, &subject->options, NULL);
  lodger_manual_set_redraw (host, count_redraw, subject);
}

static void
open_virtual (Subject *subject)
{
  open_with (subject, LODGER_MANUAL_DEFAULT);
}

static void
open_no_before_wait (Subject *subject)
{
  open_with (subject, LODGER_MANUAL_NO_BEFORE_WAIT);
}

static void
open_real (Subject *subject)
{
  open_with (subject, LODGER_MANUAL_REAL);
}

static void
open_real_no_before_wait (Subject *subject)
{
  open_with (subject, LODGER_MANUAL_REAL | LODGER_MANUAL_NO_BEFORE_WAIT);
}

static void
close_host (Subject *subject)
{
  lodger_manual_set_redraw (subject->impl, NULL, NULL);
  lodger_manual_host_unref (subject->impl);
}

/* An idle loop waits for a post for a limited time: the change that the test waits for may come without a post. */
static void
turn_virtual (Subject *subject)
{
  LodgerManualHost *host = subject->impl;
  int64_t deadline;
  if (lodger_manual_iterate (host, false))
    return;
  deadline = lodger_manual_get_deadline (host);
  if (subject->clock_follows && deadline != LODGER_FOREVER)
    lodger_manual_advance (host, deadline - lodger_manual_now (host));
  else
    lodger_manual_wait_posted (host, 1000000);
}

static void
turn_real (Subject *subject)
{
  lodger_manual_iterate (subject->impl, true);
}

static void
nest (Subject *subject)
{
  lodger_manual_iterate (subject->impl, false);
}

static void
tick (LodgerManualHost *host, void *data)
{
  Subject *subject = data;
  atomic_fetch_add (&subject->ticks, 1);
  count_redraw (host, data);
}

static void
work (Subject *subject, bool on)
{
  lodger_manual_set_redraw (subject->impl, on ? tick : count_redraw, subject);
}

/* The manual host redraws in every iteration anyway. */
static void
request_redraw (Subject *subject)
{
  (void) subject;
}

static void
long_frame (LodgerManualHost *host, void *data)
{
  Subject *subject = data;
  count_redraw (host, data);
  subject_spend (subject, SUBJECT_FRAME);
}

static void
set_frames (Subject *subject, bool on)
{
  lodger_manual_set_redraw (subject->impl, on ? long_frame : count_redraw, subject);
}

static void
advance (Subject *subject, int64_t ns)
{
  lodger_manual_advance (subject->impl, ns);
}

/* A slice of 1 ms is over after 20 calls of SUBJECT_SPEND. */
enum
{
  LONGEST_RUN = 20
};

const SubjectKind subject_manual = { "manual",
                                     SUBJECT_NESTS | SUBJECT_REDRAWS | SUBJECT_VIRTUAL,
                                     LONGEST_RUN,
                                     open_virtual,
                                     close_host,
                                     turn_virtual,
                                     nest,
                                     work,
                                     request_redraw,
                                     set_frames,
                                     advance,
                                     NULL,
                                     NULL };
const SubjectKind subject_manual_no_before_wait = { "manual-no-before-wait",
                                                    SUBJECT_NESTS | SUBJECT_REDRAWS | SUBJECT_VIRTUAL,
                                                    LONGEST_RUN,
                                                    open_no_before_wait,
                                                    close_host,
                                                    turn_virtual,
                                                    nest,
                                                    work,
                                                    request_redraw,
                                                    set_frames,
                                                    advance,
                                                    NULL,
                                                    NULL };
const SubjectKind subject_manual_real = { "manual-real",
                                          SUBJECT_NESTS | SUBJECT_REDRAWS | SUBJECT_SLEEPS,
                                          LONGEST_RUN,
                                          open_real,
                                          close_host,
                                          turn_real,
                                          nest,
                                          work,
                                          request_redraw,
                                          set_frames,
                                          NULL,
                                          NULL,
                                          NULL };
const SubjectKind subject_manual_real_no_before_wait = { "manual-real-no-before-wait",
                                                         SUBJECT_NESTS | SUBJECT_REDRAWS | SUBJECT_SLEEPS,
                                                         LONGEST_RUN,
                                                         open_real_no_before_wait,
                                                         close_host,
                                                         turn_real,
                                                         nest,
                                                         work,
                                                         request_redraw,
                                                         set_frames,
                                                         NULL,
                                                         NULL,
                                                         NULL };
