/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-gio-jobs-glib.h"

#include "test-limits.h"
#include "test-recorder.h"

const GioJobKind *const gio_job_kinds[] = {
  &gio_job_timers, &gio_job_files, &gio_job_streams, &gio_job_monitor, &gio_job_tcp, &gio_job_process, &gio_job_bus,
  &gio_job_daemon, NULL,
};

void
gio_job_check (GioJob *job)
{
  GMainContext *context = g_main_context_ref_thread_default ();
  if (context != job->context)
    test_fail ("%s: a call-back comes in another context", job->kind->name);
  if (test_thread_id () != job->thread_id)
    test_fail ("%s: a call-back comes in another thread", job->kind->name);
  g_main_context_unref (context);
}

void
gio_job_add (GioJob *job, const void *bytes, size_t size)
{
  const unsigned char *byte = bytes;
  for (size_t i = 0; i < size; i++)
    job->checksum = (job->checksum ^ byte[i]) * UINT64_C (0x100000001b3);
}

void
gio_job_succeed (GioJob *job, GError *error)
{
  gio_job_check (job);
  if (error != NULL)
    test_fail ("%s, round %u: %s", job->kind->name, job->done, error->message);
}

void
gio_job_begin (LodgerPending *self, void *data)
{
  GioJob *job = data;
  job->context = g_main_context_ref_thread_default ();
  job->thread_id = test_thread_id ();
  job->checksum = UINT64_C (0xcbf29ce484222325);
  job->done = 0;
  job->reply = lodger_pending_defer (self);
  job->kind->begin (job);
}

void
gio_job_next (GioJob *job)
{
  gio_job_check (job);
  if (job->done++ < job->rounds)
    job->kind->round (job);
  else
    job->kind->end (job);
}

void
gio_job_answer (GioJob *job)
{
  g_main_context_unref (job->context);
  test_check (lodger_reply_return_int (job->reply, (int64_t) (job->checksum >> 1)) == 0);
}

/* ---- timers ------------------------------------------------------------------------------------------------------ */

static gboolean
timer_comes (void *data)
{
  GioJob *job = data;
  gio_job_add (job, &job->done, sizeof job->done);
  gio_job_next (job);
  return G_SOURCE_REMOVE;
}

static void
timers_round (GioJob *job)
{
  GSource *source = job->done % 2 == 0 ? g_timeout_source_new (job->done % 3) : g_idle_source_new ();
  g_source_set_callback (source, timer_comes, job, NULL);
  g_source_attach (source, job->context);
  g_source_unref (source);
}

const GioJobKind gio_job_timers = { "timers", 1, gio_job_next, timers_round, gio_job_answer };
