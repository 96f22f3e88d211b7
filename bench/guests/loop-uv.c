/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guests.h"

#include <lodger-uv.h>
#include <stdlib.h>

struct Item
{
  union
  {
    uv_handle_t any;
    uv_poll_t poll;
    uv_timer_t timer;
    uv_async_t async;
    uv_idle_t idle;
  } handle;
  Func *func;
  void *data;
};

static uv_loop_t loop;
static LodgerUvGuestOptions options;

static void
check (int code, const char *what)
{
  if (code)
    bench_fail ("%s: %s", what, uv_strerror (code));
}

static void
came (Item *item)
{
  item->func (item->data);
}

static void
poll_came (uv_poll_t *handle, int status, int events)
{
  (void) events;
  check (status, "uv_poll");
  came ((Item *) handle);
}

static void
timer_came (uv_timer_t *handle)
{
  came ((Item *) handle);
}

static void
async_came (uv_async_t *handle)
{
  came ((Item *) handle);
}

static void
idle_came (uv_idle_t *handle)
{
  came ((Item *) handle);
}

static void
open_loop (void)
{
  if (lodger_uv_register () != 0)
    bench_fail ("the backend cannot be registered");
  check (uv_loop_init (&loop), "uv_loop_init");
  options = (LodgerUvGuestOptions) { .size = sizeof options, .loop = &loop };
}

static const void *
get_options (void)
{
  return &options;
}

static void
run (void)
{
  uv_run (&loop, UV_RUN_DEFAULT);
}

static void
quit (void)
{
  uv_stop (&loop);
}

static void
close_loop (void)
{
  uv_run (&loop, UV_RUN_DEFAULT);
  check (uv_loop_close (&loop), "uv_loop_close");
}

static Item *
add (ItemKind kind, int fd, Func *func, void *data)
{
  Item *item = calloc (1, sizeof *item);

  if (item == NULL)
    bench_fail ("no memory for a handle");
  item->func = func;
  item->data = data;
  switch (kind)
    {
    case ITEM_READABLE:
      check (uv_poll_init (&loop, &item->handle.poll, fd), "uv_poll_init");
      check (uv_poll_start (&item->handle.poll, UV_READABLE, poll_came), "uv_poll_start");
      break;
    case ITEM_TIMER: check (uv_timer_init (&loop, &item->handle.timer), "uv_timer_init"); break;
    case ITEM_WAKE: check (uv_async_init (&loop, &item->handle.async, async_came), "uv_async_init"); break;
    case ITEM_BUSY:
      check (uv_idle_init (&loop, &item->handle.idle), "uv_idle_init");
      check (uv_idle_start (&item->handle.idle, idle_came), "uv_idle_start");
      break;
    case ITEM_KICK: bench_fail ("libuv has no handle that only a kick finds ready");
    }
  return item;
}

static void
start (Item *timer, unsigned ms)
{
  check (uv_timer_start (&timer->handle.timer, timer_came, ms, 0), "uv_timer_start");
}

static void
wake (Item *item)
{
  check (uv_async_send (&item->handle.async), "uv_async_send");
}

static void
closed (uv_handle_t *handle)
{
  free (handle);
}

static void
remove_item (Item *item)
{
  uv_close (&item->handle.any, closed);
  /* The descriptor may be closed as soon as this returns. */
  uv_run (&loop, UV_RUN_NOWAIT);
}

const Loop loop_uv = {
  .name = "libuv",
  .backend = "uv",
  .open = open_loop,
  .get_options = get_options,
  .run = run,
  .quit = quit,
  .close = close_loop,
  .add = add,
  .start = start,
  .wake = wake,
  .remove = remove_item,
};
