/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-set.h"

#include <pthread.h>
#include <stdatomic.h>

#ifdef LODGER_HAVE_GLIB
#include <lodger-glib.h>
#endif

enum
{
  SLOTS = 12,
  MOST_STOPPING = 512 /* callers that may be stopping at a time */
};

typedef struct Slot
{
  LodgerCaller *caller;
  bool is_bounded;
} Slot;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Slot slots[SLOTS]; /* the first is the main thread's */
static LodgerCaller *stopping[MOST_STOPPING];
static unsigned stopping_count;
static bool short_deadlines, is_open;
static atomic_long created;

static const char *
any_backend (TestRandom *random)
{
#ifdef LODGER_HAVE_GLIB
  if (test_random_below (random, 2) == 0)
    return "glib";
#endif
  return test_random_below (random, 2) == 0 ? "native" : NULL;
}

/* Creates a root, or a child of a caller in the set. Returns NULL if that parent is stopping. */
static LodgerCaller *
create (TestRandom *random, bool *ret_bounded)
{
  LodgerCallerOptions options = { .size = sizeof options, .backend = any_backend (random) };
  LodgerCaller *parent = test_random_below (random, 2) == 0 ? caller_set_pick (random, true) : NULL, *caller;
  LodgerError *error = NULL;
  int code;
  if (test_random_below (random, 6) == 0)
    options.inbox_limit = 2 + test_random_below (random, 30);
  if (short_deadlines)
    options.stop_deadline = 1000000 + test_random_below (random, 20000000);
  caller = parent != NULL ? lodger_caller_open_child (parent, &options, &error)
                          : lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, &error);
  code = lodger_error_get_code (error);
  if (caller == NULL && (parent == NULL || (code != LODGER_ESHUTDOWN && code != LODGER_ESTATE)))
    test_fail ("no caller: %s", lodger_error_get_message (error));
  lodger_error_unref (error);
  lodger_caller_unref (parent);
  *ret_bounded = options.inbox_limit != 0;
  return caller;
}

void
caller_set_begin (LodgerCaller *main_caller, bool with_short_deadlines)
{
  pthread_mutex_lock (&mutex);
  short_deadlines = with_short_deadlines;
  is_open = true;
  slots[0] = (Slot) { .caller = lodger_caller_ref (main_caller) };
  pthread_mutex_unlock (&mutex);
}

LodgerCaller *
caller_set_pick (TestRandom *random, bool may_block)
{
  LodgerCaller *caller;
  const Slot *slot;
  pthread_mutex_lock (&mutex);
  slot = &slots[test_random_below (random, SLOTS)];
  if (slot->caller == NULL || (slot->is_bounded && !may_block))
    slot = &slots[0];
  caller = lodger_caller_ref (slot->caller);
  pthread_mutex_unlock (&mutex);
  return caller;
}

/* Under the mutex. The references are dropped later, without it. */
static unsigned
collect_stopped (LodgerCaller *stopped[MOST_STOPPING])
{
  unsigned count = 0, left = 0;
  for (unsigned i = 0; i < stopping_count; i++)
    if (lodger_pending_is_done (lodger_caller_get_stopped (stopping[i])))
      stopped[count++] = stopping[i];
    else
      stopping[left++] = stopping[i];
  stopping_count = left;
  return count;
}

/* Keeps the caller until it has stopped. */
static void
keep_until_stopped (LodgerCaller *caller)
{
  LodgerCaller *stopped[MOST_STOPPING];
  unsigned count;
  pthread_mutex_lock (&mutex);
  count = collect_stopped (stopped);
  if (stopping_count == MOST_STOPPING)
    test_fail ("%d callers are stopping, and none gets to its end", MOST_STOPPING);
  stopping[stopping_count++] = caller;
  pthread_mutex_unlock (&mutex);
  for (unsigned i = 0; i < count; i++)
    lodger_caller_unref (stopped[i]);
}

void
caller_set_change (TestRandom *random)
{
  bool is_bounded, is_late;
  LodgerCaller *caller = create (random, &is_bounded), *before = caller;
  Slot *slot = &slots[1 + test_random_below (random, SLOTS - 1)];
  if (caller == NULL)
    return;
  atomic_fetch_add (&created, 1);
  pthread_mutex_lock (&mutex);
  is_late = !is_open;
  if (!is_late)
    {
      before = slot->caller;
      *slot = (Slot) { .caller = caller, .is_bounded = is_bounded };
    }
  pthread_mutex_unlock (&mutex);
  if (before == NULL)
    return;
  lodger_caller_stop (before, true);
  keep_until_stopped (before);
}

void
caller_set_stop_one (TestRandom *random)
{
  LodgerCaller *caller;
  pthread_mutex_lock (&mutex);
  caller = lodger_caller_ref (slots[1 + test_random_below (random, SLOTS - 1)].caller);
  pthread_mutex_unlock (&mutex);
  if (caller != NULL)
    lodger_caller_stop (caller, true);
  lodger_caller_unref (caller);
}

void
caller_set_stop (void)
{
  LodgerCaller *callers[SLOTS];
  pthread_mutex_lock (&mutex);
  is_open = false;
  for (unsigned i = 0; i < SLOTS; i++)
    {
      callers[i] = slots[i].caller;
      slots[i] = (Slot) { .caller = NULL };
    }
  pthread_mutex_unlock (&mutex);
  lodger_caller_unref (callers[0]);
  for (unsigned i = 1; i < SLOTS; i++)
    if (callers[i] != NULL)
      {
        lodger_caller_stop (callers[i], true);
        keep_until_stopped (callers[i]);
      }
}

bool
caller_set_has_stopped (void)
{
  LodgerCaller *stopped[MOST_STOPPING];
  unsigned count, left;
  pthread_mutex_lock (&mutex);
  count = collect_stopped (stopped);
  left = stopping_count;
  pthread_mutex_unlock (&mutex);
  for (unsigned i = 0; i < count; i++)
    lodger_caller_unref (stopped[i]);
  return left == 0;
}

long
caller_set_count (void)
{
  return created;
}
