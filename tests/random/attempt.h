/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs programs in a process of their own, so that one that crashes or hangs is a failure like any other. */
#ifndef LODGER_RANDOM_ATTEMPT_H
#define LODGER_RANDOM_ATTEMPT_H

#include "program.h"

typedef struct Failure
{
  uint64_t seed;
  unsigned done; /* programs that ran before it */
  char what[256];
} Failure;

/* Runs the programs of so many seeds. False: the failure is that of the first one that fails. */
bool attempt_seeds (uint64_t from, unsigned count, Failure *ret_failure);
/* The same for one program, which prints what it does if it is loud. */
bool attempt_program (const Program *program, bool is_loud, Failure *ret_failure);

/* Takes steps out of a program that fails, and simplifies those that are left, as long as it still fails. */
void shrink (Program *program, bool (*fails) (const Program *program));

#endif
