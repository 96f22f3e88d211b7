/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/spin.h"

#include "base/port.h"
#include "life/life.h"
#include "loop/turn.h"
#include "mailbox/post.h"

enum
{
  SPIN_NS = 20000,
  SPIN_REWARD = 4,
  SPIN_RETRY = -64,
  LINGER_NS = 20000,
  LINGER = 64, /* looks at the clock at most: it may stand still */
  ASKS = 64
};

/* A worker with nothing to do looks for more for a moment before it sleeps: waking a sleeping processor costs more than
 * that. While it looks, the claimed signal keeps submitters from waking it; after it has been given up, one more look
 * finds what they left. It earns credit by finding something, and with none left it hardly tries.
 *
 * Nobody can give it anything from the processor that it keeps busy. One that may run nowhere else lets the others run
 * instead, once: whoever gave it the last call has been told of its end, and may give it the next one without a
 * wake-up. If that takes long, the processor belongs to somebody else, and the credit is lost. One that may run
 * elsewhere does not do that: while it counts as searching nobody else is woken, and another processor may be free. */
static bool
has_one_processor (LodgerTurn *turn)
{
  if (turn->spin.tries++ % ASKS == 0)
    turn->spin.has_one_processor = lodger__port_has_one_processor ();
  return turn->spin.has_one_processor;
}

bool
lodger__spin_may (LodgerCaller *caller)
{
  LodgerTurn *turn = &caller->turn;
  return lodger__is_driven (caller) && turn->depth == 1 && (turn->spin.credit > 0 || --turn->spin.credit <= SPIN_RETRY);
}

static bool
finds (LodgerCaller *caller)
{
  const LodgerCrew *crew = lodger__crew (caller);
  return lodger__mailbox_is_ready (caller) || (crew != NULL && crew->has_calls (caller));
}

static bool
look_around (LodgerCaller *caller)
{
  LodgerTurn *turn = &caller->turn;
  int64_t end = lodger__port_now () + SPIN_NS;
  bool found = false;
  if (has_one_processor (turn))
    {
      lodger__port_yield ();
      if (lodger__port_now () < end)
        return finds (caller);
      turn->spin.credit = 0;
      return false;
    }
  do
    for (int i = 0; i < 16 && !found; i++)
      {
        lodger__port_relax ();
        found = finds (caller);
      }
  while (!found && lodger__port_now () < end);
  return found;
}

void
lodger__spin (LodgerCaller *caller)
{
  LodgerTurn *turn = &caller->turn;
  bool found;
  if (!lodger__inbox_claim (lodger__inbox (caller)))
    return;
  found = look_around (caller);
  lodger__inbox_look (lodger__inbox (caller));
  if (found)
    turn->spin.credit = turn->spin.credit < 0 ? SPIN_REWARD : turn->spin.credit + SPIN_REWARD;
  else
    turn->spin.credit = turn->spin.credit > 0 ? turn->spin.credit - 1 : 0;
  if (turn->spin.credit > LODGER_SPIN_CREDIT)
    turn->spin.credit = LODGER_SPIN_CREDIT;
}

/* In a flood an owner that is faster than those who give takes each item as it comes: then each waits for the line of
 * memory that the other has just written, and the owner goes to sleep for every few items. It waits for a moment instead,
 * without looking, and finds so many that it stays behind those who give. Only many items earn that wait. */
void
lodger__linger (LodgerCaller *caller)
{
  LodgerInbox *inbox = lodger__inbox (caller);
  const bool claimed = lodger__inbox_claim (inbox);
  const int64_t end = lodger__port_now () + LINGER_NS;
  for (int look = 0; look < LINGER && lodger__port_now () < end; look++)
    for (int i = 0; i < 16; i++)
      lodger__port_relax ();
  if (claimed)
    lodger__inbox_look (inbox);
}
