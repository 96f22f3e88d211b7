/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which thread has attached which loop. libuv itself does not know whose a loop is, and two threads that use one loop
 * break it. A fork holds the lock: in the child it is free, and the list is whole. */
#include "uv-private.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static LodgerUvOwner *owners;

static void
lock (void)
{
  pthread_mutex_lock (&mutex);
}

static void
unlock (void)
{
  pthread_mutex_unlock (&mutex);
}

static void
notice_forks (void)
{
  if (pthread_atfork (lock, unlock, unlock) != 0)
    lodger_host_misuse ("lodger_uv_attach", LODGER_ENOMEM,
                        "no memory to notice a fork: a forked child must not use it");
}

bool
lodger__uv_own (LodgerUvOwner *owner, const uv_loop_t *loop)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  LodgerUvOwner *other;
  pthread_once (&once, notice_forks);
  *owner = (LodgerUvOwner) { .loop = loop, .thread = pthread_self () };
  lock ();
  for (other = owners; other != NULL; other = other->next)
    if (other->loop == loop && !pthread_equal (other->thread, owner->thread))
      break;
  if (other == NULL)
    {
      owner->next = owners;
      if (owners != NULL)
        owners->previous = owner;
      owners = owner;
    }
  unlock ();
  return other == NULL;
}

void
lodger__uv_disown (LodgerUvOwner *owner)
{
  lock ();
  if (owner->loop == NULL)
    {
      unlock ();
      return;
    }
  owner->loop = NULL;
  if (owner->next != NULL)
    owner->next->previous = owner->previous;
  if (owner->previous != NULL)
    owner->previous->next = owner->next;
  else
    owners = owner->next;
  unlock ();
}
