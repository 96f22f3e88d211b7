/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "base/port.h"

#include <assert.h>
#include <errno.h>
#include <linux/futex.h>
#include <lodger/error.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S  INT64_C (1000000000)
#define NS_PER_MS INT64_C (1000000)

int64_t
lodger__port_now (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (int64_t) now.tv_sec * NS_PER_S + now.tv_nsec;
}

unsigned
lodger__port_cpu_count (void)
{
  long count = sysconf (_SC_NPROCESSORS_ONLN);
  return count > 0 ? (unsigned) count : 1;
}

bool
lodger__port_is_main_thread (void)
{
  return getpid () == gettid ();
}

int
lodger__port_thread_number (void)
{
  return (int) gettid ();
}

void
lodger__port_thread_name (char name[16])
{
  memset (name, 0, 16);
  if (prctl (PR_GET_NAME, name) != 0)
    strcpy (name, "thread");
}

void
lodger__port_set_thread_name (const char *name)
{
  char short_name[16];
  strncpy (short_name, name, sizeof short_name - 1);
  short_name[sizeof short_name - 1] = '\0';
  prctl (PR_SET_NAME, short_name);
}

/* On Linux each thread has a nice level of its own, and begins with that of the one that started it. */
int
lodger__port_get_nice (void)
{
  return getpriority (PRIO_PROCESS, (id_t) gettid ());
}

bool
lodger__port_set_nice (int nice)
{
  return setpriority (PRIO_PROCESS, (id_t) gettid (), nice) == 0;
}

void
lodger__port_mutex_init (pthread_mutex_t *mutex)
{
  pthread_mutexattr_t attr;
  pthread_mutexattr_init (&attr);
  pthread_mutexattr_settype (&attr, PTHREAD_MUTEX_ADAPTIVE_NP);
  pthread_mutex_init (mutex, &attr);
  pthread_mutexattr_destroy (&attr);
}

/* What the system takes for a time: as long as a word, unless it has nothing but the newer call. */
#ifdef SYS_futex
typedef long FutexTime;
#else
#define SYS_futex SYS_futex_time64
typedef int64_t FutexTime;
#endif

static_assert (sizeof (atomic_uint) == 4, "the system compares 32 bits");

void
lodger__port_sleep_on (atomic_uint *word, unsigned value)
{
  syscall (SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

void
lodger__port_sleep_on_until (atomic_uint *word, unsigned value, int64_t deadline)
{
  const FutexTime until[2] = { (FutexTime) (deadline / 1000000000), (FutexTime) (deadline % 1000000000) };
  syscall (SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value, deadline == LODGER_FOREVER ? NULL : until, NULL,
           FUTEX_BITSET_MATCH_ANY);
}

void
lodger__port_wake_one (const atomic_uint *word)
{
  syscall (SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* The set is too small for a system with very many processors. */
bool
lodger__port_has_one_processor (void)
{
  cpu_set_t set;
  return sched_getaffinity (0, sizeof set, &set) == 0 && CPU_COUNT (&set) == 1;
}

void
lodger__port_relax (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  /* clang-format off */
  __asm__ volatile ("yield");
  /* clang-format on */
#endif
}

void
lodger__port_yield (void)
{
  sched_yield ();
}

void
lodger__port_nap (long duration)
{
  nanosleep (&(struct timespec) { .tv_nsec = duration }, NULL);
}

bool
lodger__port_is_checked (void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return true;
#endif
#endif
  const char *preload = getenv ("LD_PRELOAD");
  return preload != NULL && strstr (preload, "vgpreload") != NULL;
}

static void
signal_thread (LodgerParker *base)
{
  LodgerThreadParker *parker = (LodgerThreadParker *) base;
  pthread_mutex_lock (&parker->mutex);
  parker->signalled = true;
  pthread_cond_signal (&parker->cond);
  pthread_mutex_unlock (&parker->mutex);
}

static int
thread_wait (LodgerParker *base, int64_t deadline)
{
  LodgerThreadParker *parker = (LodgerThreadParker *) base;
  struct timespec until = { .tv_sec = (time_t) (deadline / NS_PER_S), .tv_nsec = (long) (deadline % NS_PER_S) };
  bool signalled;
  pthread_mutex_lock (&parker->mutex);
  while (!parker->signalled)
    {
      if (deadline == LODGER_FOREVER)
        pthread_cond_wait (&parker->cond, &parker->mutex);
      else if (pthread_cond_timedwait (&parker->cond, &parker->mutex, &until) != 0)
        break;
    }
  signalled = parker->signalled;
  parker->signalled = false;
  pthread_mutex_unlock (&parker->mutex);
  return signalled ? 0 : LODGER_ETIMEDOUT;
}

static const LodgerParkerOps thread_parker_ops = { signal_thread, thread_wait };

int
lodger__parker_init (LodgerThreadParker *parker)
{
  pthread_condattr_t attr;
  int failed = pthread_condattr_init (&attr);
  if (failed != 0)
    return LODGER_ENOMEM;
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  failed = pthread_cond_init (&parker->cond, &attr);
  pthread_condattr_destroy (&attr);
  if (failed != 0)
    return LODGER_ENOMEM;
  pthread_mutex_init (&parker->mutex, NULL);
  parker->parker.ops = &thread_parker_ops;
  parker->signalled = false;
  return 0;
}

void
lodger__parker_clear (LodgerThreadParker *parker)
{
  pthread_cond_destroy (&parker->cond);
  pthread_mutex_destroy (&parker->mutex);
}

int
lodger__waker_open (LodgerWaker *waker)
{
  waker->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  return waker->fd >= 0 ? 0 : LODGER_EAGAIN;
}

void
lodger__waker_close (LodgerWaker *waker)
{
  close (waker->fd);
}

void
lodger__waker_wake (LodgerWaker *waker)
{
  uint64_t one = 1;
  while (write (waker->fd, &one, sizeof one) < 0 && errno == EINTR)
    ;
}

static int
timeout_ms (int64_t deadline)
{
  int64_t left;
  if (deadline == LODGER_FOREVER)
    return -1;
  left = deadline - lodger__port_now ();
  if (left <= 0)
    return 0;
  left = (left - 1) / NS_PER_MS + 1;
  return left > INT32_MAX ? INT32_MAX : (int) left;
}

/* By number, each time anew: a descriptor that was closed, and one that has its number now, are what poll() says they
 * are. */
int
lodger__waker_poll (LodgerWaker *waker, struct pollfd *fds, unsigned count, int64_t deadline)
{
  uint64_t number;
  int ready;
  fds[0] = (struct pollfd) { .fd = waker->fd, .events = POLLIN };
  ready = poll (fds, count, timeout_ms (deadline));
  if (ready <= 0)
    {
      for (unsigned i = 0; i < count; i++)
        fds[i].revents = 0;
      return 0;
    }
  if (fds[0].revents == 0)
    return ready;
  while (read (waker->fd, &number, sizeof number) < 0 && errno == EINTR)
    ;
  return ready - 1;
}

void
lodger__waker_wait (LodgerWaker *waker, int64_t deadline)
{
  struct pollfd fd;
  lodger__waker_poll (waker, &fd, 1, deadline);
}
