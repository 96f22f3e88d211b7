/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/native.h"

#include "base/port.h"

#include <lodger/error.h>
#include <stdlib.h>

/* The loop of a worker that needs no other. One object is both the backend's loop and its host; the backend may be
 * closed before the caller's last reference goes, so that it is counted.
 *
 * Sleeping: `signal` changes only by read-modify-write. A post sets POSTED, and wakes the loop only if it found it asleep.
 * The loop goes to sleep by AWAKE -> ASLEEP, which fails if POSTED is there; so either the loop sees the post before it
 * sleeps, or the post sees that it sleeps. Without descriptors to look at, it sleeps on the word itself, as long as that
 * is ASLEEP. Else it is POLLING, and its descriptor is written. */

enum
{
  AWAKE,
  ASLEEP,
  POLLING,
  POSTED,
  CLOSED
};

typedef struct Native
{
  LodgerWaker waker;
  atomic_uint signal;
  atomic_uint refs;
  LodgerHost *host;
  LodgerHostNode *node; /* the host has but one */
  int64_t deadline;
  bool before_wait;
  bool quits;

  /* The owner's alone. Both arrays have the same order; the first place of `fds` is the waker's. */
  struct pollfd *fds;
  LodgerHostWatch **watches;
  unsigned count; /* with the waker */
  unsigned capacity;
  unsigned serving; /* the next place to be looked at */
} Native;

static void
native_unref (Native *native)
{
  if (atomic_fetch_sub (&native->refs, 1) != 1)
    return;
  lodger__waker_close (&native->waker);
  free (native->fds);
  free (native->watches);
  free (native);
}

/* ---- as a host -------------------------------------------------------------------------------------------------------- */

static int
host_open (LodgerHost *host, const void *options, void **ret_impl)
{
  Native *native = (Native *) (uintptr_t) options;
  native->host = host;
  native->node = (LodgerHostNode *) host;
  atomic_fetch_add (&native->refs, 1);
  *ret_impl = native;
  return 0;
}

static int
run_sync_soon (void *impl, LodgerHostNode *node)
{
  Native *native = impl;
  unsigned before = atomic_load (&native->signal);
  (void) node;
  do
    if (before == CLOSED)
      return LODGER_ESHUTDOWN;
  while (!atomic_compare_exchange_weak (&native->signal, &before, POSTED));
  if (before == ASLEEP)
    lodger__port_wake_one (&native->signal);
  else if (before == POLLING)
    lodger__waker_wake (&native->waker);
  return 0;
}

static void
want_before_wait (void *impl, bool on)
{
  ((Native *) impl)->before_wait = on;
}

static void
arm (void *impl, int64_t deadline)
{
  ((Native *) impl)->deadline = deadline;
}

/* ---- watches ---------------------------------------------------------------------------------------------------------- */

static bool
grow (Native *native, unsigned capacity)
{
  struct pollfd *fds = realloc (native->fds, capacity * sizeof *fds);
  LodgerHostWatch **watches;
  if (fds == NULL)
    return false;
  native->fds = fds;
  watches = realloc (native->watches, capacity * sizeof (LodgerHostWatch *));
  if (watches == NULL)
    return false;
  native->watches = watches;
  native->capacity = capacity;
  return true;
}

static int
watch_fd (void *impl, LodgerHostWatch *watch, int fd, uint32_t events)
{
  Native *native = impl;
  if (native->count == native->capacity && !grow (native, native->capacity * 2))
    return LODGER_ENOMEM;
  native->fds[native->count] = (struct pollfd) { .fd = fd, .events = (short) events };
  native->watches[native->count] = watch;
  watch->host_data = (void *) (uintptr_t) native->count++;
  return 0;
}

/* The last one takes its place, and is looked at again there: it may be ready. */
static void
unwatch_fd (void *impl, LodgerHostWatch *watch)
{
  Native *native = impl;
  unsigned place = (unsigned) (uintptr_t) watch->host_data;
  native->count--;
  native->fds[place] = native->fds[native->count];
  native->watches[place] = native->watches[native->count];
  native->watches[place]->host_data = (void *) (uintptr_t) place;
  if (place < native->serving)
    native->serving = place;
}

/* What is told of may end this watch, or any other, or begin one. */
static void
serve_watches (Native *native)
{
  for (native->serving = 1; native->serving < native->count && !native->quits;)
    {
      struct pollfd *fd = &native->fds[native->serving];
      uint32_t revents = (uint32_t) fd->revents & 0xffff;
      fd->revents = 0;
      native->serving++;
      if (revents != 0)
        lodger_host_fd_ready (native->watches[native->serving - 1], revents);
    }
}

static bool
detach (void *impl)
{
  Native *native = impl;
  native->deadline = LODGER_FOREVER;
  return atomic_exchange (&native->signal, CLOSED) == POSTED;
}

static void
destroy (void *impl)
{
  native_unref (impl);
}

static const LodgerHostOps host_ops = {
  .size = sizeof host_ops,
  .name = "native",
  .worker_backend = "native",
  .run_sync_soon_threadsafe = run_sync_soon,
  .want_before_wait = want_before_wait,
  .arm = arm,
  .watch_fd = watch_fd,
  .unwatch_fd = unwatch_fd,
  .detach = detach,
  .destroy = destroy,
};

const LodgerHostDriver lodger__native_driver
    = { .size = sizeof lodger__native_driver, .ops = &host_ops, .open = host_open };

/* ---- as a backend ------------------------------------------------------------------------------------------------------ */

static int
backend_open (const void *options, void **ret_impl)
{
  Native *native = calloc (1, sizeof *native);
  int code;
  (void) options;
  if (native == NULL)
    return LODGER_ENOMEM;
  code = lodger__waker_open (&native->waker);
  if (code != 0)
    {
      free (native);
      return code;
    }
  native->count = 1;
  if (!grow (native, 4))
    {
      lodger__waker_close (&native->waker);
      free (native->fds);
      free (native);
      return LODGER_ENOMEM;
    }
  atomic_init (&native->signal, AWAKE);
  atomic_init (&native->refs, 1);
  native->deadline = LODGER_FOREVER;
  *ret_impl = native;
  return 0;
}

static const LodgerHostDriver *
backend_host (void *impl, const void **ret_host_options)
{
  *ret_host_options = impl;
  return &lodger__native_driver;
}

static void
sleep_until_needed (Native *native)
{
  int64_t until = native->deadline;
  unsigned asleep, expected = AWAKE;
  int ready = 0;
  if (native->before_wait)
    {
      int64_t latest = lodger_host_before_wait (native->host);
      if (latest < until)
        until = latest;
    }
  asleep = native->count > 1 ? POLLING : ASLEEP; /* whoever was asked may have begun a watch */
  if (!atomic_compare_exchange_strong (&native->signal, &expected, asleep))
    until = 0;
  if (asleep == ASLEEP && until > 0)
    lodger__port_sleep_on_until (&native->signal, ASLEEP, until);
  if (asleep == POLLING)
    ready = lodger__waker_poll (&native->waker, native->fds, native->count, until);
  expected = asleep;
  atomic_compare_exchange_strong (&native->signal, &expected, AWAKE);
  if (ready > 0)
    serve_watches (native);
}

static int
backend_run (void *impl)
{
  Native *native = impl;
  while (!native->quits)
    {
      unsigned expected = POSTED;
      if (atomic_compare_exchange_strong (&native->signal, &expected, AWAKE))
        lodger_host_run_node (native->node);
      if (!native->quits && native->deadline != LODGER_FOREVER && native->deadline <= lodger__port_now ())
        {
          native->deadline = LODGER_FOREVER;
          lodger_host_deadline (native->host);
        }
      if (!native->quits)
        sleep_until_needed (native);
    }
  return 0;
}

static void
backend_quit (void *impl)
{
  ((Native *) impl)->quits = true;
}

static void
backend_close (void *impl)
{
  native_unref (impl);
}

const LodgerBackendOps lodger__native_backend = {
  .size = sizeof lodger__native_backend,
  .name = "native",
  .open = backend_open,
  .host = backend_host,
  .run = backend_run,
  .quit = backend_quit,
  .close = backend_close,
};
