/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Backends whose `open` hangs or fails. Everything else is taken from the backend `base`. */
#ifndef LODGER_TEST_BACKEND_H
#define LODGER_TEST_BACKEND_H

#include "test-blocked-call.h"

/* Registers "stuck", whose open blocks until `let_go` is opened. Then the BlockedCall counts as destroyed. */
void backend_register_stuck (const char *base, BlockedCall *blocked);
/* Registers "broken", whose open fails with the code. */
void backend_register_broken (const char *base, int code);

#endif
