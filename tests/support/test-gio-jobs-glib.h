/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work of GIO that is the same in every host: files, streams, sockets, processes, monitors, a bus
 * between two ends and one with a dbus-daemon.
 *
 * Each job is a call that is made in a guest "glib", or on a context's own loop. It starts asynchronous functions, and
 * answers when all have completed. All its call-backs have to come in the thread and in the context in which it began.
 * Its outcome is a checksum of all that was read: the same on each loop.
 *
 *     pending = lodger_caller_call_using_backend (caller, "glib", options, gio_job_begin, &job, NULL);
 *
 * Then the host runs until the pending is done. */
#ifndef LODGER_TEST_GIO_JOBS_GLIB_H
#define LODGER_TEST_GIO_JOBS_GLIB_H

#include <lodger-glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct GioJob GioJob;

typedef struct GioJobKind
{
  const char *name;
  unsigned operations;         /* of GIO, in each round */
  void (*begin) (GioJob *job); /* opens what the rounds need. gio_job_next() follows. */
  void (*round) (GioJob *job); /* gio_job_next() follows */
  void (*end) (GioJob *job);   /* closes all. gio_job_answer() follows. */
} GioJobKind;

struct GioJob
{
  const GioJobKind *kind;
  unsigned rounds;

  /* Private. */
  unsigned done;
  uint64_t checksum;
  LodgerReply *reply;
  GMainContext *context;
  int thread_id;
  void *state;
};

/* A function of a call, whose data is the job. The outcome is the checksum. */
void gio_job_begin (LodgerPending *self, void *job);

/* Ended by NULL. */
extern const GioJobKind *const gio_job_kinds[];

/* For the kinds. Each is called in each call-back, or from one. */
void gio_job_check (GioJob *job);
void gio_job_add (GioJob *job, const void *bytes, size_t size);
/* Fails the test unless there is no error. */
void gio_job_succeed (GioJob *job, GError *error);
/* Begins the next round, or the end. */
void gio_job_next (GioJob *job);
void gio_job_answer (GioJob *job);

extern const GioJobKind gio_job_timers, gio_job_files, gio_job_streams, gio_job_monitor, gio_job_tcp, gio_job_process,
    gio_job_bus, gio_job_daemon;
#endif
