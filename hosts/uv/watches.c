/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptors that Lodger watches in a libuv loop: an epoll set, which the loop polls as one descriptor.
 *
 * A handle of libuv's for each would not do. libuv takes one handle for a descriptor, so the program could have none
 * for the same. It stops at an error, of which poll() would tell each time. And it must hear of a watch's end before
 * the descriptor is closed: otherwise the next file of that number gets the wrong events.
 *
 * In the set, a descriptor that was closed before its watch ended may stay, if it has a duplicate. Its events would
 * come for ever. So when an entry cannot be taken out, the set is made anew. Events name a watch by a number that is
 * not used again, since a watch may end while the events are told. */
#define _GNU_SOURCE /* dup3, POLLRDHUP */
#include "uv-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

struct LodgerUvWatch
{
  LodgerUvWatch *next;
  LodgerHostWatch *watch;
  uint64_t id;
  int fd;
  int in_set; /* `fd`, or a duplicate of it: a set takes a number once */
  uint32_t events;
  bool is_file; /* in no set, and always ready for what FILE_BITS says */
};

enum
{
  AT_ONCE = 16,
  FILE_BITS = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM,
  ALL_BITS
      = POLLIN | POLLPRI | POLLOUT | POLLERR | POLLHUP | POLLRDHUP | POLLRDNORM | POLLRDBAND | POLLWRNORM | POLLWRBAND
};

/* The bits of the two calls are the same ones. */
_Static_assert(POLLIN == EPOLLIN && POLLPRI == EPOLLPRI && POLLOUT == EPOLLOUT && POLLRDHUP == EPOLLRDHUP, "of Linux");

void
lodger__uv_watches_init (LodgerUvWatches *watches)
{
  *watches = (LodgerUvWatches) { .set = -1 };
}

static int
insert (int set, const LodgerUvWatch *watch)
{
  struct epoll_event event = { .events = watch->events, .data.u64 = watch->id };
  return epoll_ctl (set, EPOLL_CTL_ADD, watch->in_set, &event) == 0 ? 0 : errno;
}

/* The first insertion: of a duplicate if the number is taken. */
static int
insert_new (int set, LodgerUvWatch *watch)
{
  int error = insert (set, watch);
  if (error != EEXIST)
    return error;
  watch->in_set = fcntl (watch->fd, F_DUPFD_CLOEXEC, 0);
  if (watch->in_set < 0)
    return ENOSPC;
  error = insert (set, watch);
  if (error != 0)
    close (watch->in_set);
  return error;
}

static int
code_of (int error)
{
  switch (error)
    {
    case 0: return 0;
    case ENOMEM: return LODGER_ENOMEM;
    case ENOSPC: return LODGER_EAGAIN;
    default: return LODGER_EINVAL;
    }
}

static bool
is_always_ready (const LodgerUvWatch *watch)
{
  return watch->is_file && (watch->events & FILE_BITS) != 0;
}

int
lodger__uv_watches_add (LodgerUvWatches *watches, LodgerHostWatch *host_watch, int fd, uint32_t events)
{
  LodgerUvWatch *watch;
  int error;
  if (watches->set < 0 && (watches->set = epoll_create1 (EPOLL_CLOEXEC)) < 0)
    return LODGER_EAGAIN;
  watch = malloc (sizeof *watch);
  if (watch == NULL)
    return LODGER_ENOMEM;
  *watch = (LodgerUvWatch) {
    .watch = host_watch, .id = ++watches->last_id, .fd = fd, .in_set = fd, .events = events & ALL_BITS
  };
  error = insert_new (watches->set, watch);
  watch->is_file = error == EPERM;
  if (error != 0 && error != EPERM)
    {
      free (watch);
      return code_of (error);
    }
  watches->always += is_always_ready (watch);
  watch->next = watches->first;
  watches->first = watch;
  host_watch->host_data = watch;
  return 0;
}

static void
forget (LodgerUvWatch *watch)
{
  if (watch->in_set != watch->fd)
    close (watch->in_set);
  free (watch);
}

/* Another watch of the same number is of a later file. The kernel goes by the number, and has taken out that one. */
static void
put_back (LodgerUvWatches *watches, int fd)
{
  for (const LodgerUvWatch *watch = watches->first; watch != NULL; watch = watch->next)
    if (watch->in_set == fd && !watch->is_file)
      insert (watches->set, watch);
}

bool
lodger__uv_watches_remove (LodgerUvWatches *watches, LodgerHostWatch *host_watch)
{
  LodgerUvWatch *watch = host_watch->host_data, **link = &watches->first;
  bool is_out = watch->is_file || epoll_ctl (watches->set, EPOLL_CTL_DEL, watch->in_set, NULL) == 0;
  while (*link != watch)
    link = &(*link)->next;
  *link = watch->next;
  watches->always -= is_always_ready (watch);
  put_back (watches, watch->in_set);
  forget (watch);
  host_watch->host_data = NULL;
  return is_out;
}

/* The new set takes the number of the old one, under which the loop's handle knows it. For want of a descriptor the old
 * one stays. */
void
lodger__uv_watches_make_anew (LodgerUvWatches *watches)
{
  int set = epoll_create1 (EPOLL_CLOEXEC);
  if (set < 0)
    return;
  for (const LodgerUvWatch *watch = watches->first; watch != NULL; watch = watch->next)
    if (!watch->is_file)
      insert (set, watch);
  (void) dup3 (set, watches->set, O_CLOEXEC);
  close (set);
}

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static LodgerUvWatch *
find (const LodgerUvWatches *watches, uint64_t id)
{
  LodgerUvWatch *watch = watches->first;
  while (watch != NULL && watch->id != id)
    watch = watch->next;
  return watch;
}

/* The oldest of the files that are newer than `id`. */
static LodgerUvWatch *
next_file (const LodgerUvWatches *watches, uint64_t id)
{
  LodgerUvWatch *next = NULL;
  for (LodgerUvWatch *watch = watches->first; watch != NULL; watch = watch->next)
    if (watch->is_file && watch->id > id && (next == NULL || watch->id < next->id))
      next = watch;
  return next;
}

void
lodger__uv_watches_report (LodgerUvWatches *watches)
{
  const uint64_t last_id = watches->last_id;
  struct epoll_event events[AT_ONCE];
  LodgerUvWatch *watch;
  int count = watches->set >= 0 ? epoll_wait (watches->set, events, AT_ONCE, 0) : 0;
  for (int i = 0; i < count; i++)
    {
      watch = find (watches, events[i].data.u64);
      if (watch != NULL)
        lodger_host_fd_ready (watch->watch, events[i].events);
    }
  for (uint64_t id = 0; (watch = next_file (watches, id)) != NULL && watch->id <= last_id;)
    {
      id = watch->id;
      lodger_host_fd_ready (watch->watch, watch->events & FILE_BITS);
    }
}

void
lodger__uv_watches_clear (LodgerUvWatches *watches)
{
  while (watches->first != NULL)
    {
      LodgerUvWatch *watch = watches->first;
      watches->first = watch->next;
      forget (watch);
    }
  if (watches->set >= 0)
    close (watches->set);
  lodger__uv_watches_init (watches);
}
