/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/slab.h"

#include "base/cpu.h"
#include "base/depot.h"
#include "base/thread.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

/* Calls are made in one thread and freed in another. A thread takes its pieces from a slab of its own, one after the other
 * in memory, and asks for the lines of those that come next ahead of time: the thread that has run the calls before them
 * still has the lines, and to wait for each would cost more than all the rest of a call.
 *
 * Whoever frees a piece of another's slab puts it on a chain of its own. The chain is brought back by one change of the
 * slab's word, once pieces of other slabs are freed. So it is one locked operation for many pieces.
 *
 * The word has the state of the slab, how many pieces are free in it, and the number of the first one; all change at once.
 * Pieces in use and those that its owner has at hand are not free in this sense. Each change is a compare-and-swap that
 * releases; whoever takes the pieces acquires. Only the owner ends OWNED, and only the depot begins it. Whoever changes
 * the state to PART or FREE has the depot place the slab, which looks at the state once more under its lock: another
 * thread may have changed it again, or taken the slab. */

static const unsigned sizes[LODGER_SLAB_CLASSES] = { 64, 128, 192 };

enum
{
  AHEAD = 512, /* bytes from the piece that is taken to the lines that are asked for */
  LINE = 64,
  USEFUL = 4, /* so large a part of a slab has to be free before others look for it */

  COUNT_SHIFT = 8,
  STATE_SHIFT = 16,
  FIELD = 0xff
};

static_assert (sizeof (LodgerSlab) <= LODGER_SLAB_HEAD, "the pieces begin behind what a slab says of itself");
static_assert ((LODGER_SLAB_SIZE - LODGER_SLAB_HEAD) / 64 <= FIELD, "a piece's number and count fit the word");

static unsigned
pieces_of (unsigned class)
{
  return (LODGER_SLAB_SIZE - LODGER_SLAB_HEAD) / sizes[class];
}

static LodgerSlab *
slab_of (const void *piece)
{
  return (LodgerSlab *) ((uintptr_t) piece & ~(uintptr_t) (LODGER_SLAB_SIZE - 1));
}

static char *
pieces_begin (LodgerSlab *slab)
{
  return (char *) slab + LODGER_SLAB_HEAD;
}

/* From 1 on; 0: none. */
static LodgerPiece *
piece_at (LodgerSlab *slab, unsigned number)
{
  return number == 0 ? NULL : (LodgerPiece *) (void *) (pieces_begin (slab) + (number - 1) * sizes[slab->class]);
}

static unsigned
number_of (LodgerSlab *slab, const LodgerPiece *piece)
{
  return (unsigned) ((const char *) piece - pieces_begin (slab)) / sizes[slab->class] + 1;
}

static unsigned
count_in (unsigned word)
{
  return word >> COUNT_SHIFT & FIELD;
}

static LodgerSlabState
state_in (unsigned word)
{
  return (LodgerSlabState) (word >> STATE_SHIFT);
}

static unsigned
word_with (LodgerSlabState state, unsigned count, unsigned first)
{
  return (unsigned) state << STATE_SHIFT | count << COUNT_SHIFT | first;
}

LodgerSlabState
lodger__slab_state (const LodgerSlab *slab)
{
  return state_in (atomic_load (&slab->word));
}

unsigned
lodger__slab_own (LodgerSlab *slab)
{
  return atomic_exchange (&slab->word, word_with (LODGER_SLAB_OWNED, 0, 0));
}

/* What a slab that nobody owns is worth. */
static LodgerSlabState
state_for (unsigned class, unsigned count)
{
  if (count == pieces_of (class))
    return LODGER_SLAB_FREE;
  return count >= pieces_of (class) / USEFUL ? LODGER_SLAB_PART : LODGER_SLAB_FULL;
}

/* A chain goes back to its slab, which whoever owned it may leave with that. */
static void
bring_back (LodgerFreed *freed, bool leaves)
{
  LodgerSlab *slab = freed->slab;
  const unsigned class = slab->class;
  unsigned word = atomic_load_explicit (&slab->word, memory_order_relaxed);
  unsigned count, first;
  LodgerSlabState before, state;
  do
    {
      before = state_in (word);
      count = count_in (word) + freed->count;
      state = before == LODGER_SLAB_OWNED && !leaves ? LODGER_SLAB_OWNED : state_for (class, count);
      first = word & FIELD;
      if (freed->count > 0)
        {
          freed->last->next = piece_at (slab, first);
          first = number_of (slab, freed->first);
        }
    }
  while (!atomic_compare_exchange_weak_explicit (&slab->word, &word, word_with (state, count, first),
                                                 memory_order_acq_rel, memory_order_relaxed));
  *freed = (LodgerFreed) { NULL, NULL, NULL, 0 };
  if (state != before && (state == LODGER_SLAB_PART || state == LODGER_SLAB_FREE))
    lodger__depot_place (slab);
}

static bool
is_plain (void)
{
  static atomic_int plain;
  int known = atomic_load_explicit (&plain, memory_order_relaxed);
  if (known == 0)
    {
      known = lodger__port_is_checked () ? 1 : -1;
      atomic_store_explicit (&plain, known, memory_order_relaxed);
    }
  return known > 0;
}

/* ---- taking ------------------------------------------------------------------------------------------------------ */

static void
take_over (LodgerSpares *spares, LodgerSlab *slab, unsigned word)
{
  const unsigned pieces = pieces_of (slab->class);
  spares->slab = slab;
  spares->first = NULL;
  spares->fresh = spares->end = pieces_begin (slab) + pieces * sizes[slab->class];
  if (state_in (word) == LODGER_SLAB_FREE || state_in (word) == LODGER_SLAB_OWNED)
    spares->fresh = pieces_begin (slab);
  else
    spares->first = piece_at (slab, word & FIELD);
}

/* What others have freed of the slab meanwhile; or the slab is left, and another one taken. */
static bool
refill (LodgerSpares *spares, unsigned class)
{
  LodgerSlab *slab = spares->slab;
  unsigned word;
  if (slab != NULL)
    {
      word = atomic_load_explicit (&slab->word, memory_order_relaxed);
      while (count_in (word) == 0)
        if (atomic_compare_exchange_weak (&slab->word, &word, word_with (LODGER_SLAB_FULL, 0, 0)))
          break;
      if (count_in (word) > 0)
        {
          spares->first = piece_at (slab, lodger__slab_own (slab) & FIELD);
          return true;
        }
    }
  slab = lodger__depot_take (class, &word);
  spares->slab = NULL;
  if (slab != NULL)
    take_over (spares, slab, word);
  return slab != NULL;
}

static void
ask_ahead (const char *piece, const LodgerSpares *spares, unsigned size)
{
  const char *ahead = piece + AHEAD;
  if (ahead + size <= spares->end)
    for (unsigned at = 0; at < size; at += LINE)
      lodger__cpu_prefetch_for_write (ahead + at);
}

void *
lodger__slab_new (unsigned class)
{
  LodgerThread *thread = lodger__thread_peek ();
  LodgerSpares *spares;
  char *piece;
  if (thread == NULL && (thread = lodger__thread ()) == NULL)
    return NULL;
  if (is_plain ())
    return malloc (sizes[class]);
  spares = &thread->slabs.spares[class];
  if (spares->first == NULL && spares->fresh == spares->end && !refill (spares, class))
    return NULL;
  if (spares->first != NULL)
    {
      piece = (char *) spares->first;
      spares->first = spares->first->next;
    }
  else
    {
      piece = spares->fresh;
      spares->fresh += sizes[class];
    }
  ask_ahead (piece, spares, sizes[class]);
  return piece;
}

/* ---- giving back ------------------------------------------------------------------------------------------------- */

static void
add (LodgerFreed *freed, LodgerPiece *piece)
{
  piece->next = NULL;
  *(freed->count++ == 0 ? &freed->first : &freed->last->next) = piece;
  freed->last = piece;
}

static void
gather (LodgerFreed *freed, LodgerSlab *slab, LodgerPiece *piece)
{
  if (freed->slab != slab && freed->slab != NULL)
    bring_back (freed, false);
  freed->slab = slab;
  add (freed, piece);
}

void
lodger__slab_free (unsigned class, void *memory)
{
  LodgerThread *thread = lodger__thread_peek ();
  LodgerPiece *piece = memory;
  LodgerSlab *slab = slab_of (memory);
  if (is_plain ())
    {
      free (memory);
      return;
    }
  if (thread != NULL && thread->slabs.spares[class].slab == slab)
    {
      piece->next = thread->slabs.spares[class].first;
      thread->slabs.spares[class].first = piece;
    }
  else if (thread != NULL)
    gather (&thread->slabs.freed[(uintptr_t) slab / LODGER_SLAB_SIZE % LODGER_SLAB_FREED], slab, piece);
  else
    bring_back (&(LodgerFreed) { slab, piece, piece, 1 }, false);
}

/* All that is at hand goes back, and the slab is left. */
static void
leave (LodgerSpares *spares, unsigned class)
{
  LodgerFreed all = { spares->slab, NULL, NULL, 0 };
  for (LodgerPiece *piece = spares->first, *next; piece != NULL; piece = next)
    {
      next = piece->next;
      add (&all, piece);
    }
  for (char *fresh = spares->fresh; fresh < spares->end; fresh += sizes[class])
    add (&all, (LodgerPiece *) (void *) fresh);
  bring_back (&all, true);
}

void
lodger__slab_release (LodgerSlabs *slabs)
{
  for (unsigned i = 0; i < LODGER_SLAB_FREED; i++)
    if (slabs->freed[i].slab != NULL)
      bring_back (&slabs->freed[i], false);
  for (unsigned i = 0; i < LODGER_SLAB_CLASSES; i++)
    if (slabs->spares[i].slab != NULL)
      leave (&slabs->spares[i], i);
  *slabs = (LodgerSlabs) { 0 };
}
