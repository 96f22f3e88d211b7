/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A backend that is another one in all but this: its open hangs, or fails. */
#ifndef LODGER_TEST_BACKEND_H
#define LODGER_TEST_BACKEND_H

#include "test-held.h"

/* Registers "stuck", which is `base` once it is let go, and then counts as destroyed. */
void backend_register_stuck (const char *base, Held *held);
/* Registers "broken", whose open answers with the code. */
void backend_register_broken (const char *base, int code);

#endif
