/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an instruction of an x86-64 processor is, as far as it is counted. */
#ifndef LODGER_COUNT_INSTRUCTION_H
#define LODGER_COUNT_INSTRUCTION_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Instruction
{
  bool is_locked;      /* lock …, xchg with memory, mfence */
  bool is_syscall;     /* the number is in rax */
  bool is_mark;        /* a breakpoint */
  bool repeats;        /* it may stay where it is: rep movs and its like */
  unsigned clock_size; /* the bytes of rdtsc or rdtscp; 0: it is something else */
} Instruction;

enum
{
  INSTRUCTION_LONGEST = 15
};

/* Bytes beyond the instruction may be there, or missing. */
Instruction instruction_read (const unsigned char *bytes, size_t count);

#endif
