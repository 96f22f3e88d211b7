/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mailbox/inbox.h"

#include "base/barrier.h"
#include "base/port.h"
#include "base/slab.h"
#include "mailbox/item.h"

/* An intrusive queue with many producers and one consumer. A producer appends with one change of `tail`, which fixes
 * the item's place, and then links it from its predecessor. Between the two steps the queue has a gap: items behind it
 * cannot be seen yet. Neither a producer nor the owner ever waits for another thread, and the owner takes items oldest
 * first without turning a stack round, whose cost would grow with the burst.
 *
 * What publishes what: the link (`prev->next = item`, a release) publishes the item and all that its producer wrote
 * before; the owner reads links and thereby acquires it.
 *
 * Why no wake-up is lost: the owner sets `signal` to IDLE, takes out what it sees, and at last (`is_ready`) reads `tail`
 * before it sleeps. A producer changes `tail` and then reads `signal`. These four are sequentially consistent. A producer
 * whose change comes after the owner's read of `tail` therefore reads IDLE, and wakes, or it reads POSTED, which
 * somebody set after that IDLE and thereby promised that the owner looks again after it. A producer whose change came
 * before is seen in `tail`, and its link is either there, or it is not: a gap.
 *
 * The owner must not sleep over a gap whose producer has read `signal` before it was IDLE, and whose link is on its way. It
 * looks for the link for a moment, and then has all other threads of the process pass a barrier. What they wrote before
 * the barrier can be read after it, and what they read after it is new: either the link is there now, or the producer
 * has still to read `signal`, and finds IDLE. So the link needs no locked operation of its own. On a system without
 * such a barrier the link is sequentially consistent, as `signal` is: then a link that was missed has its producer
 * read `signal` after the owner's IDLE.
 *
 * The end: `tail` becomes `end`, and no producer changes it any more. So each item is either before the end, and belongs to
 * whoever closes the inbox, or is refused, and stays its producer's; which of the two, that one change decides. Whoever
 * closes it sets `signal` to CLOSED before, and waits where it meets a gap, after the same barrier: the producer in that
 * gap reads CLOSED after it, and knows that it has to wake.
 *
 * Taken where it is: the last item has no successor yet, so that the owner cannot take it out without putting the anchor
 * behind it. That is a locked operation, and another one for the next producer's line of `tail`. An item whose contents
 * the owner copies may stay instead, as the predecessor of the next one. It is freed when the owner goes on from it: its
 * link is there then, and no producer touches it any more. It does not stay while the anchor is behind it: so the queue
 * has one hollow item at most. */

enum
{
  PAUSES = 32
};

static bool
is_hollow (const LodgerInbox *inbox, const LodgerItem *item)
{
  return item == inbox->hollow;
}

static LodgerItem *
next_of (const LodgerItem *item)
{
  return atomic_load_explicit (&item->next, memory_order_seq_cst);
}

void
lodger__inbox_init (LodgerInbox *inbox)
{
  atomic_init (&inbox->anchor.next, NULL);
  atomic_init (&inbox->end.next, NULL);
  inbox->anchor.ops = inbox->end.ops = NULL;
  inbox->head = &inbox->anchor;
  inbox->hollow = &inbox->anchor;
  inbox->has_anchor = true;
  lodger__barrier_prepare ();
  atomic_init (&inbox->tail, &inbox->anchor);
  atomic_init (&inbox->signal, LODGER_INBOX_IDLE);
}

/* Whatever has become of the item that was read as `tail`: if `tail` is that address again, its item is the last one, and
 * stays until it is linked. Whoever is refused acquires what was done before the end. */
static inline bool
append (LodgerInbox *inbox, LodgerItem *item)
{
  LodgerItem *prev = atomic_load_explicit (&inbox->tail, memory_order_acquire);
  atomic_store_explicit (&item->next, NULL, memory_order_relaxed);
  do
    if (prev == &inbox->end)
      return false;
  while (
      !atomic_compare_exchange_weak_explicit (&inbox->tail, &prev, item, memory_order_seq_cst, memory_order_acquire));
  if (lodger__barrier_is_there ())
    atomic_store_explicit (&prev->next, item, memory_order_release);
  else
    atomic_store_explicit (&prev->next, item, memory_order_seq_cst);
  return true;
}

LodgerPush
lodger__inbox_push (LodgerInbox *inbox, LodgerItem *item)
{
  int signal;
  if (!append (inbox, item))
    return LODGER_PUSH_CLOSED;
  signal = atomic_load_explicit (&inbox->signal, memory_order_seq_cst);
  if (signal == LODGER_INBOX_IDLE && atomic_compare_exchange_strong (&inbox->signal, &signal, LODGER_INBOX_POSTED))
    return LODGER_PUSH_WAKE;
  return signal == LODGER_INBOX_CLOSED ? LODGER_PUSH_LAST : LODGER_PUSH_QUIET;
}

bool
lodger__inbox_claim (LodgerInbox *inbox)
{
  int signal = atomic_load_explicit (&inbox->signal, memory_order_seq_cst);
  return signal == LODGER_INBOX_IDLE && atomic_compare_exchange_strong (&inbox->signal, &signal, LODGER_INBOX_POSTED);
}

void
lodger__inbox_look (LodgerInbox *inbox)
{
  atomic_exchange_explicit (&inbox->signal, LODGER_INBOX_IDLE, memory_order_seq_cst);
}

/* The owner goes on to the item behind what is hollow; false: there is none to be seen. */
static bool
skip_hollow (LodgerInbox *inbox)
{
  LodgerItem *head = inbox->head, *next;
  if (!is_hollow (inbox, head))
    return true;
  next = next_of (head);
  if (next == NULL)
    return false;
  inbox->head = next;
  inbox->hollow = &inbox->anchor;
  if (head != &inbox->anchor)
    lodger__slab_free (head->ops->slab_class, head);
  else
    inbox->has_anchor = false;
  return true;
}

static bool
append_anchor (LodgerInbox *inbox)
{
  inbox->has_anchor = append (inbox, &inbox->anchor);
  return inbox->has_anchor;
}

static LodgerItem *
take_out (LodgerInbox *inbox, LodgerItem *next)
{
  LodgerItem *head = inbox->head;
  if (next == NULL
      && (atomic_load_explicit (&inbox->tail, memory_order_acquire) != head || !append_anchor (inbox)
          || (next = next_of (head)) == NULL))
    return NULL;
  inbox->head = next;
  return head;
}

LodgerItem *
lodger__inbox_pop (LodgerInbox *inbox)
{
  return skip_hollow (inbox) ? take_out (inbox, next_of (inbox->head)) : NULL;
}

LodgerItem *
lodger__inbox_take_last (LodgerInbox *inbox, bool *ret_stays)
{
  LodgerItem *next;
  if (!skip_hollow (inbox))
    return NULL;
  next = next_of (inbox->head);
  if (next != NULL || inbox->has_anchor || inbox->head == &inbox->end || !inbox->head->ops->may_stay)
    return take_out (inbox, next);
  inbox->hollow = inbox->head;
  *ret_stays = true;
  return inbox->head;
}

/* Whether the item's link can be read. If not, its producer is sure to read `signal` later. Without the barrier that was
 * there the owner can only wait for it. */
static bool
has_link (const LodgerItem *item)
{
  for (unsigned i = 0; i < PAUSES; i++)
    {
      if (next_of (item) != NULL)
        return true;
      lodger__port_relax ();
    }
  if (lodger__barrier_is_there () && !lodger__barrier_pass ())
    while (next_of (item) == NULL)
      lodger__port_yield ();
  return next_of (item) != NULL;
}

bool
lodger__inbox_is_ready (const LodgerInbox *inbox)
{
  const LodgerItem *head = inbox->head;
  const LodgerItem *next = next_of (head);
  if (is_hollow (inbox, head))
    {
      if (next == NULL && (atomic_load_explicit (&inbox->tail, memory_order_seq_cst) == head || !has_link (head)))
        return false;
      head = next_of (head);
      next = next_of (head);
    }
  return head != &inbox->end
         && (next != NULL || atomic_load_explicit (&inbox->tail, memory_order_seq_cst) == head || has_link (head));
}

/* Whoever has taken the last item out has appended the anchor. */
bool
lodger__inbox_seems_ready (const LodgerInbox *inbox)
{
  const LodgerItem *last = atomic_load_explicit (&inbox->tail, memory_order_relaxed);
  return last != &inbox->anchor && last != &inbox->end;
}

/* The anchor may be the last one while items wait before it: a pop has appended it and then met a gap. */
const LodgerItem *
lodger__inbox_mark (const LodgerInbox *inbox)
{
  const LodgerItem *last = atomic_load_explicit (&inbox->tail, memory_order_acquire);
  return is_hollow (inbox, last) && inbox->head == last ? NULL : last;
}

bool
lodger__inbox_passed (const LodgerInbox *inbox, const LodgerItem *mark)
{
  return mark == &inbox->anchor && inbox->head == mark;
}

void
lodger__inbox_close (LodgerInbox *inbox)
{
  LodgerItem *prev;
  atomic_exchange_explicit (&inbox->signal, LODGER_INBOX_CLOSED, memory_order_seq_cst);
  prev = atomic_exchange_explicit (&inbox->tail, &inbox->end, memory_order_acq_rel);
  atomic_store_explicit (&prev->next, &inbox->end, memory_order_seq_cst);
}

/* What is hollow may be the last one before the end. */
bool
lodger__inbox_is_empty (const LodgerInbox *inbox)
{
  const LodgerItem *head = inbox->head;
  if (is_hollow (inbox, head))
    head = next_of (head);
  return head == &inbox->end;
}

void
lodger__inbox_clear (LodgerInbox *inbox)
{
  LodgerItem *head = inbox->head;
  if (is_hollow (inbox, head) && head != &inbox->anchor)
    lodger__slab_free (head->ops->slab_class, head);
}
