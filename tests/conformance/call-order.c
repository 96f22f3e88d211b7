/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-order.h"

void
call_order_submit (CallOrder *order, int number)
{
  Recorder *recorder = &order->recorders[number];
  recorder->journal = &order->journal;
  recorder->number = number;
  recorder->runs = &order->ran;
  subject_submit (order->subject, (unsigned) number % 3, recorder);
}

void
call_order_init (CallOrder *order, Subject *subject)
{
  *order = (CallOrder) { .subject = subject };
  journal_init (&order->journal);
  counter_init (&order->ran);
}

void
call_order_clear (CallOrder *order)
{
  journal_clear (&order->journal);
  counter_clear (&order->ran);
}
