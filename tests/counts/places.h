/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is at a place of the program: an instruction, the begin of a function. */
#ifndef LODGER_COUNT_PLACES_H
#define LODGER_COUNT_PLACES_H

#include "count.h"
#include "instruction.h"

#include <stdint.h>
#include <sys/types.h>

typedef struct Place
{
  uintptr_t address;
  Instruction instruction;
  bool begins;       /* a function whose calls are counted: */
  bool needs_memory; /* but not with NULL as its first argument */
  Count count;       /* which of them */
} Place;

enum
{
  PLACES_BREAKPOINTS = 4 /* as many as a processor has */
};

/* Finds the functions in this process. A copy of it has them in the same places. False: one is missing. */
bool places_find (void);
/* What is there in a thread of a copy. NULL: there are too many places. */
const Place *place_at (pid_t thread, uintptr_t address);
/* That of the function that begins there. */
const char *places_name (const Place *place);
/* The functions that allocate. */
uintptr_t places_breakpoint (unsigned number);

#endif
