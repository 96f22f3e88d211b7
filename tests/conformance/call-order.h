/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Up to eight calls, and a journal of the order in which they run. */
#ifndef LODGER_TEST_CALL_ORDER_H
#define LODGER_TEST_CALL_ORDER_H

#include "conformance.h"

typedef struct CallOrder
{
  Subject *subject;
  Journal journal;
  Recorder recorders[8];
  Counter ran;
} CallOrder;

void call_order_init (CallOrder *order, Subject *subject);
void call_order_clear (CallOrder *order);
/* Submits a call that adds `number` to the journal. The way of submitting changes with the number. */
void call_order_submit (CallOrder *order, int number);

#endif
