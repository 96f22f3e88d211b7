/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GIO operations for a test: one that ends when the test says so, a loop that is turned until something is done, and a
 * census of objects. */
#ifndef LODGER_TEST_GIO_GLIB_H
#define LODGER_TEST_GIO_GLIB_H

#include "test-latch.h"

#include <lodger-glib.h>
#include <stdatomic.h>

/* ThreadSanitizer cannot see the locks inside GLib, and reports its thread pool: there, tests leave that out. */
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

/* Those objects that are counted and still live. */
typedef struct Census
{
  atomic_int alive;
} Census;

/* Gives the object back. */
void *census_add (Census *census, void *object);
/* Fails the test unless that many are alive. */
#define census_expect(census, count) census_expect_at (census, count, __FILE__, __LINE__)
void census_expect_at (Census *census, int count, const char *file, int line);

/* A stream that has nothing to read until it is fed: GIO reads it without a thread. */
typedef struct Spring
{
  GInputStream *stream;
  int feed;
  char text[20];
} Spring;

void spring_open (Spring *spring, Census *census);
void spring_close (Spring *spring);
/* What was to be read comes. */
void spring_feed (Spring *spring);
/* Starts the read, in this thread, as the operation of `read`. */
void spring_start (Spring *spring, LodgerPending *read);
/* A new pending for that, started, without a finish function. */
LodgerPending *spring_read (Spring *spring, GCancellable *cancellable);
/* As a finish function, `spring` being its data: answers with the number of bytes. */
void spring_finish (LodgerPending *self, GObject *source, GAsyncResult *result, void *spring);

/* Turns the context (NULL: the default one) in this thread until that is done. */
#define turn_until_done(context, pending) turn_until_done_at (context, pending, __FILE__, __LINE__)
void turn_until_done_at (GMainContext *context, LodgerPending *pending, const char *file, int line);
/* Turns it until nothing is ready. */
void turn_until_quiet (GMainContext *context);
/* Turns it until the counter is that high. */
#define turn_until(context, counter, value) turn_until_at (context, counter, value, __FILE__, __LINE__)
void turn_until_at (GMainContext *context, atomic_int *counter, int value, const char *file, int line);

#endif
