/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "base/barrier.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A process has to register once. While it has one thread that takes no time; later the system waits for all
 * processors. A forked child may have to do it again. */

atomic_int lodger__barrier_state;

static bool
ask (int command)
{
  return syscall (SYS_membarrier, command, 0, 0) == 0;
}

void
lodger__barrier_prepare (void)
{
  int unknown = LODGER_BARRIER_UNKNOWN;
  int state;
  if (atomic_load (&lodger__barrier_state) != unknown)
    return;
  state = ask (MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) && ask (MEMBARRIER_CMD_PRIVATE_EXPEDITED)
              ? LODGER_BARRIER_THERE
              : LODGER_BARRIER_MISSING;
  atomic_compare_exchange_strong (&lodger__barrier_state, &unknown, state);
}

bool
lodger__barrier_pass (void)
{
  return ask (MEMBARRIER_CMD_PRIVATE_EXPEDITED)
         || (errno == EPERM && ask (MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
             && ask (MEMBARRIER_CMD_PRIVATE_EXPEDITED));
}
