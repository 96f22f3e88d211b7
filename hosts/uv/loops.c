/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A loop of Lodger's making, from its begin to its end. A handle is closed in the iteration after its uv_close(), and a request cannot be
 * taken back while a thread of libuv's is at it. So the loop runs until nothing is left. */
#include "uv-private.h"

#include <sys/eventfd.h>
#include <unistd.h>

/* Whether there are descriptors left. libuv aborts the program if it gets none for the signals of the first loop. Another
 * thread may still get the last one before libuv does, but as a rule this finds a shortage. */
static bool
has_descriptors (void)
{
  int one = eventfd (0, EFD_CLOEXEC), two = eventfd (0, EFD_CLOEXEC);
  bool has = one >= 0 && two >= 0;
  if (one >= 0)
    close (one);
  if (two >= 0)
    close (two);
  return has;
}

int
lodger__uv_loop_make (uv_loop_t *loop)
{
  return has_descriptors () ? lodger__uv_code (uv_loop_init (loop)) : LODGER_EAGAIN;
}

static void
close_handle (uv_handle_t *handle, void *data)
{
  if (uv_is_closing (handle))
    return;
  ++*(unsigned *) data;
  uv_close (handle, NULL);
}

unsigned
lodger__uv_drain (uv_loop_t *loop)
{
  unsigned left = 0;
  do
    {
      uv_walk (loop, close_handle, &left);
      uv_run (loop, UV_RUN_DEFAULT);
    }
  while (uv_loop_close (loop) == UV_EBUSY);
  return left;
}
