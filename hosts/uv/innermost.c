/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loops that this thread is in, one in the other: a worker's from its making to its end, a host's while its calls run,
 * a guest's while it is entered. */
#include "uv-private.h"

enum
{
  DEEPEST = 32
};

static _Thread_local uv_loop_t *loops[DEEPEST];
static _Thread_local unsigned depth; /* may be larger: then the innermost ones are not known */

void
lodger__uv_push_loop (uv_loop_t *loop)
{
  if (depth < DEEPEST)
    loops[depth] = loop;
  depth++;
}

void
lodger__uv_pop_loop (void)
{
  depth--;
}

uv_loop_t *
lodger_uv_get_loop (void)
{
  if (depth == 0)
    return NULL;
  return loops[depth <= DEEPEST ? depth - 1 : DEEPEST - 1];
}
