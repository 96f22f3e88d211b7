/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What has to arrive, and the proof that it did. The ledger is the same few instructions for every contestant, and
 * fails the program at the first call that is lost, doubled, out of order, altered, or in the wrong thread.
 */
#include "bench.h"

#include <pthread.h>
#include <signal.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* The GUI thread's half: nobody else touches it while a run is on. */
static struct
{
  alignas (64) pthread_t gui;
  uint64_t expected, expected_sum;
  uint64_t arrived, sum;
  uint64_t next[BENCH_MAX_PRODUCERS]; /* sequence number that each producer is at */
  unsigned char *seen;                /* for each job: whether it is back */
  void (*on_job) (void);              /* NULL: nothing */
  bool open;
} ledger;

/* The workers' half, on a cache line of its own: written when the ledger is opened, and once by each new worker. */
static struct
{
  alignas (64) uint64_t round;
  pthread_t gui;
  atomic_uint threads;
} workers;

static _Thread_local uint64_t round_of_this_thread;

static const char *running_metric = "?", *running_contestant = "?";

void
bench_ledger_name (const char *metric, const char *contestant)
{
  running_metric = metric;
  running_contestant = contestant;
}

/* Without a terminating null; in a signal handler too. Answers the length. */
static size_t
describe (char *buffer, size_t size)
{
  const char *parts[] = { "lodger-bench: ", running_metric, ", ", running_contestant };
  size_t length = 0;

  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    for (const char *c = parts[i]; *c && length < size; c++)
      buffer[length++] = *c;
  return length;
}

static void
stalled (int signal_number)
{
  static const char words[] = ": a run does not end, a call has been lost\n";
  char line[128];
  size_t length = describe (line, sizeof line);

  (void) signal_number;
  if (write (STDERR_FILENO, line, length) < 0 || write (STDERR_FILENO, words, sizeof words - 1) < 0)
    _exit (1);
  _exit (1);
}

void
bench_ledger_watch (void)
{
  const struct sigaction on_stall = { .sa_handler = stalled };

  sigaction (SIGALRM, &on_stall, NULL);
}

void
bench_fail (const char *format, ...)
{
  va_list args;

  fflush (stdout);
  fprintf (stderr, "lodger-bench: %s, %s: ", running_metric, running_contestant);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  fflush (stderr);
  _Exit (1);
}

int64_t
bench_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
bench_process_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
bench_scramble (uint64_t number)
{
  uint64_t mixed = (number + 1) * UINT64_C (0x9e3779b97f4a7c15);

  mixed ^= mixed >> 29;
  return (int64_t) (mixed & 0x7fffffff);
}

uint64_t
bench_warm_up (const BenchLoad *load)
{
  return load->count / 50 + 16;
}

static void
open_ledger (uint64_t count)
{
  if (ledger.open)
    bench_fail ("the run before has not ended");
  ledger.open = true;
  ledger.on_job = NULL;
  ledger.gui = pthread_self ();
  ledger.expected = count;
  ledger.arrived = ledger.sum = ledger.expected_sum = 0;
  for (unsigned i = 0; i < BENCH_MAX_PRODUCERS; i++)
    ledger.next[i] = 0;
}

/* Counts one arrival; true for the last. */
static inline bool
count_arrival (uint64_t value)
{
  if (!pthread_equal (pthread_self (), ledger.gui))
    bench_fail ("a delivery in a thread that is not the GUI thread");
  if (ledger.arrived == ledger.expected)
    bench_fail ("more than %llu deliveries", (unsigned long long) ledger.expected);
  ledger.sum += value;
  return ++ledger.arrived == ledger.expected;
}

/* ---- posts: producer in the lowest bit, sequence number above --------------------------------------------------- */

void *
bench_post_data (unsigned producer, uint64_t sequence)
{
  return (void *) (uintptr_t) ((sequence + 1) << 1 | producer);
}

unsigned
bench_post_producer (void *data)
{
  return (uintptr_t) data & 1;
}

void
bench_ledger_open_posts (const BenchLoad *load)
{
  open_ledger (load->count);
  for (unsigned i = 0; i < load->producers; i++)
    for (uint64_t j = 0; j < load->count / load->producers; j++)
      ledger.expected_sum += (uintptr_t) bench_post_data (i, j);
}

bool
bench_post_arrived (void *data)
{
  uint64_t value = (uintptr_t) data;
  unsigned producer = bench_post_producer (data);
  uint64_t sequence = (value >> 1) - 1;

  if (ledger.next[producer] != sequence)
    bench_fail ("call %llu of producer %u came where %llu was due", (unsigned long long) sequence, producer,
                (unsigned long long) ledger.next[producer]);
  ledger.next[producer]++;
  return count_arrival (value);
}

/* ---- jobs: index + 1 -------------------------------------------------------------------------------------------- */

void *
bench_job_data (uint64_t index)
{
  return (void *) (uintptr_t) (index + 1);
}

static uint64_t
job_index (void *data)
{
  return (uint64_t) (uintptr_t) data - 1;
}

void
bench_ledger_open_jobs (uint64_t count)
{
  open_ledger (count);
  ledger.seen = calloc (count, 1);
  if (!ledger.seen)
    bench_fail ("no memory for the ledger");
  for (uint64_t i = 0; i < count; i++)
    ledger.expected_sum += (uint64_t) bench_scramble (i);
  workers.round++;
  workers.gui = ledger.gui;
  atomic_store_explicit (&workers.threads, 0, memory_order_relaxed);
}

void
bench_ledger_on_job (void (*func) (void))
{
  ledger.on_job = func;
}

int64_t
bench_job_run (void *data)
{
  if (round_of_this_thread != workers.round)
    {
      round_of_this_thread = workers.round;
      atomic_fetch_add_explicit (&workers.threads, 1, memory_order_relaxed);
      if (pthread_equal (pthread_self (), workers.gui))
        bench_fail ("a job ran in the GUI thread");
    }
  return bench_scramble (job_index (data));
}

bool
bench_job_arrived (void *data, int64_t result)
{
  uint64_t index = job_index (data);

  if (ledger.on_job)
    ledger.on_job ();
  if (index >= ledger.expected || ledger.seen[index])
    bench_fail ("job %llu was delivered twice, or never submitted", (unsigned long long) index);
  ledger.seen[index] = 1;
  return count_arrival ((uint64_t) result);
}

/* ---- the end ---------------------------------------------------------------------------------------------------- */

void
bench_ledger_close (void)
{
  if (ledger.arrived != ledger.expected)
    bench_fail ("%llu of %llu were delivered", (unsigned long long) ledger.arrived,
                (unsigned long long) ledger.expected);
  if (ledger.sum != ledger.expected_sum)
    bench_fail ("the checksum is wrong: what was delivered is not what was sent");
  free (ledger.seen);
  ledger.seen = NULL;
  ledger.open = false;
}

unsigned
bench_ledger_threads (void)
{
  return atomic_load_explicit (&workers.threads, memory_order_relaxed);
}
