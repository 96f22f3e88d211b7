/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches of the core, by the native loop's `watch_fd` and by the thread that stands in for it. */
#define _GNU_SOURCE
#include "loop/watch.h"
#include "test-backend.h"
#include "test-blocked-call.h"
#include "test-minimal-host.h"
#include "test-suite.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

/* Each test comes twice. */
enum
{
  BY_HOST,
  BY_POLLER
};

/* A pipe whose reading end is watched. All but the counters is the owner's. */
typedef struct Watcher
{
  LodgerWatch watch; /* first */
  int ends[2];
  unsigned reads; /* bytes that `ready` takes at most */
  struct Watcher *ends_other;
  bool ends_itself;
  atomic_uint revents;
  Counter told;
  Counter forgotten;
} Watcher;

static LodgerCaller *caller;

static void
take (int fd, unsigned count)
{
  char byte;
  for (; count > 0; count--)
    ck_assert_int_eq (read (fd, &byte, 1), 1);
}

static void
give (int fd, unsigned count)
{
  for (; count > 0; count--)
    ck_assert_int_eq (write (fd, "x", 1), 1);
}

static void
ready (LodgerWatch *watch, uint32_t revents)
{
  Watcher *watcher = (Watcher *) watch;
  watcher->revents = revents;
  if (watcher->reads > 0)
    take (watcher->ends[0], 1);
  if (watcher->ends_other != NULL)
    lodger__watch_end (&watcher->ends_other->watch);
  if (watcher->ends_itself)
    lodger__watch_end (watch);
  counter_add (&watcher->told, 1);
}

static void
forgotten (LodgerWatch *watch)
{
  counter_add (&((Watcher *) watch)->forgotten, 1);
}

static void
watcher_open (Watcher *watcher)
{
  *watcher = (Watcher) { .watch = { .caller = caller, .ready = ready, .forgotten = forgotten }, .reads = 1 };
  ck_assert_int_eq (pipe2 (watcher->ends, O_CLOEXEC), 0);
  counter_init (&watcher->told);
  counter_init (&watcher->forgotten);
}

static void
watcher_close (Watcher *watcher)
{
  close (watcher->ends[0]);
  close (watcher->ends[1]);
  counter_clear (&watcher->told);
  counter_clear (&watcher->forgotten);
}

static void
begin_watch (void *watcher)
{
  test_check (lodger__watch_begin (watcher, ((Watcher *) watcher)->ends[0], POLLIN) == 0);
}

static void
end_watch (void *watcher)
{
  lodger__watch_end (watcher);
}

static void
nothing (void *data)
{
  (void) data;
}

static void
open_caller (int way)
{
  if (way == BY_POLLER)
    backend_register_polled ("native");
  caller = worker_start (way == BY_POLLER ? "polled" : "native");
}

START_TEST (a_watch_tells_as_long_as_the_descriptor_is_ready)
{
  Watcher watcher;
  open_caller (_i);
  watcher_open (&watcher);
  worker_run (caller, begin_watch, &watcher);
  ck_assert_int_eq (counter_get (&watcher.told), 0);
  give (watcher.ends[1], 3);
  counter_wait (&watcher.told, 3);
  ck_assert_uint_eq (watcher.revents, POLLIN);
  give (watcher.ends[1], 1);
  counter_wait (&watcher.told, 4);
  worker_run (caller, end_watch, &watcher);
  worker_run (caller, end_watch, &watcher);
  give (watcher.ends[1], 1);
  worker_run (caller, nothing, NULL);
  ck_assert_int_eq (counter_get (&watcher.told), 4);
  worker_stop (caller);
  ck_assert_int_eq (counter_get (&watcher.forgotten), 0);
  watcher_close (&watcher);
}
END_TEST

START_TEST (a_hang_up_is_told_though_nobody_asked)
{
  Watcher watcher;
  open_caller (_i);
  watcher_open (&watcher);
  watcher.ends_itself = true;
  watcher.reads = 0;
  worker_run (caller, begin_watch, &watcher);
  close (watcher.ends[1]);
  counter_wait (&watcher.told, 1);
  ck_assert_uint_eq (watcher.revents, POLLHUP);
  worker_stop (caller);
  ck_assert_int_eq (counter_get (&watcher.told), 1);
  watcher_close (&watcher);
}
END_TEST

START_TEST (a_watch_may_end_itself_and_another_when_it_is_told)
{
  Watcher watchers[2];
  open_caller (_i);
  for (unsigned i = 0; i < 2; i++)
    {
      watcher_open (&watchers[i]);
      watchers[i].ends_itself = true;
      watchers[i].ends_other = &watchers[1 - i];
      worker_run (caller, begin_watch, &watchers[i]);
    }
  give (watchers[0].ends[1], 2);
  give (watchers[1].ends[1], 2);
  while (counter_get (&watchers[0].told) + counter_get (&watchers[1].told) == 0)
    worker_run (caller, nothing, NULL);
  worker_run (caller, nothing, NULL);
  ck_assert_int_eq (counter_get (&watchers[0].told) + counter_get (&watchers[1].told), 1);
  worker_stop (caller);
  for (unsigned i = 0; i < 2; i++)
    watcher_close (&watchers[i]);
}
END_TEST

START_TEST (many_watches_are_told_each)
{
  enum
  {
    COUNT = 40
  };
  Watcher watchers[COUNT];
  open_caller (_i);
  for (unsigned i = 0; i < COUNT; i++)
    {
      watcher_open (&watchers[i]);
      watchers[i].ends_itself = i % 3 == 0;
      worker_run (caller, begin_watch, &watchers[i]);
    }
  for (unsigned i = 0; i < COUNT; i++)
    give (watchers[i].ends[1], 2);
  for (unsigned i = 0; i < COUNT; i++)
    counter_wait (&watchers[i].told, watchers[i].ends_itself ? 1 : 2);
  worker_stop (caller);
  for (unsigned i = 0; i < COUNT; i++)
    {
      ck_assert_int_eq (counter_get (&watchers[i].told), watchers[i].ends_itself ? 1 : 2);
      ck_assert_int_eq (counter_get (&watchers[i].forgotten), watchers[i].ends_itself ? 0 : 1);
      watcher_close (&watchers[i]);
    }
}
END_TEST

START_TEST (two_watches_of_one_descriptor_are_both_told)
{
  Watcher watchers[2];
  open_caller (_i);
  for (unsigned i = 0; i < 2; i++)
    {
      watcher_open (&watchers[i]);
      watchers[i].reads = 0;
      watchers[i].ends_itself = true;
    }
  close (watchers[1].ends[0]);
  watchers[1].ends[0] = watchers[0].ends[0];
  worker_run (caller, begin_watch, &watchers[0]);
  worker_run (caller, begin_watch, &watchers[1]);
  give (watchers[0].ends[1], 1);
  counter_wait (&watchers[0].told, 1);
  counter_wait (&watchers[1].told, 1);
  worker_stop (caller);
  watchers[1].ends[0] = -1;
  watcher_close (&watchers[0]);
  watcher_close (&watchers[1]);
}
END_TEST

/* Also one whose duplicate lives, which an epoll set would go on telling of. */
START_TEST (a_descriptor_that_was_closed_is_told_as_invalid)
{
  Watcher watcher, first;
  int other;
  open_caller (_i);
  watcher_open (&first); /* so that no descriptor of Lodger's gets the number */
  worker_run (caller, begin_watch, &first);
  watcher_open (&watcher);
  other = dup (watcher.ends[0]);
  watcher.reads = 0;
  watcher.ends_itself = true;
  close (watcher.ends[0]);
  give (watcher.ends[1], 1);
  worker_run (caller, begin_watch, &watcher);
  counter_wait (&watcher.told, 1);
  ck_assert_uint_eq (watcher.revents, POLLNVAL);
  worker_stop (caller);
  close (other);
  watcher.ends[0] = -1;
  watcher_close (&watcher);
  watcher_close (&first);
}
END_TEST

START_TEST (a_regular_file_is_always_ready)
{
  Watcher watcher;
  open_caller (_i);
  watcher_open (&watcher);
  close (watcher.ends[0]);
  watcher.ends[0] = open ("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  worker_run (caller, begin_watch, &watcher);
  counter_wait (&watcher.told, 3);
  worker_stop (caller);
  watcher_close (&watcher);
}
END_TEST

START_TEST (a_watch_that_is_ended_lets_the_number_be_used_again)
{
  open_caller (_i);
  for (unsigned round = 0; round < test_scaled (200); round++)
    {
      Watcher watcher;
      watcher_open (&watcher);
      worker_run (caller, begin_watch, &watcher);
      if (round % 2 == 0)
        {
          give (watcher.ends[1], 1);
          counter_wait (&watcher.told, 1);
        }
      worker_run (caller, end_watch, &watcher);
      ck_assert_int_eq (counter_get (&watcher.told), round % 2 == 0);
      watcher_close (&watcher);
    }
  worker_stop (caller);
}
END_TEST

/* A descriptor that is ready while the owner is busy. */
START_TEST (nobody_spins_while_the_owner_is_busy)
{
  BlockedCall blocked;
  Watcher watcher;
  ProcThread before, after;
  int thread;
  open_caller (_i);
  blocked_call_init (&blocked);
  watcher_open (&watcher);
  worker_run (caller, begin_watch, &watcher);
  test_check (lodger_caller_call_direct (caller, blocked_call_direct, &blocked, NULL) == 0);
  latch_wait (&blocked.entered);
  while ((thread = proc_thread_named ("lodger-poll")) == 0 && _i == BY_POLLER)
    sched_yield ();
  give (watcher.ends[1], 1);
  if (_i == BY_POLLER)
    {
      proc_wait_asleep (thread);
      before = proc_thread (thread);
      proc_wait_asleep (thread);
      after = proc_thread (thread);
      ck_assert_uint_le (after.switches, before.switches + 3);
    }
  else
    ck_assert_int_eq (thread, 0);
  ck_assert_int_eq (counter_get (&watcher.told), 0);
  latch_open (&blocked.let_go);
  counter_wait (&watcher.told, 1);
  worker_stop (caller);
  watcher_close (&watcher);
  blocked_call_clear (&blocked);
}
END_TEST

START_TEST (without_a_watch_there_is_no_thread)
{
  ProcCount before;
  Watcher watchers[2];
  open_caller (_i);
  watcher_open (&watchers[0]);
  watcher_open (&watchers[1]);
  before = proc_count ();
  worker_run (caller, begin_watch, &watchers[0]);
  worker_run (caller, begin_watch, &watchers[1]);
  ck_assert_int_eq (proc_count ().threads, before.threads + (_i == BY_POLLER));
  worker_run (caller, end_watch, &watchers[0]);
  give (watchers[1].ends[1], 1);
  counter_wait (&watchers[1].told, 1);
  worker_run (caller, end_watch, &watchers[1]);
  proc_expect_restored (before);
  worker_run (caller, begin_watch, &watchers[0]);
  give (watchers[0].ends[1], 1);
  counter_wait (&watchers[0].told, 1);
  worker_stop (caller);
  ck_assert_int_eq (counter_get (&watchers[0].forgotten), 1);
  watcher_close (&watchers[0]);
  watcher_close (&watchers[1]);
}
END_TEST

START_TEST (a_caller_that_does_not_run_watches_nothing)
{
  Watcher watcher;
  open_caller (_i);
  watcher_open (&watcher);
  lodger_caller_ref (caller);
  worker_stop (caller);
  expect_code (lodger__watch_begin (&watcher.watch, watcher.ends[0], POLLIN), LODGER_ESHUTDOWN);
  lodger_caller_unref (caller);
  watcher_close (&watcher);
}
END_TEST

/* ---- hosts that close ------------------------------------------------------------------------------------------------- */

START_TEST (a_host_that_closes_ends_the_watches_that_are_polled)
{
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER };
  Watcher watcher;
  ProcCount before = proc_count ();
  caller = minimal_host_attach (&minimal, NULL);
  watcher_open (&watcher);
  lodger_caller_call_direct (caller, begin_watch, &watcher, NULL);
  minimal_host_run (&minimal);
  give (watcher.ends[1], 1);
  while (counter_get (&watcher.told) == 0)
    minimal_host_run (&minimal);
  thread_join (thread_start (minimal_host_close, &minimal));
  ck_assert_int_eq (counter_get (&watcher.forgotten), 1);
  lodger_caller_unref (caller);
  watcher_close (&watcher);
  proc_expect_restored (before);
}
END_TEST

static int
watch_nothing (void *impl, LodgerHostWatch *watch, int fd, uint32_t events)
{
  (void) fd;
  (void) events;
  ck_assert_ptr_null (watch->host_data);
  watch->host_data = watch;
  *(LodgerHostWatch **) ((MinimalHost *) impl)->posted_data = watch;
  return 0;
}

static void
never_unwatch (void *impl, LodgerHostWatch *watch)
{
  (void) impl;
  (void) watch;
  test_fail ("unwatch_fd after the close");
}

/* An event that is on its way while the host closes in another thread. */
START_TEST (a_late_event_of_a_host_that_has_closed_is_ignored)
{
  static LodgerHostOps ops;
  static LodgerHostDriver driver;
  LodgerHostWatch *given = NULL;
  MinimalHost minimal = { .mutex = PTHREAD_MUTEX_INITIALIZER, .posted_data = &given }, *at = &minimal;
  const LodgerCallerOptions options = { .size = sizeof options, .host = "watching", .host_options = &at };
  Watcher watcher;
  ops = minimal_host_ops;
  ops.name = "watching";
  ops.watch_fd = watch_nothing;
  ops.unwatch_fd = never_unwatch;
  driver = minimal_host_driver;
  driver.ops = &ops;
  expect_code (lodger_host_register (&driver), 0);
  caller = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, &options, NULL);
  watcher_open (&watcher);
  watcher.reads = 0;
  lodger_caller_call_direct (caller, begin_watch, &watcher, NULL);
  minimal_host_run (&minimal);
  lodger_host_fd_ready (given, POLLIN);
  ck_assert_int_eq (counter_get (&watcher.told), 1);
  lodger_host_fd_ready (given, 0);
  ck_assert_int_eq (counter_get (&watcher.told), 1);
  thread_join (thread_start (minimal_host_close, &minimal));
  ck_assert_int_eq (counter_get (&watcher.forgotten), 1);
  watcher_close (&watcher);
  memset (&watcher, 0xff, sizeof watcher);
  lodger_host_fd_ready (given, POLLIN);
  lodger_caller_unref (caller);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("watching");
#define TWICE(test)                                                                                                    \
  test_add_variant (suite, #test "/host", test, BY_HOST);                                                              \
  test_add_variant (suite, #test "/poller", test, BY_POLLER)
  TWICE (a_watch_tells_as_long_as_the_descriptor_is_ready);
  TWICE (a_hang_up_is_told_though_nobody_asked);
  TWICE (a_watch_may_end_itself_and_another_when_it_is_told);
  TWICE (many_watches_are_told_each);
  TWICE (two_watches_of_one_descriptor_are_both_told);
  TWICE (a_descriptor_that_was_closed_is_told_as_invalid);
  TWICE (a_regular_file_is_always_ready);
  TWICE (a_watch_that_is_ended_lets_the_number_be_used_again);
  TWICE (nobody_spins_while_the_owner_is_busy);
  TWICE (without_a_watch_there_is_no_thread);
  TWICE (a_caller_that_does_not_run_watches_nothing);
  test_add (suite, a_host_that_closes_ends_the_watches_that_are_polled);
  test_add (suite, a_late_event_of_a_host_that_has_closed_is_ignored);
  return test_main (suite, argc, argv);
}
