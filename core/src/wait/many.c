/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "wait/suspend.h"

#include <stdlib.h>

/* A wait for several pendings. Each has a listener, told under the pending's lock, that counts; so a look needs no
 * walk. */

typedef struct Many Many;

typedef struct Ear
{
  LodgerListener listener; /* first */
  Many *many;
} Ear;

struct Many
{
  LodgerWait wait; /* first */
  LodgerWaitSet set;
  LodgerPending *const *pendings;
  size_t count;
  LodgerWaitMode mode;
  atomic_size_t done, failed;
  Ear *ears;
};

static LodgerPending *
next_of (const LodgerWaitSet *set, const void **place)
{
  const Many *many = lodger__list_owner (set, offsetof (Many, set));
  LodgerPending *const *at = *place;
  at = at != NULL ? at + 1 : many->pendings;
  *place = at;
  return at < many->pendings + many->count ? *at : NULL;
}

static bool
is_over (const Many *many)
{
  size_t done = atomic_load (&many->done);
  if (done == many->count)
    return true;
  switch (many->mode)
    {
    case LODGER_WAIT_FIRST_COMPLETED: return done > 0;
    case LODGER_WAIT_FIRST_EXCEPTION: return atomic_load (&many->failed) > 0;
    case LODGER_WAIT_ALL_COMPLETED: break;
    }
  return false;
}

static void
count (Many *many, const LodgerPending *done)
{
  if (lodger_pending_get_outcome (done) != 0)
    atomic_fetch_add (&many->failed, 1);
  atomic_fetch_add (&many->done, 1);
}

/* Its thread takes each listener back under the pending's lock before it goes on: so that `many` is there. */
static void
ear_notify (LodgerListener *listener, LodgerPending *done)
{
  Many *many = ((Ear *) listener)->many;
  count (many, done);
  if (is_over (many))
    lodger__parker_signal (many->wait.parker);
}

LODGER_LISTENER_OPS (ear_ops, ear_notify, NULL, true);

static int
look (LodgerWait *wait)
{
  return is_over ((Many *) wait) ? 0 : LODGER_EBUSY;
}

static void
listen_to_all (Many *many)
{
  for (size_t i = 0; i < many->count; i++)
    {
      many->ears[i] = (Ear) { lodger__listener (&ear_ops), many };
      if (!lodger__pending_listen (many->pendings[i], &many->ears[i].listener))
        count (many, many->pendings[i]);
    }
}

static void
take_all_back (Many *many)
{
  for (size_t i = 0; i < many->count; i++)
    lodger__pending_unlisten (many->pendings[i], &many->ears[i].listener);
}

static int
block (Many *many, LodgerThread *thread, int64_t deadline, bool is_shielded, const char *function)
{
  int code = lodger__suspend_refusal (thread, function);
  if (code != 0)
    return code;
  many->ears = malloc (many->count * sizeof *many->ears);
  if (many->ears == NULL)
    return LODGER_ENOMEM;
  if (!is_shielded)
    lodger__suspend_listen (&many->wait, thread);
  code = lodger__wait_begin (&many->wait, thread, deadline != LODGER_FOREVER, function);
  if (code == 0)
    {
      atomic_store (&many->done, 0);
      atomic_store (&many->failed, 0);
      listen_to_all (many);
      code = lodger__suspend (&many->wait, look, deadline);
      take_all_back (many);
      lodger__wait_end (&many->wait);
      if (is_over (many) && !lodger__suspend_is_too_late (thread, code))
        code = 0;
      else if (code == LODGER_EDEADLK)
        code = lodger__wait_refuse (&many->wait, thread, function);
    }
  free (many->ears);
  return code;
}

static int
check (LodgerPending *const *pendings, size_t count, LodgerWaitMode mode, LodgerWaitFlags flags, const char *function)
{
  const unsigned known = LODGER_WAIT_PROTECT | LODGER_WAIT_SHIELD | LODGER_WAIT_NO_RESULT;
  if ((unsigned) mode > LODGER_WAIT_FIRST_EXCEPTION || ((unsigned) flags & ~known) != 0)
    return lodger__misuse (function, LODGER_EINVAL, "an unknown mode or unknown flags given");
  return lodger__pendings_check (pendings, count, function);
}

int
lodger_wait_many (LodgerPending *const *pendings, size_t number, LodgerWaitMode mode, int64_t timeout,
                  LodgerWaitFlags flags, size_t *ret_done)
{
  Many many = { .pendings = pendings, .count = number, .mode = mode };
  LodgerThread *thread;
  int code = check (pendings, number, mode, flags, __func__);
  if (code != 0)
    return code;
  many.set = (LodgerWaitSet) { next_of, mode == LODGER_WAIT_ALL_COMPLETED };
  many.wait.set = &many.set;
  many.wait.pending = number > 0 ? pendings[0] : NULL;
  for (size_t i = 0; i < number; i++)
    if (lodger_pending_is_done (pendings[i]))
      count (&many, pendings[i]);
  if (!is_over (&many))
    {
      thread = lodger__thread ();
      code = thread == NULL ? LODGER_ENOMEM
             : timeout <= 0
                 ? LODGER_ETIMEDOUT
                 : block (&many, thread, lodger__suspend_until (timeout), (flags & LODGER_WAIT_SHIELD) != 0, __func__);
    }
  if (ret_done != NULL)
    *ret_done = atomic_load (&many.done);
  return code;
}
