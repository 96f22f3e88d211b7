/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two calls that wait for each other, for an hour at most, so that no wait is refused; and one of everything else that
 * can wait. Once all of that is so, the program aborts. */
#include <lodger/lodger.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ONE_HOUR LODGER_SECONDS (3600)

static LodgerPending *deposit_done, *withdraw_done, *answer;
static sem_t submitted;

static void
deposit (LodgerPending *self, void *data)
{
  (void) data;
  sem_wait (&submitted);
  lodger_pending_return_int (self, lodger_pending_wait (withdraw_done, ONE_HOUR, LODGER_WAIT_PROTECT));
}

static void
withdraw (LodgerPending *self, void *data)
{
  (void) data;
  sem_wait (&submitted);
  lodger_pending_return_int (self, lodger_pending_wait (deposit_done, ONE_HOUR, LODGER_WAIT_PROTECT));
}

static void
audit (LodgerPending *self, void *data)
{
  LodgerPending *both[] = { deposit_done, answer };
  (void) self;
  (void) data;
  sem_wait (&submitted);
  lodger_wait_many (both, 2, LODGER_WAIT_ALL_COMPLETED, ONE_HOUR, LODGER_WAIT_PROTECT, NULL);
}

static void
post (LodgerPending *self, void *data)
{
  LodgerReply **reply = data;
  *reply = lodger_pending_defer (self);
}

static void
nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
print (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

static void *
wait_for_answer (void *data)
{
  (void) data;
  lodger_pending_wait (answer, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  return NULL;
}

static size_t
count (const char *text, const char *what)
{
  size_t found = 0;
  for (; (text = strstr (text, what)) != NULL; text += strlen (what))
    found++;
  return found;
}

/* Three calls wait, and a thread that is in none. */
static bool
all_wait (void)
{
  char *text = lodger_dump ();
  bool is = count (text, "waits for") == 3 && strstr (text, "waits, in no call") != NULL;
  lodger_free (text);
  return is;
}

int
main (void)
{
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  LodgerCaller *left
      = lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.name = "left", .max_workers = 1), NULL);
  LodgerCaller *right = lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.name = "right"), NULL);
  LodgerQueue *queue = lodger_queue_new (left, LODGER_QUEUE_OPTIONS (.name = "letters"));
  LodgerPending *posted;
  LodgerReply *reply;
  pthread_t thread;
  alarm (120);
  sem_init (&submitted, 0, 0);
  answer = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.name = "answer"));
  posted = lodger_caller_call_soon_full (left, post, &reply, NULL, LODGER_CALL_OPTIONS (.name = "post"));
  lodger_pending_unref (
      lodger_pending_then_full (posted, left, print, NULL, NULL, LODGER_CALL_OPTIONS (.name = "print")));
  deposit_done = lodger_caller_call_soon_full (left, deposit, NULL, NULL,
                                               LODGER_CALL_OPTIONS (.name = "deposit", .limiter = limiter));
  withdraw_done = lodger_caller_call_soon_full (right, withdraw, NULL, NULL, LODGER_CALL_OPTIONS (.name = "withdraw"));
  lodger_pending_unref (lodger_caller_to_thread_full (left, audit, NULL, NULL, LODGER_CALL_OPTIONS (.name = "audit")));
  lodger_pending_unref (
      lodger_caller_to_thread_full (left, nothing, NULL, NULL, LODGER_CALL_OPTIONS (.name = "report")));
  lodger_pending_unref (lodger_caller_call_soon_full (left, nothing, NULL, NULL,
                                                      LODGER_CALL_OPTIONS (.name = "fee", .limiter = limiter)));
  lodger_pending_unref (lodger_caller_call_soon_full (left, nothing, NULL, NULL, LODGER_CALL_OPTIONS (.name = "next")));
  lodger_pending_unref (
      lodger_caller_call_later_full (left, ONE_HOUR, nothing, NULL, NULL, LODGER_CALL_OPTIONS (.name = "interest")));
  lodger_queue_call_full (queue, nothing, NULL, NULL, LODGER_QUEUE_ITEM_OPTIONS (.name = "reminder"));
  pthread_create (&thread, NULL, wait_for_answer, NULL);
  for (int i = 0; i < 3; i++)
    sem_post (&submitted);
  while (!all_wait ())
    sched_yield ();
  abort ();
}
