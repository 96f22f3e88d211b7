/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stacks of spawned calls. */
#ifndef LODGER_SPAWN_PRIVATE_H
#define LODGER_SPAWN_PRIVATE_H

#include "parts.h"

/* The power of 2 of a stack's size; 0 for 0: there is no stack. */
unsigned lodger__spawn_stack_order (size_t size);
/* In memory of the caller's own: the options of a submission, as those of a spawned call. A code that is logged, if
 * there are wrong ones. */
int lodger__spawn_options (const LodgerCaller *caller, const LodgerCallOptions *given, LodgerCallOptions *own,
                           const char *function);
/* Not shared yet: that of its spawned calls; 0: the usual one. */
void lodger__spawn_set_stack_size (LodgerCaller *caller, size_t size);
/* The size of a spawned call's stack: that one, or for 0 the caller's. 0: there is none of that size. */
size_t lodger__spawn_stack_size (const LodgerCaller *caller, size_t size);

#endif
