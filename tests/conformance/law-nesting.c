/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 2 in nested loops, edge_73: an interrupted turn goes on in the loop of the dialog, and no call is entered twice. */
#include "call-order.h"

static void
nest_until (Subject *subject, Journal *journal, size_t count)
{
  int64_t until = test_now () + test_limit_ns ();
  while (journal_count (journal) < count)
    {
      subject->kind->nest (subject);
      if (test_now () > until)
        test_fail ("a nested loop hangs: %zu of %zu calls came", journal_count (journal), count);
    }
}

/* A dialog in a call runs a nested loop. The loop runs the rest of the turn, which is not posted again. Then it runs a call
 * of the dialog, and then a call of another thread. */
static void *
submit_last (void *data)
{
  call_order_submit (data, 7);
  return NULL;
}

static void
open_dialog (LodgerPending *self, void *data)
{
  CallOrder *order = data;
  (void) self;
  journal_add (&order->journal, 1);
  nest_until (order->subject, &order->journal, 4);
  call_order_submit (order, 5);
  call_order_submit (order, 6);
  nest_until (order->subject, &order->journal, 6);
  thread_join (thread_start (submit_last, order));
  nest_until (order->subject, &order->journal, 7);
  journal_add (&order->journal, 100);
  counter_add (&order->ran, 1);
}

static void
submit_dialog (void *data)
{
  CallOrder *order = data;
  lodger_pending_unref (lodger_caller_call_soon (order->subject->caller, open_dialog, order, NULL));
  call_order_submit (order, 2);
  call_order_submit (order, 3);
  call_order_submit (order, 4);
}

START_TEST (nested_loop_goes_on_with_the_interrupted_turn)
{
  Subject subject;
  CallOrder order;
  call_order_init (&order, &subject);
  subject_open (&subject, _i, true);
  /* Submitted outside of any call: when the turn begins, nothing else is posted to the loop. */
  if (subject_is (&subject, SUBJECT_DRIVEN))
    subject_run_inside (&subject, submit_dialog, &order);
  else
    submit_dialog (&order);
  subject_run_until (&subject, &order.ran, 7);
  journal_expect (&order.journal, 1, 2, 3, 4, 5, 6, 7, 100);
  for (int i = 2; i <= 7; i++)
    recorder_expect (&order.recorders[i], 1, 1);
  subject_close (&subject);
  call_order_clear (&order);
}
END_TEST

/* Dialogs that open dialogs: no call is entered twice. */
typedef struct Tower
{
  Subject *subject;
  Journal journal;
  Counter left;
  int height;
} Tower;

static void
open_tower (LodgerPending *self, void *data)
{
  Tower *tower = data;
  int floor = ++tower->height;
  (void) self;
  journal_add (&tower->journal, floor);
  if (floor < 5)
    {
      lodger_pending_unref (lodger_caller_call_soon (tower->subject->caller, open_tower, tower, NULL));
      nest_until (tower->subject, &tower->journal, (size_t) floor + 1);
      while (tower->height > floor)
        tower->subject->kind->nest (tower->subject);
    }
  tower->height--;
  journal_add (&tower->journal, -floor);
  counter_add (&tower->left, 1);
}

START_TEST (nested_loops_nest)
{
  Subject subject;
  Tower tower = { .subject = &subject };
  journal_init (&tower.journal);
  counter_init (&tower.left);
  subject_open (&subject, _i, false);
  lodger_pending_unref (lodger_caller_call_soon (subject.caller, open_tower, &tower, NULL));
  subject_run_until (&subject, &tower.left, 5);
  journal_expect (&tower.journal, 1, 2, 3, 4, 5, -5, -4, -3, -2, -1);
  subject_close (&subject);
  journal_clear (&tower.journal);
  counter_clear (&tower.left);
}
END_TEST

void
add_law_nesting (Suite *suite)
{
  add_law (suite, nested_loop_goes_on_with_the_interrupted_turn, SUBJECT_NESTS, 0);
  add_law (suite, nested_loops_nest, SUBJECT_NESTS, 0);
}
