/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "turn.h"

void
turn_submit (Turn *turn, int number)
{
  Witness *witness = &turn->witnesses[number];
  witness->journal = &turn->journal;
  witness->number = number;
  witness->runs = &turn->ran;
  subject_submit (turn->subject, (unsigned) number % 3, witness);
}

void
turn_init (Turn *turn, Subject *subject)
{
  *turn = (Turn) { .subject = subject };
  journal_init (&turn->journal);
  counter_init (&turn->ran);
}

void
turn_clear (Turn *turn)
{
  journal_clear (&turn->journal);
  counter_clear (&turn->ran);
}
