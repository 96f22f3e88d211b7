/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a scope is to the files that submit and run calls. */
#ifndef LODGER_SCOPE_PRIVATE_H
#define LODGER_SCOPE_PRIVATE_H

#include "pending/pending.h"

#include <lodger/scope.h>

extern const char lodger__scope_message[];

/* What speaks against a call with these options, which name a scope or a home; 0: nothing. LODGER_ECANCELED: its scope has
 * ended. */
int lodger__scope_check_named (const LodgerCallOptions *options, const char *function);
/* The same for any options. */
static inline int
lodger__scope_check (const LodgerCallOptions *options, const char *function)
{
  return options != NULL
                 && (options->scope != NULL || options->data_home != NULL || options->result_home != NULL
                     || (options->flags & LODGER_PENDING_BOUND))
             ? lodger__scope_check_named (options, function)
             : 0;
}
/* Whoever submits to that caller: what the scope itself says, if this is the caller's thread; 0: nothing. */
int lodger__scope_ask_here (LodgerScope *scope, const LodgerCaller *caller);
static inline int
lodger__scope_ask (const LodgerCallOptions *options, const LodgerCaller *caller)
{
  return options != NULL && options->scope != NULL ? lodger__scope_ask_here (options->scope, caller) : 0;
}
/* Whoever submits, before the call is shared: it is bound to that scope. False without memory. */
bool lodger__scope_bind (LodgerPending *pending, LodgerScope *scope);
/* Whoever submits, once the call has been accepted: the end will cancel it, or has. */
void lodger__scope_link (LodgerPending *pending);
/* Owner, before a call runs: cancels it if its scope has ended, and has it fail if the scope says so. Else holds the object
 * that the scope stands for, as *ret_held, which may be NULL and is given back afterwards. */
void lodger__scope_enter (LodgerPending *pending, const LodgerCaller *caller, LodgerScope **ret_held);
void lodger__scope_leave (LodgerScope *held);
/* The same for a call that has exited its thread. */
void lodger__scope_exited (LodgerPending *pending);
/* Any thread: each scope to which calls are bound, with the calls, a line each. */
void lodger__scopes_write (LodgerText *text);

#endif
