/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queues: one item at a time, in order, to the end. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

#include <stdlib.h>
#include <string.h>

/* ---- items that write down their number -------------------------------------------------------------------------------- */

typedef struct Log
{
  char text[256];
  int destroyed, at_once, most_at_once;
  LodgerReply *reply;     /* of an item that answers later */
  LodgerPending *running; /* that item; a reference */
} Log;

typedef struct Entry
{
  Log *log;
  char letter;
} Entry;

static Entry *
entry (Log *log, char letter)
{
  Entry *new = malloc (sizeof *new);
  *new = (Entry) { log, letter };
  return new;
}

static void
entry_destroy (void *data)
{
  ((Entry *) data)->log->destroyed++;
  free (data);
}

static void
write_down (LodgerPending *self, void *data)
{
  const Entry *item = data;
  size_t length = strlen (item->log->text);
  (void) self;
  if (++item->log->at_once > item->log->most_at_once)
    item->log->most_at_once = item->log->at_once;
  item->log->text[length] = item->letter;
  item->log->at_once--;
}

static void
write_down_directly (void *data)
{
  write_down (NULL, data);
}

static void
write_and_answer_later (LodgerPending *self, void *data)
{
  const Entry *item = data;
  write_down (self, data);
  item->log->running = lodger_pending_ref (self);
  item->log->reply = lodger_pending_defer (self);
}

static void
write_and_fail (LodgerPending *self, void *data)
{
  write_down (self, data);
  lodger_pending_return_new_error (self, NULL, LODGER_EBUSY, "no luck");
}

static void
write_and_be_cancelled (LodgerPending *self, void *data)
{
  write_down (self, data);
  lodger_pending_cancel (self, NULL);
}

static void
write_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

/* Of the cancel that has ended it. */
static void
expect_message (LodgerPending *pending, const char *expected)
{
  char *message;
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  message = lodger_pending_dup_cancel_message (pending);
  ck_assert_str_eq (message, expected);
  lodger_free (message);
}

static void
add (LodgerQueue *queue, LodgerCallFunc func, Log *log, char letter)
{
  expect_code (lodger_queue_call (queue, func, entry (log, letter), entry_destroy), 0);
}

/* ---- order ------------------------------------------------------------------------------------------------------------- */

START_TEST (edge_28_items_run_one_at_a_time_in_order)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  LodgerPending *pending;
  Log log = { .text = "" };
  ck_assert_ptr_null (lodger_queue_get_pending (queue));
  add (queue, write_and_answer_later, &log, 'a');
  pending = lodger_queue_get_pending (queue);
  for (char letter = 'b'; letter < 'e'; letter++)
    add (queue, write_down, &log, letter);
  ck_assert_ptr_eq (lodger_queue_get_pending (queue), pending);
  loop_run (&loop);
  loop_run (&loop);
  ck_assert_str_eq (log.text, "a");
  ck_assert_int_eq (lodger_reply_return_int (log.reply, 0), 0);
  loop_run (&loop);
  ck_assert_str_eq (log.text, "abcd");
  ck_assert_int_eq (log.destroyed, 4);
  ck_assert (!lodger_pending_is_done (pending));
  lodger_queue_close (queue, NULL);
  loop_run_until_done (&loop, pending);
  lodger_pending_unref (log.running);
  lodger_queue_unref (queue);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_25_a_queue_keeps_the_order_of_its_thread)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  Log log = { .text = "" };
  for (int i = 0; i < 3; i++)
    {
      lodger_caller_call_direct (loop.caller, write_down_directly, entry (&log, 'd'), entry_destroy);
      add (queue, write_down, &log, 'q');
      lodger_pending_disown (lodger_caller_call_soon (loop.caller, write_down, entry (&log, 's'), entry_destroy));
    }
  loop_run (&loop);
  ck_assert_str_eq (log.text, "dqsdqsdqs");
  lodger_queue_close (queue, NULL);
  loop_run (&loop);
  lodger_queue_unref (queue);
  loop_close (&loop);
}
END_TEST

typedef struct Nested
{
  Entry entry;
  Loop *loop;
} Nested;

static void
run_the_loop (LodgerPending *self, void *data)
{
  const Nested *nested = data;
  nested->entry.log->at_once++;
  loop_run (nested->loop);
  nested->entry.log->at_once--;
  write_down (self, data);
}

START_TEST (edge_28_a_nested_loop_starts_no_other_item)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  Log log = { .text = "" };
  Nested nested = { { &log, 'a' }, &loop };
  expect_code (lodger_queue_call (queue, run_the_loop, &nested, NULL), 0);
  add (queue, write_down, &log, 'b');
  add (queue, write_down, &log, 'c');
  loop_run (&loop);
  loop_run (&loop);
  ck_assert_str_eq (log.text, "abc");
  ck_assert_int_eq (log.most_at_once, 1);
  lodger_queue_close (queue, NULL);
  loop_run (&loop);
  lodger_queue_unref (queue);
  loop_close (&loop);
}
END_TEST

START_TEST (the_newest_or_the_highest_priority_comes_first)
{
  static const LodgerQueueOrder orders[] = { LODGER_QUEUE_LAST_IN, LODGER_QUEUE_PRIORITY };
  static const char *const expected[] = { "dcba", "bdac" };
  static const int priorities[] = { 1, 2, 1, 2 };
  for (int i = 0; i < 2; i++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      LodgerQueue *queue = lodger_queue_new (loop.caller, LODGER_QUEUE_OPTIONS (.order = orders[i]));
      Log log = { .text = "" };
      for (int j = 0; j < 4; j++)
        expect_code (lodger_queue_call_full (queue, write_down, entry (&log, (char) ('a' + j)), entry_destroy,
                                             LODGER_QUEUE_ITEM_OPTIONS (.priority = priorities[j])),
                     0);
      loop_run (&loop);
      ck_assert_str_eq (log.text, expected[i]);
      lodger_queue_close (queue, NULL);
      loop_run (&loop);
      lodger_queue_unref (queue);
      loop_close (&loop);
    }
}
END_TEST

/* ---- ends -------------------------------------------------------------------------------------------------------------- */

START_TEST (edge_29_a_close_drops_what_waits_and_cancels_what_runs)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  LodgerPending *pending;
  Log log = { .text = "" };
  add (queue, write_and_answer_later, &log, 'a');
  add (queue, write_down, &log, 'b');
  loop_run (&loop);
  add (queue, write_down, &log, 'c');
  pending = lodger_queue_get_pending (queue);
  lodger_queue_close (queue, "enough");
  ck_assert_int_eq (log.destroyed, 0);
  expect_code (lodger_queue_call (queue, write_down, entry (&log, 'd'), entry_destroy), LODGER_ESHUTDOWN);
  ck_assert_int_eq (log.destroyed, 1);
  loop_run (&loop);
  ck_assert_int_eq (log.destroyed, 3);
  ck_assert (!lodger_pending_is_done (pending));
  expect_code (lodger_reply_return_int (log.reply, 0), LODGER_ECANCELED);
  loop_run_until_done (&loop, pending);
  ck_assert_int_eq (log.destroyed, 4);
  ck_assert_str_eq (log.text, "a");
  expect_message (pending, "enough");
  expect_message (log.running, "enough");
  lodger_pending_unref (log.running);
  lodger_queue_unref (queue);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_30_a_queue_lives_through_failures_and_cancels)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerQueue *queue = lodger_queue_new (loop.caller, LODGER_QUEUE_OPTIONS (.name = "saves"));
  Log log = { .text = "" };
  log_capture_begin ();
  add (queue, write_and_fail, &log, 'a');
  add (queue, write_and_be_cancelled, &log, 'b');
  add (queue, write_down, &log, 'c');
  loop_run (&loop);
  ck_assert_str_eq (log.text, "abc");
  ck_assert_uint_eq (log_capture_count (), 1);
  ck_assert (log_capture_has ("the queue saves goes on: an item ("));
  ck_assert (log_capture_has ("no luck"));
  log_capture_end ();
  lodger_queue_close (queue, NULL);
  loop_run (&loop);
  lodger_queue_unref (queue);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_31_the_cancel_of_the_pending_ends_the_queue)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  Log log = { .text = "" };
  LodgerPending *pending;
  add (queue, write_down, &log, 'a');
  pending = lodger_queue_get_pending (queue);
  if (_i == 1)
    loop_run (&loop);
  lodger_pending_cancel (pending, NULL);
  expect_code (lodger_queue_call (queue, write_down, entry (&log, 'd'), entry_destroy), LODGER_ESHUTDOWN);
  loop_run_until_done (&loop, pending);
  loop_run (&loop);
  ck_assert_int_eq (log.destroyed, 2);
  ck_assert_str_eq (log.text, _i == 1 ? "a" : "");
  lodger_queue_unref (queue);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_32_the_end_of_its_scope_closes_the_queue)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerScope *scope = lodger_scope_new (NULL);
  LodgerQueue *queue = lodger_queue_new (loop.caller, LODGER_QUEUE_OPTIONS (.scope = scope));
  Log log = { .text = "" };
  add (queue, write_down, &log, 'a');
  loop_run (&loop);
  add (queue, write_down, &log, 'b');
  lodger_scope_end (scope, NULL);
  loop_run (&loop);
  ck_assert_str_eq (log.text, "a");
  ck_assert_int_eq (log.destroyed, 2);
  ck_assert (lodger_pending_is_done (lodger_queue_get_pending (queue)));
  expect_code (lodger_queue_call (queue, write_down, entry (&log, 'd'), entry_destroy), LODGER_ECANCELED);
  lodger_queue_unref (queue);
  lodger_scope_unref (scope);
  loop_close (&loop);
}
END_TEST

START_TEST (a_queue_that_nobody_refers_to_ends_after_its_last_item)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  LodgerPending *pending;
  Log log = { .text = "" };
  add (queue, write_and_answer_later, &log, 'a');
  add (queue, write_down, &log, 'b');
  pending = lodger_pending_ref (lodger_queue_get_pending (queue));
  loop_run (&loop);
  lodger_queue_unref (lodger_queue_ref (queue));
  lodger_queue_unref (queue);
  loop_run (&loop);
  ck_assert (!lodger_pending_is_done (pending));
  lodger_reply_return_int (log.reply, 0);
  loop_run_until_done (&loop, pending);
  ck_assert_str_eq (log.text, "ab");
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  lodger_pending_unref (log.running);
  loop_close (&loop);
}
END_TEST

/* With an item that is not done when the stop comes, or is done just before it, or long before. */
START_TEST (the_stop_of_its_caller_ends_a_queue)
{
  enum
  {
    NEW,
    RUNNING,
    OWED,
    JUST_DONE,
    IDLE
  };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  Log log = { .text = "" };
  LodgerPending *pending;
  if (_i > NEW)
    {
      add (queue, write_and_answer_later, &log, 'a');
      loop_run (&loop);
    }
  if (_i >= JUST_DONE)
    expect_code (lodger_reply_return_int (log.reply, 0), 0);
  if (_i == IDLE)
    loop_run (&loop);
  for (char letter = 'b'; letter < 'e'; letter++)
    add (queue, write_down, &log, letter);
  if (_i == OWED)
    loop_run (&loop);
  pending = lodger_pending_ref (lodger_queue_get_pending (queue));
  lodger_caller_stop (loop.caller, true);
  loop_run (&loop);
  if (_i == RUNNING || _i == OWED)
    expect_code (lodger_reply_return_int (log.reply, 0), LODGER_ECANCELED);
  loop_close (&loop);
  ck_assert_int_eq (log.destroyed, _i > NEW ? 4 : 3);
  ck_assert_str_eq (log.text, _i > NEW ? "a" : "");
  expect_message (pending, "the caller was closed");
  if (_i == RUNNING || _i == OWED)
    expect_message (log.running, "the caller was closed");
  lodger_pending_unref (log.running);
  lodger_pending_unref (pending);
  lodger_queue_unref (queue);
}
END_TEST

typedef struct Slow
{
  Latch began, entered, let_go;
  LodgerReply *reply;
  LodgerPending *pending; /* of the queue */
} Slow;

static void
cancel_slowly (LodgerPending *pending, const char *message, void *data)
{
  Slow *slow = data;
  (void) pending;
  (void) message;
  latch_open (&slow->entered);
  latch_wait (&slow->let_go);
}

static void
begin_slow (LodgerPending *self, void *data)
{
  Slow *slow = data;
  slow->reply = lodger_pending_defer (self);
  lodger_pending_set_canceller (self, cancel_slowly, slow, NULL);
  latch_open (&slow->began);
}

static void *
cancel_the_queue (void *data)
{
  lodger_pending_cancel (((Slow *) data)->pending, NULL);
  return NULL;
}

/* The thread that cancels the queue is inside the canceller of an item, and the queue ends and nobody refers to it. */
START_TEST (edge_31_a_cancel_may_outlast_the_queue)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerQueue *queue = lodger_queue_new (worker, NULL);
  Slow slow;
  pthread_t thread;
  latch_init (&slow.began);
  latch_init (&slow.entered);
  latch_init (&slow.let_go);
  expect_code (lodger_queue_call (queue, begin_slow, &slow, NULL), 0);
  latch_wait (&slow.began);
  slow.pending = lodger_pending_ref (lodger_queue_get_pending (queue));
  lodger_queue_unref (queue);
  thread = thread_start (cancel_the_queue, &slow);
  latch_wait (&slow.entered);
  expect_code (lodger_reply_return_int (slow.reply, 0), LODGER_ECANCELED);
  wait_done (slow.pending);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, write_nothing, NULL, NULL)), 0);
  latch_open (&slow.let_go);
  thread_join (thread);
  expect_code (lodger_pending_get_outcome (slow.pending), LODGER_ECANCELED);
  lodger_pending_unref (slow.pending);
  latch_clear (&slow.began);
  latch_clear (&slow.entered);
  latch_clear (&slow.let_go);
  worker_stop (worker);
}
END_TEST

/* ---- limits ------------------------------------------------------------------------------------------------------------ */

START_TEST (a_full_queue_refuses_or_drops_the_oldest)
{
  static const LodgerQueueOverflow overflows[] = { LODGER_QUEUE_REFUSE, LODGER_QUEUE_DROP_OLDEST, LODGER_QUEUE_BLOCK };
  static const char *const expected[] = { "ab", "cd", "ab" };
  for (int i = 0; i < 3; i++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      LodgerQueue *queue = lodger_queue_new (loop.caller, LODGER_QUEUE_OPTIONS (.limit = 2, .overflow = overflows[i]));
      Log log = { .text = "" };
      for (int j = 0; j < 4; j++)
        {
          int code = lodger_queue_call (queue, write_down, entry (&log, (char) ('a' + j)), entry_destroy);
          expect_code (code, j < 2 || overflows[i] == LODGER_QUEUE_DROP_OLDEST ? 0 : LODGER_EAGAIN);
        }
      loop_run (&loop);
      ck_assert_str_eq (log.text, expected[i]);
      ck_assert_int_eq (log.destroyed, 4);
      add (queue, write_down, &log, 'e');
      loop_run (&loop);
      ck_assert_int_eq (log.destroyed, 5);
      lodger_queue_close (queue, NULL);
      loop_run (&loop);
      lodger_queue_unref (queue);
      loop_close (&loop);
    }
}
END_TEST

/* Else the data of all that is dropped would be kept as long as one item takes. */
START_TEST (dropped_data_goes_while_an_item_runs)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerQueue *queue
      = lodger_queue_new (loop.caller, LODGER_QUEUE_OPTIONS (.limit = 1, .overflow = LODGER_QUEUE_DROP_OLDEST));
  Log log = { .text = "" };
  add (queue, write_and_answer_later, &log, 'a');
  loop_run (&loop);
  for (char letter = 'b'; letter < 'e'; letter++)
    {
      add (queue, write_down, &log, letter);
      ck_assert_int_eq (log.destroyed, letter > 'c' ? letter - 'c' : 0);
      loop_run (&loop);
      ck_assert_int_eq (log.destroyed, letter - 'b');
    }
  ck_assert_str_eq (log.text, "a");
  expect_code (lodger_reply_return_int (log.reply, 0), 0);
  loop_run (&loop);
  ck_assert_str_eq (log.text, "ad");
  ck_assert_int_eq (log.destroyed, 4);
  lodger_pending_unref (log.running);
  lodger_queue_close (queue, NULL);
  loop_run (&loop);
  lodger_queue_unref (queue);
  loop_close (&loop);
}
END_TEST

typedef struct Producer
{
  LodgerQueue *queue;
  Log *log;
  int code;
} Producer;

static void *
produce (void *data)
{
  Producer *producer = data;
  for (int i = 0; i < 100 && producer->code == 0; i++)
    producer->code = lodger_queue_call (producer->queue, write_down, entry (producer->log, 'x'), entry_destroy);
  return NULL;
}

START_TEST (a_producer_waits_for_room)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerQueue *queue = lodger_queue_new (worker, LODGER_QUEUE_OPTIONS (.limit = 1));
  Log log = { .text = "" };
  Producer producer = { queue, &log, 0 };
  pthread_t thread = thread_start (produce, &producer);
  thread_join (thread);
  expect_code (producer.code, 0);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, write_nothing, NULL, NULL)), 0);
  ck_assert_uint_eq (strlen (log.text), 100);
  lodger_queue_close (queue, NULL);
  wait_done (lodger_queue_get_pending (queue));
  lodger_queue_unref (queue);
  worker_stop (worker);
}
END_TEST

/* ---- contexts ---------------------------------------------------------------------------------------------------------- */

LODGER_DECLARE_CONTEXT_KEY (letter, char)
LODGER_DEFINE_CONTEXT_KEY (letter)

static void
write_the_letter (LodgerPending *self, void *data)
{
  Log *log = data;
  (void) self;
  log->text[strlen (log->text)] = letter_get () != NULL ? *letter_get () : '-';
}

START_TEST (edge_28_all_items_have_the_context_of_the_first_call)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerPending *end;
  Log log = { .text = "" };
  char first = 'f', second = 's';
  letter_set (&first, NULL);
  expect_code (lodger_group_enter (group), 0);
  expect_code (lodger_queue_call (queue, write_the_letter, &log, NULL), 0);
  end = lodger_group_close (group);
  ck_assert (lodger_pending_is_done (end)); /* edge 33: groups do not track it */
  lodger_pending_unref (end);
  letter_set (&second, NULL);
  expect_code (lodger_queue_call (queue, write_the_letter, &log, NULL), 0);
  loop_run (&loop);
  ck_assert_str_eq (log.text, "ff");
  lodger_queue_close (queue, NULL);
  loop_run (&loop);
  lodger_queue_unref (queue);
  lodger_group_unref (group);
  loop_close (&loop);
}
END_TEST

typedef struct Remote
{
  LodgerQueue *queue;
  LodgerManager *manager;
  Log *log;
  size_t of_group, of_manager;
} Remote;

static const LodgerContextKey saves = { "saves" };

static void
use_the_queue (LodgerPending *self, void *data)
{
  static char first = 'w';
  Remote *remote = data;
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerManagerToken token;
  (void) self;
  letter_set (&first, NULL);
  expect_code (lodger_group_enter (group), 0);
  expect_code (lodger_manager_activate (remote->manager, &token), 0);
  expect_code (lodger_queue_call (remote->queue, write_the_letter, remote->log, NULL), 0);
  remote->of_group = lodger_group_count (group);
  remote->of_manager = lodger_manager_count (remote->manager);
  expect_code (lodger_manager_deactivate (remote->manager, token), 0);
  expect_code (lodger_group_leave (group, NULL), 0);
  lodger_group_unref (group);
}

START_TEST (edge_33_the_first_use_may_be_in_a_worker)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCaller *worker = worker_start (NULL);
  Log log = { .text = "" };
  Remote remote = { lodger_queue_new (loop.caller, NULL), lodger_manager_new (&saves), &log, 0, 0 };
  expect_code (wait_outcome (lodger_caller_call_soon (worker, use_the_queue, &remote, NULL)), 0);
  ck_assert_uint_eq (remote.of_group, 0);
  ck_assert_uint_eq (remote.of_manager, 1);
  expect_code (lodger_queue_call (remote.queue, write_the_letter, &log, NULL), 0);
  loop_run (&loop);
  ck_assert_str_eq (log.text, "ww");
  ck_assert_uint_eq (lodger_manager_count (remote.manager), 1);
  lodger_queue_close (remote.queue, NULL);
  loop_run (&loop);
  ck_assert_uint_eq (lodger_manager_count (remote.manager), 0);
  lodger_queue_unref (remote.queue);
  lodger_manager_unref (remote.manager);
  worker_stop (worker);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("queue");
  test_add (suite, edge_28_items_run_one_at_a_time_in_order);
  test_add (suite, edge_25_a_queue_keeps_the_order_of_its_thread);
  test_add (suite, edge_28_a_nested_loop_starts_no_other_item);
  test_add (suite, the_newest_or_the_highest_priority_comes_first);
  test_add (suite, edge_29_a_close_drops_what_waits_and_cancels_what_runs);
  test_add (suite, edge_30_a_queue_lives_through_failures_and_cancels);
  test_add_variant (suite, "edge_31_the_cancel_of_the_pending_ends_the_queue",
                    edge_31_the_cancel_of_the_pending_ends_the_queue, 0);
  test_add_variant (suite, "edge_31_the_cancel_of_the_pending_ends_the_queue/running",
                    edge_31_the_cancel_of_the_pending_ends_the_queue, 1);
  test_add (suite, edge_31_a_cancel_may_outlast_the_queue);
  test_add (suite, edge_32_the_end_of_its_scope_closes_the_queue);
  test_add (suite, a_queue_that_nobody_refers_to_ends_after_its_last_item);
  test_add_variant (suite, "the_stop_of_its_caller_ends_a_queue", the_stop_of_its_caller_ends_a_queue, 0);
  test_add_variant (suite, "the_stop_of_its_caller_ends_a_queue/running", the_stop_of_its_caller_ends_a_queue, 1);
  test_add_variant (suite, "the_stop_of_its_caller_ends_a_queue/owed", the_stop_of_its_caller_ends_a_queue, 2);
  test_add_variant (suite, "the_stop_of_its_caller_ends_a_queue/just-done", the_stop_of_its_caller_ends_a_queue, 3);
  test_add_variant (suite, "the_stop_of_its_caller_ends_a_queue/idle", the_stop_of_its_caller_ends_a_queue, 4);
  test_add (suite, a_full_queue_refuses_or_drops_the_oldest);
  test_add (suite, dropped_data_goes_while_an_item_runs);
  test_add (suite, a_producer_waits_for_room);
  test_add (suite, edge_28_all_items_have_the_context_of_the_first_call);
  test_add (suite, edge_33_the_first_use_may_be_in_a_worker);
  return test_main (suite, argc, argv);
}
