/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channels: items of many threads for one consumer, in batches or one by one. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- items that are counted ------------------------------------------------------------------------------------------- */

typedef struct Item
{
  atomic_int *destroyed;
  int number, producer;
} Item;

static Item *
item_new (atomic_int *destroyed, int number)
{
  Item *item = malloc (sizeof *item);
  *item = (Item) { destroyed, number, 0 };
  return item;
}

static void
item_free (void *data)
{
  atomic_fetch_add (((Item *) data)->destroyed, 1);
  free (data);
}

/* A consumer that writes down the numbers, with a bar after each batch. */
typedef struct View
{
  char text[256];
  atomic_int destroyed;
  int ends;
  LodgerChannel *channel;
  LodgerReply *reply;
  Loop *loop;
  LodgerPending *ender; /* what it cancels */
  int code;
} View;

static void
show (LodgerPending *self, void **items, size_t count, void *data)
{
  View *view = data;
  (void) self;
  for (size_t i = 0; i < count; i++)
    snprintf (view->text + strlen (view->text), sizeof view->text - strlen (view->text), "%d",
              ((const Item *) items[i])->number);
  strcat (view->text, "|");
}

static void
view_end (void *data)
{
  ((View *) data)->ends++;
}

static void
send_numbers (LodgerChannel *channel, View *view, int first, int last)
{
  for (int i = first; i <= last; i++)
    expect_code (lodger_channel_send (channel, item_new (&view->destroyed, i)), 0);
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

static LodgerChannel *
channel_new (unsigned limit, LodgerChannelOverflow overflow)
{
  return lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = item_free, .limit = limit, .overflow = overflow));
}

/* ---- delivery --------------------------------------------------------------------------------------------------------- */

START_TEST (items_come_in_batches_in_order)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = item_free, .batch = 3));
  View view = { .text = "" };
  LodgerPending *shown;
  send_numbers (channel, &view, 1, 4);
  ck_assert_uint_eq (lodger_channel_count (channel), 4);
  shown = lodger_channel_deliver (channel, loop.caller, show, &view, view_end);
  send_numbers (channel, &view, 5, 7);
  loop_run (&loop);
  ck_assert_str_eq (view.text, "123|456|7|");
  ck_assert_int_eq (atomic_load (&view.destroyed), 7);
  send_numbers (channel, &view, 8, 8);
  loop_run (&loop);
  ck_assert_str_eq (view.text, "123|456|7|8|");
  ck_assert (!lodger_pending_is_done (shown));
  lodger_channel_close (channel, NULL);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (shown), 0);
  ck_assert_int_eq (view.ends, 1);
  lodger_pending_unref (shown);
  lodger_channel_unref (channel);
  loop_close (&loop);
}
END_TEST

START_TEST (a_slice_has_at_most_one_batch)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = item_free, .batch = 1));
  View view = { .text = "" };
  LodgerPending *shown = lodger_channel_deliver (channel, loop.caller, show, &view, NULL);
  lodger_manual_set_slice (loop.host, LODGER_SECONDS (1));
  loop_run (&loop);
  send_numbers (channel, &view, 1, 5);
  for (size_t i = 1; i <= 5; i++)
    {
      size_t before = strlen (view.text);
      while (strlen (view.text) == before)
        ck_assert (lodger_manual_iterate (loop.host, false));
      ck_assert_uint_eq (strlen (view.text), 2 * i);
    }
  lodger_pending_cancel (shown, NULL);
  loop_run (&loop);
  lodger_pending_unref (shown);
  lodger_channel_unref (channel);
  loop_close (&loop);
}
END_TEST

static void
take_them (LodgerPending *self, void **items, size_t count, void *data)
{
  (void) self;
  (void) data;
  for (size_t i = 0; i < count; i++)
    {
      free (items[i]);
      items[i] = NULL;
    }
}

START_TEST (a_function_may_take_items)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = channel_new (0, LODGER_CHANNEL_BLOCK);
  View view = { .text = "" };
  LodgerPending *shown = lodger_channel_deliver (channel, loop.caller, take_them, NULL, NULL);
  send_numbers (channel, &view, 1, 5);
  lodger_channel_unref (channel);
  loop_run (&loop);
  ck_assert_int_eq (atomic_load (&view.destroyed), 0);
  expect_code (lodger_pending_get_outcome (shown), 0);
  lodger_pending_unref (shown);
  loop_close (&loop);
}
END_TEST

static void
show_and_answer_later (LodgerPending *self, void **items, size_t count, void *data)
{
  View *view = data;
  show (self, items, count, data);
  view->reply = lodger_pending_defer (self);
}

START_TEST (the_next_batch_comes_when_the_last_one_is_done)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = item_free, .batch = 2));
  View view = { .text = "" };
  LodgerPending *shown = lodger_channel_deliver (channel, loop.caller, show_and_answer_later, &view, view_end);
  send_numbers (channel, &view, 1, 4);
  lodger_channel_close (channel, NULL);
  loop_run (&loop);
  ck_assert_str_eq (view.text, "12|");
  ck_assert_int_eq (atomic_load (&view.destroyed), 0);
  lodger_reply_return_nothing (view.reply);
  loop_run (&loop);
  ck_assert_str_eq (view.text, "12|34|");
  ck_assert_int_eq (atomic_load (&view.destroyed), 2);
  ck_assert (!lodger_pending_is_done (shown));
  if (_i == 1)
    lodger_pending_cancel (shown, NULL);
  loop_run (&loop);
  ck_assert_int_eq (view.ends, 0);
  lodger_reply_return_nothing (view.reply);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (shown), _i == 1 ? LODGER_ECANCELED : 0);
  ck_assert_int_eq (atomic_load (&view.destroyed), 4);
  ck_assert_int_eq (view.ends, 1);
  lodger_pending_unref (shown);
  lodger_channel_unref (channel);
  loop_close (&loop);
}
END_TEST

static void
run_the_loop (LodgerPending *self, void **items, size_t count, void *data)
{
  View *view = data;
  strcat (view->text, "(");
  loop_run (view->loop);
  show (self, items, count, data);
  strcat (view->text, ")");
}

START_TEST (a_nested_loop_starts_no_other_batch)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = item_free, .batch = 1));
  View view = { .text = "", .loop = &loop };
  LodgerPending *shown = lodger_channel_deliver (channel, loop.caller, run_the_loop, &view, NULL);
  send_numbers (channel, &view, 1, 3);
  lodger_channel_unref (channel);
  loop_run (&loop);
  ck_assert_str_eq (view.text, "(1|)(2|)(3|)");
  expect_code (wait_outcome (shown), 0);
  loop_close (&loop);
}
END_TEST

static void
show_and_fail (LodgerPending *self, void **items, size_t count, void *data)
{
  show (self, items, count, data);
  lodger_pending_return_new_error (self, NULL, LODGER_EBUSY, "no luck");
}

START_TEST (a_consumer_that_fails_has_left)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = item_free, .batch = 2));
  View view = { .text = "" };
  LodgerPending *shown = lodger_channel_deliver (channel, loop.caller, show_and_fail, &view, NULL);
  send_numbers (channel, &view, 1, 7);
  loop_run (&loop);
  ck_assert_str_eq (view.text, "12|");
  ck_assert_int_eq (atomic_load (&view.destroyed), 7);
  expect_code (lodger_pending_get_outcome (shown), LODGER_EFAILED);
  ck_assert_str_eq (lodger_error_get_message (lodger_pending_get_error (shown)), "no luck");
  expect_code (lodger_channel_send (channel, item_new (&view.destroyed, 8)), LODGER_ECANCELED);
  ck_assert_int_eq (atomic_load (&view.destroyed), 8);
  lodger_pending_unref (shown);
  lodger_channel_unref (channel);
  loop_close (&loop);
}
END_TEST

START_TEST (batches_keep_their_interval)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel
      = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = item_free, .overflow = LODGER_CHANNEL_KEEP_LATEST,
                                                    .interval = LODGER_MILLISECONDS (16)));
  View view = { .text = "" };
  LodgerPending *shown = lodger_channel_deliver (channel, loop.caller, show, &view, NULL);
  send_numbers (channel, &view, 1, 2);
  loop_run (&loop);
  ck_assert_str_eq (view.text, "2|");
  send_numbers (channel, &view, 3, 5);
  loop_run (&loop);
  lodger_manual_advance (loop.host, LODGER_MILLISECONDS (15));
  loop_run (&loop);
  ck_assert_str_eq (view.text, "2|");
  lodger_manual_advance (loop.host, LODGER_MILLISECONDS (1));
  loop_run (&loop);
  ck_assert_str_eq (view.text, "2|5|");
  lodger_manual_advance (loop.host, LODGER_MILLISECONDS (20));
  loop_run (&loop);
  send_numbers (channel, &view, 6, 6);
  loop_run (&loop);
  ck_assert_str_eq (view.text, "2|5|6|");
  send_numbers (channel, &view, 7, 7);
  loop_run (&loop);
  expect_code (lodger_channel_flush (channel), 0);
  ck_assert_str_eq (view.text, "2|5|6|7|");
  send_numbers (channel, &view, 8, 8); /* it waits for its time as the caller stops */
  loop_run (&loop);
  lodger_channel_unref (channel);
  loop_close (&loop);
  expect_code (lodger_pending_get_outcome (shown), LODGER_ECANCELED);
  ck_assert_int_eq (atomic_load (&view.destroyed), 8);
  lodger_pending_unref (shown);
}
END_TEST

static void
flush_it (LodgerPending *self, void *data)
{
  View *view = data;
  (void) self;
  view->code = lodger_channel_flush (view->channel);
  strcat (view->text, "!");
}

static void
show_and_flush (LodgerPending *self, void **items, size_t count, void *data)
{
  View *view = data;
  show (self, items, count, data);
  expect_code (lodger_channel_flush (view->channel), LODGER_EBUSY);
}

START_TEST (a_flush_delivers_what_waits_at_once)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = item_free, .batch = 2));
  View view = { .text = "", .channel = channel };
  LodgerPending *shown, *call;
  log_capture_begin ();
  expect_code (lodger_channel_flush (channel), LODGER_ESTATE);
  log_capture_end ();
  shown = lodger_channel_deliver (channel, loop.caller, show_and_flush, &view, NULL);
  send_numbers (channel, &view, 1, 5);
  if (_i == 0)
    {
      expect_code (lodger_channel_flush (channel), 0);
      ck_assert_str_eq (view.text, "12|34|5|");
    }
  else
    {
      call = lodger_caller_call_soon (loop.caller, flush_it, &view, NULL);
      loop_run (&loop);
      expect_code (view.code, 0);
      ck_assert_str_eq (view.text, "12|34|5|!");
      lodger_pending_unref (call);
    }
  lodger_channel_unref (channel);
  loop_run (&loop);
  expect_code (wait_outcome (shown), 0);
  loop_close (&loop);
}
END_TEST

/* By a stop, or by a cancel; and turns the loop. */
static void
show_and_end (LodgerPending *self, void **items, size_t count, void *data)
{
  View *view = data;
  LodgerPending *stopped = lodger_caller_get_stopped (view->loop->caller);
  show (self, items, count, data);
  if (view->ender != NULL)
    lodger_pending_cancel (view->ender, "enough");
  else
    lodger_caller_stop (view->loop->caller, true);
  loop_run (view->loop);
  ck_assert (!lodger_pending_is_done (stopped));
  ck_assert_int_eq (view->ends, 0);
}

/* Also if the delivery had not begun before. */
START_TEST (the_end_of_a_delivery_waits_for_the_batch_of_a_flush)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = item_free, .batch = 2));
  View view = { .text = "", .loop = &loop };
  LodgerPending *shown = lodger_channel_deliver (channel, loop.caller, show_and_end, &view, view_end);
  if (_i & 1)
    loop_run (&loop);
  if (_i & 2)
    view.ender = shown;
  send_numbers (channel, &view, 1, 4);
  expect_code (lodger_channel_flush (channel), 0);
  ck_assert_str_eq (view.text, "12|");
  loop_run (&loop);
  ck_assert (lodger_pending_is_done (lodger_caller_get_stopped (loop.caller)) == !(_i & 2));
  expect_message (shown, _i & 2 ? "enough" : "the caller was closed");
  ck_assert_int_eq (atomic_load (&view.destroyed), 4);
  ck_assert_int_eq (view.ends, 1);
  lodger_pending_unref (shown);
  lodger_channel_unref (channel);
  loop_close (&loop);
}
END_TEST

enum
{
  MANY = 100000
};

typedef struct Flood
{
  size_t count, most;
  int last;
  bool is_out_of_order;
  atomic_int destroyed;
} Flood;

static void
count_flood (LodgerPending *self, void **items, size_t count, void *data)
{
  Flood *flood = data;
  (void) self;
  flood->count += count;
  flood->most = count > flood->most ? count : flood->most;
  for (size_t i = 0; i < count; i++)
    {
      int number = ((const Item *) items[i])->number;
      flood->is_out_of_order |= number <= flood->last;
      flood->last = number;
    }
}

/* The loop comes round between the batches, so that input and redraw get through. */
START_TEST (a_hundred_thousand_items_are_delivered_in_small_steps)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = channel_new (MANY, LODGER_CHANNEL_BLOCK);
  Flood flood = { .last = 0 };
  LodgerPending *shown;
  uint64_t redraws;
  for (int i = 1; i <= MANY; i++)
    expect_code (lodger_channel_send (channel, item_new (&flood.destroyed, i)), 0);
  expect_code (lodger_channel_send (channel, item_new (&flood.destroyed, 0)), LODGER_EAGAIN);
  shown = lodger_channel_deliver (channel, loop.caller, count_flood, &flood, NULL);
  redraws = lodger_manual_get_redraws (loop.host);
  if (_i == 1)
    {
      while (flood.count < MANY / 2)
        lodger_manual_iterate (loop.host, false);
      lodger_pending_cancel (shown, NULL);
    }
  lodger_channel_unref (channel);
  loop_run (&loop);
  ck_assert (!flood.is_out_of_order);
  ck_assert_uint_le (flood.most, 250);
  ck_assert_uint_eq (flood.count, _i == 1 ? MANY / 2 : MANY);
  ck_assert_int_eq (atomic_load (&flood.destroyed), MANY + 1);
  ck_assert_uint_ge (lodger_manual_get_redraws (loop.host) - redraws, MANY / (_i == 1 ? 500U : 250U));
  expect_code (lodger_pending_get_outcome (shown), _i == 1 ? LODGER_ECANCELED : 0);
  lodger_pending_unref (shown);
  loop_close (&loop);
}
END_TEST

/* ---- ends ------------------------------------------------------------------------------------------------------------- */

START_TEST (a_close_lets_the_consumer_have_the_rest)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = channel_new (0, LODGER_CHANNEL_BLOCK);
  LodgerError *error = _i > 0 ? lodger_error_new (NULL, LODGER_EBUSY, "the end") : NULL;
  View view = { .text = "" };
  LodgerPending *shown = NULL;
  void *item;
  if (_i < 2)
    shown = lodger_channel_deliver (channel, loop.caller, show, &view, NULL);
  send_numbers (channel, &view, 1, 2);
  lodger_channel_close (channel, error);
  lodger_channel_close (channel, lodger_error_new (NULL, LODGER_EBUSY, "the second end"));
  expect_code (lodger_channel_send (channel, item_new (&view.destroyed, 3)), LODGER_ESHUTDOWN);
  ck_assert_int_eq (atomic_load (&view.destroyed), 1);
  ck_assert_ptr_eq (lodger_channel_get_error (channel), error);
  if (shown != NULL)
    {
      loop_run (&loop);
      ck_assert_str_eq (view.text, "12|");
      expect_code (lodger_pending_get_outcome (shown), _i == 0 ? 0 : LODGER_EFAILED);
      if (_i > 0)
        ck_assert_str_eq (lodger_error_get_message (lodger_pending_get_error (shown)), "the end");
      lodger_pending_unref (shown);
    }
  else
    {
      for (int i = 1; i <= 2; i++)
        {
          expect_code (lodger_channel_receive (channel, 0, &item), 0);
          ck_assert_int_eq (((Item *) item)->number, i);
          item_free (item);
        }
      expect_code (lodger_channel_receive (channel, 0, &item), LODGER_EFAILED);
    }
  ck_assert_int_eq (atomic_load (&view.destroyed), 3);
  lodger_channel_unref (channel);
  loop_close (&loop);
}
END_TEST

START_TEST (a_channel_that_nobody_refers_to_is_closed)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = channel_new (0, LODGER_CHANNEL_BLOCK);
  View view = { .text = "" };
  LodgerPending *shown = NULL;
  if (_i == 1)
    shown = lodger_channel_deliver (channel, loop.caller, show, &view, NULL);
  send_numbers (channel, &view, 1, 2);
  lodger_channel_unref (lodger_channel_ref (channel));
  ck_assert_int_eq (atomic_load (&view.destroyed), 0);
  lodger_channel_unref (channel);
  ck_assert_int_eq (atomic_load (&view.destroyed), _i == 1 ? 0 : 2);
  loop_run (&loop);
  ck_assert_str_eq (view.text, _i == 1 ? "12|" : "");
  ck_assert_int_eq (atomic_load (&view.destroyed), 2);
  if (shown != NULL)
    expect_code (wait_outcome (shown), 0);
  loop_close (&loop);
}
END_TEST

static void *
receive_there (void *channel)
{
  void *item = channel;
  expect_code (lodger_channel_receive (channel, LODGER_FOREVER, &item), LODGER_EALREADY);
  ck_assert_ptr_eq (item, channel);
  return NULL;
}

START_TEST (edge_109_a_second_consumer_is_refused)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = channel_new (0, LODGER_CHANNEL_BLOCK);
  View view = { .text = "" }, second = { .text = "" };
  LodgerPending *shown = NULL, *refused;
  void *item = NULL;
  send_numbers (channel, &view, 1, 2);
  if (_i == 0)
    shown = lodger_channel_deliver (channel, loop.caller, show, &view, NULL);
  else
    expect_code (lodger_channel_receive (channel, 0, &item), 0);
  log_capture_begin ();
  refused = lodger_channel_deliver (channel, loop.caller, show, &second, view_end);
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (refused)), LODGER_EALREADY);
  ck_assert (log_capture_has ("lodger_channel_deliver: the channel has a consumer"));
  thread_join (thread_start (receive_there, channel));
  if (_i == 0)
    expect_code (lodger_channel_receive (channel, 0, &item), LODGER_EALREADY);
  log_capture_end ();
  lodger_pending_unref (refused);
  loop_run (&loop);
  ck_assert_str_eq (view.text, _i == 0 ? "12|" : "");
  ck_assert_str_eq (second.text, "");
  ck_assert_int_eq (second.ends, 1);
  if (item != NULL)
    item_free (item);
  lodger_channel_unref (channel);
  loop_run (&loop);
  lodger_pending_unref (shown);
  loop_close (&loop);
  ck_assert_int_eq (atomic_load (&view.destroyed), 2);
}
END_TEST

/* Because its scope has ended, or because its caller is stopping. */
START_TEST (edge_109_a_second_consumer_that_is_gone_leaves_the_first_alone)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT), other = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = channel_new (0, LODGER_CHANNEL_BLOCK);
  LodgerScope *scope = lodger_scope_new (NULL);
  View view = { .text = "" }, second = { .text = "" };
  LodgerPending *shown = lodger_channel_deliver (channel, loop.caller, show, &view, NULL), *refused;
  lodger_scope_end (scope, NULL);
  lodger_caller_stop (other.caller, true);
  log_capture_begin ();
  refused = lodger_channel_deliver_full (channel, _i == 0 ? loop.caller : other.caller, show, &second, view_end,
                                         LODGER_CALL_OPTIONS (.scope = _i == 0 ? scope : NULL));
  log_capture_end ();
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (refused)), LODGER_EALREADY);
  ck_assert_int_eq (second.ends, 1);
  send_numbers (channel, &view, 1, 2);
  loop_run (&loop);
  ck_assert_str_eq (view.text, "12|");
  lodger_channel_close (channel, NULL);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (shown), 0);
  lodger_pending_unref (shown);
  lodger_pending_unref (refused);
  lodger_scope_unref (scope);
  lodger_channel_unref (channel);
  loop_close (&other);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_109_who_leaves_early_rejects_the_rest)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = item_free, .batch = 2));
  View view = { .text = "" };
  LodgerPending *shown = NULL, *late;
  void *item;
  send_numbers (channel, &view, 1, 5);
  if (_i < 3)
    {
      shown = lodger_channel_deliver (channel, loop.caller, show, &view, view_end);
      while (_i > 0 && view.text[0] == '\0')
        lodger_manual_iterate (loop.host, false);
      if (_i == 1)
        lodger_channel_leave (channel);
      else
        lodger_pending_cancel (shown, "enough");
      ck_assert_int_eq (atomic_load (&view.destroyed), _i == 0 ? 0 : 2);
      expect_code (lodger_channel_send (channel, item_new (&view.destroyed, 6)), LODGER_ECANCELED);
      ck_assert_int_eq (atomic_load (&view.destroyed), _i == 0 ? 1 : 3);
      loop_run (&loop);
      expect_message (shown, _i == 1 ? "its channel was left" : "enough");
      ck_assert_str_eq (view.text, _i == 0 ? "" : "12|");
      ck_assert_int_eq (view.ends, 1);
    }
  else
    {
      expect_code (lodger_channel_receive (channel, 0, &item), 0);
      item_free (item);
      lodger_channel_leave (channel);
      ck_assert_int_eq (atomic_load (&view.destroyed), 5);
      expect_code (lodger_channel_send (channel, item_new (&view.destroyed, 6)), LODGER_ECANCELED);
      expect_code (lodger_channel_receive (channel, 0, &item), LODGER_ECANCELED);
    }
  ck_assert_int_eq (atomic_load (&view.destroyed), 6);
  log_capture_begin ();
  late = lodger_channel_deliver (channel, loop.caller, show, &view, view_end);
  log_capture_end ();
  ck_assert_int_ne (lodger_pending_get_outcome (late), 0);
  lodger_pending_unref (late);
  lodger_pending_unref (shown);
  lodger_channel_unref (channel);
  loop_close (&loop);
}
END_TEST

START_TEST (the_stop_of_its_caller_ends_a_delivery)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = item_free, .batch = 2));
  View view = { .text = "" };
  LodgerPending *shown
      = lodger_channel_deliver (channel, loop.caller, _i == 2 ? show_and_answer_later : show, &view, view_end);
  send_numbers (channel, &view, 1, 5);
  while (_i > 0 && view.text[0] == '\0')
    lodger_manual_iterate (loop.host, false);
  lodger_caller_stop (loop.caller, true);
  expect_code (lodger_channel_send (channel, item_new (&view.destroyed, 7)), LODGER_ECANCELED);
  if (_i == 2)
    {
      loop_run (&loop);
      lodger_reply_return_nothing (view.reply);
    }
  loop_close (&loop);
  ck_assert_str_eq (view.text, _i == 0 ? "" : "12|");
  expect_message (shown, "the caller was closed");
  expect_code (lodger_channel_send (channel, item_new (&view.destroyed, 6)), LODGER_ECANCELED);
  ck_assert_int_eq (atomic_load (&view.destroyed), 7);
  ck_assert_int_eq (view.ends, 1);
  lodger_pending_unref (shown);
  lodger_channel_unref (channel);
}
END_TEST

typedef struct Object
{
  int holds;
  View *view;
} Object;

static bool
object_hold (void *data)
{
  ((Object *) data)->holds++;
  return true;
}

static void
object_release (void *data)
{
  ((Object *) data)->holds--;
}

static void
show_what_is_held (LodgerPending *self, void **items, size_t count, void *data)
{
  const Object *object = data;
  ck_assert_int_eq (object->holds, 1);
  show (self, items, count, object->view);
}

START_TEST (the_end_of_its_scope_ends_a_delivery)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  View view = { .text = "" };
  Object object = { .view = &view };
  LodgerScope *scope
      = lodger_scope_new (LODGER_SCOPE_OPTIONS (.object = &object, .hold = object_hold, .release = object_release));
  LodgerChannel *channel = channel_new (0, LODGER_CHANNEL_BLOCK);
  LodgerPending *shown = lodger_channel_deliver_full (channel, loop.caller, show_what_is_held, &object, NULL,
                                                      LODGER_CALL_OPTIONS (.scope = scope));
  send_numbers (channel, &view, 1, 2);
  loop_run (&loop);
  ck_assert_str_eq (view.text, "12|");
  ck_assert_int_eq (object.holds, 0);
  send_numbers (channel, &view, 3, 4);
  lodger_scope_end (scope, NULL);
  expect_code (lodger_channel_send (channel, item_new (&view.destroyed, 5)), LODGER_ECANCELED);
  loop_run (&loop);
  ck_assert_str_eq (view.text, "12|");
  ck_assert_int_eq (atomic_load (&view.destroyed), 5);
  expect_code (lodger_pending_get_outcome (shown), LODGER_ECANCELED);
  lodger_pending_unref (shown);
  lodger_channel_unref (channel);
  lodger_scope_unref (scope);
  loop_close (&loop);
}
END_TEST

/* ---- limits ----------------------------------------------------------------------------------------------------------- */

static void
add_numbers (void *last, void *item, void *data)
{
  (void) data;
  ((Item *) last)->number += ((Item *) item)->number;
}

START_TEST (a_full_channel_drops_the_oldest_or_merges)
{
  static const LodgerChannelOverflow overflows[]
      = { LODGER_CHANNEL_DROP_OLDEST, LODGER_CHANNEL_KEEP_LATEST, LODGER_CHANNEL_MERGE };
  static const char *const expected[] = { "345|", "5|", "1212|" };
  static const size_t counts[] = { 3, 1, 3 };
  for (int i = 0; i < 3; i++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      LodgerChannel *channel = lodger_channel_new (
          LODGER_CHANNEL_OPTIONS (.destroy = item_free, .limit = 3, .overflow = overflows[i],
                                  .merge = overflows[i] == LODGER_CHANNEL_MERGE ? add_numbers : NULL));
      View view = { .text = "" };
      LodgerPending *shown = lodger_channel_deliver (channel, loop.caller, show, &view, NULL);
      send_numbers (channel, &view, 1, 5);
      ck_assert_uint_eq (lodger_channel_count (channel), counts[i]);
      ck_assert_int_eq (atomic_load (&view.destroyed), 5 - (int) counts[i]);
      loop_run (&loop);
      ck_assert_str_eq (view.text, expected[i]);
      ck_assert_int_eq (atomic_load (&view.destroyed), 5);
      lodger_channel_unref (channel);
      loop_run (&loop);
      lodger_pending_unref (shown);
      loop_close (&loop);
    }
}
END_TEST

/* A merge that stays in its function until the test lets it go. */
typedef struct Merging
{
  Latch merges, let_go;
  LodgerChannel *channel;
  View *view;
} Merging;

static void
merge_slowly (void *last, void *item, void *data)
{
  Merging *merging = data;
  if (((Item *) item)->number != 2)
    {
      add_numbers (last, item, NULL);
      return;
    }
  latch_open (&merging->merges);
  latch_wait (&merging->let_go);
  add_numbers (last, item, NULL);
}

static void *
send_two (void *data)
{
  Merging *merging = data;
  expect_code (lodger_channel_send (merging->channel, item_new (&merging->view->destroyed, 2)), 0);
  return NULL;
}

/* 1 is busy with 2, which another thread merges into it. 3 and 4 are sent behind it meanwhile, and do not overtake it. */
START_TEST (nothing_overtakes_an_item_that_is_being_merged)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  View view = { .text = "" };
  Merging merging = { .view = &view };
  LodgerPending *shown = NULL;
  pthread_t thread;
  latch_init (&merging.merges);
  latch_init (&merging.let_go);
  merging.channel
      = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = item_free, .limit = 1, .overflow = LODGER_CHANNEL_MERGE,
                                                    .merge = merge_slowly, .data = &merging));
  if (_i < 2)
    shown = lodger_channel_deliver (merging.channel, loop.caller, show, &view, NULL);
  send_numbers (merging.channel, &view, 1, 1);
  thread = thread_start (send_two, &merging);
  latch_wait (&merging.merges);
  send_numbers (merging.channel, &view, 3, 4);
  ck_assert_uint_eq (lodger_channel_count (merging.channel), 2);
  loop_run (&loop);
  ck_assert_str_eq (view.text, "");
  if (_i > 0)
    lodger_channel_leave (merging.channel);
  loop_run (&loop);
  ck_assert_int_eq (atomic_load (&view.destroyed), 1);
  latch_open (&merging.let_go);
  thread_join (thread);
  loop_run (&loop);
  ck_assert_str_eq (view.text, _i > 0 ? "" : "37|");
  ck_assert_int_eq (atomic_load (&view.destroyed), 4);
  if (_i < 2)
    {
      lodger_channel_close (merging.channel, NULL);
      loop_run (&loop);
      expect_code (lodger_pending_get_outcome (shown), _i > 0 ? LODGER_ECANCELED : 0);
      lodger_pending_unref (shown);
    }
  lodger_channel_unref (merging.channel);
  latch_clear (&merging.merges);
  latch_clear (&merging.let_go);
  loop_close (&loop);
}
END_TEST

static void
send_directly (void *data)
{
  View *view = data;
  view->code = lodger_channel_send (view->channel, item_new (&view->destroyed, 9));
}

static void
send_in_a_call (LodgerPending *self, void *data)
{
  (void) self;
  send_directly (data);
}

static void
do_nothing (LodgerPending *self, void **items, size_t count, void *data)
{
  (void) self;
  (void) items;
  (void) count;
  (void) data;
}

START_TEST (a_full_channel_refuses_who_may_not_block)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCaller *worker = worker_start (NULL);
  LodgerChannel *channel = channel_new (1, LODGER_CHANNEL_BLOCK);
  View view = { .text = "", .channel = channel };
  send_numbers (channel, &view, 1, 1);
  expect_code (lodger_channel_send (channel, item_new (&view.destroyed, 2)), LODGER_EAGAIN);
  worker_run (worker, send_directly, &view);
  expect_code (view.code, LODGER_EAGAIN);
  ck_assert_int_eq (atomic_load (&view.destroyed), 2);
  lodger_channel_unref (channel);
  worker_stop (worker);
  loop_close (&loop);
}
END_TEST

static void
fill (LodgerPending *self, void *data)
{
  View *view = data;
  send_numbers (view->channel, view, 1, 1);
  send_in_a_call (self, data);
}

static void *
receive_and_fill (void *data)
{
  View *view = data;
  void *item;
  expect_code (lodger_channel_receive (view->channel, 0, &item), LODGER_ETIMEDOUT);
  fill (NULL, view);
  return NULL;
}

START_TEST (law_7_a_consumer_does_not_wait_for_itself)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerChannel *channel = channel_new (1, LODGER_CHANNEL_BLOCK);
  View view = { .text = "", .channel = channel };
  LodgerPending *shown = NULL;
  log_capture_begin ();
  if (_i == 0)
    {
      shown = lodger_channel_deliver (channel, worker, do_nothing, NULL, NULL);
      expect_code (wait_outcome (lodger_caller_call_soon (worker, fill, &view, NULL)), 0);
    }
  else
    thread_join (thread_start (receive_and_fill, &view));
  ck_assert (log_capture_has ("lodger_channel_send: a channel is full, and only this thread could make room"));
  log_capture_end ();
  expect_code (view.code, LODGER_EDEADLK);
  lodger_channel_unref (channel);
  if (shown != NULL)
    expect_code (wait_outcome (shown), 0);
  worker_stop (worker);
  ck_assert_int_eq (atomic_load (&view.destroyed), 2);
}
END_TEST

/* ---- waits ------------------------------------------------------------------------------------------------------------ */

/* A thread that fills a channel, and waits for room. */
typedef struct Sender
{
  LodgerChannel *channel;
  LodgerPending *promise; /* answered when it is through; may be NULL */
  atomic_int destroyed;
  Latch begins;
  int thread, code;
} Sender;

static void *
send_too_much (void *data)
{
  Sender *sender = data;
  sender->thread = test_thread_id ();
  expect_code (lodger_channel_send (sender->channel, item_new (&sender->destroyed, 1)), 0);
  latch_open (&sender->begins);
  sender->code = lodger_channel_send (sender->channel, item_new (&sender->destroyed, 2));
  if (sender->promise != NULL)
    lodger_pending_return_int (sender->promise, 0);
  return NULL;
}

static void
sender_call (LodgerPending *self, void *data)
{
  (void) self;
  send_too_much (data);
}

static void
sender_sleeps (Sender *sender)
{
  latch_wait (&sender->begins);
  proc_wait_asleep (sender->thread);
}

static void
sender_init (Sender *sender)
{
  *sender = (Sender) { .channel = channel_new (1, LODGER_CHANNEL_BLOCK) };
  latch_init (&sender->begins);
}

static void
sender_clear (Sender *sender)
{
  lodger_channel_unref (sender->channel);
  latch_clear (&sender->begins);
  ck_assert_int_eq (atomic_load (&sender->destroyed), 2);
}

START_TEST (a_sender_that_waits_is_told_of_each_end)
{
  static const int codes[] = { LODGER_ESHUTDOWN, LODGER_ECANCELED, LODGER_ECANCELED, LODGER_ECANCELED };
  LodgerCaller *worker = worker_start (NULL), *consumer = worker_start (NULL);
  WorkerBlock *block = worker_block (consumer);
  LodgerPending *call, *shown = NULL;
  Sender sender;
  sender_init (&sender);
  call = lodger_caller_call_soon (worker, sender_call, &sender, NULL);
  sender_sleeps (&sender);
  if (_i > 1)
    shown = lodger_channel_deliver (sender.channel, consumer, do_nothing, NULL, NULL);
  proc_wait_asleep (sender.thread);
  if (_i == 0)
    lodger_channel_close (sender.channel, NULL);
  else if (_i == 1)
    lodger_channel_leave (sender.channel);
  else if (_i == 2)
    lodger_pending_cancel (shown, NULL);
  else
    lodger_pending_cancel (call, NULL);
  lodger_pending_wait (call, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  expect_code (sender.code, codes[_i]);
  worker_unblock (block);
  lodger_channel_leave (sender.channel);
  if (shown != NULL)
    wait_done (shown);
  lodger_pending_unref (shown);
  lodger_pending_unref (call);
  worker_stop (worker);
  worker_stop (consumer);
  sender_clear (&sender);
}
END_TEST

/* The consumer waits for what the sender answers after it has sent all, or the sender does so last. */
typedef struct Circle
{
  Sender sender;
  LodgerPending *promise;
  Latch begins, goes;
  int thread, code;
} Circle;

static void
wait_for_the_sender (LodgerPending *self, void *data)
{
  Circle *circle = data;
  (void) self;
  circle->thread = test_thread_id ();
  latch_open (&circle->begins);
  circle->code = lodger_pending_wait (circle->promise, LODGER_FOREVER, LODGER_WAIT_PROTECT);
}

static void *
receive_and_wait (void *data)
{
  Circle *circle = data;
  void *item;
  expect_code (lodger_channel_receive (circle->sender.channel, 0, &item), LODGER_ETIMEDOUT);
  latch_open (&circle->goes);
  wait_for_the_sender (NULL, circle);
  while (lodger_channel_receive (circle->sender.channel, 0, &item) == 0)
    item_free (item);
  return NULL;
}

/* 0: the wait closes the circle. 1: the send does. 2: the consumer that becomes known does. 3: a receiving thread. */
START_TEST (law_7_a_full_channel_is_part_of_a_circle)
{
  LodgerCaller *worker = worker_start (NULL), *consumer = worker_start (NULL);
  LodgerPending *call = NULL, *waiting = NULL, *shown = NULL;
  pthread_t thread = pthread_self ();
  Circle circle = { .code = 1 };
  Recorder recorder = { 0 };
  sender_init (&circle.sender);
  latch_init (&circle.begins);
  latch_init (&circle.goes);
  circle.sender.code = 1;
  log_capture_begin ();
  if (_i < 2)
    shown = lodger_channel_deliver (circle.sender.channel, consumer, do_nothing, NULL, NULL);
  if (_i < 2)
    {
      WorkerBlock *block, *other = worker_block (worker);
      worker_run (consumer, recorder_direct, &recorder); /* the delivery has begun */
      worker_run (consumer, recorder_direct, &recorder);
      block = worker_block (consumer);
      circle.promise = call = lodger_caller_call_soon (worker, sender_call, &circle.sender, NULL);
      waiting = lodger_caller_call_soon (consumer, wait_for_the_sender, &circle, NULL);
      if (_i == 0)
        {
          worker_unblock (other);
          sender_sleeps (&circle.sender);
          worker_unblock (block);
        }
      else
        {
          worker_unblock (block);
          latch_wait (&circle.begins);
          proc_wait_asleep (circle.thread);
          worker_unblock (other);
        }
    }
  else if (_i == 2)
    {
      WorkerBlock *other = worker_block (worker);
      circle.promise = call = lodger_caller_call_soon (worker, sender_call, &circle.sender, NULL);
      waiting = lodger_caller_call_soon (consumer, wait_for_the_sender, &circle, NULL);
      latch_wait (&circle.begins);
      proc_wait_asleep (circle.thread);
      worker_unblock (other);
      sender_sleeps (&circle.sender);
      ck_assert_int_eq (circle.code, 1);
      ck_assert_int_eq (circle.sender.code, 1);
      shown = lodger_channel_deliver (circle.sender.channel, consumer, do_nothing, NULL, NULL);
    }
  else
    {
      WorkerBlock *other = worker_block (worker);
      circle.promise = call = lodger_caller_call_soon (worker, sender_call, &circle.sender, NULL);
      thread = thread_start (receive_and_wait, &circle);
      latch_wait (&circle.goes);
      latch_wait (&circle.begins);
      worker_unblock (other);
      thread_join (thread);
    }
  lodger_pending_wait (call, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  if (waiting != NULL)
    lodger_pending_wait (waiting, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  log_capture_end ();
  ck_assert_msg ((circle.code == LODGER_EDEADLK) != (circle.sender.code == LODGER_EDEADLK), "%d %d", circle.code,
                 circle.sender.code);
  ck_assert_int_eq (circle.code == LODGER_EDEADLK ? circle.sender.code : circle.code, 0);
  lodger_channel_close (circle.sender.channel, NULL);
  if (shown != NULL)
    expect_code (wait_outcome (shown), 0);
  lodger_pending_unref (call);
  lodger_pending_unref (waiting);
  worker_stop (worker);
  worker_stop (consumer);
  latch_clear (&circle.begins);
  latch_clear (&circle.goes);
  lodger_channel_leave (circle.sender.channel);
  sender_clear (&circle.sender);
}
END_TEST

typedef struct Receiver
{
  LodgerChannel *channel;
  Latch begins;
  int thread, count, last, code;
} Receiver;

static void *
receive_all (void *data)
{
  Receiver *receiver = data;
  void *item;
  receiver->thread = test_thread_id ();
  latch_open (&receiver->begins);
  while ((receiver->code = lodger_channel_receive (receiver->channel, LODGER_FOREVER, &item)) == 0)
    {
      ck_assert_int_eq (((Item *) item)->number, ++receiver->last);
      receiver->count++;
      item_free (item);
    }
  return NULL;
}

static void
receive_in_a_call (LodgerPending *self, void *data)
{
  (void) self;
  receive_all (data);
}

START_TEST (a_thread_receives_items_one_by_one)
{
  LodgerCaller *worker = worker_start (NULL);
  Receiver receiver = { .channel = channel_new (2, LODGER_CHANNEL_BLOCK) };
  View view = { .text = "" };
  LodgerPending *call;
  void *item;
  latch_init (&receiver.begins);
  call = lodger_caller_call_soon (worker, receive_in_a_call, &receiver, NULL);
  latch_wait (&receiver.begins);
  proc_wait_asleep (receiver.thread);
  send_numbers (receiver.channel, &view, 1, 1000);
  if (_i == 0)
    lodger_channel_close (receiver.channel, NULL);
  else if (_i == 1)
    lodger_channel_leave (receiver.channel);
  else
    {
      while (lodger_channel_count (receiver.channel) > 0)
        sched_yield ();
      proc_wait_asleep (receiver.thread);
      lodger_pending_cancel (call, NULL);
    }
  lodger_pending_wait (call, LODGER_FOREVER, LODGER_WAIT_PROTECT | LODGER_WAIT_NO_RESULT);
  expect_code (receiver.code, _i == 0 ? LODGER_ESHUTDOWN : LODGER_ECANCELED);
  if (_i != 1)
    ck_assert_int_eq (receiver.count, 1000);
  ck_assert_int_eq (atomic_load (&view.destroyed), 1000);
  log_capture_begin ();
  expect_code (lodger_channel_receive (receiver.channel, 0, &item), LODGER_EALREADY);
  log_capture_end ();
  lodger_pending_unref (call);
  lodger_channel_unref (receiver.channel);
  latch_clear (&receiver.begins);
  worker_stop (worker);
}
END_TEST

START_TEST (who_may_not_block_only_looks_for_an_item)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = channel_new (0, LODGER_CHANNEL_BLOCK);
  View view = { .text = "" };
  void *item;
  expect_code (lodger_channel_receive (channel, 0, &item), LODGER_ETIMEDOUT);
  log_capture_begin ();
  expect_code (lodger_channel_receive (channel, LODGER_FOREVER, &item), LODGER_EWRONGTHREAD);
  log_capture_end ();
  send_numbers (channel, &view, 1, 1);
  expect_code (lodger_channel_receive (channel, LODGER_FOREVER, &item), 0);
  item_free (item);
  lodger_channel_unref (channel);
  loop_close (&loop);
}
END_TEST

/* ---- many threads ----------------------------------------------------------------------------------------------------- */

enum
{
  PRODUCERS = 4,
  EACH = 5000
};

typedef struct Crowd
{
  LodgerChannel *channel;
  Barrier barrier;
  atomic_int producers, sent, refused, destroyed;
  atomic_long sum;
  int got, last[PRODUCERS];
  long got_sum;
  bool is_out_of_order;
  int leaves_after; /* 0: never */
} Crowd;

static void *
produce (void *data)
{
  Crowd *crowd = data;
  int producer = atomic_fetch_add (&crowd->producers, 1), code = 0;
  barrier_wait (&crowd->barrier);
  for (int i = 1; i <= EACH; i++)
    {
      Item *item = item_new (&crowd->destroyed, i);
      item->producer = producer;
      code = lodger_channel_send (crowd->channel, item);
      atomic_fetch_add (code == 0 ? &crowd->sent : &crowd->refused, 1);
      if (code == 0)
        atomic_fetch_add (&crowd->sum, i);
    }
  return NULL;
}

static void
crowd_take (Crowd *crowd, const Item *item)
{
  crowd->is_out_of_order |= item->number <= crowd->last[item->producer];
  crowd->last[item->producer] = item->number;
  crowd->got_sum += item->number;
  crowd->got++;
  if (crowd->got == crowd->leaves_after)
    lodger_channel_leave (crowd->channel);
}

static void
crowd_batch (LodgerPending *self, void **items, size_t count, void *data)
{
  (void) self;
  for (size_t i = 0; i < count; i++)
    crowd_take (data, items[i]);
}

static void *
crowd_receive (void *data)
{
  Crowd *crowd = data;
  void *item;
  while (lodger_channel_receive (crowd->channel, LODGER_FOREVER, &item) == 0)
    {
      crowd_take (crowd, item);
      item_free (item);
    }
  return NULL;
}

typedef struct Case
{
  LodgerChannelOverflow overflow;
  bool receives;
  int leaves_after;
} Case;

static const Case cases[] = { { LODGER_CHANNEL_BLOCK, false, 0 },       { LODGER_CHANNEL_BLOCK, true, 0 },
                              { LODGER_CHANNEL_DROP_OLDEST, false, 0 }, { LODGER_CHANNEL_DROP_OLDEST, true, 0 },
                              { LODGER_CHANNEL_MERGE, false, 0 },       { LODGER_CHANNEL_MERGE, true, 0 },
                              { LODGER_CHANNEL_BLOCK, false, 1000 },    { LODGER_CHANNEL_BLOCK, true, 1000 },
                              { LODGER_CHANNEL_MERGE, false, 100 },     { LODGER_CHANNEL_MERGE, true, 100 } };

START_TEST (each_item_of_many_threads_comes_or_is_destroyed_once)
{
  const Case *this = &cases[_i];
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *shown = NULL;
  pthread_t threads[PRODUCERS], receiver = pthread_self ();
  Crowd crowd = { .leaves_after = this->leaves_after };
  crowd.channel = lodger_channel_new (
      LODGER_CHANNEL_OPTIONS (.destroy = item_free, .limit = 32, .overflow = this->overflow, .batch = 16,
                              .merge = this->overflow == LODGER_CHANNEL_MERGE ? add_numbers : NULL));
  barrier_init (&crowd.barrier, PRODUCERS);
  if (this->receives)
    receiver = thread_start (crowd_receive, &crowd);
  else
    shown = lodger_channel_deliver (crowd.channel, worker, crowd_batch, &crowd, NULL);
  for (int i = 0; i < PRODUCERS; i++)
    threads[i] = thread_start (produce, &crowd);
  for (int i = 0; i < PRODUCERS; i++)
    thread_join (threads[i]);
  lodger_channel_close (crowd.channel, NULL);
  if (this->receives)
    thread_join (receiver);
  else
    expect_code (wait_outcome (shown),
                 crowd.leaves_after > 0 && crowd.got >= crowd.leaves_after ? LODGER_ECANCELED : 0);
  ck_assert_int_eq (atomic_load (&crowd.destroyed), PRODUCERS * EACH);
  ck_assert (this->overflow == LODGER_CHANNEL_MERGE || !crowd.is_out_of_order);
  if (crowd.leaves_after == 0)
    {
      ck_assert_int_eq (atomic_load (&crowd.refused), 0);
      if (this->overflow != LODGER_CHANNEL_DROP_OLDEST)
        ck_assert_int_eq (crowd.got_sum, atomic_load (&crowd.sum));
      if (this->overflow == LODGER_CHANNEL_BLOCK)
        ck_assert_int_eq (crowd.got, PRODUCERS * EACH);
    }
  barrier_clear (&crowd.barrier);
  lodger_channel_unref (crowd.channel);
  worker_stop (worker);
}
END_TEST

int
main (int argc, char **argv)
{
  static const char *const each[]
      = { "block",         "block-receive", "drop",          "drop-receive", "merge",
          "merge-receive", "leave",         "leave-receive", "merge-leave",  "merge-leave-receive" };
  Suite *suite = suite_create ("channel");
  test_add (suite, items_come_in_batches_in_order);
  test_add (suite, a_slice_has_at_most_one_batch);
  test_add (suite, a_function_may_take_items);
  test_add_variant (suite, "the_next_batch_comes_when_the_last_one_is_done",
                    the_next_batch_comes_when_the_last_one_is_done, 0);
  test_add_variant (suite, "the_next_batch_comes_when_the_last_one_is_done/cancelled",
                    the_next_batch_comes_when_the_last_one_is_done, 1);
  test_add (suite, a_nested_loop_starts_no_other_batch);
  test_add (suite, a_consumer_that_fails_has_left);
  test_add (suite, batches_keep_their_interval);
  test_add_variant (suite, "a_flush_delivers_what_waits_at_once", a_flush_delivers_what_waits_at_once, 0);
  test_add_variant (suite, "a_flush_delivers_what_waits_at_once/in-a-call", a_flush_delivers_what_waits_at_once, 1);
  test_add_variant (suite, "the_end_of_a_delivery_waits_for_the_batch_of_a_flush",
                    the_end_of_a_delivery_waits_for_the_batch_of_a_flush, 0);
  test_add_variant (suite, "the_end_of_a_delivery_waits_for_the_batch_of_a_flush/begun",
                    the_end_of_a_delivery_waits_for_the_batch_of_a_flush, 1);
  test_add_variant (suite, "the_end_of_a_delivery_waits_for_the_batch_of_a_flush/cancel",
                    the_end_of_a_delivery_waits_for_the_batch_of_a_flush, 2);
  test_add_variant (suite, "the_end_of_a_delivery_waits_for_the_batch_of_a_flush/cancel-begun",
                    the_end_of_a_delivery_waits_for_the_batch_of_a_flush, 3);
  test_add_variant (suite, "a_hundred_thousand_items_are_delivered_in_small_steps",
                    a_hundred_thousand_items_are_delivered_in_small_steps, 0);
  test_add_variant (suite, "a_hundred_thousand_items_are_delivered_in_small_steps/left",
                    a_hundred_thousand_items_are_delivered_in_small_steps, 1);
  test_add_variant (suite, "a_close_lets_the_consumer_have_the_rest", a_close_lets_the_consumer_have_the_rest, 0);
  test_add_variant (suite, "a_close_lets_the_consumer_have_the_rest/error", a_close_lets_the_consumer_have_the_rest, 1);
  test_add_variant (suite, "a_close_lets_the_consumer_have_the_rest/receive", a_close_lets_the_consumer_have_the_rest,
                    2);
  test_add_variant (suite, "a_channel_that_nobody_refers_to_is_closed", a_channel_that_nobody_refers_to_is_closed, 0);
  test_add_variant (suite, "a_channel_that_nobody_refers_to_is_closed/delivered",
                    a_channel_that_nobody_refers_to_is_closed, 1);
  test_add_variant (suite, "edge_109_a_second_consumer_is_refused", edge_109_a_second_consumer_is_refused, 0);
  test_add_variant (suite, "edge_109_a_second_consumer_is_refused/receive", edge_109_a_second_consumer_is_refused, 1);
  test_add_variant (suite, "edge_109_a_second_consumer_that_is_gone_leaves_the_first_alone/scope",
                    edge_109_a_second_consumer_that_is_gone_leaves_the_first_alone, 0);
  test_add_variant (suite, "edge_109_a_second_consumer_that_is_gone_leaves_the_first_alone/stop",
                    edge_109_a_second_consumer_that_is_gone_leaves_the_first_alone, 1);
  test_add_variant (suite, "edge_109_who_leaves_early_rejects_the_rest", edge_109_who_leaves_early_rejects_the_rest, 0);
  test_add_variant (suite, "edge_109_who_leaves_early_rejects_the_rest/leave",
                    edge_109_who_leaves_early_rejects_the_rest, 1);
  test_add_variant (suite, "edge_109_who_leaves_early_rejects_the_rest/cancel",
                    edge_109_who_leaves_early_rejects_the_rest, 2);
  test_add_variant (suite, "edge_109_who_leaves_early_rejects_the_rest/receive",
                    edge_109_who_leaves_early_rejects_the_rest, 3);
  test_add_variant (suite, "the_stop_of_its_caller_ends_a_delivery", the_stop_of_its_caller_ends_a_delivery, 0);
  test_add_variant (suite, "the_stop_of_its_caller_ends_a_delivery/begun", the_stop_of_its_caller_ends_a_delivery, 1);
  test_add_variant (suite, "the_stop_of_its_caller_ends_a_delivery/deferred", the_stop_of_its_caller_ends_a_delivery,
                    2);
  test_add (suite, the_end_of_its_scope_ends_a_delivery);
  test_add (suite, a_full_channel_drops_the_oldest_or_merges);
  test_add_variant (suite, "nothing_overtakes_an_item_that_is_being_merged",
                    nothing_overtakes_an_item_that_is_being_merged, 0);
  test_add_variant (suite, "nothing_overtakes_an_item_that_is_being_merged/left",
                    nothing_overtakes_an_item_that_is_being_merged, 1);
  test_add_variant (suite, "nothing_overtakes_an_item_that_is_being_merged/left-alone",
                    nothing_overtakes_an_item_that_is_being_merged, 2);
  test_add (suite, a_full_channel_refuses_who_may_not_block);
  test_add_variant (suite, "law_7_a_consumer_does_not_wait_for_itself", law_7_a_consumer_does_not_wait_for_itself, 0);
  test_add_variant (suite, "law_7_a_consumer_does_not_wait_for_itself/receive",
                    law_7_a_consumer_does_not_wait_for_itself, 1);
  test_add_variant (suite, "a_sender_that_waits_is_told_of_each_end/close", a_sender_that_waits_is_told_of_each_end, 0);
  test_add_variant (suite, "a_sender_that_waits_is_told_of_each_end/leave", a_sender_that_waits_is_told_of_each_end, 1);
  test_add_variant (suite, "a_sender_that_waits_is_told_of_each_end/delivery", a_sender_that_waits_is_told_of_each_end,
                    2);
  test_add_variant (suite, "a_sender_that_waits_is_told_of_each_end/own-call", a_sender_that_waits_is_told_of_each_end,
                    3);
  test_add_variant (suite, "law_7_a_full_channel_is_part_of_a_circle/wait", law_7_a_full_channel_is_part_of_a_circle,
                    0);
  test_add_variant (suite, "law_7_a_full_channel_is_part_of_a_circle/send", law_7_a_full_channel_is_part_of_a_circle,
                    1);
  test_add_variant (suite, "law_7_a_full_channel_is_part_of_a_circle/consumer",
                    law_7_a_full_channel_is_part_of_a_circle, 2);
  test_add_variant (suite, "law_7_a_full_channel_is_part_of_a_circle/receive", law_7_a_full_channel_is_part_of_a_circle,
                    3);
  test_add_variant (suite, "a_thread_receives_items_one_by_one", a_thread_receives_items_one_by_one, 0);
  test_add_variant (suite, "a_thread_receives_items_one_by_one/left", a_thread_receives_items_one_by_one, 1);
  test_add_variant (suite, "a_thread_receives_items_one_by_one/cancelled", a_thread_receives_items_one_by_one, 2);
  test_add (suite, who_may_not_block_only_looks_for_an_item);
  for (int i = 0; i < 10; i++)
    {
      char name[100];
      snprintf (name, sizeof name, "each_item_of_many_threads_comes_or_is_destroyed_once/%s", each[i]);
      test_add_variant (suite, name, each_item_of_many_threads_comes_or_is_destroyed_once, i);
    }
  return test_main (suite, argc, argv);
}
