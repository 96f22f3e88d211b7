/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What checkers of memory and threads must be told about stacks. Without one of them all of this is nothing. */
#ifndef LODGER_STACK_TOOLS_H
#define LODGER_STACK_TOOLS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LODGER_TOOL_ADDRESS 1
#endif
#if __has_feature(thread_sanitizer)
#define LODGER_TOOL_THREAD 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define LODGER_TOOL_ADDRESS 1
#endif
#ifdef __SANITIZE_THREAD__
#define LODGER_TOOL_THREAD 1
#endif

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define VALGRIND_STACK_REGISTER(low, high) 0
#define VALGRIND_STACK_DEREGISTER(number)  (void) (number)
#endif

/* Of a stack, or of the thread's own one. */
typedef struct LodgerToolStack
{
#ifdef LODGER_TOOL_ADDRESS
  void *fake; /* while it is suspended */
  const void *low;
  size_t size;
#endif
#ifdef LODGER_TOOL_THREAD
  void *fiber;
#endif
  unsigned char is_known;
} LodgerToolStack;

#ifdef LODGER_TOOL_ADDRESS
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef LODGER_TOOL_THREAD
#include <sanitizer/tsan_interface.h>
#endif

#ifdef LODGER_TOOL_ADDRESS
/* What a suspended stack refers to is not lost, nor what lies above it in its last page: of a large one the part that
 * most calls use, since all of it is read. */
static inline void
lodger__tool_see (const LodgerToolStack *tool, void (*see) (const void *low, size_t size))
{
  const uintptr_t page = 4096, end = (uintptr_t) tool->low + tool->size, top = (end + page) & ~(page - 1);
  const size_t seen = tool->size < 16 * page ? tool->size : 16 * page;
  see ((const void *) (end - seen), (size_t) (top - (end - seen)));
}
#endif

/* A stack that exists from now on. */
static inline void
lodger__tool_open (LodgerToolStack *tool, const void *low, size_t size)
{
  tool->is_known = 1;
#ifdef LODGER_TOOL_ADDRESS
  tool->fake = NULL;
  tool->low = low;
  tool->size = size;
  lodger__tool_see (tool, __lsan_register_root_region);
#endif
#ifdef LODGER_TOOL_THREAD
  tool->fiber = __tsan_create_fiber (0);
#endif
  (void) low;
  (void) size;
}

static inline void
lodger__tool_close (LodgerToolStack *tool)
{
#ifdef LODGER_TOOL_ADDRESS
  __asan_unpoison_memory_region (tool->low, tool->size);
  lodger__tool_see (tool, __lsan_unregister_root_region);
#endif
#ifdef LODGER_TOOL_THREAD
  __tsan_destroy_fiber (tool->fiber);
#endif
  tool->is_known = 0;
}

/* The thread's own stack is left for another one. */
static inline void
lodger__tool_know_own (LodgerToolStack *tool)
{
#ifdef LODGER_TOOL_THREAD
  tool->fiber = __tsan_get_current_fiber ();
#endif
  tool->is_known = 1;
}

/* Right before the registers change; `keeps`: whoever switches comes back. */
static inline void
lodger__tool_switch (LodgerToolStack *from, LodgerToolStack *to, int keeps)
{
#ifdef LODGER_TOOL_ADDRESS
  __sanitizer_start_switch_fiber (keeps ? &from->fake : NULL, to->low, to->size);
  if (!keeps)
    from->fake = NULL;
#endif
#ifdef LODGER_TOOL_THREAD
  __tsan_switch_to_fiber (to->fiber, 0);
#endif
  (void) from;
  (void) to;
  (void) keeps;
}

/* Right after, on `here`; it was left on `from`. */
static inline void
lodger__tool_arrive (LodgerToolStack *here, LodgerToolStack *from)
{
#ifdef LODGER_TOOL_ADDRESS
  const void *low;
  size_t size;
  __sanitizer_finish_switch_fiber (here->fake, &low, &size);
  if (from->size == 0)
    {
      from->low = low;
      from->size = size;
    }
#endif
  (void) here;
  (void) from;
}

#endif
