/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Comes before each file of the core, as lodger-scaling has it: its locks of one word are noted, too, by the words that
 * they are locked with.
 */
#ifndef LODGER_SCALING_NOTED_H
#define LODGER_SCALING_NOTED_H

#include "base/lock.h"

void locks_note_begin (const void *lock, const char *words);
void locks_note_end (const void *lock);

static inline void
noted_lock (LodgerLock *lock, const char *words)
{
  lodger__lock (lock);
  locks_note_begin (lock, words);
}

static inline void
noted_unlock (LodgerLock *lock)
{
  locks_note_end (lock);
  lodger__unlock (lock);
}

#define lodger__lock(lock)   noted_lock (lock, #lock)
#define lodger__unlock(lock) noted_unlock (lock)

#endif
