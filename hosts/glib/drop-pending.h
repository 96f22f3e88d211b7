/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A destroy function for a reference to a pending. */
#ifndef LODGER_GLIB_DROP_PENDING_H
#define LODGER_GLIB_DROP_PENDING_H

#include <lodger/pending.h>

static inline void
lodger__glib_drop_pending (void *pending)
{
  lodger_pending_unref (pending);
}

#endif
