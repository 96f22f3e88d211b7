/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a scope is to the rooms that submit, run and complete calls. */
#ifndef LODGER_SCOPE_PRIVATE_H
#define LODGER_SCOPE_PRIVATE_H

#include "pending-private.h"

#include <lodger/scope.h>

extern const char lodger__scope_message[];

/* What speaks against a call with these options; 0 = nothing. LODGER_ECANCELED: its scope has ended. */
int lodger__scope_check (const LodgerCallOptions *options, const char *function);
/* The one who submits, once the call has been accepted: the end will cancel it, or has. */
void lodger__scope_link (LodgerPending *pending);
/* Whoever completes it: the end need not know of it any more. */
void lodger__scope_unlink (LodgerPending *pending);
/* Owner, before a call runs: cancels it if its scope has ended, else holds what that stands for, as *ret_held, which may be
 * NULL and is given back afterwards. */
void lodger__scope_enter (LodgerPending *pending, LodgerScope **ret_held);
void lodger__scope_leave (LodgerScope *held);

#endif
