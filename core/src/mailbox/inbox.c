/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mailbox/inbox.h"

/* An intrusive queue with many producers and one consumer. A producer appends with one change of `tail`, which fixes
 * the item's place, and then links it from its predecessor. Between the two steps the queue has a gap: items behind it
 * cannot be seen yet. Neither a producer nor the owner ever waits for another thread, and the owner takes items oldest
 * first without turning a stack round, whose cost would grow with the burst.
 *
 * What publishes what: the link (`prev->next = item`) publishes the item and all that its producer wrote before; the
 * owner reads links and thereby acquires it.
 *
 * Why no wake-up is lost: the owner sets `signal` to IDLE and then reads links; a producer writes its link and then
 * reads `signal`. All four are sequentially consistent, so they have one order. If the owner's read of the link came
 * before the producer's write (the item was missed), the owner's IDLE came before it too, and the producer's read of
 * `signal` after: it finds IDLE, and wakes, or finds POSTED, which somebody set after that IDLE and thereby promised
 * that the owner looks again after it. Weaken the link's store to a release, and the processor may read `signal` before
 * the link is visible: both sides then miss each other.
 *
 * A gap is the same case: the producer that is in it has its link still to write and `signal` still to read.
 *
 * The end: `tail` becomes `end`, and no producer changes it any more. So each item is either before the end, and belongs to
 * whoever closes the inbox, or is refused, and stays its producer's; which of the two, that one change decides. Whoever
 * closes it sets `signal` to CLOSED before, and waits where it meets a gap. By the order above, the producer in that gap
 * reads CLOSED after its link, and knows that it has to wake. */

void
lodger__inbox_init (LodgerInbox *inbox)
{
  atomic_init (&inbox->anchor.next, NULL);
  atomic_init (&inbox->end.next, NULL);
  inbox->anchor.ops = inbox->end.ops = NULL;
  inbox->head = &inbox->anchor;
  atomic_init (&inbox->tail, &inbox->anchor);
  atomic_init (&inbox->signal, LODGER_INBOX_IDLE);
}

/* Whatever has become of the item that was read as `tail`: if `tail` is that address again, its item is the last one, and
 * stays until it is linked. Whoever is refused acquires what was done before the end. */
static bool
append (LodgerInbox *inbox, LodgerItem *item)
{
  LodgerItem *prev = atomic_load_explicit (&inbox->tail, memory_order_acquire);
  atomic_store_explicit (&item->next, NULL, memory_order_relaxed);
  do
    if (prev == &inbox->end)
      return false;
  while (
      !atomic_compare_exchange_weak_explicit (&inbox->tail, &prev, item, memory_order_acq_rel, memory_order_acquire));
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

LodgerItem *
lodger__inbox_pop (LodgerInbox *inbox)
{
  LodgerItem *head = inbox->head;
  LodgerItem *next = atomic_load_explicit (&head->next, memory_order_seq_cst);
  if (head == &inbox->anchor)
    {
      if (next == NULL)
        return NULL;
      inbox->head = head = next;
      next = atomic_load_explicit (&head->next, memory_order_seq_cst);
    }
  if (next == NULL)
    {
      if (atomic_load_explicit (&inbox->tail, memory_order_acquire) != head || !append (inbox, &inbox->anchor))
        return NULL;
      next = atomic_load_explicit (&head->next, memory_order_seq_cst);
      if (next == NULL)
        return NULL;
    }
  inbox->head = next;
  return head;
}

bool
lodger__inbox_is_ready (const LodgerInbox *inbox)
{
  LodgerItem *head = inbox->head;
  if (head == &inbox->anchor)
    head = atomic_load_explicit (&head->next, memory_order_seq_cst);
  return head != NULL
         && (atomic_load_explicit (&head->next, memory_order_seq_cst) != NULL
             || atomic_load_explicit (&inbox->tail, memory_order_acquire) == head);
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
  return last == &inbox->anchor && inbox->head == last ? NULL : last;
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

/* The anchor may be the last one before the end. */
bool
lodger__inbox_is_empty (const LodgerInbox *inbox)
{
  const LodgerItem *head = inbox->head;
  if (head == &inbox->anchor)
    head = atomic_load_explicit (&head->next, memory_order_seq_cst);
  return head == &inbox->end;
}
