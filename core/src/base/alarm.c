/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/alarm.h"

#include "base/fork.h"
#include "base/port.h"
#include "base/thread.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static LodgerHeap heap;
static LodgerThreadParker parker;
static bool has_parker, has_thread;

/* The parent's memory stays: its thread may have been at it. */
static void
forget_alarms (void)
{
  heap = (LodgerHeap) { .entries = NULL };
  has_thread = has_parker = false;
}

LODGER_FORK_LOCK (mutex, LODGER_RANK_ALARMS, forget_alarms);

static void *
watch (void *data)
{
  LodgerHeapLink *first;
  (void) data;
  lodger__port_set_thread_name ("lodger-alarm");
  pthread_mutex_lock (&mutex);
  while ((first = lodger__heap_first (&heap)) != NULL)
    {
      int64_t at = first->key;
      bool is_due = at <= lodger__port_now ();
      LodgerAlarm *alarm = lodger__heap_item (first, LodgerAlarm, link);
      if (is_due)
        lodger__heap_remove (&heap, first);
      pthread_mutex_unlock (&mutex);
      if (is_due)
        alarm->ring (alarm);
      else
        lodger__parker_wait (&parker.parker, at);
      pthread_mutex_lock (&mutex);
    }
  lodger__heap_clear (&heap);
  has_thread = false;
  pthread_mutex_unlock (&mutex);
  return NULL;
}

/* Under the mutex. */
static bool
have_thread (void)
{
  pthread_t thread;
  if (has_thread)
    return true;
  if (!has_parker)
    has_parker = lodger__parker_init (&parker) == 0;
  has_thread = has_parker && lodger__thread_create (&thread, watch, NULL) == 0;
  if (has_thread)
    pthread_detach (thread);
  return has_thread;
}

/* The thread looks at the heap under the mutex before it ends: it finds what was inserted, or says that it is gone. */
bool
lodger__alarm_set (LodgerAlarm *alarm, int64_t at)
{
  bool is_set;
  lodger__fork_notice ();
  pthread_mutex_lock (&mutex);
  is_set = lodger__heap_insert (&heap, &alarm->link, at);
  if (is_set && !have_thread ())
    {
      lodger__heap_remove (&heap, &alarm->link);
      is_set = false;
    }
  if (is_set && lodger__heap_first (&heap) == &alarm->link)
    lodger__parker_signal (&parker.parker);
  pthread_mutex_unlock (&mutex);
  return is_set;
}

bool
lodger__alarm_clear (LodgerAlarm *alarm)
{
  bool was_set;
  pthread_mutex_lock (&mutex);
  was_set = lodger__heap_remove (&heap, &alarm->link);
  if (was_set && heap.count == 0)
    lodger__parker_signal (&parker.parker);
  pthread_mutex_unlock (&mutex);
  return was_set;
}
