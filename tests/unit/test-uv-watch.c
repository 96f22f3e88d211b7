/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors that Lodger watches in a libuv loop, and lodger_run() with such a loop. */
#include "test-suite.h"

#include <lodger-uv.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Place
{
  uv_loop_t loop;
  LodgerCaller *caller;
  int ends[2];
} Place;

static void
place_open (Place *place)
{
  ck_assert_int_eq (uv_loop_init (&place->loop), 0);
  place->caller = lodger_uv_attach (&place->loop, NULL);
  ck_assert_ptr_nonnull (place->caller);
  ck_assert_int_eq (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, place->ends), 0);
}

static void
place_close (Place *place)
{
  expect_code (lodger_caller_leave (place->caller), 0);
  lodger_caller_unref (place->caller);
  uv_run (&place->loop, UV_RUN_DEFAULT);
  ck_assert_int_eq (uv_loop_close (&place->loop), 0);
  for (int i = 0; i < 2; i++)
    if (place->ends[i] >= 0)
      close (place->ends[i]);
}

static void
run_until (Place *place, const atomic_int *value, int at_least)
{
  while (atomic_load (value) < at_least)
    uv_run (&place->loop, UV_RUN_ONCE);
}

static int
end_of (Place *place, LodgerPending *pending)
{
  int code;
  while (!lodger_pending_is_done (pending))
    uv_run (&place->loop, UV_RUN_ONCE);
  code = lodger_pending_get_outcome (pending);
  lodger_pending_unref (pending);
  return code;
}

static int
cancel (Place *place, LodgerPending *pending)
{
  lodger_pending_cancel (pending, NULL);
  return end_of (place, pending);
}

typedef struct Watched
{
  atomic_int runs;
  uint32_t revents;
} Watched;

static void
count (LodgerPending *self, uint32_t revents, void *data)
{
  Watched *watched = data;
  (void) self;
  watched->revents = revents;
  atomic_fetch_add (&watched->runs, 1);
}

static LodgerPending *
watch (Place *place, int fd, uint32_t events, Watched *watched)
{
  return lodger_caller_watch_fd (place->caller, fd, events, count, watched, NULL);
}

/* Nothing is left to do, and a loop of no timeout does nothing. */
static void
expect_rest (Place *place)
{
  struct pollfd ready = { .fd = uv_backend_fd (&place->loop), .events = POLLIN };
  for (int i = 0; i < 20; i++)
    uv_run (&place->loop, UV_RUN_NOWAIT);
  ck_assert_int_eq (uv_backend_timeout (&place->loop), -1);
  ck_assert_int_eq (poll (&ready, 1, 0), 0);
}

START_TEST (one_descriptor_has_several_watches)
{
  Place place;
  Watched in = { 0 }, out = { 0 };
  LodgerPending *reads, *writes;
  uv_poll_t programs;
  place_open (&place);
  reads = watch (&place, place.ends[0], POLLIN, &in);
  writes = watch (&place, place.ends[0], POLLOUT, &out);
  ck_assert_int_eq (uv_poll_init (&place.loop, &programs, place.ends[0]), 0);
  run_until (&place, &out.runs, 2);
  ck_assert_uint_eq (out.revents, POLLOUT);
  ck_assert_int_eq (atomic_load (&in.runs), 0);
  expect_code (cancel (&place, writes), LODGER_ECANCELED);
  expect_rest (&place);
  ck_assert_int_eq (write (place.ends[1], "x", 1), 1);
  run_until (&place, &in.runs, 2);
  ck_assert_uint_eq (in.revents, POLLIN);
  expect_code (cancel (&place, reads), LODGER_ECANCELED);
  uv_close ((uv_handle_t *) &programs, NULL);
  place_close (&place);
}
END_TEST

/* libuv's own handle stops at an error. */
START_TEST (a_hangup_is_told_as_poll_tells_it)
{
  Place place;
  Watched watched = { 0 };
  LodgerPending *pending;
  place_open (&place);
  pending = watch (&place, place.ends[0], POLLIN, &watched);
  uv_run (&place.loop, UV_RUN_NOWAIT);
  close (place.ends[1]);
  place.ends[1] = -1;
  run_until (&place, &watched.runs, 3);
  ck_assert_uint_eq (watched.revents, POLLIN | POLLHUP);
  expect_code (cancel (&place, pending), LODGER_ECANCELED);
  expect_rest (&place);
  place_close (&place);
}
END_TEST

START_TEST (a_file_is_always_ready)
{
  char path[] = "/tmp/lodger-uv-XXXXXX";
  int fd = mkstemp (path);
  Place place;
  Watched watched = { 0 };
  LodgerPending *pending;
  place_open (&place);
  ck_assert_int_ge (fd, 0);
  ck_assert_int_eq (unlink (path), 0);
  pending = watch (&place, fd, POLLIN, &watched);
  run_until (&place, &watched.runs, 3);
  ck_assert_uint_eq (watched.revents, POLLIN);
  expect_code (cancel (&place, pending), LODGER_ECANCELED);
  expect_rest (&place);
  close (fd);
  place_close (&place);
}
END_TEST

START_TEST (a_file_has_no_urgent_data)
{
  char path[] = "/tmp/lodger-uv-XXXXXX";
  int fd = mkstemp (path);
  Place place;
  Watched watched = { 0 };
  LodgerPending *pending;
  place_open (&place);
  ck_assert_int_ge (fd, 0);
  ck_assert_int_eq (unlink (path), 0);
  pending = watch (&place, fd, POLLPRI, &watched);
  expect_rest (&place);
  ck_assert_int_eq (watched.runs, 0);
  expect_code (cancel (&place, pending), LODGER_ECANCELED);
  close (fd);
  place_close (&place);
}
END_TEST

START_TEST (what_is_no_descriptor_is_refused)
{
  Place place;
  Watched watched = { 0 };
  place_open (&place);
  expect_code (end_of (&place, watch (&place, 9999, POLLIN, &watched)), LODGER_EFAILED);
  expect_rest (&place);
  place_close (&place);
}
END_TEST

/* The kernel keeps it in the set as long as its duplicate is there, and would tell of it for ever. */
START_TEST (a_descriptor_that_was_closed_first_is_not_told_of)
{
  Place place;
  Watched watched = { 0 }, other = { 0 };
  LodgerPending *pending, *stays;
  int duplicate, fds[2];
  place_open (&place);
  ck_assert_int_eq (pipe (fds), 0);
  stays = watch (&place, fds[0], POLLIN, &other);
  pending = watch (&place, place.ends[0], POLLIN, &watched);
  ck_assert_int_eq (write (place.ends[1], "x", 1), 1);
  run_until (&place, &watched.runs, 1);
  duplicate = dup (place.ends[0]);
  close (place.ends[0]);
  run_until (&place, &watched.runs, atomic_load (&watched.runs) + 1);
  expect_code (cancel (&place, pending), LODGER_ECANCELED);
  place.ends[0] = -1;
  expect_rest (&place);
  ck_assert_int_eq (write (fds[1], "x", 1), 1);
  run_until (&place, &other.runs, 1);
  expect_code (cancel (&place, stays), LODGER_ECANCELED);
  close (duplicate);
  close (fds[0]);
  close (fds[1]);
  place_close (&place);
}
END_TEST

/* ---- lodger_run() ------------------------------------------------------------------------------------------------ */

static void
on_timer (uv_timer_t *timer)
{
  lodger_reply_return_int (timer->data, 7);
  uv_close ((uv_handle_t *) timer, NULL);
}

/* The program's own uv_stop() is no end. */
static void
wait_for_timer (LodgerPending *self, void *timer)
{
  uv_loop_t *loop = lodger_uv_get_loop ();
  uv_timer_init (loop, timer);
  ((uv_timer_t *) timer)->data = lodger_pending_defer (self);
  uv_timer_start (timer, on_timer, 3, 0);
  uv_stop (loop);
}

START_TEST (lodger_run_runs_a_libuv_loop)
{
  uv_loop_t loop;
  LodgerUvHostOptions options
      = { .size = sizeof options, .loop = &loop, .flags = _i == 0 ? LODGER_UV_HOST_DEFAULT : LODGER_UV_HOST_UNREF };
  uv_timer_t timer;
  ck_assert_int_eq (uv_loop_init (&loop), 0);
  expect_code (lodger_uv_register (), 0);
  for (int i = 0; i < 2; i++)
    {
      LodgerPending *done = lodger_run ("uv", &options, wait_for_timer, &timer, NULL);
      int64_t value = 0;
      expect_code (lodger_pending_get_int (done, &value), 0);
      ck_assert_int_eq (value, 7);
      lodger_pending_unref (done);
    }
  uv_run (&loop, UV_RUN_DEFAULT);
  ck_assert_int_eq (uv_loop_close (&loop), 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("uv-watch");
  test_add (suite, one_descriptor_has_several_watches);
  test_add (suite, a_hangup_is_told_as_poll_tells_it);
  test_add (suite, a_file_is_always_ready);
  test_add (suite, a_file_has_no_urgent_data);
  test_add (suite, what_is_no_descriptor_is_refused);
  test_add (suite, a_descriptor_that_was_closed_first_is_not_told_of);
  test_add_variant (suite, "lodger_run_runs_a_libuv_loop/counted", lodger_run_runs_a_libuv_loop, 0);
  test_add_variant (suite, "lodger_run_runs_a_libuv_loop/not_counted", lodger_run_runs_a_libuv_loop, 1);
  return test_main (suite, argc, argv);
}
