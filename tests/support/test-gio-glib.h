/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests of GIO: a read that ends when the test says so, loops that run until something is done, and live object
 * counts. */
#ifndef LODGER_TEST_GIO_GLIB_H
#define LODGER_TEST_GIO_GLIB_H

#include "test-latch.h"

#include <lodger-glib.h>
#include <stdatomic.h>

/* ThreadSanitizer cannot see the locks inside GLib and reports its thread pool. Tests then leave out the pool. */
#if defined __SANITIZE_THREAD__
#define TEST_THREADS_ARE_CHECKED 1
#elif defined __has_feature
#if __has_feature(thread_sanitizer)
#define TEST_THREADS_ARE_CHECKED 1
#endif
#endif
#ifndef TEST_THREADS_ARE_CHECKED
#define TEST_THREADS_ARE_CHECKED 0
#endif

/* The number of added objects that are not finalized yet. */
typedef struct LiveObjects
{
  atomic_int alive;
} LiveObjects;

/* Counts the object, and returns it. */
void *live_objects_add (LiveObjects *objects, void *object);
/* Fails the test unless `count` objects are alive. */
#define live_objects_expect(objects, count) live_objects_expect_at (objects, count, __FILE__, __LINE__)
void live_objects_expect_at (LiveObjects *objects, int count, const char *file, int line);

/* An input stream on a pipe, which GIO reads without a thread. It is empty until the test writes. */
typedef struct PipeStream
{
  GInputStream *stream;
  int write_end;
  char text[20];
} PipeStream;

void pipe_stream_open (PipeStream *pipe_stream, LiveObjects *objects);
void pipe_stream_close (PipeStream *pipe_stream);
/* Writes to the pipe, so that the read ends. */
void pipe_stream_write (PipeStream *pipe_stream);
/* Starts a read in this thread, as the operation of `read`. */
void pipe_stream_start (PipeStream *pipe_stream, LodgerPending *read);
/* Starts a read as a new pending, which has no finish function. */
LodgerPending *pipe_stream_read (PipeStream *pipe_stream, GCancellable *cancellable);
/* A finish function, whose data is the PipeStream. It answers with the number of bytes. */
void pipe_stream_finish (LodgerPending *self, GObject *source, GAsyncResult *result, void *pipe_stream);

/* Iterates the context in this thread until the pending is done. NULL is the default context. */
#define turn_until_done(context, pending) turn_until_done_at (context, pending, __FILE__, __LINE__)
void turn_until_done_at (GMainContext *context, LodgerPending *pending, const char *file, int line);
/* Iterates the context until nothing is ready. */
void turn_until_quiet (GMainContext *context);
/* Iterates the context until the counter has reached the value. */
#define turn_until(context, counter, value) turn_until_at (context, counter, value, __FILE__, __LINE__)
void turn_until_at (GMainContext *context, atomic_int *counter, int value, const char *file, int line);

#endif
