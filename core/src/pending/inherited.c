/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fork.h"
#include "base/log.h"
#include "life/life.h"
#include "pending/pending.h"

/* In a forked child: which pendings are its parent's, and what is refused of them. Their lock is in lock.c. */

bool
lodger__pending_is_before_fork (const LodgerPending *pending)
{
  return !(lodger__pending_state (pending) & P_STATIC) && pending->generation != (uint16_t) lodger__generation_now ();
}

int
lodger__pending_check (const LodgerPending *pending, const char *function)
{
  if (pending == NULL)
    return lodger__misuse (function, LODGER_EINVAL, "NULL given");
  if (lodger__pending_is_before_fork (pending))
    return lodger__misuse (function, LODGER_ECHILD, lodger__before_fork_message);
  return 0;
}

int
lodger__pendings_check (LodgerPending *const *pendings, size_t count, const char *function)
{
  int code = pendings == NULL && count > 0 ? lodger__misuse (function, LODGER_EINVAL, "NULL given") : 0;
  for (size_t i = 0; i < count && code == 0; i++)
    if (pendings[i] == NULL || !lodger_pending_is_done (pendings[i]))
      code = lodger__pending_check (pendings[i], function);
  return code;
}
