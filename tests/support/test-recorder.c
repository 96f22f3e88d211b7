/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "test-recorder.h"

#include "test-limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int
test_thread_id (void)
{
  return (int) syscall (SYS_gettid);
}

void
recorder_direct (void *data)
{
  Recorder *recorder = data;
  atomic_store (&recorder->ran_in, test_thread_id ());
  atomic_fetch_add (&recorder->ran, 1);
  if (recorder->journal != NULL)
    journal_add (recorder->journal, recorder->number);
  if (recorder->runs != NULL)
    counter_add (recorder->runs, 1);
}

void
recorder_call (LodgerPending *self, void *data)
{
  (void) self;
  recorder_direct (data);
}

void
recorder_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  if (!lodger_pending_is_done (done))
    test_fail ("a then got a pending that is not done");
  recorder_direct (data);
}

void
recorder_destroy (void *data)
{
  Recorder *recorder = data;
  atomic_store (&recorder->destroyed_in, test_thread_id ());
  atomic_fetch_add (&recorder->destroyed, 1);
  if (recorder->ends != NULL)
    counter_add (recorder->ends, 1);
}

void
recorder_expect_at (Recorder *recorder, int runs, int ends, const char *file, int line)
{
  int ran = atomic_load (&recorder->ran), destroyed = atomic_load (&recorder->destroyed);
  if (ran != runs || destroyed != ends)
    test_fail_at (file, line, "ran %d times instead of %d, was destroyed %d times instead of %d", ran, runs, destroyed,
                  ends);
}

void
journal_init (Journal *journal)
{
  pthread_mutex_init (&journal->mutex, NULL);
  journal->numbers = NULL;
  journal->count = journal->capacity = 0;
}

void
journal_clear (Journal *journal)
{
  pthread_mutex_destroy (&journal->mutex);
  free (journal->numbers);
}

void
journal_add (Journal *journal, int number)
{
  pthread_mutex_lock (&journal->mutex);
  if (journal->count == journal->capacity)
    {
      journal->capacity = journal->capacity == 0 ? 64 : journal->capacity * 2;
      journal->numbers = realloc (journal->numbers, journal->capacity * sizeof *journal->numbers);
      if (journal->numbers == NULL)
        test_fail ("no memory");
    }
  journal->numbers[journal->count++] = number;
  pthread_mutex_unlock (&journal->mutex);
}

size_t
journal_count (Journal *journal)
{
  size_t count;
  pthread_mutex_lock (&journal->mutex);
  count = journal->count;
  pthread_mutex_unlock (&journal->mutex);
  return count;
}

int
journal_get (Journal *journal, size_t index)
{
  int number;
  pthread_mutex_lock (&journal->mutex);
  if (index >= journal->count)
    test_fail ("the journal has %zu entries, asked for number %zu", journal->count, index);
  number = journal->numbers[index];
  pthread_mutex_unlock (&journal->mutex);
  return number;
}

void
journal_expect_at (Journal *journal, const int *numbers, size_t count, const char *file, int line)
{
  size_t i, have = journal_count (journal);
  for (i = 0; i < have || i < count; i++)
    if (i >= have || i >= count || journal_get (journal, i) != numbers[i])
      {
        size_t k;
        fprintf (stderr, "the journal:");
        for (k = 0; k < have; k++)
          fprintf (stderr, " %d", journal_get (journal, k));
        fputc ('\n', stderr);
        test_fail_at (file, line, "the journal differs at index %zu", i);
      }
}
