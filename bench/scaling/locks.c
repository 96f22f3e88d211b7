/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The linker redirects the functions of mutexes to this file, and noted.h those of locks of one word. Each thread notes
 * for itself what it has locked.
 */
#include "../bench.h"
#include "scaling.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum
{
  DEPTH = 16,
  SLOTS = 256 /* a power of 2 */
};

typedef struct Held
{
  const void *mutex;
  int64_t since;
} Held;

typedef struct Notes
{
  struct Notes *next;
  Held held[DEPTH];
  unsigned depth;
  Lock locks[SLOTS];
} Notes;

static _Atomic (Notes *) all_notes;
static atomic_bool is_noting;
static _Thread_local Notes *notes;
static double empty; /* what a section without anything in it seems to take */

void locks_note_begin (const void *lock, const char *words); /* noted.h */
void locks_note_end (const void *lock);
int __real_pthread_mutex_lock (pthread_mutex_t *mutex);
int __real_pthread_mutex_unlock (pthread_mutex_t *mutex);
int __real_pthread_cond_wait (pthread_cond_t *condition, pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock (pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock (pthread_mutex_t *mutex);
int __wrap_pthread_cond_wait (pthread_cond_t *condition, pthread_mutex_t *mutex);

static int64_t
read_clock (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (int64_t) now.tv_sec * INT64_C (1000000000) + now.tv_nsec;
}

static Notes *
notes_of_thread (void)
{
  if (notes == NULL)
    {
      notes = calloc (1, sizeof *notes);
      if (notes == NULL)
        abort ();
      notes->next = atomic_load (&all_notes);
      while (!atomic_compare_exchange_weak (&all_notes, &notes->next, notes))
        ;
    }
  return notes;
}

static Lock *
find_lock (Notes *own, const void *mutex)
{
  size_t at = ((uintptr_t) mutex >> 3) * 31 % SLOTS;
  for (size_t i = 0; i < SLOTS; i++, at = (at + 1) % SLOTS)
    if (own->locks[at].mutex == mutex || own->locks[at].mutex == NULL)
      return &own->locks[at];
  return NULL; /* too many different ones: those that come later are left out */
}

static void
begin_section (const void *mutex, const void *at, const char *words)
{
  Notes *own = notes_of_thread ();
  Lock *lock = find_lock (own, mutex);
  if (lock != NULL && lock->mutex == NULL)
    {
      lock->mutex = mutex;
      lock->at = at;
      lock->name = words;
    }
  if (own->depth < DEPTH)
    own->held[own->depth] = (Held) { mutex, read_clock () };
  own->depth++;
}

static void
end_section (const void *mutex)
{
  Notes *own = notes_of_thread ();
  Lock *lock = find_lock (own, mutex);
  for (unsigned i = own->depth; i > 0; i--)
    if (i <= DEPTH && own->held[i - 1].mutex == mutex)
      {
        if (lock != NULL)
          {
            lock->count++;
            lock->held += (double) (read_clock () - own->held[i - 1].since);
          }
        memmove (&own->held[i - 1], &own->held[i], (own->depth - i) * sizeof (Held));
        own->depth--;
        return;
      }
}

int
__wrap_pthread_mutex_lock (pthread_mutex_t *mutex)
{
  int code = __real_pthread_mutex_lock (mutex);
  if (atomic_load_explicit (&is_noting, memory_order_relaxed))
    begin_section (mutex, __builtin_return_address (0), NULL);
  return code;
}

int
__wrap_pthread_mutex_unlock (pthread_mutex_t *mutex)
{
  if (atomic_load_explicit (&is_noting, memory_order_relaxed))
    end_section (mutex);
  return __real_pthread_mutex_unlock (mutex);
}

/* It is not held meanwhile. */
int
__wrap_pthread_cond_wait (pthread_cond_t *condition, pthread_mutex_t *mutex)
{
  bool is_noted = atomic_load_explicit (&is_noting, memory_order_relaxed);
  int code;
  if (is_noted)
    end_section (mutex);
  code = __real_pthread_cond_wait (condition, mutex);
  if (is_noted)
    begin_section (mutex, __builtin_return_address (0), NULL);
  return code;
}

void
locks_note_begin (const void *lock, const char *words)
{
  if (atomic_load_explicit (&is_noting, memory_order_relaxed))
    begin_section (lock, __builtin_return_address (0), words);
}

void
locks_note_end (const void *lock)
{
  if (atomic_load_explicit (&is_noting, memory_order_relaxed))
    end_section (lock);
}

static void
forget (void)
{
  for (Notes *one = atomic_load (&all_notes); one != NULL; one = one->next)
    {
      memset (one->locks, 0, sizeof one->locks);
      one->depth = 0;
    }
}

static double
measure_empty (void)
{
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  enum
  {
    TIMES = 20000
  };
  Lock *lock;
  atomic_store (&is_noting, true);
  for (int i = 0; i < TIMES; i++)
    {
      __wrap_pthread_mutex_lock (&mutex);
      __wrap_pthread_mutex_unlock (&mutex);
    }
  atomic_store (&is_noting, false);
  lock = find_lock (notes_of_thread (), &mutex);
  return lock->held / TIMES;
}

void
locks_begin (void)
{
  if (empty == 0)
    empty = measure_empty ();
  forget ();
  atomic_store (&is_noting, true);
}

static int
compare (const void *a, const void *b)
{
  const Lock *x = a, *y = b;
  return (x->count < y->count) - (x->count > y->count);
}

static bool
is_same (const Lock *a, const Lock *b)
{
  return a->is_variable == b->is_variable && a->name != NULL && b->name != NULL && strcmp (a->name, b->name) == 0;
}

/* Threads have notes of the same mutex, and an array of mutexes has one name. */
static void
add (Lock *locks, size_t *count, size_t size, Lock lock)
{
  size_t at = 0;
  lock.is_variable = symbols_find (lock.mutex) != NULL;
  if (lock.is_variable)
    lock.name = symbols_find (lock.mutex);
  else if (lock.name == NULL)
    lock.name = symbols_find (lock.at);
  while (at < *count && locks[at].mutex != lock.mutex && !is_same (&locks[at], &lock))
    at++;
  if (at == size)
    return;
  if (at == *count)
    {
      locks[(*count)++] = lock;
      return;
    }
  locks[at].count += lock.count;
  locks[at].held += lock.held;
}

size_t
locks_read (Lock *locks, size_t size, uint64_t least)
{
  size_t count = 0, kept = 0;
  atomic_store (&is_noting, false);
  for (Notes *one = atomic_load (&all_notes); one != NULL; one = one->next)
    for (size_t i = 0; i < SLOTS; i++)
      if (one->locks[i].count > 0)
        add (locks, &count, size, one->locks[i]);
  qsort (locks, count, sizeof *locks, compare);
  while (kept < count && locks[kept].count >= least)
    {
      locks[kept].held -= empty * (double) locks[kept].count;
      kept++;
    }
  return kept;
}
