/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "arrange.h"

/* How much of the store is looked at in one step: some 2 ms. It takes longer to find out what is there twice. */
enum
{
  FILES_A_STEP = 65536,
  FILES_A_STEP_TWICE = 16384,
  PAUSE = 200 * 1000, /* µs at least from one order to the next while the store grows */
  PAUSE_FACTOR = 4    /* likewise: in what the last one took */
};

typedef struct Job
{
  LodgerCaller *caller;
  Order order;
  Filter *filter;
  SnapshotPart *part;
  ArrangerOwner owner;
} Job;

struct Arranger
{
  LodgerCaller *caller;
  LodgerSlot *slot;
  ArrangerEvents events;
  const Store *store;
  ArrangerOwner owner;
  Snapshot *snapshot; /* NULL: a new one is needed */
  Order order;
  Filter *filter;
  gboolean wanted, asked; /* something is; no work was given for it yet */
  gboolean busy, again;
  guint arranged;     /* files that the last order has seen */
  guint gone;         /* how many files had gone when the snapshot was begun */
  guint64 twins;      /* likewise: how many were there twice */
  gint64 begun, next; /* µs: the last order; when the next one is due while the store grows */
};

/* ---- in a worker ------------------------------------------------------------------------------------------------ */

static void
job_free (void *data)
{
  Job *job = data;
  filter_unref (job->filter);
  snapshot_part_free (job->part);
  if (job->owner.unref != NULL)
    job->owner.unref (job->owner.owner);
  g_free (job);
}

static gboolean
is_cancelled (void *call)
{
  return lodger_pending_is_cancelled (call);
}

static void
free_numbers (void *numbers)
{
  g_array_unref (numbers);
}

static void
work (LodgerPending *self, void *data)
{
  const Job *job = data;
  GArray *numbers = order_make (&job->order, job->filter, job->part, is_cancelled, self);
  if (numbers != NULL)
    (void) lodger_pending_return_pointer (self, numbers, free_numbers);
}

/* ---- in the caller's thread ------------------------------------------------------------------------------------- */

/* Bound to the scope of its work in the slot: it does not run when the work is not wanted any more. */
static void
on_worked (LodgerPending *self G_GNUC_UNUSED, LodgerPending *done, void *data)
{
  Arranger *arranger = data;
  gint64 now = g_get_monotonic_time ();
  void *numbers = NULL;
  arranger->busy = FALSE;
  arranger->next = now + MAX (PAUSE, PAUSE_FACTOR * (now - arranger->begun));
  if (lodger_pending_take_pointer (done, &numbers) == LODGER_OK)
    arranger->events.arranged (numbers, arranger->events.data);
  else
    arranger->asked = TRUE; /* there was no thread or no memory: the next step tries it again */
}

static void
give_work (Arranger *arranger)
{
  Job *job = g_new0 (Job, 1);
  LodgerPending *pending;
  job->order = arranger->order;
  job->filter = filter_ref (arranger->filter);
  job->part = snapshot_part_new (arranger->snapshot, arranger->store);
  job->owner = arranger->owner;
  if (job->owner.ref != NULL)
    job->owner.ref (job->owner.owner);
  arranger->asked = FALSE;
  arranger->busy = TRUE;
  arranger->arranged = snapshot_get_seen (arranger->snapshot);
  arranger->begun = g_get_monotonic_time ();
  /* A worker of its own: it does not wait for those that scan. What it had is given up in this thread, which the store
   * belongs to. */
  pending = lodger_caller_to_thread_full (
      arranger->caller, work, job, job_free,
      LODGER_CALL_OPTIONS (.name = "order", .worker = "order", .slot = arranger->slot, .data_home = arranger->caller));
  lodger_pending_disown (
      lodger_scope_then (lodger_slot_get_scope (arranger->slot), pending, arranger->caller, on_worked, arranger, NULL));
  lodger_pending_unref (pending);
}

static void
forget (Arranger *arranger)
{
  g_clear_pointer (&arranger->snapshot, snapshot_unref);
  arranger->arranged = 0;
}

static void
cancel (Arranger *arranger)
{
  lodger_slot_cancel (arranger->slot, NULL);
  arranger->busy = FALSE;
}

static guint
count_gone (const Arranger *arranger)
{
  return arranger->store->files->len - arranger->store->n_files;
}

static gboolean
needs_twice (const Arranger *arranger)
{
  return order_needs_twice (&arranger->order) || filter_needs_twice (arranger->filter);
}

/* Whether what the snapshot has of the files is not so any more. */
static gboolean
is_outdated (const Arranger *arranger)
{
  return arranger->gone != count_gone (arranger)
         || (snapshot_has_twice (arranger->snapshot) && arranger->twins != arranger->store->twins);
}

/* `again`: what is shown was made of another snapshot, and stays until this one is complete. */
static void
begin (Arranger *arranger, gboolean again)
{
  forget (arranger);
  arranger->snapshot = snapshot_new (needs_twice (arranger));
  arranger->gone = count_gone (arranger);
  arranger->twins = arranger->store->twins;
  arranger->again = again;
}

/* Whether it is time to give work: at once when something was asked for, and then when there is more to be seen. A
 * filter need not wait until the whole store was looked at. */
static gboolean
is_time (const Arranger *arranger, gboolean complete, gboolean stable, gboolean is_due)
{
  gboolean in_part = arranger->filter != NULL && !arranger->again;
  if (arranger->asked)
    return complete || in_part;
  if (arranger->busy || arranger->arranged == snapshot_get_seen (arranger->snapshot))
    return FALSE;
  return complete ? stable || is_due : in_part && is_due;
}

gboolean
arranger_step (Arranger *arranger, gboolean stable)
{
  const Store *store = arranger->store;
  gboolean complete, is_due;
  if (store == NULL || !arranger->wanted)
    return FALSE;
  is_due = g_get_monotonic_time () >= arranger->next;
  if (arranger->snapshot == NULL)
    begin (arranger, FALSE);
  else if (!arranger->busy && is_due && is_outdated (arranger))
    begin (arranger, TRUE);
  snapshot_grow (arranger->snapshot, store, needs_twice (arranger) ? FILES_A_STEP_TWICE : FILES_A_STEP);
  complete = snapshot_get_seen (arranger->snapshot) == store->files->len;
  if (is_time (arranger, complete, stable, is_due))
    give_work (arranger);
  return arranger->busy || !complete || arranger->arranged < snapshot_get_seen (arranger->snapshot)
         || is_outdated (arranger);
}

void
arranger_ask (Arranger *arranger, const Order *order, Filter *filter)
{
  Filter *old = arranger->filter;
  arranger->filter = filter_ref (filter);
  filter_unref (old);
  arranger->order = *order;
  arranger->wanted = arranger->asked = TRUE;
  if (arranger->snapshot != NULL && needs_twice (arranger) && !snapshot_has_twice (arranger->snapshot))
    forget (arranger);
}

void
arranger_stop (Arranger *arranger)
{
  cancel (arranger);
  forget (arranger);
  g_clear_pointer (&arranger->filter, filter_unref);
  arranger->wanted = arranger->asked = FALSE;
}

void
arranger_set_store (Arranger *arranger, const Store *store, const ArrangerOwner *owner)
{
  ArrangerOwner old = arranger->owner;
  arranger_stop (arranger);
  arranger->store = store;
  arranger->owner = owner == NULL ? (ArrangerOwner) { NULL, NULL, NULL } : *owner;
  arranger->next = 0;
  if (arranger->owner.ref != NULL)
    arranger->owner.ref (arranger->owner.owner);
  if (old.unref != NULL)
    old.unref (old.owner);
}

Arranger *
arranger_new (LodgerCaller *caller, const ArrangerEvents *events)
{
  Arranger *arranger = g_new0 (Arranger, 1);
  arranger->caller = lodger_caller_ref (caller);
  arranger->slot = lodger_slot_new (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_LATEST));
  arranger->events = *events;
  return arranger;
}

void
arranger_free (Arranger *arranger)
{
  arranger_set_store (arranger, NULL, NULL);
  lodger_slot_unref (arranger->slot);
  lodger_caller_unref (arranger->caller);
  g_free (arranger);
}
