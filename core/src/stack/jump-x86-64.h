/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What _setjmp() and _longjmp() of the GNU C library do, for x86-64, in the place where it is written: the compiler
 * keeps what it needs on the stack, where they would keep six registers; nothing is unwound; and fewer returns are
 * mispredicted, each of which costs as much as the rest.
 *
 * A debugger finds rbp, rsp and rip where they would be, and as they would be: under an exclusive or with the thread's
 * guard, rotated. The other registers are on the stack, where the compiler's tables say. */
#ifndef LODGER_JUMP_X86_64_H
#define LODGER_JUMP_X86_64_H

#include <setjmp.h>
#include <stdint.h>

#define LODGER_HAS_JUMP 1

/* The places in a jmp_buf, in bytes. */
#define LODGER_JUMP_RBP "8"
#define LODGER_JUMP_RSP "48"
#define LODGER_JUMP_RIP "56"

#define LODGER_JUMP_HIDE(reg) "xorq %%fs:0x30, %%" reg "\n\trolq $17, %%" reg "\n\t"
#define LODGER_JUMP_SHOW(reg) "rorq $17, %%" reg "\n\txorq %%fs:0x30, %%" reg "\n\t"

#ifdef __AVX512F__
#define LODGER_JUMP_MORE                                                                                               \
  , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27",        \
      "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", "k7"
#else
#define LODGER_JUMP_MORE
#endif

/* Keeps `from` and goes on at `to`. Returns when somebody goes on at `from`. */
static inline __attribute__ ((always_inline)) void
lodger__jump (struct __jmp_buf_tag *from, const struct __jmp_buf_tag *to)
{
  __asm__ volatile("leaq 1f(%%rip), %%rcx\n\t"
                   "movq %%rsp, %%rsi\n\t"
                   "movq %%rbp, %%rdi\n\t" LODGER_JUMP_HIDE ("rcx") LODGER_JUMP_HIDE ("rsi")
                       LODGER_JUMP_HIDE ("rdi") "movq %%rcx, " LODGER_JUMP_RIP "(%0)\n\t"
                                                "movq %%rsi, " LODGER_JUMP_RSP "(%0)\n\t"
                                                "movq %%rdi, " LODGER_JUMP_RBP "(%0)\n\t"
                                                "movq " LODGER_JUMP_RIP "(%1), %%rcx\n\t"
                                                "movq " LODGER_JUMP_RSP "(%1), %%rsi\n\t"
                                                "movq " LODGER_JUMP_RBP "(%1), %%rdi\n\t" LODGER_JUMP_SHOW ("rcx")
                                                    LODGER_JUMP_SHOW ("rsi")
                                                        LODGER_JUMP_SHOW ("rdi") "movq %%rsi, %%rsp\n\t"
                                                                                 "movq %%rdi, %%rbp\n\t"
                                                                                 "jmpq *%%rcx\n"
                                                                                 "1:\n\t"
                                                                                 "endbr64"
                   : "+a"(from), "+d"(to)
                   :
                   : "rbx", "rcx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm0", "xmm1",
                     "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
                     "xmm14", "xmm15", "memory", "cc" LODGER_JUMP_MORE);
}

/* Whoever goes on there begins the function, which never returns, on memory that ends at `top`. */
static inline void
lodger__jump_prepare (struct __jmp_buf_tag *there, void *top, void (*func) (void))
{
  uintptr_t *sp = (uintptr_t *) ((uintptr_t) top & ~(uintptr_t) 15);
  uintptr_t words[3];
  *--sp = 0; /* the end of all backtraces */
  words[0] = (uintptr_t) func;
  words[1] = (uintptr_t) sp;
  words[2] = 0;
  for (unsigned i = 0; i < 3; i++)
    __asm__("xorq %%fs:0x30, %0\n\trolq $17, %0" : "+r"(words[i]) : : "cc");
  there->__jmpbuf[7] = (long) words[0];
  there->__jmpbuf[6] = (long) words[1];
  there->__jmpbuf[1] = (long) words[2];
}

#endif
