/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The calls. Posts come from threads of their own; each waits while its share of what may be under way is full. Results
 * come from workers; the completion of one job submits the next one. It is the same for all contestants.
 *
 * A third thread, which sleeps, says when the time is over. From then on nothing new is submitted, and what is still
 * under way arrives, but does no work. The last post of each thread says that it is the last.
 *
 * Every call is accounted for: posts come in the order of their thread, without a gap, until the last one; a job comes
 * back once for each time that it was submitted, with the result of its number; all of it in the main thread.
 */
#include "jank.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum
{
  PRODUCERS = 2,
  SHORT_NS = 100,
  LONG_NS = 50000,
  NAP_NS = 200000, /* of a thread whose share is full */
  STALL_SECONDS = 120,
  CALIBRATION = 1000000,
};

typedef struct Producer
{
  alignas (64) pthread_t thread;
  unsigned number;
  uint64_t sent;
  alignas (64) atomic_ullong taken; /* by the main thread alone */
} Producer;

typedef struct Job
{
  uint64_t number;
  bool is_out;
} Job;

static struct
{
  const Contestant *contestant;
  const Flood *flood;
  pthread_t gui;
  pthread_barrier_t gate;
  int64_t start, end, over_at; /* over_at: when it was said */
  uint64_t steps;              /* of a call's work */
  alignas (64) atomic_bool is_over;
  alignas (64) uint64_t calls; /* from here on the main thread's alone */
  int64_t cpu, waited;         /* of the main thread; 0 until the end was seen */
  unsigned left;               /* producers or jobs that the run still waits for */
  uint64_t next_job;
  int64_t spent; /* on the work of long calls */
} flood;

static Producer producers[PRODUCERS];
static Job jobs[JOBS_UNDER_WAY];

/* ---- work -------------------------------------------------------------------------------------------------------- */

static double ns_of_step;
static _Thread_local volatile uint64_t sink;

static void
work (uint64_t steps)
{
  uint64_t value = sink;

  for (uint64_t i = 0; i < steps; i++)
    value = value * UINT64_C (6364136223846793005) + 1442695040888963407;
  sink = value;
}

static uint64_t
steps_of (int64_t ns)
{
  return (uint64_t) ((double) ns / ns_of_step);
}

/* The fastest of some is the one that nothing disturbed. */
void
jank_calibrate (void)
{
  ns_of_step = 0;
  for (int i = 0; i < 20; i++)
    {
      int64_t start = bench_now ();
      double ns;

      work (CALIBRATION);
      ns = (double) (bench_now () - start) / CALIBRATION;
      if (ns_of_step <= 0 || ns < ns_of_step)
        ns_of_step = ns;
    }
}

/* ---- the end of the time ----------------------------------------------------------------------------------------- */

bool
jank_is_over (void)
{
  return atomic_load_explicit (&flood.is_over, memory_order_relaxed);
}

int64_t
jank_end_of_run (void)
{
  return flood.end;
}

static struct timespec
timespec_of (int64_t ns)
{
  return (struct timespec) { .tv_sec = (time_t) (ns / 1000000000), .tv_nsec = (long) (ns % 1000000000) };
}

static void *
wait_for_end (void *data)
{
  struct timespec until = timespec_of (flood.end);

  while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0)
    ;
  atomic_store_explicit (&flood.is_over, true, memory_order_relaxed);
  flood.over_at = bench_now ();
  return data;
}

static int64_t
thread_cpu (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
jank_waited (void)
{
  static int fd = -1;
  char line[128];
  long long ran, waited;
  ssize_t length;

  if (fd < 0)
    fd = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  length = pread (fd, line, sizeof line - 1, 0);
  if (length <= 0)
    return 0;
  line[length] = '\0';
  return sscanf (line, "%lld %lld", &ran, &waited) == 2 ? waited : 0;
}

static void
see_end (void)
{
  if (flood.cpu != 0)
    return;
  flood.cpu = thread_cpu ();
  flood.waited = jank_waited ();
}

/* In the main thread, for each call: does the work of one that comes in time. */
static void
account (void)
{
  if (!pthread_equal (pthread_self (), flood.gui))
    bench_fail ("a delivery in a thread that is not the GUI thread");
  if (!jank_is_over ())
    {
      flood.calls++;
      if (flood.flood->is_long)
        flood.spent -= bench_now ();
      work (flood.steps);
      if (flood.flood->is_long)
        flood.spent += bench_now ();
    }
  else
    see_end ();
}

/* ---- posts: the number in the upper bits, from 1 on; then whether it is the last one; then who ------------------- */

static void *
post_data (uint64_t number, bool is_last, unsigned producer)
{
  return (void *) (uintptr_t) ((number + 1) << 2 | (is_last ? 2U : 0U) | producer);
}

static bool
is_full (const Producer *producer, uint64_t *taken)
{
  uint64_t share = UNDER_WAY / flood.flood->producers;

  if (producer->sent - *taken < share)
    return false;
  *taken = atomic_load_explicit (&producer->taken, memory_order_relaxed);
  return producer->sent - *taken >= share;
}

static void *
produce (void *data)
{
  const struct timespec nap = { .tv_nsec = NAP_NS };
  Producer *self = data;
  uint64_t taken = 0;

  pthread_barrier_wait (&flood.gate);
  while (!jank_is_over ())
    {
      if (is_full (self, &taken))
        nanosleep (&nap, NULL);
      else
        flood.contestant->post (post_data (self->sent++, false, self->number));
    }
  flood.contestant->post (post_data (self->sent++, true, self->number));
  return NULL;
}

void
jank_arrived (void *data)
{
  uintptr_t value = (uintptr_t) data;
  Producer *producer = &producers[value & 1];
  uint64_t number = (value >> 2) - 1, due = atomic_load_explicit (&producer->taken, memory_order_relaxed);

  if (number != due)
    bench_fail ("call %llu came where %llu was due", (unsigned long long) number, (unsigned long long) due);
  atomic_store_explicit (&producer->taken, due + 1, memory_order_relaxed);
  account ();
  if ((value & 2) != 0 && --flood.left == 0)
    flood.contestant->quit ();
}

static void
start_producers (void)
{
  unsigned count = flood.flood->producers;

  flood.left = count;
  pthread_barrier_init (&flood.gate, NULL, count + 1);
  for (unsigned i = 0; i < count; i++)
    {
      producers[i].number = i;
      producers[i].sent = 0;
      atomic_store (&producers[i].taken, 0);
      if (pthread_create (&producers[i].thread, NULL, produce, &producers[i]) != 0)
        bench_fail ("no thread for a producer");
    }
}

static void
join_producers (void)
{
  for (unsigned i = 0; i < flood.flood->producers; i++)
    {
      pthread_join (producers[i].thread, NULL);
      if (producers[i].sent != atomic_load (&producers[i].taken))
        bench_fail ("%llu calls of %llu came", (unsigned long long) atomic_load (&producers[i].taken),
                    (unsigned long long) producers[i].sent);
    }
  pthread_barrier_destroy (&flood.gate);
}

/* ---- results ----------------------------------------------------------------------------------------------------- */

static int64_t
result_of (uint64_t number)
{
  uint64_t mixed = (number + 1) * UINT64_C (0x9e3779b97f4a7c15);

  return (int64_t) ((mixed ^ mixed >> 29) & 0x7fffffff);
}

int64_t
jank_job_run (void *data)
{
  const Job *job = data;

  if (pthread_equal (pthread_self (), flood.gui))
    bench_fail ("a job ran in the GUI thread");
  work (flood.steps);
  return result_of (job->number);
}

static void
submit (Job *job)
{
  job->number = flood.next_job++;
  job->is_out = true;
  flood.contestant->submit (job);
}

void
jank_job_arrived (void *data, int64_t result)
{
  Job *job = data;

  if (!job->is_out)
    bench_fail ("job %llu came twice", (unsigned long long) job->number);
  if (result != result_of (job->number))
    bench_fail ("job %llu came with another result", (unsigned long long) job->number);
  job->is_out = false;
  account ();
  if (!jank_is_over ())
    submit (job);
  else if (--flood.left == 0)
    flood.contestant->quit ();
}

static void
start_jobs (void)
{
  flood.left = 0;
  flood.next_job = 0;
  for (unsigned i = 0; i < JOBS_UNDER_WAY; i++)
    {
      flood.left++;
      submit (&jobs[i]);
    }
}

/* ---- one run ----------------------------------------------------------------------------------------------------- */

void
jank_tick_after_end (void)
{
  if (flood.flood != NULL && flood.flood->producers == 0 && !flood.flood->is_of_results)
    flood.contestant->quit ();
}

static void
begin (const Contestant *contestant, const Flood *kind, int64_t length)
{
  flood.contestant = contestant;
  flood.flood = kind;
  flood.gui = pthread_self ();
  flood.steps = steps_of (kind->is_long ? LONG_NS : SHORT_NS);
  flood.calls = 0;
  flood.cpu = 0;
  flood.spent = 0;
  atomic_store (&flood.is_over, false);
  flood.start = bench_now ();
  flood.end = flood.start + length;
}

static void
start_calls (void)
{
  if (flood.flood->is_of_results)
    start_jobs ();
  else if (flood.flood->producers > 0)
    {
      start_producers ();
      pthread_barrier_wait (&flood.gate);
    }
}

Outcome
jank_run (const Contestant *contestant, const Flood *kind, bool has_ticks, int64_t length)
{
  Outcome outcome = { 0 };
  pthread_t timer;
  int64_t cpu, waited;
  double elapsed;

  bench_ledger_name (kind->name, contestant->name);
  alarm (STALL_SECONDS);
  contestant->open ();
  begin (contestant, kind, length);
  jank_ticks_begin (flood.start);
  if (has_ticks)
    contestant->start_ticks ();
  if (pthread_create (&timer, NULL, wait_for_end, NULL) != 0)
    bench_fail ("no thread for the time");
  start_calls ();
  cpu = thread_cpu ();
  waited = jank_waited ();
  contestant->run ();
  see_end ();
  pthread_join (timer, NULL);
  if (kind->producers > 0)
    join_producers ();
  if (has_ticks)
    {
      outcome.ticks = jank_ticks_end (flood.end, bench_now ());
      contestant->stop_ticks ();
    }
  contestant->close ();
  alarm (0);
  elapsed = (double) (flood.over_at - flood.start);
  outcome.calls_per_second = (double) flood.calls / elapsed * 1e9;
  outcome.spent = (double) flood.spent / elapsed;
  outcome.cpu = (double) (flood.cpu - cpu) / elapsed;
  outcome.waited = (double) (flood.waited - waited) / elapsed;
  outcome.seconds = elapsed / 1e9;
  return outcome;
}
