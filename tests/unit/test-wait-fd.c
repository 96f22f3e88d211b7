/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spawned calls that wait for a descriptor, on the native loop. */
#define _GNU_SOURCE
#include "test-loop.h"
#include "test-suite.h"

#include <fcntl.h>
#include <lodger/fiber.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A pair of sockets, and a call that waits for one of them. */
typedef struct Line
{
  int ends[2];
  uint32_t events;
  int64_t timeout;
  LodgerGroup *group; /* Optional. The call enters it. */
  Latch begins;
  int code;
  uint32_t revents;
} Line;

static void
line_open (Line *line, int64_t timeout)
{
  *line = (Line) { .events = POLLIN, .timeout = timeout, .code = 1 };
  ck_assert_int_eq (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, line->ends), 0);
  latch_init (&line->begins);
}

static void
line_close (Line *line)
{
  for (int i = 0; i < 2; i++)
    if (line->ends[i] >= 0)
      close (line->ends[i]);
  latch_clear (&line->begins);
}

/* It has begun, and another call runs in its thread: it waits. */
static void
line_wait_until_it_waits (Line *line, LodgerCaller *worker)
{
  latch_wait (&line->begins);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, recorder_call, &(Recorder) { 0 }, NULL)), 0);
}

static void
give (Line *line)
{
  ck_assert_int_eq (write (line->ends[1], "x", 1), 1);
}

/* Whoever waited may close the descriptor, or wait for it once more. */
static void
wait_for_line (LodgerPending *self, void *data)
{
  Line *line = data;
  (void) self;
  if (line->group != NULL)
    expect_code (lodger_group_enter (line->group), 0);
  latch_open (&line->begins);
  line->revents = 77;
  line->code = lodger_wait_fd (line->ends[0], line->events, line->timeout, &line->revents);
  if (line->code == LODGER_ETIMEDOUT)
    line->code = lodger_wait_fd (line->ends[0], line->events, line->timeout, &line->revents);
  close (line->ends[0]);
  line->ends[0] = -1;
  if (line->group != NULL)
    expect_code (lodger_group_leave (line->group, NULL), 0);
}

START_TEST (a_wait_for_a_descriptor_has_an_end)
{
  LodgerCaller *worker = worker_start (NULL);
  Line line;
  LodgerPending *spawned;
  line_open (&line, LODGER_FOREVER);
  spawned = lodger_caller_spawn (worker, wait_for_line, &line, NULL);
  line_wait_until_it_waits (&line, worker);
  give (&line);
  expect_code (wait_outcome (spawned), 0);
  expect_code (line.code, 0);
  ck_assert_uint_eq (line.revents, POLLIN);
  worker_stop (worker);
  line_close (&line);
}
END_TEST

START_TEST (a_hang_up_ends_a_wait_that_has_not_asked_for_it)
{
  LodgerCaller *worker = worker_start (NULL);
  Line line;
  LodgerPending *spawned;
  line_open (&line, LODGER_FOREVER);
  line.events = POLLPRI;
  spawned = lodger_caller_spawn (worker, wait_for_line, &line, NULL);
  line_wait_until_it_waits (&line, worker);
  close (line.ends[1]);
  line.ends[1] = -1;
  expect_code (wait_outcome (spawned), 0);
  expect_code (line.code, 0);
  ck_assert_uint_eq (line.revents, POLLHUP);
  worker_stop (worker);
  line_close (&line);
}
END_TEST

/* The group does not know of the watch. */
START_TEST (the_end_of_the_time_frees_the_descriptor)
{
  LodgerCaller *worker = worker_start (NULL);
  Line line;
  line_open (&line, LODGER_MILLISECONDS (1));
  line.group = lodger_group_new (LODGER_GROUP_OPTIONS (.mode = LODGER_GROUP_CANCEL));
  expect_code (wait_outcome (lodger_caller_spawn (worker, wait_for_line, &line, NULL)), 0);
  expect_code (line.code, LODGER_ETIMEDOUT);
  ck_assert_uint_eq (line.revents, 0);
  worker_stop (worker);
  lodger_group_unref (line.group);
  line_close (&line);
}
END_TEST

/* 0: a cancel. 1: a stop. */
START_TEST (a_cancel_frees_the_descriptor)
{
  LodgerCaller *worker = worker_start (NULL);
  Line line;
  LodgerPending *spawned;
  line_open (&line, LODGER_FOREVER);
  spawned = lodger_caller_spawn (worker, wait_for_line, &line, NULL);
  line_wait_until_it_waits (&line, worker);
  if (_i == 0)
    lodger_pending_cancel (spawned, NULL);
  else
    lodger_caller_stop (worker, true);
  expect_code (wait_outcome (spawned), LODGER_ECANCELED);
  worker_stop (worker);
  expect_code (line.code, LODGER_ECANCELED);
  ck_assert_int_eq (line.ends[0], -1);
  line_close (&line);
}
END_TEST

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

static void
ignore (LodgerPending *self, uint32_t revents, void *data)
{
  (void) self;
  (void) revents;
  (void) data;
}

static void
wait_twice (LodgerPending *self, void *data)
{
  Line *line = data;
  LodgerPending *watching
      = lodger_caller_watch_fd (lodger_caller_current (), line->ends[0], POLLIN, ignore, NULL, NULL);
  (void) self;
  log_capture_begin ();
  line->code = lodger_wait_fd (line->ends[0], POLLIN, LODGER_FOREVER, NULL);
  log_capture_end ();
  lodger_pending_cancel (watching, NULL);
  lodger_pending_wait (watching, LODGER_FOREVER, LODGER_WAIT_NO_RESULT);
  lodger_pending_unref (watching);
}

START_TEST (a_descriptor_that_is_watched_is_busy)
{
  LodgerCaller *worker = worker_start (NULL);
  Line line;
  line_open (&line, LODGER_FOREVER);
  expect_code (wait_outcome (lodger_caller_spawn (worker, wait_twice, &line, NULL)), 0);
  expect_code (line.code, LODGER_EBUSY);
  worker_stop (worker);
  line_close (&line);
}
END_TEST

static void
wait_in_a_plain_call (LodgerPending *self, void *data)
{
  Line *line = data;
  uint32_t revents = 77;
  (void) self;
  expect_code (lodger_wait_fd (line->ends[0], POLLIN, 0, &revents), LODGER_ETIMEDOUT);
  ck_assert_uint_eq (revents, 0);
  expect_code (lodger_wait_fd (line->ends[0], POLLIN | POLLOUT, -1, &revents), 0);
  ck_assert_uint_eq (revents, POLLOUT);
  log_capture_begin ();
  expect_code (lodger_wait_fd (line->ends[0], POLLOUT, LODGER_FOREVER, NULL), LODGER_ESTATE);
  ck_assert (log_capture_has ("only a spawned call waits for a descriptor"));
  log_capture_end ();
}

START_TEST (a_plain_call_only_looks)
{
  LodgerCaller *worker = worker_start (NULL);
  Line line;
  line_open (&line, 0);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, wait_in_a_plain_call, &line, NULL)), 0);
  wait_in_a_plain_call (NULL, &line);
  worker_stop (worker);
  line_close (&line);
}
END_TEST

static void
wait_for_a_closed_one (LodgerPending *self, void *data)
{
  Line *line = data;
  int closed = dup (line->ends[0]);
  (void) self;
  close (closed);
  expect_code (lodger_wait_fd (closed, POLLIN, 0, NULL), LODGER_EINVAL);
  line->code = lodger_wait_fd (closed, POLLIN, LODGER_FOREVER, NULL);
}

START_TEST (a_closed_descriptor_is_told_of)
{
  LodgerCaller *worker = worker_start (NULL);
  Line line;
  line_open (&line, 0);
  log_capture_begin ();
  expect_code (wait_outcome (lodger_caller_spawn (worker, wait_for_a_closed_one, &line, NULL)), 0);
  log_capture_end ();
  expect_code (line.code, LODGER_EINVAL);
  worker_stop (worker);
  line_close (&line);
}
END_TEST

/* ---- two that talk ----------------------------------------------------------------------------------------------- */

enum
{
  TURNS = 200
};

static void
echo (LodgerPending *self, void *data)
{
  const int fd = *(const int *) data;
  char byte;
  for (int i = 0; i < TURNS; i++)
    {
      expect_code (lodger_wait_fd (fd, POLLIN, LODGER_FOREVER, NULL), 0);
      ck_assert_int_eq (read (fd, &byte, 1), 1);
      expect_code (lodger_wait_fd (fd, POLLOUT, LODGER_FOREVER, NULL), 0);
      ck_assert_int_eq (write (fd, &byte, 1), 1);
    }
  lodger_pending_return_int (self, TURNS);
}

START_TEST (two_calls_of_one_thread_talk_over_a_descriptor)
{
  LodgerCaller *worker = worker_start (NULL);
  Line line;
  LodgerPending *calls[2];
  line_open (&line, 0);
  for (int i = 0; i < 2; i++)
    calls[i] = lodger_caller_spawn (worker, echo, &line.ends[i], NULL);
  give (&line);
  for (int i = 0; i < 2; i++)
    expect_code (wait_outcome (calls[i]), 0);
  worker_stop (worker);
  line_close (&line);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("wait-fd");
  test_add (suite, a_wait_for_a_descriptor_has_an_end);
  test_add (suite, a_hang_up_ends_a_wait_that_has_not_asked_for_it);
  test_add (suite, the_end_of_the_time_frees_the_descriptor);
  test_add_variant (suite, "a_cancel_frees_the_descriptor/cancel", a_cancel_frees_the_descriptor, 0);
  test_add_variant (suite, "a_cancel_frees_the_descriptor/stop", a_cancel_frees_the_descriptor, 1);
  test_add (suite, a_descriptor_that_is_watched_is_busy);
  test_add (suite, a_plain_call_only_looks);
  test_add (suite, a_closed_descriptor_is_told_of);
  test_add (suite, two_calls_of_one_thread_talk_over_a_descriptor);
  return test_main (suite, argc, argv);
}
