/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Lodger needs of the system beyond ISO C and POSIX threads: the only file that knows an operating system. */
#ifndef LODGER_PORT_H
#define LODGER_PORT_H

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

int64_t lodger__port_now (void);
unsigned lodger__port_cpu_count (void);
bool lodger__port_is_main_thread (void);
/* The system's number of this thread. */
int lodger__port_thread_number (void);
void lodger__port_thread_name (char name[16]);
/* Of this thread; cut to what the system takes. */
void lodger__port_set_thread_name (const char *name);
/* This thread's nice level. */
int lodger__port_get_nice (void);
/* False when the system refuses it. */
bool lodger__port_set_nice (int nice);
/* Whether the system lets this thread run on one processor only. */
bool lodger__port_has_one_processor (void);
void lodger__port_relax (void);
/* Lets other threads run. */
void lodger__port_yield (void);
/* Sleeps for so many nanoseconds, below a second. */
void lodger__port_nap (long duration);
/* A mutex that is held for a few instructions: whoever finds it taken looks again for a moment before it sleeps. */
void lodger__port_mutex_init (pthread_mutex_t *mutex);
/* Sleeps until somebody wakes it, if the word has that value. It may return early. */
void lodger__port_sleep_on (atomic_uint *word, unsigned value);
/* The same, until the deadline at the latest. */
void lodger__port_sleep_on_until (atomic_uint *word, unsigned value, int64_t deadline);
/* Wakes one of those who sleep on the word. Its memory may be gone, or another's: then nobody is woken, or one who looks
 * for himself. */
void lodger__port_wake_one (const atomic_uint *word);
/* Whether every node must be a malloc of its own: under a memory checker. */
bool lodger__port_is_checked (void);

/* Who waits sleeps here until somebody signals it: a signal is kept until it is taken. What sleeps is a thread, or a
 * call on a stack of its own. */
typedef struct LodgerParker LodgerParker;
typedef struct LodgerParkerOps
{
  void (*signal) (LodgerParker *parker); /* any thread; locks may be held */
  /* 0: it has taken a signal; LODGER_ETIMEDOUT: the deadline (LODGER_FOREVER: none) came first; or why it cannot
   * sleep. */
  int (*wait) (LodgerParker *parker, int64_t deadline);
} LodgerParkerOps;
struct LodgerParker
{
  const LodgerParkerOps *ops;
};

static inline void
lodger__parker_signal (LodgerParker *parker)
{
  parker->ops->signal (parker);
}

static inline int
lodger__parker_wait (LodgerParker *parker, int64_t deadline)
{
  return parker->ops->wait (parker, deadline);
}

/* One for a thread. */
typedef struct LodgerThreadParker
{
  LodgerParker parker; /* first */
  pthread_mutex_t mutex;
  pthread_cond_t cond;
  bool signalled;
} LodgerThreadParker;

int lodger__parker_init (LodgerThreadParker *parker);
void lodger__parker_clear (LodgerThreadParker *parker);

/* A thread sleeps here for a wake-up from any thread, and for descriptors. */
typedef struct LodgerWaker
{
  int fd;
} LodgerWaker;

int lodger__waker_open (LodgerWaker *waker);
void lodger__waker_close (LodgerWaker *waker);
void lodger__waker_wake (LodgerWaker *waker);
/* Sleeps until a wake-up or the deadline; never returns early for the deadline. */
void lodger__waker_wait (LodgerWaker *waker, int64_t deadline);
/* The same, or until one of `count` descriptors is ready. The first place of the array is for the waker itself. The
 * result is how many others are ready. */
int lodger__waker_poll (LodgerWaker *waker, struct pollfd *fds, unsigned count, int64_t deadline);

#endif
