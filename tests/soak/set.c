/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "set.h"

#include <pthread.h>
#include <stdatomic.h>

#ifdef LODGER_HAVE_GLIB
#include <lodger-glib.h>
#endif

enum
{
  PLACES = 12,
  GONE = 512 /* that may be on their way out at a time */
};

typedef struct Place
{
  LodgerCaller *caller;
  bool is_bounded;
} Place;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Place places[PLACES]; /* the first is the main thread's */
static LodgerCaller *gone[GONE];
static unsigned gone_count;
static bool is_hasty, is_open;
static atomic_long made;

static const char *
any_backend (TestRandom *random)
{
#ifdef LODGER_HAVE_GLIB
  if (test_random_below (random, 2) == 0)
    return "glib";
#endif
  return test_random_below (random, 2) == 0 ? "native" : NULL;
}

/* A root of its own, or a child of one that is there. NULL: that one is stopping. */
static LodgerCaller *
make (TestRandom *random, bool *ret_bounded)
{
  LodgerCallerOptions options = { .size = sizeof options, .backend = any_backend (random) };
  LodgerCaller *parent = test_random_below (random, 2) == 0 ? set_pick (random, true) : NULL, *caller;
  LodgerError *error = NULL;
  int code;
  if (test_random_below (random, 6) == 0)
    options.inbox_limit = 2 + test_random_below (random, 30);
  if (is_hasty)
    options.stop_deadline = 1000000 + test_random_below (random, 20000000);
  caller = parent != NULL ? lodger_caller_get (parent, &options, &error)
                          : lodger_caller_new (LODGER_CALLER_NEW_THREAD, &options, &error);
  code = lodger_error_get_code (error);
  if (caller == NULL && (parent == NULL || (code != LODGER_ESHUTDOWN && code != LODGER_ESTATE)))
    test_fail ("no caller: %s", lodger_error_get_message (error));
  lodger_error_unref (error);
  lodger_caller_unref (parent);
  *ret_bounded = options.inbox_limit != 0;
  return caller;
}

void
set_begin (LodgerCaller *main_caller, bool hasty)
{
  pthread_mutex_lock (&mutex);
  is_hasty = hasty;
  is_open = true;
  places[0] = (Place) { .caller = lodger_caller_ref (main_caller) };
  pthread_mutex_unlock (&mutex);
}

LodgerCaller *
set_pick (TestRandom *random, bool may_block)
{
  LodgerCaller *caller;
  const Place *place;
  pthread_mutex_lock (&mutex);
  place = &places[test_random_below (random, PLACES)];
  if (place->caller == NULL || (place->is_bounded && !may_block))
    place = &places[0];
  caller = lodger_caller_ref (place->caller);
  pthread_mutex_unlock (&mutex);
  return caller;
}

/* Under the mutex: those that have stopped are dropped later, without it. */
static unsigned
collect_stopped (LodgerCaller *stopped[GONE])
{
  unsigned count = 0, left = 0;
  for (unsigned i = 0; i < gone_count; i++)
    if (lodger_pending_is_done (lodger_caller_get_stopped (gone[i])))
      stopped[count++] = gone[i];
    else
      gone[left++] = gone[i];
  gone_count = left;
  return count;
}

/* Until it has stopped it is kept here. */
static void
send_away (LodgerCaller *caller)
{
  LodgerCaller *stopped[GONE];
  unsigned count;
  pthread_mutex_lock (&mutex);
  count = collect_stopped (stopped);
  if (gone_count == GONE)
    test_fail ("%d callers are stopping, and none gets to its end", GONE);
  gone[gone_count++] = caller;
  pthread_mutex_unlock (&mutex);
  for (unsigned i = 0; i < count; i++)
    lodger_caller_unref (stopped[i]);
}

void
set_change (TestRandom *random)
{
  bool is_bounded, is_late;
  LodgerCaller *caller = make (random, &is_bounded), *before = caller;
  Place *place = &places[1 + test_random_below (random, PLACES - 1)];
  if (caller == NULL)
    return;
  atomic_fetch_add (&made, 1);
  pthread_mutex_lock (&mutex);
  is_late = !is_open;
  if (!is_late)
    {
      before = place->caller;
      *place = (Place) { .caller = caller, .is_bounded = is_bounded };
    }
  pthread_mutex_unlock (&mutex);
  if (before == NULL)
    return;
  lodger_caller_stop (before, true);
  send_away (before);
}

void
set_stop_one (TestRandom *random)
{
  LodgerCaller *caller;
  pthread_mutex_lock (&mutex);
  caller = lodger_caller_ref (places[1 + test_random_below (random, PLACES - 1)].caller);
  pthread_mutex_unlock (&mutex);
  if (caller != NULL)
    lodger_caller_stop (caller, true);
  lodger_caller_unref (caller);
}

void
set_stop (void)
{
  LodgerCaller *callers[PLACES];
  pthread_mutex_lock (&mutex);
  is_open = false;
  for (unsigned i = 0; i < PLACES; i++)
    {
      callers[i] = places[i].caller;
      places[i] = (Place) { .caller = NULL };
    }
  pthread_mutex_unlock (&mutex);
  lodger_caller_unref (callers[0]);
  for (unsigned i = 1; i < PLACES; i++)
    if (callers[i] != NULL)
      {
        lodger_caller_stop (callers[i], true);
        send_away (callers[i]);
      }
}

bool
set_has_stopped (void)
{
  LodgerCaller *stopped[GONE];
  unsigned count, left;
  pthread_mutex_lock (&mutex);
  count = collect_stopped (stopped);
  left = gone_count;
  pthread_mutex_unlock (&mutex);
  for (unsigned i = 0; i < count; i++)
    lodger_caller_unref (stopped[i]);
  return left == 0;
}

long
set_count (void)
{
  return made;
}
