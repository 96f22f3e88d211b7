/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Backends and hosts that differ from another one, `base`, in one thing. */
#ifndef LODGER_TEST_BACKEND_H
#define LODGER_TEST_BACKEND_H

#include "test-blocked-call.h"

/* Registers "stuck", whose open blocks until `let_go` is opened. Then the BlockedCall counts as destroyed. */
void backend_register_stuck (const char *base, BlockedCall *blocked);
/* Registers "broken", whose open fails with the code. */
void backend_register_broken (const char *base, int code);
/* Registers "polled", whose host cannot watch descriptors: Lodger polls them. */
void backend_register_polled (const char *base);
/* The same for a registered host: it is registered as "`base`-polled". Returns that name. */
const char *backend_register_polled_host (const char *base);

#endif
