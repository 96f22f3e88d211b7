/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/site.h"
#include "pending/pending.h"

#include <lodger/trace.h>

/* A call that has failed, and whose outcome nobody has looked at: nobody else would learn of it. */

static atomic_bool is_on = true;

void
lodger_set_log_unread_failures (bool on)
{
  atomic_store_explicit (&is_on, on, memory_order_relaxed);
}

/* An abandoned call was named when it was left behind. */
void
lodger__pending_tell_unread (LodgerPending *pending)
{
  const unsigned of_interest = P_DONE | P_PROMISE | P_CANCELLED | P_ABANDONED;
  const LodgerSite *site = &pending->site;
  if (lodger__pending_was_seen (pending) || !atomic_load_explicit (&is_on, memory_order_relaxed)
      || (lodger__pending_state (pending) & of_interest) != P_DONE || lodger__pending_is_before_fork (pending)
      || lodger_pending_get_outcome (pending) != LODGER_EFAILED || !lodger__site_is_new (LODGER_SITE_UNREAD, site))
    return;
  lodger__log (LODGER_LOG_WARNING, LODGER_SITE_FORMAT " failed, and nobody has read why: %s", LODGER_SITE_ARGS (site),
               lodger_error_get_message (lodger_pending_get_error (pending)));
}
