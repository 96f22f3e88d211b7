/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptors of guests, as a host that watches them sees it. */
#include "test-guest.h"
#include "test-minimal-host.h"
#include "test-suite.h"

/* A host that watches descriptors, and notes what it is asked to. */
static struct
{
  LodgerHostWatch *watch;
  int fd, watches, unwatches;
  int code;
} watched;

static int
watch_fd (void *impl, LodgerHostWatch *watch, int fd, uint32_t events)
{
  (void) impl;
  (void) events;
  ck_assert_ptr_null (watched.watch);
  if (watched.code != 0)
    return watched.code;
  watched.watch = watch;
  watched.fd = fd;
  watched.watches++;
  return 0;
}

static void
unwatch_fd (void *impl, LodgerHostWatch *watch)
{
  (void) impl;
  ck_assert_ptr_eq (watched.watch, watch);
  watched.watch = NULL;
  watched.unwatches++;
}

static LodgerHostOps watching_ops;
static LodgerHostDriver watching_driver;

static LodgerCaller *
watching_open (MinimalHost *minimal)
{
  const void *options = minimal;
  LodgerCallerOptions own = { .size = sizeof own, .host = "watching", .host_options = &options };
  LodgerCaller *caller;
  pthread_mutex_init (&minimal->mutex, NULL);
  watching_ops = minimal_host_ops;
  watching_ops.name = "watching";
  watching_ops.watch_fd = watch_fd;
  watching_ops.unwatch_fd = unwatch_fd;
  watching_driver = minimal_host_driver;
  watching_driver.ops = &watching_ops;
  expect_code (lodger_host_register (&watching_driver), 0);
  caller = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, &own, NULL);
  ck_assert_ptr_nonnull (caller);
  return caller;
}

static void
watching_close (MinimalHost *minimal, LodgerCaller *caller)
{
  lodger_caller_stop (caller, true);
  minimal_host_run (minimal);
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_STOPPED);
  lodger_caller_unref (caller);
  pthread_mutex_destroy (&minimal->mutex);
}

START_TEST (the_descriptor_of_a_guest_is_watched_until_it_changes)
{
  MinimalHost minimal = { 0 };
  LodgerCaller *caller = watching_open (&minimal);
  GuestLoop inside;
  LodgerGuest *guest;
  guest_loop_init (&inside);
  guest = guest_start (caller, &inside);
  minimal_host_run (&minimal);
  ck_assert_int_eq (watched.fd, inside.epoll_fd);
  for (int i = 0; i < 10; i++)
    lodger_host_before_wait (minimal.host);
  ck_assert_int_eq (watched.watches, 1);

  guest_loop_post (&inside);
  lodger_host_fd_ready (watched.watch, 1);
  ck_assert_int_eq (atomic_load (&inside.events), 1);
  minimal_host_run (&minimal);

  inside.is_dead = true;
  lodger_host_before_wait (minimal.host);
  ck_assert_int_eq (watched.unwatches, 1);
  ck_assert_ptr_null (watched.watch);
  inside.is_dead = false;
  lodger_host_before_wait (minimal.host);
  ck_assert_int_eq (watched.watches, 2);

  expect_code (lodger_guest_end (guest), 0);
  ck_assert_int_eq (watched.unwatches, 2);
  lodger_guest_unref (guest);
  watching_close (&minimal, caller);
  guest_loop_clear (&inside);
}
END_TEST

START_TEST (a_descriptor_that_cannot_be_watched_is_told_once)
{
  MinimalHost minimal = { 0 };
  LodgerCaller *caller = watching_open (&minimal);
  GuestLoop inside;
  LodgerGuest *guest;
  log_capture_begin ();
  watched.code = LODGER_EBUSY;
  guest_loop_init (&inside);
  guest = guest_start (caller, &inside);
  minimal_host_run (&minimal);
  for (int i = 0; i < 10; i++)
    lodger_host_before_wait (minimal.host);
  ck_assert_uint_eq (log_capture_count (), 1);
  ck_assert (log_capture_has ("cannot be watched"));
  log_capture_end ();
  lodger_guest_unref (guest);
  watching_close (&minimal, caller);
  ck_assert_int_eq (watched.unwatches, 0);
  guest_loop_clear (&inside);
}
END_TEST

/* A shortage passes, and nothing else would wake the guest. */
START_TEST (a_descriptor_that_lacks_a_watch_is_tried_again)
{
  MinimalHost minimal = { 0 };
  LodgerCaller *caller = watching_open (&minimal);
  GuestLoop inside;
  LodgerGuest *guest;
  log_capture_begin ();
  watched.code = _i == 0 ? LODGER_EAGAIN : LODGER_ENOMEM;
  guest_loop_init (&inside);
  guest = guest_start (caller, &inside);
  minimal_host_run (&minimal);
  for (int i = 0; i < 10; i++)
    ck_assert (lodger_host_before_wait (minimal.host) != LODGER_FOREVER);
  ck_assert_uint_eq (log_capture_count (), 1);
  watched.code = 0;
  ck_assert (lodger_host_before_wait (minimal.host) == LODGER_FOREVER);
  ck_assert_int_eq (watched.watches, 1);
  log_capture_end ();
  lodger_guest_unref (guest);
  watching_close (&minimal, caller);
  ck_assert_int_eq (watched.unwatches, 1);
  guest_loop_clear (&inside);
}
END_TEST

typedef struct Ending
{
  MinimalHost *minimal;
  LodgerGuest *guest;
} Ending;

/* It is still inside: its descriptor may stay readable, and its time may have come, for as long as that takes. */
static void
end_and_nest (GuestLoop *loop, void *data)
{
  Ending *ending = data;
  loop->timer = test_now () + INT64_C (3600000000000);
  lodger_host_before_wait (ending->minimal->host);
  ck_assert_ptr_nonnull (watched.watch);
  expect_code (lodger_guest_end (ending->guest), 0);
  ck_assert_ptr_null (watched.watch);
  ck_assert (lodger_host_before_wait (ending->minimal->host) == LODGER_FOREVER);
  ck_assert_int_eq (atomic_load (&loop->closes), 0);
}

START_TEST (a_guest_that_is_to_end_wakes_no_nested_loop)
{
  MinimalHost minimal = { 0 };
  Ending ending = { .minimal = &minimal };
  LodgerCaller *caller = watching_open (&minimal);
  GuestLoop inside;
  guest_loop_init (&inside);
  inside.func = end_and_nest;
  inside.data = &ending;
  ending.guest = guest_start (caller, &inside);
  guest_loop_post (&inside);
  minimal_host_run (&minimal);
  ck_assert_int_eq (atomic_load (&inside.closes), 1);
  lodger_guest_unref (ending.guest);
  watching_close (&minimal, caller);
  guest_loop_clear (&inside);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("guest-watch");
  test_add (suite, the_descriptor_of_a_guest_is_watched_until_it_changes);
  test_add (suite, a_descriptor_that_cannot_be_watched_is_told_once);
  test_add_variant (suite, "a_descriptor_that_lacks_a_watch_is_tried_again/EAGAIN",
                    a_descriptor_that_lacks_a_watch_is_tried_again, 0);
  test_add_variant (suite, "a_descriptor_that_lacks_a_watch_is_tried_again/ENOMEM",
                    a_descriptor_that_lacks_a_watch_is_tried_again, 1);
  test_add (suite, a_guest_that_is_to_end_wakes_no_nested_loop);
  return test_main (suite, argc, argv);
}
