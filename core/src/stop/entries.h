/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who has entered a caller: the program, and calls. */
#ifndef LODGER_ENTRIES_H
#define LODGER_ENTRIES_H

#include "parts.h"

/* Owner: it was entered once more; by the call that this thread is in, if there is one and that is said. 0, or LODGER_ENOMEM. */
int lodger__entries_enter (LodgerCaller *caller, bool by_call);
/* Owner: inside a call that has an entry, leaves that. False: this is not inside such a call. */
bool lodger__entries_leave (LodgerCaller *caller);
/* Any thread: how many entries calls have. */
unsigned lodger__entries_count (LodgerCaller *caller);

#endif
