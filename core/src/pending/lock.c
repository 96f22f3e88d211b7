/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fork.h"
#include "base/port.h"
#include "pending/pending.h"

/* A pending is locked for a few instructions at a time, and hardly ever by two threads at once: one bit of its state
 * does. No thread holds two of them, and none is held while user code runs.
 *
 * **Who writes the state.** Whoever has the lock, whoever takes it, whoever waits for it, who sets P_AWAITED, and
 * whoever claims something by a bit that nobody sets under the lock (lodger__pending_claim). So all writes of a pending
 * that is shared are read-modify-writes: none is lost, and each continues the release sequence of all before. Whoever
 * loads P_DONE with acquire sees what was stored before that was set, whatever bits were set since. A pending that is
 * alone (lodger__pending_is_alone) is not shared: its owner writes plainly until a frame leads to it.
 *
 * **The lock.** Taking it acquires, giving it back releases, by writes of one word: each holder sees what all before
 * have stored. Giving it back is the last access to the pending: whoever takes the lock afterwards may free it. The
 * wake-up after that uses its address alone.
 *
 * **No wake-up is lost.** P_AWAITED is set only while the lock is taken, by a compare-and-swap of the whole word, and
 * cleared only by the one that gives the lock back, in that same write: who then wakes one. A sleeper goes to sleep
 * only if the word has still both bits, as the system compares it with that under a lock of its own which the wake-up
 * takes, too: so the holder is still to give it back, and to wake. One wake-up is enough for many sleepers: whoever
 * has ever been about to sleep takes the lock with P_AWAITED set, or sets it for the present holder, so that each is
 * followed by another. A thread that comes between takes the lock without that bit only when it finds none, and the
 * woken one sets it.
 *
 * **A fork.** In the child a lock that another thread of the parent had is taken for ever, and nobody can say there
 * whether the bit means that, or another thread of the child. So the child does not use it: all pendings of its parent
 * have one mutex there, which is held across forks. What was locked at the fork may be torn: a list or a table amid a
 * change. Its outcome is not, once it is done; it is read as ever. Of the rest nothing is read, and it is not freed.
 * The bit says so, since nobody changes it there. All else is refused in the child, so that no call of the parent
 * starts or ends there, and nobody but the mutex guards these pendings. */

static pthread_mutex_t inherited_mutex = PTHREAD_MUTEX_INITIALIZER;
LODGER_FORK_LOCK (inherited_mutex, LODGER_RANK_PENDINGS, NULL);

enum
{
  LOOKS = 50 /* about 1 us to 2 us, in which a holder that runs is through */
};

static bool
is_inherited (const LodgerPending *pending)
{
  return pending->generation != (uint16_t) lodger__generation_now ();
}

bool
lodger__pending_is_torn (const LodgerPending *pending)
{
  return is_inherited (pending) && (lodger__pending_state (pending) & P_LOCKED);
}

static atomic_uint *
word_of (const LodgerPending *pending)
{
  return (atomic_uint *) (uintptr_t) &pending->state;
}

/* Whoever waits for the lock may be saying so in the same word. */
void
lodger__pending_add_state (LodgerPending *pending, unsigned bits)
{
  atomic_fetch_or_explicit (&pending->state, bits, memory_order_release);
}

/* `state` is what the word was. */
static bool
take (atomic_uint *word, unsigned *state, unsigned bits)
{
  return !(*state & P_LOCKED)
         && atomic_compare_exchange_weak_explicit (word, state, *state | bits, memory_order_acquire,
                                                   memory_order_relaxed);
}

static void
wait_for (atomic_uint *word)
{
  unsigned state = atomic_load_explicit (word, memory_order_relaxed);
  for (unsigned looks = 0; looks < LOOKS; looks++)
    {
      if (take (word, &state, P_LOCKED))
        return;
      lodger__port_relax ();
      state = atomic_load_explicit (word, memory_order_relaxed);
    }
  while (!take (word, &state, P_LOCKED | P_AWAITED))
    if ((state & P_LOCKED)
        && ((state & P_AWAITED)
            || atomic_compare_exchange_weak_explicit (word, &state, state | P_AWAITED, memory_order_relaxed,
                                                      memory_order_relaxed)))
      {
        lodger__port_sleep_on (word, state | P_AWAITED);
        state = atomic_load_explicit (word, memory_order_relaxed);
      }
}

void
lodger__pending_lock (const LodgerPending *pending)
{
  atomic_uint *word = word_of (pending);
  unsigned state = atomic_load_explicit (word, memory_order_relaxed);
  if (is_inherited (pending))
    pthread_mutex_lock (&inherited_mutex);
  else if (!take (word, &state, P_LOCKED))
    wait_for (word);
}

static inline void
give_back (const LodgerPending *pending, unsigned set, unsigned clear)
{
  const bool inherited = is_inherited (pending);
  const unsigned cleared = inherited ? clear : clear | P_LOCKED | P_AWAITED;
  atomic_uint *word = word_of (pending);
  unsigned state = atomic_load_explicit (word, memory_order_relaxed);
  while (!atomic_compare_exchange_weak_explicit (word, &state, (state | set) & ~cleared, memory_order_release,
                                                 memory_order_relaxed))
    ;
  if (inherited)
    pthread_mutex_unlock (&inherited_mutex);
  else if (state & P_AWAITED)
    lodger__port_wake_one (word);
}

void
lodger__pending_unlock (const LodgerPending *pending)
{
  give_back (pending, 0, 0);
}

void
lodger__pending_unlock_with (LodgerPending *pending, unsigned bits)
{
  give_back (pending, bits, 0);
}

void
lodger__pending_unlock_into (LodgerPending *pending, unsigned set, unsigned clear)
{
  give_back (pending, set, clear);
}
