/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-ledger.h"

#include "test-limits.h"

#include <string.h>

enum
{
  ENTRIES = 1 << 16,
  REPORTED = 40
};

typedef enum Sum
{
  SUBMITTED,
  ACCEPTED,
  REFUSED,
  FINISHED,
  FAILED,
  CANCELLED,
  ABANDONED,
  UNWATCHED,
  RAN,
  DROPPED,
  CREATED,
  DESTROYED,
  SUMS
} Sum;

static LedgerEntry entries[ENTRIES];
static atomic_uint cursor;
static atomic_long sums[SUMS], open_count;
static atomic_ulong progress;
static _Thread_local unsigned accepted_here;

static void
add (Sum sum)
{
  atomic_fetch_add_explicit (&sums[sum], 1, memory_order_relaxed);
  atomic_fetch_add_explicit (&progress, 1, memory_order_relaxed);
}

/* A group that is cancelled has a timer, which is no submission of the test. */
static bool
is_timer (const LodgerTraceEvent *event)
{
  return event->name != NULL && strcmp (event->name, "a time limit") == 0;
}

static void
note_submit (const LodgerTraceEvent *event, void *data)
{
  (void) data;
  if (event->kind == LODGER_TRACE_SUBMIT && !is_timer (event))
    accepted_here++;
}

void
ledger_begin (void)
{
  lodger_set_trace_func (note_submit, NULL);
}

static _Noreturn void
fail_entry (const LedgerEntry *entry, const char *reason)
{
  test_fail ("%s for caller %llu: %s (%d runs, destroyed %d times, outcome %d)", entry->what,
             (unsigned long long) entry->caller, reason, entry->runs, entry->destroys, entry->outcome);
}

/* ---- an entry's life ------------------------------------------------------------------------------------------ */

/* Takes the entry that was freed longest ago, so that a second destruction still finds it free. */
static LedgerEntry *
find_free (void)
{
  for (unsigned i = 0; i < ENTRIES; i++)
    {
      LedgerEntry *entry = &entries[atomic_fetch_add_explicit (&cursor, 1, memory_order_relaxed) % ENTRIES];
      bool is_open = false;
      if (atomic_compare_exchange_strong (&entry->is_open, &is_open, true))
        return entry;
    }
  test_fail ("more than %d submissions are not over", ENTRIES);
}

static LedgerEntry *
open_entry (const char *what, int parts)
{
  LedgerEntry *entry = find_free ();
  entry->runs = entry->destroys = 0;
  entry->outcome = LODGER_ENOTDONE;
  entry->is_extra = entry->is_accepted = entry->is_told = false;
  entry->what = what;
  entry->caller = 0;
  entry->pending = NULL;
  entry->data = NULL;
  entry->parts = parts;
  atomic_fetch_add (&open_count, 1);
  add (CREATED);
  return entry;
}

LedgerEntry *
ledger_open (const char *what, LodgerCaller *caller)
{
  LedgerEntry *entry = open_entry (what, 2);
  entry->caller = lodger_caller_get_id (caller);
  add (SUBMITTED);
  return entry;
}

void *
ledger_create_data (const char *what)
{
  LedgerEntry *entry = open_entry (what, 1);
  entry->is_extra = true;
  return entry;
}

/* The kind of end. A call may fail without having run (no thread for it), but not succeed. */
static Sum
end_of (const LedgerEntry *entry)
{
  if (!entry->is_accepted)
    return REFUSED;
  switch (entry->outcome)
    {
    case 0: return FINISHED;
    case LODGER_EFAILED: return FAILED;
    case LODGER_ECANCELED: return CANCELLED;
    case LODGER_EABANDONED: return ABANDONED;
    case LODGER_ENOTDONE: return UNWATCHED;
    case LODGER_ESTATE: return entry->runs == 1 ? RAN : DROPPED;
    default: fail_entry (entry, "ends in a watch that there is not");
    }
}

static void
end_part (LedgerEntry *entry)
{
  if (atomic_fetch_sub (&entry->parts, 1) > 1)
    return;
  if (!entry->is_extra)
    {
      Sum sum = end_of (entry);
      if ((sum == REFUSED && entry->runs != 0) || (sum == FINISHED && entry->runs != 1))
        fail_entry (entry, sum == REFUSED ? "runs though it was refused" : "succeeds without having run");
      add (entry->is_accepted ? ACCEPTED : REFUSED);
      if (entry->is_accepted)
        add (sum);
    }
  atomic_store (&entry->is_open, false);
  atomic_fetch_sub (&open_count, 1);
}

void
ledger_destroy (void *data)
{
  LedgerEntry *entry = data;
  if (!entry->is_open || atomic_fetch_add (&entry->destroys, 1) != 0)
    fail_entry (entry, "is destroyed twice");
  add (DESTROYED);
  end_part (entry);
}

void
ledger_check (const LedgerEntry *entry)
{
  if (!entry->is_open || entry->destroys != 0)
    fail_entry (entry, "is used after it was destroyed");
}

void
ledger_run (LedgerEntry *entry)
{
  ledger_check (entry);
  if (atomic_fetch_add (&entry->runs, 1) != 0)
    fail_entry (entry, "runs twice");
  atomic_fetch_add_explicit (&progress, 1, memory_order_relaxed);
}

/* ---- outcomes ------------------------------------------------------------------------------------------------- */

static void
end_outcome (LedgerEntry *entry, LodgerPending *done)
{
  if (!lodger_pending_is_done (done) || entry->outcome != LODGER_ENOTDONE)
    fail_entry (entry, lodger_pending_is_done (done) ? "is done twice" : "is not done though it should be");
  entry->outcome = lodger_pending_get_outcome (done);
  entry->pending = NULL;
  end_part (entry);
}

static int
note_done (LodgerPending *done, void *data)
{
  end_outcome (data, done);
  return 0;
}

static void
tell (LedgerEntry *entry, LodgerPending *pending)
{
  entry->is_told = true;
  entry->pending = pending;
  if (lodger_pending_add_done_callback (pending, note_done, entry, NULL) != 0)
    fail_entry (entry, "takes no done-callback");
}

/* A pending that drops out of the ring and is not done yet gets a done-callback. */
static void
keep (LedgerRing *ring, LedgerEntry *entry, LodgerPending *pending)
{
  unsigned i = ring->next++ % 32;
  if (ring->entries[i] != NULL && lodger_pending_is_done (ring->pendings[i]))
    end_outcome (ring->entries[i], ring->pendings[i]);
  else if (ring->entries[i] != NULL)
    tell (ring->entries[i], ring->pendings[i]);
  lodger_pending_unref (ring->pendings[i]);
  entry->pending = pending;
  ring->entries[i] = entry;
  ring->pendings[i] = pending;
}

void
ledger_empty (LedgerRing *ring, bool may_be_undone)
{
  for (unsigned i = 0; i < 32; i++)
    {
      if (ring->entries[i] != NULL && may_be_undone)
        tell (ring->entries[i], ring->pendings[i]);
      else if (ring->entries[i] != NULL)
        end_outcome (ring->entries[i], ring->pendings[i]);
      lodger_pending_unref (ring->pendings[i]);
    }
  memset (ring, 0, sizeof *ring);
}

unsigned
ledger_mark (void)
{
  return accepted_here;
}

static bool
note_accepted (LedgerEntry *entry, unsigned mark)
{
  if (accepted_here - mark > 1)
    fail_entry (entry, "is accepted twice");
  return entry->is_accepted = accepted_here != mark;
}

void
ledger_submitted (LedgerEntry *entry, unsigned mark, LodgerPending *pending, LedgerWatch watch, LedgerRing *ring)
{
  if (!note_accepted (entry, mark))
    end_outcome (entry, pending);
  else if (watch == LEDGER_BY_REFERENCE && ring != NULL)
    {
      keep (ring, entry, pending);
      return;
    }
  else if (watch == LEDGER_UNWATCHED)
    end_part (entry);
  else
    tell (entry, pending);
  lodger_pending_unref (pending);
}

void
ledger_submitted_direct (LedgerEntry *entry, unsigned mark, int code)
{
  if (note_accepted (entry, mark) != (code == 0))
    fail_entry (entry, "is refused and accepted");
  entry->outcome = LODGER_ESTATE;
  end_part (entry);
}

/* ---- the whole ------------------------------------------------------------------------------------------------ */

LedgerCounts
ledger_counts (void)
{
  return (LedgerCounts) { sums[SUBMITTED], sums[ACCEPTED],  sums[REFUSED],   sums[FINISHED],
                          sums[FAILED],    sums[CANCELLED], sums[ABANDONED], sums[UNWATCHED],
                          sums[RAN],       sums[DROPPED],   sums[CREATED],   sums[DESTROYED] };
}

unsigned long
ledger_progress (void)
{
  return progress;
}

long
ledger_open_count (void)
{
  return open_count;
}

static bool
report_entry (FILE *file, LedgerEntry *entry, bool is_waited_for)
{
  LodgerPending *pending = entry->pending;
  bool is_undone = pending != NULL && !lodger_pending_is_done (pending);
  char *line;
  if (!entry->is_open || is_undone != is_waited_for || (pending != NULL && !is_undone && entry->destroys > 0))
    return false;
  line = is_undone ? lodger_pending_describe (pending) : NULL;
  fprintf (file, "  %s (kind %u) for caller %llu: %d runs, destroyed %d times%s%s\n", entry->what, entry->kind,
           (unsigned long long) entry->caller, entry->runs, entry->destroys, line != NULL ? ": " : "",
           line != NULL ? line : "");
  lodger_free (line);
  return true;
}

void
ledger_report (FILE *file)
{
  unsigned shown = 0;
  fprintf (file, "%ld submissions and data are not over; not done, then done or unwatched:\n", open_count);
  for (unsigned i = 0; i < ENTRIES && shown < REPORTED; i++)
    shown += report_entry (file, &entries[i], true);
  for (unsigned i = 0; i < ENTRIES && shown < REPORTED; i++)
    shown += report_entry (file, &entries[i], false);
}

void
ledger_expect_settled (void)
{
  LedgerCounts counts = ledger_counts ();
  if (open_count != 0)
    {
      ledger_report (stderr);
      test_fail ("%ld submissions and data are not over", (long) open_count);
    }
  if (counts.submitted != counts.accepted + counts.refused || counts.created != counts.destroyed
      || counts.accepted
             != counts.finished + counts.failed + counts.cancelled + counts.abandoned + counts.unwatched + counts.ran
                    + counts.dropped)
    test_fail ("%ld submitted, %ld accepted, %ld refused; %ld finished, %ld failed, %ld cancelled, %ld abandoned, %ld "
               "let go; %ld direct ones ran, %ld dropped; %ld data created, %ld destroyed",
               counts.submitted, counts.accepted, counts.refused, counts.finished, counts.failed, counts.cancelled,
               counts.abandoned, counts.unwatched, counts.ran, counts.dropped, counts.created, counts.destroyed);
}
