/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The timeout of a call. */
#ifndef LODGER_TIMEOUT_H
#define LODGER_TIMEOUT_H

#include "parts.h"

/* Whoever submits, before the call is shared. False without memory. */
bool lodger__timeout_prepare (LodgerPending *pending, int64_t timeout, LodgerCaller *caller);
/* The same, once the call has been accepted. */
void lodger__timeout_begin (LodgerPending *pending);

#endif
