/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Emission, death, disconnect and cancel of a signal that is waited for, all at once. Each race is run many times, from
 * a barrier. Whatever comes first, there is one outcome, and nothing is left. */
#include "test-emitter-glib.h"
#include "test-gio-glib.h"
#include "test-suite.h"

enum
{
  ROUNDS = 1000
};

typedef struct Race
{
  Barrier start;
  GObject *emitter;
  LodgerPending *pending;
  atomic_int answers, outcomes;
} Race;

static void *
emit (void *data)
{
  Race *race = data;
  gboolean answer = FALSE;
  barrier_wait (&race->start);
  g_signal_emit_by_name (race->emitter, "asked", TRUE, 1, 2, 0.5, &answer);
  if (answer)
    atomic_fetch_add (&race->answers, 1);
  return NULL;
}

static void *
emit_and_drop (void *data)
{
  Race *race = data;
  emit (race);
  g_object_unref (race->emitter);
  return NULL;
}

static void *
drop (void *data)
{
  Race *race = data;
  barrier_wait (&race->start);
  g_object_unref (race->emitter);
  return NULL;
}

static void *
cancel (void *data)
{
  Race *race = data;
  barrier_wait (&race->start);
  lodger_pending_cancel (race->pending, NULL);
  return NULL;
}

static int
count_outcome (LodgerPending *done, void *data)
{
  (void) done;
  atomic_fetch_add (&((Race *) data)->outcomes, 1);
  return 0;
}

static void
gone (void *data, GObject *where_it_was)
{
  (void) where_it_was;
  atomic_fetch_add ((atomic_int *) data, 1);
}

static LodgerPending *
ask (GObject *emitter)
{
  GValue yes = G_VALUE_INIT;
  g_value_init (&yes, G_TYPE_BOOLEAN);
  g_value_set_boolean (&yes, TRUE);
  return lodger_glib_signal_next (emitter, "asked", LODGER_GLIB_SIGNAL_OPTIONS (.answer = &yes));
}

static void
race_run (Race *race, void *(*one) (void *), void *(*two) (void *), void (*here) (Race *race))
{
  pthread_t first, second;
  barrier_init (&race->start, 3);
  first = thread_start (one, race);
  second = thread_start (two, race);
  barrier_wait (&race->start);
  here (race);
  thread_join (first);
  thread_join (second);
  barrier_clear (&race->start);
}

/* This thread has the emitter's context, like that of a GUI. */
static void
race_begin (Race *race)
{
  *race = (Race) { .emitter = emitter_new () };
  test_check (g_main_context_acquire (NULL));
  race->pending = ask (race->emitter);
  lodger_pending_add_done_callback (race->pending, count_outcome, race, NULL);
}

/* The emitter dies here with this thread's reference, if it has one left. */
static void
race_end (Race *race, bool has_emitter)
{
  int outcome = lodger_pending_get_outcome (race->pending);
  atomic_int end = 0;
  turn_until_quiet (NULL);
  ck_assert (outcome == 0 || outcome == LODGER_ECANCELED || outcome == LODGER_EFAILED);
  ck_assert_int_eq (atomic_load (&race->outcomes), 1);
  ck_assert_int_le (atomic_load (&race->answers), 1);
  if (outcome == 0)
    ck_assert_int_eq (atomic_load (&race->answers), 1);
  ck_assert_int_eq (lodger_glib_signal_get_argument (race->pending, 0) != NULL, outcome == 0);
  if (has_emitter)
    {
      ck_assert_int_eq (emitter_handlers (race->emitter), 0);
      g_object_weak_ref (race->emitter, gone, &end);
      g_object_unref (race->emitter);
      ck_assert_int_eq (atomic_load (&end), 1);
    }
  lodger_pending_unref (race->pending);
  turn_until_quiet (NULL);
  g_main_context_release (NULL);
}

static void
do_nothing (Race *race)
{
  (void) race;
}

START_TEST (two_threads_emit_at_once)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      Race race;
      race_begin (&race);
      race_run (&race, emit, emit, do_nothing);
      expect_code (lodger_pending_get_outcome (race.pending), 0);
      ck_assert_int_eq (race.answers, 1);
      race_end (&race, true);
    }
}
END_TEST

static void
dispose_here (Race *race)
{
  g_object_run_dispose (race->emitter);
}

START_TEST (one_emits_and_one_cancels_while_it_is_disposed_of)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      Race race;
      race_begin (&race);
      race_run (&race, emit, cancel, dispose_here);
      race_end (&race, true);
    }
}
END_TEST

/* Any of the three references may be the last. */
START_TEST (all_drop_the_emitter_while_one_emits)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      Race race;
      race_begin (&race);
      g_object_ref (race.emitter);
      race_run (&race, emit_and_drop, drop, do_nothing);
      race_end (&race, false);
    }
}
END_TEST

START_TEST (the_last_reference_is_dropped_while_one_cancels)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      Race race;
      race_begin (&race);
      race_run (&race, cancel, drop, do_nothing);
      race_end (&race, false);
    }
}
END_TEST

static void
listen_here (Race *race)
{
  race->pending = ask (race->emitter);
  lodger_pending_add_done_callback (race->pending, count_outcome, race, NULL);
}

/* The emission may come before the handler's id is known here. */
START_TEST (two_threads_emit_while_one_begins_to_listen)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      Race race = { .emitter = emitter_new () };
      test_check (g_main_context_acquire (NULL));
      race_run (&race, emit, emit, listen_here);
      if (!lodger_pending_is_done (race.pending))
        lodger_pending_cancel (race.pending, NULL);
      race_end (&race, true);
    }
}
END_TEST

static void *
disconnect (void *data)
{
  Race *race = data;
  gulong handler = g_signal_handler_find (
      race->emitter, G_SIGNAL_MATCH_ID, g_signal_lookup ("asked", G_OBJECT_TYPE (race->emitter)), 0, NULL, NULL, NULL);
  barrier_wait (&race->start);
  g_signal_handler_disconnect (race->emitter, handler);
  return NULL;
}

static void
cancel_here (Race *race)
{
  lodger_pending_cancel (race->pending, NULL);
}

/* Nobody has the emitter's context, and the other two do not disconnect: the stranger finds the handler in each
 * round. */
START_TEST (a_stranger_disconnects_while_one_emits)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      Race race;
      race_begin (&race);
      race_run (&race, disconnect, emit, do_nothing);
      race_end (&race, true);
    }
}
END_TEST

typedef struct Waiter
{
  GObject *emitter;
  int code;
  GValue first;
} Waiter;

static void *
await_asked (void *data)
{
  Waiter *waiter = data;
  waiter->code = lodger_glib_await_signal (waiter->emitter, "asked", LODGER_FOREVER, &waiter->first);
  return NULL;
}

/* A thread waits while the emitter is emitting, and while it is disposed of here. */
START_TEST (a_waiting_thread_gets_one_of_an_emission_and_a_death)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      Race race = { .emitter = emitter_new () };
      Waiter waiter = { .emitter = race.emitter };
      pthread_t thread, emitting;
      test_check (g_main_context_acquire (NULL));
      thread = thread_start (await_asked, &waiter);
      emitter_wait_handler (race.emitter);
      barrier_init (&race.start, 2);
      emitting = thread_start (emit, &race);
      barrier_wait (&race.start);
      g_object_run_dispose (race.emitter);
      thread_join (emitting);
      thread_join (thread);
      barrier_clear (&race.start);
      ck_assert (waiter.code == (G_IS_VALUE (&waiter.first) ? 0 : LODGER_EUNANSWERED));
      turn_until_quiet (NULL);
      g_main_context_release (NULL);
      if (waiter.code == 0)
        g_value_unset (&waiter.first);
      emitter_expect_end (race.emitter);
    }
}
END_TEST

START_TEST (a_cancel_here_meets_an_emission_and_a_cancel)
{
  for (unsigned i = 0; i < test_scaled (ROUNDS); i++)
    {
      Race race;
      race_begin (&race);
      race_run (&race, emit, cancel, cancel_here);
      race_end (&race, true);
    }
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-signal-race");
  test_add (suite, two_threads_emit_at_once);
  test_add (suite, one_emits_and_one_cancels_while_it_is_disposed_of);
  test_add (suite, all_drop_the_emitter_while_one_emits);
  test_add (suite, the_last_reference_is_dropped_while_one_cancels);
  test_add (suite, two_threads_emit_while_one_begins_to_listen);
  test_add (suite, a_stranger_disconnects_while_one_emits);
  test_add (suite, a_waiting_thread_gets_one_of_an_emission_and_a_death);
  test_add (suite, a_cancel_here_meets_an_emission_and_a_cancel);
  return test_main (suite, argc, argv);
}
