/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two spawned calls of one thread that wait for each other, for an hour at most, so that no wait is refused; and others
 * that wait for something else. Once all of them are suspended, the program aborts. */
#include <lodger/lodger.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ONE_HOUR LODGER_SECONDS (3600)

static LodgerPending *deposit_done, *withdraw_done, *answer;
static atomic_bool is_there;

/* A frame of the program's own between the call and its wait. */
static int __attribute__ ((noinline)) wait_for_other (LodgerPending **other, int amount)
{
  int code = lodger_pending_wait (*other, ONE_HOUR, LODGER_WAIT_PROTECT);
  return code + amount;
}

static void
deposit (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, wait_for_other (&withdraw_done, 41));
}

static void
withdraw (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, wait_for_other (&deposit_done, 42));
}

static void
audit (LodgerPending *self, void *data)
{
  LodgerPending *both[] = { deposit_done, answer };
  size_t done;
  (void) data;
  lodger_wait_many (both, 2, LODGER_WAIT_FIRST_COMPLETED, ONE_HOUR, LODGER_WAIT_PROTECT, &done);
  lodger_pending_return_int (self, (int64_t) done);
}

static void
report (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, lodger_pending_wait (answer, LODGER_FOREVER, LODGER_WAIT_PROTECT));
}

static void
rest (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, lodger_sleep (ONE_HOUR));
}

static void
stop_there (void *data)
{
  atomic_store (&is_there, true);
  sem_wait (data);
}

/* It has waited, and then keeps its thread, on that one's own stack. */
static void
carry (LodgerPending *self, void *data)
{
  sem_t never;
  (void) data;
  sem_init (&never, 0, 0);
  lodger_yield ();
  lodger_pending_return_int (self, lodger_run_on_thread_stack (stop_there, &never));
}

static size_t
count (const char *text, const char *what)
{
  size_t found = 0;
  for (; (text = strstr (text, what)) != NULL; text += strlen (what))
    found++;
  return found;
}

static bool
all_wait (void)
{
  char *text = lodger_dump ();
  bool is = count (text, "suspended") == 5 && atomic_load (&is_there);
  lodger_free (text);
  return is;
}

static void
begin (LodgerPending *self, void *data)
{
  LodgerCaller *caller = lodger_caller_current ();
  (void) self;
  (void) data;
  deposit_done = lodger_caller_spawn_full (caller, deposit, NULL, NULL, LODGER_CALL_OPTIONS (.name = "deposit"));
  withdraw_done = lodger_caller_spawn_full (caller, withdraw, NULL, NULL, LODGER_CALL_OPTIONS (.name = "withdraw"));
  lodger_pending_unref (lodger_caller_spawn_full (caller, audit, NULL, NULL, LODGER_CALL_OPTIONS (.name = "audit")));
  lodger_pending_unref (lodger_caller_spawn_full (caller, report, NULL, NULL, LODGER_CALL_OPTIONS (.name = "report")));
  lodger_pending_unref (lodger_caller_spawn_full (caller, rest, NULL, NULL, LODGER_CALL_OPTIONS (.name = "rest")));
}

int
main (void)
{
  LodgerCaller *bank = lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.name = "bank"), NULL);
  LodgerCaller *shop = lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.name = "shop"), NULL);
  alarm (120);
  answer = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.name = "answer"));
  lodger_pending_unref (lodger_caller_call_soon (bank, begin, NULL, NULL));
  lodger_pending_unref (lodger_caller_spawn_full (shop, carry, NULL, NULL, LODGER_CALL_OPTIONS (.name = "carry")));
  while (!all_wait ())
    sched_yield ();
  abort ();
}
