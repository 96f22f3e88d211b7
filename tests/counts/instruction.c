/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "instruction.h"

#include <string.h>

/* An instruction begins with prefixes in any order; the last one may be a REX byte. */
static bool
is_prefix (unsigned char byte)
{
  static const unsigned char prefixes[] = {
    0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, /* segments */
    0x66, 0x67,                         /* sizes */
    0xF0, 0xF2, 0xF3                    /* lock, repne, rep */
  };
  return memchr (prefixes, byte, sizeof prefixes) != NULL || (byte & 0xF0) == 0x40;
}

static bool
is_of_memory (unsigned char modrm)
{
  return modrm >> 6 != 3;
}

static bool
is_of_strings (unsigned char opcode)
{
  return (opcode >= 0xA4 && opcode <= 0xA7) || (opcode >= 0xAA && opcode <= 0xAF);
}

/* After 0F. */
static void
read_second (Instruction *instruction, unsigned char opcode, unsigned char modrm)
{
  switch (opcode)
    {
    case 0x01: instruction->clock_size = modrm == 0xF9 ? 3 : 0; break;
    case 0x05: instruction->is_syscall = true; break;
    case 0x31: instruction->clock_size = 2; break;
    case 0xAE: instruction->is_locked = instruction->is_locked || (modrm & 0xF8) == 0xF0; break;
    default: break;
    }
}

Instruction
instruction_read (const unsigned char *bytes, size_t count)
{
  Instruction instruction = { false };
  unsigned char code[3] = { 0 };
  bool is_repeated = false;
  size_t at = 0;
  for (; at < count && is_prefix (bytes[at]); at++)
    {
      instruction.is_locked = instruction.is_locked || bytes[at] == 0xF0;
      is_repeated = is_repeated || bytes[at] == 0xF2 || bytes[at] == 0xF3;
    }
  for (size_t i = 0; i < sizeof code && at + i < count; i++)
    code[i] = bytes[at + i];
  switch (code[0])
    {
    case 0x0F: read_second (&instruction, code[1], code[2]); break;
    case 0x86:
    case 0x87: instruction.is_locked = is_of_memory (code[1]); break;
    case 0xCC: instruction.is_mark = true; break;
    default: break;
    }
  instruction.repeats = is_repeated && is_of_strings (code[0]);
  return instruction;
}
