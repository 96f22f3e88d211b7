/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "test-direct-guest.h"

#include "test-limits.h"

#include <poll.h>
#include <time.h>

int
direct_guest_open (DirectGuest *guest, const LodgerBackendOps *ops, const void *options)
{
  *guest = (DirectGuest) { .ops = ops, .fd = -1 };
  return ops->guest_open (options, &guest->impl);
}

void
direct_guest_close (DirectGuest *guest)
{
  guest->ops->guest_close (guest->impl);
  guest->impl = NULL;
}

int64_t
direct_guest_prepare (DirectGuest *guest)
{
  guest->until = guest->ops->guest_prepare (guest->impl, &guest->fd);
  return guest->until;
}

static int
poll_until (int fd, int64_t until)
{
  struct pollfd one = { .fd = fd, .events = POLLIN };
  int64_t left = until - test_now ();
  struct timespec time = { .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 };
  if (left <= 0)
    time = (struct timespec) { 0 };
  return ppoll (&one, 1, until == LODGER_FOREVER ? NULL : &time, NULL);
}

bool
direct_guest_is_readable (const DirectGuest *guest)
{
  return poll_until (guest->fd, 0) == 1;
}

bool
direct_guest_dispatch (DirectGuest *guest)
{
  bool again;
  if (guest->ops->guest_enter != NULL)
    guest->ops->guest_enter (guest->impl);
  again = guest->ops->guest_dispatch (guest->impl);
  if (guest->ops->guest_leave != NULL)
    guest->ops->guest_leave (guest->impl);
  return again;
}

int
direct_guest_run (DirectGuest *guest)
{
  int count = 0;
  while (direct_guest_dispatch (guest))
    count++;
  return count;
}

int
direct_guest_turn (DirectGuest *guest, int64_t until)
{
  int64_t own = direct_guest_prepare (guest);
  if (own != 0)
    poll_until (guest->fd, own < until ? own : until);
  return direct_guest_run (guest);
}
