/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The native loop, driven in a thread of its own. The program's own work there are other calls. */
#include "subject.h"
#include "test-backend.h"

static void
open_worker (Subject *subject)
{
  subject->caller = worker_start_full ("native", &subject->options);
}

static void
open_polled (Subject *subject)
{
  backend_register_polled ("native");
  subject->caller = worker_start_full ("polled", &subject->options);
}

static void
close_worker (Subject *subject)
{
  (void) subject;
}

static void
tick_soon (void *data)
{
  Subject *subject = data;
  atomic_fetch_add (&subject->ticks, 1);
}

static void
tick_later (LodgerPending *self, void *data)
{
  Subject *subject = data;
  (void) self;
  if (!atomic_load (&subject->works))
    return;
  lodger_caller_call_direct (subject->caller, tick_soon, subject, NULL);
  lodger_pending_unref (lodger_caller_call_later (subject->caller, 200000, tick_later, subject, NULL));
}

static void
work (Subject *subject, bool on)
{
  if (on)
    lodger_pending_unref (lodger_caller_call_later (subject->caller, 1, tick_later, subject, NULL));
  else
    atomic_store (&subject->works, false);
}

const SubjectKind subject_native = { .name = "native",
                                     .backend = "native",
                                     .traits = SUBJECT_DRIVEN | SUBJECT_SLEEPS,
                                     .open = open_worker,
                                     .close = close_worker,
                                     .work = work };
const SubjectKind subject_native_polled = { .name = "native-polled",
                                            .backend = "polled",
                                            .traits = SUBJECT_DRIVEN | SUBJECT_SLEEPS | SUBJECT_POLLED,
                                            .open = open_polled,
                                            .close = close_worker,
                                            .work = work };
