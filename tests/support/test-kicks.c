/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-kicks.h"

#include <stdio.h>

/* Where a kick comes from. */
enum
{
  CALL_BACK,       /* of the host, that is wanted while the loop is at work */
  LATER_CALL_BACK, /* the same, that another thread brings about, as an event would */
  CALL,            /* of Lodger's */
  THREAD,
  ORIGINS
};

static const char *const origins[] = { "a call-back", "a later call-back", "a call", "another thread" };

/* Longer than a loop needs to fall asleep. */
#define LONGEST_PAUSE 40000

static const char *
kind_name (const Kicks *kicks)
{
  return kicks->guest->kinds[atomic_load (&kicks->kind)].name;
}

/* ---- a kick ------------------------------------------------------------------------------------------------------ */

/* Once for each number, whoever comes. */
static void
kick (Kicks *kicks)
{
  if (!atomic_exchange (&kicks->is_begun, true))
    kicks->guest->kick (kicks->guest_impl, atomic_load (&kicks->kind), atomic_load (&kicks->number), &kicks->random);
}

void
kicks_do (Kicks *kicks)
{
  if (!kicks_are_over (kicks) && atomic_load (&kicks->origin) <= LATER_CALL_BACK)
    kick (kicks);
}

static void
kick_direct (void *data)
{
  kick (data);
}

/* A random kind among those that may come from there. */
static unsigned
choose_kind (Kicks *kicks, unsigned origin)
{
  unsigned n = test_random_below (&kicks->random, origin == THREAD ? kicks->n_foreign_kinds : kicks->n_kinds);
  unsigned kind = 0;
  if (origin != THREAD)
    return n;
  while (!kicks->guest->kinds[kind].any_thread || n-- > 0)
    kind++;
  return kind;
}

/* The loop's thread. */
static void
next (Kicks *kicks)
{
  unsigned origin = test_random_below (&kicks->random, ORIGINS);
  if (kicks->caller == NULL && origin == CALL)
    origin = CALL_BACK;
  if (kicks->n_foreign_kinds == 0 && origin == THREAD)
    origin = LATER_CALL_BACK;
  atomic_store (&kicks->kind, choose_kind (kicks, origin));
  atomic_store (&kicks->origin, origin);
  atomic_store (&kicks->is_begun, false);
  atomic_fetch_add (&kicks->number, 1);
  switch (origin)
    {
    case CALL_BACK: kicks->host->call_back (kicks->host_impl); break;
    case CALL: test_check (lodger_caller_call_direct (kicks->caller, kick_direct, kicks, NULL) == 0); break;
    default: counter_add (&kicks->requests, 1);
    }
}

void
kicks_begin (Kicks *kicks)
{
  if (kicks->guest->begin != NULL)
    kicks->guest->begin (kicks->guest_impl);
  next (kicks);
}

void
kicks_arrive (Kicks *kicks, unsigned long number)
{
  unsigned long expected = atomic_load (&kicks->number);
  if (kicks_are_over (kicks))
    return;
  if (number != expected || !atomic_load (&kicks->is_begun))
    test_fail ("kick %lu arrives when kick %lu (%s) is expected", number, expected, kind_name (kicks));
  if (number >= kicks->count || (kicks->ends_when_lost && atomic_load (&kicks->lost) > 0))
    {
      latch_open (&kicks->over);
      kicks->host->call_back (kicks->host_impl); /* a loop may fall asleep in the same round */
    }
  else
    next (kicks);
}

bool
kicks_are_over (Kicks *kicks)
{
  return latch_is_open (&kicks->over);
}

/* ---- the other thread -------------------------------------------------------------------------------------------- */

static void
pause_for (int64_t ns)
{
  int64_t until = test_now () + ns;
  while (test_now () < until)
    ;
}

/* Another thread's random numbers: those of the loop's thread say which kicks come. */
static void
serve_request (Kicks *kicks, TestRandom *random)
{
  if (test_random_below (random, 4) == 0)
    pause_for (test_random_below (random, LONGEST_PAUSE));
  if (atomic_load (&kicks->origin) == THREAD)
    kick (kicks);
  else
    kicks->host->call_back (kicks->host_impl);
}

static void
lose (Kicks *kicks)
{
  if (!kicks->ends_when_lost)
    test_fail ("%s in %s: kick %lu (%s, from %s) was lost; LODGER_SEED=%llu", kicks->guest->name, kicks->host->name,
               atomic_load (&kicks->number), kind_name (kicks), origins[atomic_load (&kicks->origin)],
               (unsigned long long) test_seed ());
  atomic_fetch_add (&kicks->lost, 1);
  kicks->guest->nudge (kicks->guest_impl);
}

/* It also notices what is lost. */
static void *
other_thread (void *data)
{
  Kicks *kicks = data;
  TestRandom random = test_random_new (1);
  long served = 0;
  while (!kicks_are_over (kicks))
    {
      unsigned long before = atomic_load (&kicks->number);
      if (counter_wait_until (&kicks->requests, served + 1, test_now () + kicks->limit))
        {
          served++;
          if (!kicks_are_over (kicks))
            serve_request (kicks, &random);
        }
      else if (before != 0 && atomic_load (&kicks->number) == before && !kicks_are_over (kicks))
        lose (kicks);
    }
  return NULL;
}

/* ---- a run ------------------------------------------------------------------------------------------------------- */

unsigned long
kicks_run (Kicks *kicks)
{
  const void *options = NULL;
  pthread_t thread;
  kicks->random = test_random_new (0);
  counter_init (&kicks->requests);
  latch_init (&kicks->over);
  for (const KickKind *kind = kicks->guest->kinds; kind->name != NULL; kind++)
    {
      kicks->n_kinds++;
      kicks->n_foreign_kinds += kind->any_thread;
    }
  if (kicks->limit == 0)
    kicks->limit = test_limit_ns ();
  kicks->guest_impl = kicks->guest->open (kicks, &options);
  kicks->host_impl = kicks->host->open (kicks, kicks->guest->backend, options);
  thread = thread_start (other_thread, kicks);
  kicks->host->run (kicks->host_impl);
  counter_add (&kicks->requests, 1);
  thread_join (thread);
  kicks->host->close (kicks->host_impl);
  kicks->guest->close (kicks->guest_impl);
  counter_clear (&kicks->requests);
  latch_clear (&kicks->over);
  return atomic_load (&kicks->lost);
}
