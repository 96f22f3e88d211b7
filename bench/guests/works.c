/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is done in a loop, by nothing but its items: the same for a loop that runs by itself and for a guest.
 *
 * echo: a number goes round a TCP connection to the machine itself, both ends of which are in the loop. echo-peer: its
 * other end is in a thread that only reads and writes. timers: a hundred timers, each of which is started again for
 * 1 ms later when it has come. wake: another thread wakes the loop, which sleeps, and waits until it has come round.
 * kick: the same without a descriptor that would tell of it.
 */
#include "guests.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum
{
  TIMERS = 100,
  MOST_WAKE_UPS = 2000,
  REST_NS = 200000, /* in which the loop goes to sleep */
};

static struct
{
  const Loop *loop;
  uint64_t count, done;
  int ends[2]; /* of the connection */
  Item *items[TIMERS];
  uint64_t times[TIMERS]; /* that each timer has come */
  size_t n_items;
  pthread_t thread;
  sem_t came;
  atomic_int_fast64_t woken_at;
  double latencies[MOST_WAKE_UPS];
} work;

static void
begin_work (const Loop *loop, uint64_t count)
{
  work.loop = loop;
  work.count = count;
  work.done = 0;
  work.n_items = 0;
}

static void
add_item (ItemKind kind, int fd, Func *func, void *data)
{
  work.items[work.n_items++] = work.loop->add (kind, fd, func, data);
}

static void
end_work (void)
{
  for (size_t i = 0; i < work.n_items; i++)
    work.loop->remove (work.items[i]);
  if (work.done != work.count)
    bench_fail ("%llu of %llu were done", (unsigned long long) work.done, (unsigned long long) work.count);
}

/* ---- a connection ----------------------------------------------------------------------------------------------- */

static void
connect_ends (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int on = 1, listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  work.ends[0] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || work.ends[0] < 0 || bind (listener, (struct sockaddr *) &address, sizeof address) != 0
      || listen (listener, 1) != 0 || getsockname (listener, (struct sockaddr *) &address, &length) != 0
      || connect (work.ends[0], (struct sockaddr *) &address, sizeof address) != 0
      || (work.ends[1] = accept (listener, NULL, NULL)) < 0)
    bench_fail ("no connection: errno %d", errno);
  close (listener);
  for (int i = 0; i < 2; i++)
    setsockopt (work.ends[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void
send_number (int fd, uint64_t number)
{
  if (send (fd, &number, sizeof number, MSG_NOSIGNAL) != (ssize_t) sizeof number)
    bench_fail ("nothing was sent: errno %d", errno);
}

/* False: nothing has come. */
static bool
receive_number (int fd, int flags, uint64_t *ret_number)
{
  ssize_t length = recv (fd, ret_number, sizeof *ret_number, flags);

  if (length < 0 && errno == EAGAIN)
    return false;
  if (length == 0 && flags == MSG_WAITALL)
    return false;
  if (length != (ssize_t) sizeof *ret_number)
    bench_fail ("%zd bytes were received: errno %d", length, errno);
  return true;
}

static void
answer (void *data)
{
  uint64_t number;

  (void) data;
  guests_check_thread ();
  if (receive_number (work.ends[1], MSG_DONTWAIT, &number))
    send_number (work.ends[1], number + 1);
}

static void
came_back (void *data)
{
  uint64_t number;

  (void) data;
  guests_check_thread ();
  if (!receive_number (work.ends[0], MSG_DONTWAIT, &number))
    return;
  if (number != work.done + 1)
    bench_fail ("%llu came back where %llu was due", (unsigned long long) number, (unsigned long long) work.done + 1);
  if (++work.done == work.count)
    guests_over ();
  else
    send_number (work.ends[0], work.done);
}

static void
begin_echo (const Loop *loop, uint64_t count)
{
  begin_work (loop, count);
  connect_ends ();
  add_item (ITEM_READABLE, work.ends[0], came_back, NULL);
  add_item (ITEM_READABLE, work.ends[1], answer, NULL);
  send_number (work.ends[0], 0);
}

static void
end_echo (void)
{
  end_work ();
  close (work.ends[0]);
  close (work.ends[1]);
}

static void *
answer_all (void *data)
{
  uint64_t number;

  while (receive_number (work.ends[1], MSG_WAITALL, &number))
    send_number (work.ends[1], number + 1);
  return data;
}

static void
begin_echo_peer (const Loop *loop, uint64_t count)
{
  begin_work (loop, count);
  connect_ends ();
  add_item (ITEM_READABLE, work.ends[0], came_back, NULL);
  if (pthread_create (&work.thread, NULL, answer_all, NULL))
    bench_fail ("no thread for the peer");
  send_number (work.ends[0], 0);
}

static void
end_echo_peer (void)
{
  shutdown (work.ends[0], SHUT_RDWR);
  pthread_join (work.thread, NULL);
  end_echo ();
}

/* ---- timers ----------------------------------------------------------------------------------------------------- */

static void
timer_came (void *data)
{
  size_t i = (size_t) ((uint64_t *) data - work.times);

  guests_check_thread ();
  if (++work.times[i] < work.count / TIMERS)
    work.loop->start (work.items[i], 1);
  if (++work.done == work.count)
    guests_over ();
}

static void
begin_timers (const Loop *loop, uint64_t count)
{
  begin_work (loop, count);
  for (size_t i = 0; i < TIMERS; i++)
    {
      work.times[i] = 0;
      add_item (ITEM_TIMER, -1, timer_came, &work.times[i]);
      loop->start (work.items[i], 1);
    }
}

static void
end_timers (void)
{
  for (size_t i = 0; i < TIMERS; i++)
    if (work.times[i] != work.count / TIMERS)
      bench_fail ("a timer came %llu times", (unsigned long long) work.times[i]);
  end_work ();
}

/* ---- wake-ups --------------------------------------------------------------------------------------------------- */

static void
woken (void *data)
{
  (void) data;
  work.latencies[work.done++] = (double) (bench_now () - atomic_load (&work.woken_at));
  guests_check_thread ();
  sem_post (&work.came);
  if (work.done == work.count)
    guests_over ();
}

static void *
wake_all (void *data)
{
  const struct timespec rest = { .tv_nsec = REST_NS };

  for (uint64_t i = 0; i < work.count; i++)
    {
      nanosleep (&rest, NULL);
      atomic_store (&work.woken_at, bench_now ());
      work.loop->wake (work.items[0]);
      while (sem_wait (&work.came) != 0)
        ;
    }
  return data;
}

static void
begin_wake_ups (const Loop *loop, uint64_t count, ItemKind kind)
{
  begin_work (loop, count);
  sem_init (&work.came, 0, 0);
  add_item (kind, -1, woken, NULL);
  if (pthread_create (&work.thread, NULL, wake_all, NULL))
    bench_fail ("no thread to wake the loop");
}

static void
begin_wake (const Loop *loop, uint64_t count)
{
  begin_wake_ups (loop, count, ITEM_WAKE);
}

static void
begin_kick (const Loop *loop, uint64_t count)
{
  begin_wake_ups (loop, count, ITEM_KICK);
}

static void
end_wake (void)
{
  pthread_join (work.thread, NULL);
  sem_destroy (&work.came);
  end_work ();
}

double
works_get_latency (void)
{
  return bench_median (work.latencies, work.count);
}

const Work works[] = {
  {
      .name = "echo",
      .what = "round trips on a connection, both ends in the loop",
      .count = 20000,
      .quick_count = 4000,
      .begin = begin_echo,
      .end = end_echo,
  },
  {
      .name = "echo-peer",
      .what = "the same, with the other end in a thread",
      .count = 20000,
      .quick_count = 4000,
      .has_thread = true,
      .begin = begin_echo_peer,
      .end = end_echo_peer,
  },
  {
      .name = "timers",
      .what = "100 timers, each 1 ms after it has come",
      .count = 100 * TIMERS,
      .quick_count = 40 * TIMERS,
      .begin = begin_timers,
      .end = end_timers,
  },
  {
      .name = "wake",
      .what = "from a thread's wake-up to the call-back; the loop sleeps",
      .count = MOST_WAKE_UPS,
      .quick_count = MOST_WAKE_UPS / 5,
      .is_latency = true,
      .has_thread = true,
      .begin = begin_wake,
      .end = end_wake,
  },
  {
      .name = "kick",
      .what = "the same, by lodger_guest_kick()",
      .count = MOST_WAKE_UPS,
      .quick_count = MOST_WAKE_UPS / 5,
      .is_latency = true,
      .needs_kick = true,
      .has_thread = true,
      .begin = begin_kick,
      .end = end_wake,
  },
};
const size_t n_works = sizeof works / sizeof works[0];
