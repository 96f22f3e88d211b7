/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Up to eight submissions whose order of running is written down. */
#ifndef LODGER_TEST_TURN_H
#define LODGER_TEST_TURN_H

#include "conformance.h"

typedef struct Turn
{
  Subject *subject;
  Journal journal;
  Witness witnesses[8];
  Counter ran;
} Turn;

void turn_init (Turn *turn, Subject *subject);
void turn_clear (Turn *turn);
/* Submits witness `number`, which writes that down; each third in the same way. */
void turn_submit (Turn *turn, int number);

#endif
