/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libuv's: works that wait for a thread, each with a pointer of the user's, and timers. All of them are allocated. */
#include "memory.h"

#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

typedef struct Work
{
  uv_work_t request;
  void *data;
} Work;

static uv_loop_t *
get_loop (void)
{
  static uv_loop_t loop;
  static bool is_open;

  if (!is_open && uv_loop_init (&loop))
    bench_fail ("no loop");
  is_open = true;
  return &loop;
}

/* The first ones hold up the threads until the process ends. */
static void
work (uv_work_t *request)
{
  (void) request;
  for (;;)
    pause ();
}

static void
done (uv_work_t *request, int status)
{
  (void) request;
  (void) status;
}

void
memory_uv_works (uint64_t count)
{
  for (uint64_t i = 0; i < count; i++)
    {
      Work *one = malloc (sizeof *one);

      if (!one)
        bench_fail ("no memory for a work");
      one->data = NULL;
      uv_queue_work (get_loop (), &one->request, work, done);
      memory_keep (one);
    }
}

static void
never (uv_timer_t *timer)
{
  (void) timer;
  bench_fail ("a timer has fired");
}

void
memory_uv_timers (uint64_t count)
{
  for (uint64_t i = 0; i < count; i++)
    {
      uv_timer_t *timer = malloc (sizeof *timer);

      if (!timer)
        bench_fail ("no memory for a timer");
      uv_timer_init (get_loop (), timer);
      uv_timer_start (timer, never, MEMORY_LONG, 0);
      memory_keep (timer);
    }
}
