/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channels: their one consumer, and what happens when it leaves. */
#include "conformance.h"

enum
{
  ITEMS = 6,
  BATCH = 2
};

/* How a consumer leaves early. */
typedef enum Way
{
  LEAVES,
  IS_CANCELLED,
  WAYS
} Way;

typedef struct Fixture
{
  Subject subject;
  LodgerCaller *worker;
  LodgerChannel *channel;
  Counter ends; /* of items */
  Recorder items[ITEMS];
} Fixture;

static void
fixture_open (Fixture *fixture, int kind)
{
  counter_init (&fixture->ends);
  for (int i = 0; i < ITEMS; i++)
    fixture->items[i] = (Recorder) { .ends = &fixture->ends, .number = i };
  subject_open (&fixture->subject, kind, false);
  fixture->worker = lodger_caller_open_child (fixture->subject.caller, NULL, NULL);
  fixture->channel = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = recorder_destroy, .batch = BATCH));
}

static void
fixture_close (Fixture *fixture)
{
  lodger_channel_unref (fixture->channel);
  lodger_caller_unref (fixture->worker);
  subject_close (&fixture->subject);
  for (int i = 0; i < ITEMS; i++)
    ck_assert_int_le (fixture->items[i].destroyed, 1);
  counter_clear (&fixture->ends);
}

static int
send_item (Fixture *fixture, int number)
{
  return lodger_channel_send (fixture->channel, &fixture->items[number]);
}

static int
run_in (Fixture *fixture, LodgerCaller *caller, LodgerCallFunc func, void *data)
{
  return subject_outcome (&fixture->subject, lodger_caller_call_soon (caller, func, data, NULL));
}

/* ---- consumers --------------------------------------------------------------------------------------------------- */

/* It gets batches in the loop's thread. */
typedef struct Consumer
{
  Fixture *fixture;
  Journal journal; /* the numbers of its items */
  Recorder data;
  LodgerPending *shown;
  Way way; /* how it leaves after its first batch, if it is to do so */
  bool is_early;
} Consumer;

static void
show (LodgerPending *self, void **items, size_t count, void *data)
{
  Consumer *consumer = data;
  (void) self;
  test_check (test_thread_id () == consumer->fixture->subject.thread_id);
  for (size_t i = 0; i < count; i++)
    journal_add (&consumer->journal, ((const Recorder *) items[i])->number);
  if (consumer->is_early && consumer->way == LEAVES)
    lodger_channel_leave (consumer->fixture->channel);
  else if (consumer->is_early)
    lodger_pending_cancel (consumer->shown, NULL);
}

static void
consumer_destroy (void *data)
{
  recorder_destroy (&((Consumer *) data)->data);
}

static void
consumer_open (Consumer *consumer, Fixture *fixture)
{
  *consumer = (Consumer) { .fixture = fixture };
  journal_init (&consumer->journal);
}

static void
consumer_start (Consumer *consumer)
{
  const Fixture *fixture = consumer->fixture;
  consumer->shown
      = lodger_channel_deliver (fixture->channel, fixture->subject.caller, show, consumer, consumer_destroy);
}

static void
consumer_close (Consumer *consumer)
{
  lodger_pending_unref (consumer->shown);
  journal_clear (&consumer->journal);
}

/* It is refused, for this reason or any. */
static void
expect_refused (Fixture *fixture, int code)
{
  Consumer second;
  consumer_open (&second, fixture);
  consumer_start (&second);
  subject_await (&fixture->subject, second.shown);
  ck_assert_int_ne (lodger_pending_get_outcome (second.shown), 0);
  if (code != 0)
    ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (second.shown)), code);
  ck_assert_int_eq (second.data.destroyed, 1);
  ck_assert_uint_eq (journal_count (&second.journal), 0);
  consumer_close (&second);
}

/* A thread that takes items one by one. */
typedef struct Receiver
{
  LodgerChannel *channel;
  int code, number; /* of the item that it has received; -1: it has none */
  bool is_early;
} Receiver;

static void
receive_one (LodgerPending *self, void *data)
{
  Receiver *receiver = data;
  void *item = NULL;
  (void) self;
  receiver->code = lodger_channel_receive (receiver->channel, LODGER_FOREVER, &item);
  receiver->number = item != NULL ? ((const Recorder *) item)->number : -1;
  if (item != NULL)
    recorder_destroy (item);
  if (receiver->is_early)
    lodger_channel_leave (receiver->channel);
}

/* ---- 109: a second consumer, and an early end -------------------------------------------------------------------- */

START_TEST (edge_109_a_second_consumer_of_a_delivery_gets_nothing)
{
  Fixture fixture;
  Consumer first;
  Receiver receiver;
  fixture_open (&fixture, _i);
  consumer_open (&first, &fixture);
  receiver = (Receiver) { .channel = fixture.channel };
  consumer_start (&first);
  expect_code (send_item (&fixture, 0), 0);
  log_capture_begin ();
  expect_refused (&fixture, LODGER_EALREADY);
  ck_assert (log_capture_has ("lodger_channel_deliver: the channel has a consumer"));
  expect_code (run_in (&fixture, fixture.worker, receive_one, &receiver), 0);
  expect_code (receiver.code, LODGER_EALREADY);
  ck_assert_int_eq (receiver.number, -1);
  log_capture_end ();
  expect_code (send_item (&fixture, 1), 0);
  lodger_channel_close (fixture.channel, NULL);
  subject_run_until_done (&fixture.subject, first.shown);
  expect_code (lodger_pending_get_outcome (first.shown), 0);
  journal_expect (&first.journal, 0, 1);
  consumer_close (&first);
  fixture_close (&fixture);
}
END_TEST

START_TEST (edge_109_a_second_consumer_of_a_receiver_gets_nothing)
{
  Fixture fixture;
  Receiver first, second;
  LodgerCaller *other;
  fixture_open (&fixture, _i);
  first = second = (Receiver) { .channel = fixture.channel };
  other = lodger_caller_open_child (fixture.subject.caller, NULL, NULL);
  for (int i = 0; i < 2; i++)
    expect_code (send_item (&fixture, i), 0);
  expect_code (run_in (&fixture, fixture.worker, receive_one, &first), 0);
  expect_code (first.code, 0);
  ck_assert_int_eq (first.number, 0);
  log_capture_begin ();
  expect_refused (&fixture, LODGER_EALREADY);
  expect_code (run_in (&fixture, other, receive_one, &second), 0);
  expect_code (second.code, LODGER_EALREADY);
  ck_assert_int_eq (second.number, -1);
  log_capture_end ();
  expect_code (run_in (&fixture, fixture.worker, receive_one, &first), 0);
  expect_code (first.code, 0);
  ck_assert_int_eq (first.number, 1);
  lodger_caller_unref (other);
  fixture_close (&fixture);
}
END_TEST

static void
send_all_but_one (void *data)
{
  Fixture *fixture = data;
  for (int i = 0; i < ITEMS - 1; i++)
    test_check (send_item (fixture, i) == 0);
}

START_TEST (edge_109_a_delivery_that_leaves_early_rejects_the_rest)
{
  for (Way way = LEAVES; way < WAYS; way++)
    {
      Fixture fixture;
      Consumer consumer;
      fixture_open (&fixture, _i);
      consumer_open (&consumer, &fixture);
      consumer.way = way;
      consumer.is_early = true;
      consumer_start (&consumer);
      subject_run_inside (&fixture.subject, send_all_but_one, &fixture);
      subject_run_until_done (&fixture.subject, consumer.shown);
      expect_code (lodger_pending_get_outcome (consumer.shown), LODGER_ECANCELED);
      journal_expect (&consumer.journal, 0, 1);
      subject_run_until (&fixture.subject, &fixture.ends, ITEMS - 1);
      for (int i = 0; i < ITEMS - 1; i++)
        ck_assert_int_eq (fixture.items[i].destroyed_in, fixture.subject.thread_id);
      subject_settle (&fixture.subject);
      ck_assert_int_eq (consumer.data.destroyed, 1);
      expect_code (send_item (&fixture, ITEMS - 1), LODGER_ECANCELED);
      ck_assert_int_eq (counter_get (&fixture.ends), ITEMS);
      log_capture_begin ();
      expect_refused (&fixture, 0);
      log_capture_end ();
      journal_expect (&consumer.journal, 0, 1);
      consumer_close (&consumer);
      fixture_close (&fixture);
    }
}
END_TEST

START_TEST (edge_109_a_receiver_that_leaves_early_rejects_the_rest)
{
  Fixture fixture;
  Receiver receiver;
  fixture_open (&fixture, _i);
  receiver = (Receiver) { .channel = fixture.channel, .is_early = true };
  subject_run_inside (&fixture.subject, send_all_but_one, &fixture);
  expect_code (run_in (&fixture, fixture.worker, receive_one, &receiver), 0);
  expect_code (receiver.code, 0);
  ck_assert_int_eq (receiver.number, 0);
  ck_assert_int_eq (counter_get (&fixture.ends), ITEMS - 1);
  expect_code (send_item (&fixture, ITEMS - 1), LODGER_ECANCELED);
  ck_assert_int_eq (counter_get (&fixture.ends), ITEMS);
  expect_code (run_in (&fixture, fixture.worker, receive_one, &receiver), 0);
  expect_code (receiver.code, LODGER_ECANCELED);
  ck_assert_int_eq (receiver.number, -1);
  log_capture_begin ();
  expect_refused (&fixture, 0);
  log_capture_end ();
  fixture_close (&fixture);
}
END_TEST

void
add_edge_channels (Suite *suite)
{
  add_edge (suite, edge_109_a_second_consumer_of_a_delivery_gets_nothing, 0, 0);
  add_edge (suite, edge_109_a_second_consumer_of_a_receiver_gets_nothing, 0, 0);
  add_edge (suite, edge_109_a_delivery_that_leaves_early_rejects_the_rest, 0, 0);
  add_edge (suite, edge_109_a_receiver_that_leaves_early_rejects_the_rest, 0, 0);
}
