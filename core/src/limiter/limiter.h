/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A limiter's places: for calls at its gate, and for calls that enter it while they run. */
#ifndef LODGER_LIMITER_PRIVATE_H
#define LODGER_LIMITER_PRIVATE_H

#include "base/site.h"
#include "call/gate.h"

#include <lodger/limiter.h>

/* Where it was made. */
LodgerSite lodger__limiter_site (const LodgerLimiter *limiter);
/* Under the limiter's mutex, of a hold without a caller, which waits: done when it has its place. Borrowed. */
LodgerPending *lodger__limiter_turn (const LodgerHold *hold);

#endif
