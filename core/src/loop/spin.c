/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/spin.h"

#include "life/life.h"
#include "loop/turn.h"
#include "mailbox/post.h"

enum
{
  SPIN_NS = 20000,
  SPIN_REWARD = 4,
  SPIN_RETRY = -64
};

/* A worker with nothing to do looks for more for a moment before it sleeps: waking a sleeping processor costs more than
 * that. While it looks, the claimed signal keeps submitters from waking it; after it has been given up, one more look
 * finds what they left. It earns credit by finding something, and with none left it hardly tries. */
bool
lodger__spin_may (LodgerCaller *caller)
{
  LodgerTurn *turn = &caller->turn;
  return lodger__is_driven (caller) && turn->depth == 1 && (turn->spin_credit > 0 || --turn->spin_credit <= SPIN_RETRY);
}

static bool
finds (LodgerCaller *caller)
{
  const LodgerCrew *crew = lodger__crew (caller);
  return lodger__mailbox_is_ready (caller) || (crew != NULL && crew->has_calls (caller));
}

void
lodger__spin (LodgerCaller *caller)
{
  LodgerTurn *turn = &caller->turn;
  int64_t end;
  bool found = false;
  if (!lodger__inbox_claim (lodger__inbox (caller)))
    return;
  end = lodger__port_now () + SPIN_NS;
  do
    for (int i = 0; i < 16 && !found; i++)
      {
        lodger__port_relax ();
        found = finds (caller);
      }
  while (!found && lodger__port_now () < end);
  lodger__inbox_look (lodger__inbox (caller));
  if (found)
    turn->spin_credit = turn->spin_credit < 0 ? SPIN_REWARD : turn->spin_credit + SPIN_REWARD;
  else
    turn->spin_credit = turn->spin_credit > 0 ? turn->spin_credit - 1 : 0;
  if (turn->spin_credit > LODGER_SPIN_CREDIT)
    turn->spin_credit = LODGER_SPIN_CREDIT;
}
