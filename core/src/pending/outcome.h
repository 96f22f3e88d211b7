/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files that set an outcome share. */
#ifndef LODGER_OUTCOME_H
#define LODGER_OUTCOME_H

#include "pending/pending.h"

/* Locked. What speaks against an answer by the pending itself; 0: nothing. */
int lodger__outcome_refusal (const LodgerPending *self);
/* Logs a refusal that is a misuse; returns the code. */
int lodger__outcome_misuse (int code, const char *function);

#endif
