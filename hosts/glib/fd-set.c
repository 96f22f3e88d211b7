/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fd-set.h"

#include <errno.h>
#include <lodger/error.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

enum
{
  EVENTS_AT_ONCE = 16
};

/* The bits of poll and of epoll are the same. The others cannot be asked for. */
#define ASKED (POLLIN | POLLPRI | POLLOUT | POLLRDNORM | POLLRDBAND | POLLWRNORM | POLLWRBAND | EPOLLRDHUP)
/* What poll says of a file that epoll refuses. */
#define ALWAYS (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)

int
lodger__glib_fd_set_open (LodgerGlibFdSet *set)
{
  *set = (LodgerGlibFdSet) { .epoll = epoll_create1 (EPOLL_CLOEXEC) };
  if (set->epoll >= 0)
    return 0;
  return errno == ENOMEM ? LODGER_ENOMEM : LODGER_EAGAIN;
}

void
lodger__glib_fd_set_close (LodgerGlibFdSet *set)
{
  if (set->epoll >= 0)
    close (set->epoll);
  g_free (set->slots);
  g_free (set->numbers);
  *set = (LodgerGlibFdSet) { .epoll = -1 };
}

/* ---- the numbers ------------------------------------------------------------------------------------------------- */

/* Room for one element more. `*array` stays as it was if there is no memory. */
static bool
grow (void **array, size_t *capacity, size_t needed, size_t size)
{
  size_t count = MAX (*capacity, 16);
  void *grown;
  if (needed <= *capacity)
    return true;
  while (count < needed)
    count *= 2;
  grown = g_try_realloc_n (*array, count, size);
  if (grown == NULL)
    return false;
  *array = grown;
  *capacity = count;
  return true;
}

static bool
grow_slots (LodgerGlibFdSet *set, size_t needed)
{
  size_t before = set->n_slots;
  void *slots = set->slots;
  if (!grow (&slots, &set->n_slots, needed, sizeof *set->slots))
    return false;
  set->slots = slots;
  for (size_t i = before; i < set->n_slots; i++)
    set->slots[i] = (LodgerGlibFdSlot) { 0 };
  return true;
}

static bool
add_number (LodgerGlibFdSet *set, int fd)
{
  void *numbers = set->numbers;
  if (!grow (&numbers, &set->capacity, set->n_numbers + 1, sizeof *set->numbers))
    return false;
  set->numbers = numbers;
  set->numbers[set->n_numbers++] = fd;
  return true;
}

/* Notes what is wanted in this round. Afterwards `numbers` are those that are registered, and those that are wanted. */
static bool
want (LodgerGlibFdSet *set, int fd, uint32_t events)
{
  LodgerGlibFdSlot *slot;
  if (!grow_slots (set, (size_t) fd + 1))
    return false;
  slot = &set->slots[fd];
  if (slot->round != set->round)
    {
      if (slot->registration == 0 && !add_number (set, fd))
        return false;
      slot->round = set->round;
      slot->events = 0;
    }
  slot->events |= events & ASKED;
  return true;
}

/* ---- registrations ----------------------------------------------------------------------------------------------- */

static uint32_t
new_registration (LodgerGlibFdSet *set)
{
  if (++set->last_registration == 0)
    set->last_registration = 1;
  return set->last_registration;
}

static int
control (LodgerGlibFdSet *set, int operation, int fd, const LodgerGlibFdSlot *slot)
{
  struct epoll_event event = { .events = slot->events };
  event.data.u64 = (uint64_t) slot->registration << 32 | (uint32_t) fd;
  return epoll_ctl (set->epoll, operation, fd, &event) == 0 ? 0 : errno;
}

/* EEXIST: a duplicate has come back to its old number, where it was registered before. */
static int
add (LodgerGlibFdSet *set, int fd, LodgerGlibFdSlot *slot)
{
  int error;
  slot->registration = new_registration (set);
  error = control (set, EPOLL_CTL_ADD, fd, slot);
  return error == EEXIST ? control (set, EPOLL_CTL_MOD, fd, slot) : error;
}

/* EBADF: poll tells of a closed descriptor, too. */
static LodgerGlibFdSetState
state_of (int error, uint32_t events)
{
  switch (error)
    {
    case 0: return LODGER_GLIB_FD_SET_WATCHED;
    case EPERM: return (events & ALWAYS) != 0 ? LODGER_GLIB_FD_SET_READY : LODGER_GLIB_FD_SET_WATCHED;
    case EBADF: return LODGER_GLIB_FD_SET_READY;
    default: return LODGER_GLIB_FD_SET_SHORT;
    }
}

static LodgerGlibFdSetState
enter (LodgerGlibFdSet *set, int fd, LodgerGlibFdSlot *slot)
{
  bool was_registered = slot->registration != 0;
  int error = was_registered ? control (set, EPOLL_CTL_MOD, fd, slot) : add (set, fd, slot);
  if (was_registered && error != 0)
    set->may_have_stale = true;
  if (was_registered && error == ENOENT)
    error = add (set, fd, slot);
  if (error != 0)
    slot->registration = 0;
  return state_of (error, slot->events);
}

static void
drop (LodgerGlibFdSet *set, int fd, LodgerGlibFdSlot *slot)
{
  if (slot->registration != 0 && control (set, EPOLL_CTL_DEL, fd, slot) != 0)
    set->may_have_stale = true;
  slot->registration = 0;
}

/* Every number once: what is wanted is registered, and what is not wanted is dropped. */
static LodgerGlibFdSetState
enter_all (LodgerGlibFdSet *set)
{
  LodgerGlibFdSetState worst = LODGER_GLIB_FD_SET_WATCHED;
  size_t kept = 0;
  for (size_t i = 0; i < set->n_numbers; i++)
    {
      int fd = set->numbers[i];
      LodgerGlibFdSlot *slot = &set->slots[fd];
      if (slot->round == set->round)
        worst = MAX (worst, enter (set, fd, slot));
      else
        drop (set, fd, slot);
      if (slot->registration != 0)
        set->numbers[kept++] = fd;
    }
  set->n_numbers = kept;
  return worst;
}

/* ---- what was left behind ---------------------------------------------------------------------------------------- */

/* epoll takes turns with the events that are ready, so one that is not among the first ones comes later. */
static bool
has_stale_event (LodgerGlibFdSet *set)
{
  struct epoll_event events[EVENTS_AT_ONCE];
  int count = epoll_wait (set->epoll, events, EVENTS_AT_ONCE, 0);
  for (int i = 0; i < count; i++)
    {
      uint32_t fd = (uint32_t) events[i].data.u64;
      if (set->slots[fd].registration != (uint32_t) (events[i].data.u64 >> 32))
        return true;
    }
  return false;
}

/* The old set is closed after the new one was made. So the host, which watches a number, sees another one. */
static bool
renew (LodgerGlibFdSet *set)
{
  int epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (epoll < 0)
    return false;
  close (set->epoll);
  set->epoll = epoll;
  set->may_have_stale = false;
  for (size_t i = 0; i < set->n_numbers; i++)
    set->slots[set->numbers[i]].registration = 0;
  set->n_numbers = 0;
  return true;
}

static LodgerGlibFdSetState
want_all (LodgerGlibFdSet *set, const GPollFD *fds, size_t n_fds)
{
  LodgerGlibFdSetState state = LODGER_GLIB_FD_SET_WATCHED;
  if (++set->round == 0)
    set->round = 1;
  for (size_t i = 0; i < n_fds; i++)
    if (fds[i].fd >= 0 && !want (set, fds[i].fd, fds[i].events))
      state = LODGER_GLIB_FD_SET_SHORT;
  return state;
}

LodgerGlibFdSetState
lodger__glib_fd_set_update (LodgerGlibFdSet *set, const GPollFD *fds, size_t n_fds)
{
  LodgerGlibFdSetState noted = want_all (set, fds, n_fds);
  LodgerGlibFdSetState entered = enter_all (set);
  if (set->may_have_stale && has_stale_event (set))
    {
      if (!renew (set))
        return MAX (entered, LODGER_GLIB_FD_SET_SHORT);
      noted = want_all (set, fds, n_fds);
      entered = enter_all (set);
    }
  return MAX (noted, entered);
}
