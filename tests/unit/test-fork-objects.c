/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edge case 56: what was made before a fork is refused in the child, can be let go of there, and works in the parent. The
 * child needs no thread, so that the sanitizers see it too. */
#include "test-loop.h"
#include "test-suite.h"

#include <sys/wait.h>
#include <unistd.h>

enum
{
  CHILD_IS_FINE = 42
};

static const LodgerContextKey key = { "a class" };

typedef struct Objects
{
  Loop loop;
  LodgerPending *promise;
  Recorder data, waiting; /* items of the channel */
  LodgerGroup *group;
  LodgerManager *manager;
  LodgerManagerToken token;
  LodgerQueue *queue;
  LodgerLimiter *limiter;
  LodgerSlot *slot;
  LodgerCompleted *next, *each;
  LodgerRepeat *repeat;
  LodgerTask *task;
  LodgerChannel *channel, *delivered;
} Objects;

static void
nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
nothing_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

static void
nothing_repeated (LodgerPending *self, uint64_t skipped, void *data)
{
  (void) self;
  (void) skipped;
  (void) data;
}

static void
nothing_to_do (LodgerPending *self, LodgerTask *task, void *data)
{
  (void) self;
  (void) task;
  (void) data;
}

static void
get_items (LodgerPending *self, void **items, size_t count, void *data)
{
  (void) self;
  (void) items;
  (void) count;
  (void) data;
}

static void
objects_open (Objects *objects)
{
  LodgerCaller *caller;
  *objects = (Objects) { .loop = loop_open (LODGER_MANUAL_DEFAULT) };
  caller = objects->loop.caller;
  objects->promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  objects->group = lodger_group_new (NULL);
  objects->manager = lodger_manager_new (&key);
  objects->queue = lodger_queue_new (caller, NULL);
  objects->limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  objects->slot = lodger_slot_new (NULL);
  objects->next = lodger_completed_new (&objects->promise, 1, NULL);
  objects->each = lodger_completed_new (&objects->promise, 1, NULL);
  objects->repeat = lodger_repeat_new (caller, LODGER_SECONDS (1), nothing_repeated, NULL, NULL, NULL);
  objects->task = lodger_task_new (caller, nothing_to_do, NULL, NULL, LODGER_TASK_OPTIONS (.in_caller = true));
  objects->channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = recorder_destroy));
  objects->delivered = lodger_channel_new (NULL);
  lodger_pending_disown (lodger_channel_deliver (objects->delivered, caller, get_items, NULL, NULL));
  test_check (lodger_completed_next (objects->next, 0, NULL) == NULL);
  test_check (lodger_group_add (objects->group, objects->promise) == 0);
  test_check (lodger_manager_add (objects->manager, objects->promise) == 0);
  test_check (lodger_channel_send (objects->channel, &objects->waiting) == 0);
  loop_run (&objects->loop);
}

/* ---- in the child -------------------------------------------------------------------------------------------------------- */

static bool
is_refused (LodgerPending *pending)
{
  bool is = lodger_error_get_code (lodger_pending_get_error (pending)) == LODGER_ECHILD;
  lodger_pending_unref (pending);
  return is;
}

/* As often as there was a refusal, each with a line. */
static unsigned refusals;

#define REFUSED(code)                                                                                                  \
  do                                                                                                                   \
    {                                                                                                                  \
      test_check ((code) == LODGER_ECHILD);                                                                            \
      refusals++;                                                                                                      \
    }                                                                                                                  \
  while (0)
#define REFUSED_PENDING(pending)                                                                                       \
  do                                                                                                                   \
    {                                                                                                                  \
      test_check (is_refused (pending));                                                                               \
      refusals++;                                                                                                      \
    }                                                                                                                  \
  while (0)

static void
use_groups_and_managers (Objects *objects)
{
  LodgerManagerToken token;
  REFUSED (lodger_group_enter (objects->group));
  REFUSED (lodger_group_leave (objects->group, NULL));
  REFUSED (lodger_group_add (objects->group, objects->promise));
  REFUSED_PENDING (lodger_group_close (objects->group));
  test_check (!lodger_group_cancel (objects->group, NULL) && lodger_group_count (objects->group) == 0);
  test_check (!lodger_group_remove (objects->group, objects->promise));
  REFUSED (lodger_manager_activate (objects->manager, &token));
  REFUSED (lodger_manager_deactivate (objects->manager, objects->token));
  REFUSED (lodger_manager_add (objects->manager, objects->promise));
  test_check (!lodger_manager_remove (objects->manager, objects->promise));
  test_check (lodger_manager_count (objects->manager) == 0 && lodger_manager_list (objects->manager, NULL) == NULL);
  refusals += 3; /* a cancel, and two that take something out */
  lodger_group_unref (objects->group);
  lodger_manager_unref (objects->manager);
}

static void
use_gates (Objects *objects)
{
  LodgerCaller *caller = objects->loop.caller;
  REFUSED (lodger_queue_call (objects->queue, nothing, NULL, NULL));
  lodger_queue_close (objects->queue, NULL);
  REFUSED_PENDING (lodger_limiter_close (objects->limiter));
  test_check (lodger_limiter_count_running (objects->limiter) == 0);
  test_check (lodger_limiter_count_waiting (objects->limiter) == 0);
  lodger_slot_cancel (objects->slot, NULL);
  refusals += 2; /* the two that return nothing */
  test_check (!lodger_slot_is_busy (objects->slot));
  REFUSED_PENDING (
      lodger_caller_call_soon_full (caller, nothing, NULL, NULL, LODGER_CALL_OPTIONS (.limiter = objects->limiter)));
  lodger_queue_unref (objects->queue);
  lodger_limiter_unref (objects->limiter);
  lodger_slot_unref (objects->slot);
}

static void
use_iterations (Objects *objects)
{
  int code = 0;
  test_check (lodger_completed_next (objects->next, LODGER_FOREVER, &code) == NULL);
  REFUSED (code);
  REFUSED_PENDING (lodger_completed_each (objects->each, objects->loop.caller, nothing_then, NULL, NULL, NULL));
  lodger_completed_free (objects->next);
  test_check (!lodger_pending_is_done (objects->promise));
}

static void
use_repeats_and_tasks (Objects *objects)
{
  REFUSED (lodger_repeat_pause (objects->repeat));
  REFUSED (lodger_repeat_resume (objects->repeat));
  REFUSED (lodger_repeat_stop (objects->repeat));
  test_check (!lodger_repeat_is_paused (objects->repeat) && lodger_repeat_get_pending (objects->repeat) != NULL);
  lodger_repeat_unref (objects->repeat);
  REFUSED (lodger_task_start (objects->task));
  REFUSED (lodger_task_stop (objects->task));
  REFUSED (lodger_task_report_started (objects->task));
  REFUSED (lodger_task_wait (objects->task, 0));
  REFUSED (lodger_task_enter (objects->task));
  REFUSED (lodger_task_leave (objects->task, NULL));
  test_check (!lodger_task_cancel (objects->task, NULL));
  refusals++;
  test_check (!lodger_pending_is_done (lodger_task_get_stopped (objects->task)));
  lodger_task_unref (objects->task);
}

static void
use_channels (Objects *objects)
{
  void *item;
  REFUSED (lodger_channel_send (objects->channel, &objects->data));
  recorder_expect (&objects->data, 0, 1);
  REFUSED (lodger_channel_receive (objects->channel, LODGER_FOREVER, &item));
  REFUSED (lodger_channel_flush (objects->delivered));
  REFUSED_PENDING (lodger_channel_deliver (objects->channel, objects->loop.caller, get_items, NULL, NULL));
  lodger_channel_close (objects->channel, lodger_error_new (NULL, LODGER_EBUSY, "the end"));
  lodger_channel_leave (objects->delivered);
  refusals += 2; /* the two that return nothing */
  test_check (lodger_channel_count (objects->channel) == 0 && lodger_channel_get_error (objects->channel) == NULL);
  lodger_channel_unref (objects->channel);
  lodger_channel_unref (objects->delivered);
}

static void
be_the_child (Objects *objects)
{
  log_capture_begin ();
  use_groups_and_managers (objects);
  use_gates (objects);
  use_iterations (objects);
  use_repeats_and_tasks (objects);
  use_channels (objects);
  test_check (log_capture_count () == refusals);
  log_capture_end ();
  _exit (CHILD_IS_FINE);
}

/* ---- in the parent ------------------------------------------------------------------------------------------------------- */

static void
objects_close (Objects *objects)
{
  LodgerPending *each;
  ck_assert_uint_eq (lodger_group_count (objects->group), 1);
  ck_assert_uint_eq (lodger_manager_count (objects->manager), 1);
  ck_assert_uint_eq (lodger_channel_count (objects->channel), 1);
  each = lodger_completed_each (objects->each, objects->loop.caller, nothing_then, NULL, NULL, NULL);
  expect_code (lodger_task_start (objects->task), 0);
  expect_code (lodger_queue_call (objects->queue, nothing, NULL, NULL), 0);
  expect_code (lodger_pending_return_nothing (objects->promise), 0);
  loop_run (&objects->loop);
  expect_code (lodger_pending_get_outcome (each), 0);
  expect_code (lodger_pending_get_outcome (lodger_task_get_stopped (objects->task)), 0);
  ck_assert_uint_eq (lodger_manager_count (objects->manager), 0);
  lodger_pending_unref (each);
  lodger_completed_free (objects->next);
  lodger_group_unref (objects->group);
  lodger_manager_unref (objects->manager);
  lodger_queue_unref (objects->queue);
  lodger_limiter_unref (objects->limiter);
  lodger_slot_unref (objects->slot);
  lodger_repeat_unref (objects->repeat);
  lodger_task_unref (objects->task);
  lodger_channel_unref (objects->channel);
  recorder_expect (&objects->waiting, 0, 1);
  lodger_channel_unref (objects->delivered);
  lodger_pending_unref (objects->promise);
  loop_close (&objects->loop);
}

START_TEST (edge_56_what_was_made_before_the_fork_is_refused)
{
  Objects objects;
  pid_t child;
  int status = 0;
  objects_open (&objects);
  child = fork ();
  ck_assert_int_ge (child, 0);
  if (child == 0)
    be_the_child (&objects);
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert_msg (WIFEXITED (status) && WEXITSTATUS (status) == CHILD_IS_FINE, "the child ended with %d", status);
  objects_close (&objects);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fork-objects");
  test_add (suite, edge_56_what_was_made_before_the_fork_is_refused);
  return test_main (suite, argc, argv);
}
