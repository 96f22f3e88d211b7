/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A spawned call for each thing that a call can hang on. At the end of each chain is a promise that nobody answers.
 * Once all of them are suspended, the program aborts. */
#include <lodger/lodger.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static LodgerCaller *yard, *narrow;
static LodgerPending *answer, *anchored;
static atomic_int suspended;

/* All of these wait without a limit, and report nothing of it. */
static void
wait_for (LodgerPending *pending)
{
  int code = lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  atomic_fetch_add (&suspended, code == 0 ? 1 : -1000);
}

static LodgerPending *
spawn (const char *name, LodgerCallFunc func)
{
  return lodger_caller_spawn_full (yard, func, NULL, NULL, LODGER_CALL_OPTIONS (.name = name));
}

static void
anchor (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  wait_for (answer);
}

static void
in_group (LodgerPending *self, void *data)
{
  LodgerGroup *group = lodger_group_new (NULL);
  (void) self;
  (void) data;
  lodger_group_enter (group);
  lodger_pending_unref (spawn ("member", anchor));
  lodger_group_leave (group, NULL);
}

static void
of_task (LodgerPending *self, LodgerTask *task, void *data)
{
  (void) self;
  (void) task;
  (void) data;
}

static void
for_task (LodgerPending *self, void *data)
{
  LodgerTask *task = lodger_task_new (yard, of_task, NULL, NULL, LODGER_TASK_OPTIONS (.name = "job"));
  (void) self;
  (void) data;
  wait_for (lodger_task_get_stopped (task));
}

static void
in_slot (LodgerPending *self, void *data)
{
  LodgerSlot *slot = lodger_slot_new (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_NEXT));
  LodgerPending *second;
  (void) self;
  (void) data;
  lodger_pending_unref (
      lodger_caller_spawn_full (yard, anchor, NULL, NULL, LODGER_CALL_OPTIONS (.name = "first", .slot = slot)));
  second = lodger_caller_spawn_full (yard, anchor, NULL, NULL, LODGER_CALL_OPTIONS (.name = "second", .slot = slot));
  wait_for (second);
}

static void
for_room (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  for (;;)
    lodger_pending_unref (
        lodger_caller_call_soon_full (narrow, anchor, NULL, NULL, LODGER_CALL_OPTIONS (.name = "letter")));
}

static void
follow (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_from (self, anchored);
}

static void
for_follower (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  wait_for (spawn ("follower", follow));
}

static void
for_item (LodgerPending *self, void *data)
{
  void *item;
  (void) self;
  (void) data;
  lodger_channel_receive (lodger_channel_new (NULL), LODGER_FOREVER, &item);
}

static void
one_by_one (LodgerPending *self, void *data)
{
  LodgerPending *both[] = { anchored, answer };
  (void) self;
  (void) data;
  lodger_pending_unref (lodger_completed_next (lodger_completed_new (both, 2, NULL), LODGER_FOREVER, NULL));
}

static void
for_any (LodgerPending *self, void *data)
{
  LodgerPending *both[] = { anchored, answer };
  (void) self;
  (void) data;
  wait_for (lodger_pending_any (both, 2));
}

static void
for_completer (LodgerPending *self, void *data)
{
  LodgerPending *promise = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.name = "promised"));
  (void) self;
  (void) data;
  lodger_pending_set_completer (promise, narrow);
  wait_for (promise);
}

static atomic_bool is_busy; /* the only worker runs its call */

static void
take_no_more (LodgerPending *self, void *data)
{
  (void) self;
  atomic_store (&is_busy, true);
  sem_wait (data);
}

static void
for_worker (LodgerPending *self, void *data)
{
  static sem_t never;
  (void) self;
  (void) data;
  sem_init (&never, 0, 0);
  lodger_pending_unref (
      lodger_caller_to_thread_full (yard, take_no_more, &never, NULL, LODGER_CALL_OPTIONS (.name = "busy")));
  wait_for (lodger_caller_to_thread_full (yard, anchor, NULL, NULL, LODGER_CALL_OPTIONS (.name = "pooled")));
}

static void
begin (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  anchored = spawn ("anchor", anchor);
  lodger_pending_unref (spawn ("in group", in_group));
  lodger_pending_unref (spawn ("for task", for_task));
  lodger_pending_unref (spawn ("in slot", in_slot));
  lodger_pending_unref (spawn ("for room", for_room));
  lodger_pending_unref (spawn ("for follower", for_follower));
  lodger_pending_unref (spawn ("for item", for_item));
  lodger_pending_unref (spawn ("one by one", one_by_one));
  lodger_pending_unref (spawn ("for any", for_any));
  lodger_pending_unref (spawn ("for completer", for_completer));
  lodger_pending_unref (spawn ("for worker", for_worker));
}

/* The calls of `begin`, the member of the group, and the first call of the slot. */
static bool
all_wait (void)
{
  char *text = lodger_dump ();
  const char *at = text;
  size_t found = 0;
  while (at != NULL && (at = strstr (at, "suspended")) != NULL)
    {
      found++;
      at++;
    }
  lodger_free (text);
  return found == 13 && atomic_load (&is_busy) && atomic_load (&suspended) == 0;
}

int
main (void)
{
  alarm (120);
  answer = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.name = "answer"));
  yard = lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.name = "yard", .max_workers = 1), NULL);
  narrow
      = lodger_caller_open (LODGER_CALLER_NEW_THREAD, LODGER_CALLER_OPTIONS (.name = "narrow", .inbox_limit = 1), NULL);
  lodger_pending_unref (
      lodger_caller_call_soon_full (narrow, anchor, NULL, NULL, LODGER_CALL_OPTIONS (.name = "blocker")));
  lodger_pending_unref (lodger_caller_call_soon (yard, begin, NULL, NULL));
  while (!all_wait ())
    sched_yield ();
  abort ();
}
