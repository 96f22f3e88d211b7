/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fd-set.h"
#include "test-suite.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static bool
is_readable (const LodgerGlibFdSet *set)
{
  struct pollfd one = { .fd = set->epoll, .events = POLLIN };
  int count = poll (&one, 1, 0);
  ck_assert_int_ge (count, 0);
  return count == 1;
}

static LodgerGlibFdSetState
update (LodgerGlibFdSet *set, int fd, int events)
{
  GPollFD entry = { .fd = fd, .events = (gushort) events };
  return lodger__glib_fd_set_update (set, &entry, fd >= 0 ? 1 : 0);
}

static void
open_set (LodgerGlibFdSet *set)
{
  expect_code (lodger__glib_fd_set_open (set), 0);
}

static void
make_pipe (int *ends)
{
  ck_assert_int_eq (pipe (ends), 0);
}

static void
write_byte (int fd)
{
  ck_assert_int_eq (write (fd, "x", 1), 1);
}

static void
close_all (const int *fds, int count)
{
  for (int i = 0; i < count; i++)
    close (fds[i]);
}

START_TEST (a_ready_descriptor_makes_the_set_readable)
{
  LodgerGlibFdSet set;
  int ends[2];
  make_pipe (ends);
  open_set (&set);
  ck_assert_int_eq (update (&set, ends[0], POLLIN), LODGER_GLIB_FD_SET_WATCHED);
  ck_assert (!is_readable (&set));
  write_byte (ends[1]);
  ck_assert (is_readable (&set));
  ck_assert_int_eq (update (&set, ends[0], POLLIN), LODGER_GLIB_FD_SET_WATCHED);
  ck_assert (is_readable (&set));
  ck_assert_int_eq (update (&set, ends[0], POLLPRI), LODGER_GLIB_FD_SET_WATCHED);
  ck_assert (!is_readable (&set));
  lodger__glib_fd_set_close (&set);
  close_all (ends, 2);
}
END_TEST

START_TEST (a_descriptor_that_is_not_wanted_any_more_is_dropped)
{
  LodgerGlibFdSet set;
  int ends[2], epoll;
  make_pipe (ends);
  write_byte (ends[1]);
  open_set (&set);
  epoll = set.epoll;
  update (&set, ends[0], POLLIN);
  ck_assert (is_readable (&set));
  update (&set, -1, 0);
  ck_assert (!is_readable (&set));
  ck_assert_int_eq (set.epoll, epoll);
  update (&set, ends[0], POLLIN);
  ck_assert (is_readable (&set));
  lodger__glib_fd_set_close (&set);
  close_all (ends, 2);
}
END_TEST

/* In any order, and with others between them. */
START_TEST (entries_of_one_number_are_merged)
{
  LodgerGlibFdSet set;
  int pair[2], ends[2];
  GPollFD entries[3];
  ck_assert_int_eq (socketpair (AF_UNIX, SOCK_STREAM, 0, pair), 0);
  make_pipe (ends);
  open_set (&set);
  entries[_i == 0 ? 0 : 2] = (GPollFD) { .fd = pair[0], .events = POLLIN };
  entries[1] = (GPollFD) { .fd = ends[0], .events = POLLIN };
  entries[_i == 0 ? 2 : 0] = (GPollFD) { .fd = pair[0], .events = POLLOUT };
  for (int i = 0; i < 3; i++)
    {
      ck_assert_int_eq (lodger__glib_fd_set_update (&set, entries, 3), LODGER_GLIB_FD_SET_WATCHED);
      ck_assert (is_readable (&set));
    }
  entries[_i == 0 ? 2 : 0].events = POLLPRI;
  lodger__glib_fd_set_update (&set, entries, 3);
  ck_assert (!is_readable (&set));
  write_byte (pair[1]);
  ck_assert (is_readable (&set));
  lodger__glib_fd_set_close (&set);
  close_all (pair, 2);
  close_all (ends, 2);
}
END_TEST

START_TEST (edge_75_a_number_that_is_used_again_is_seen)
{
  LodgerGlibFdSet set;
  int first[2], second[2];
  make_pipe (first);
  make_pipe (second);
  open_set (&set);
  update (&set, first[0], POLLIN);
  ck_assert_int_eq (dup2 (second[0], first[0]), first[0]);
  write_byte (second[1]);
  ck_assert_int_eq (update (&set, first[0], POLLIN), LODGER_GLIB_FD_SET_WATCHED);
  ck_assert (is_readable (&set));
  lodger__glib_fd_set_close (&set);
  close_all (first, 2);
  close_all (second, 2);
}
END_TEST

/* What is registered for the old file reports, and cannot be removed. */
START_TEST (edge_75_a_closed_descriptor_whose_dup_lives_does_not_spin)
{
  LodgerGlibFdSet set;
  int old[2], next[2], copy, epoll;
  make_pipe (old);
  make_pipe (next);
  copy = dup (old[0]);
  open_set (&set);
  epoll = set.epoll;
  update (&set, old[0], POLLIN);
  if (_i == 0) /* the number is free */
    {
      close (old[0]);
      update (&set, -1, 0);
    }
  else /* it is another file's, which is wanted too */
    {
      ck_assert_int_eq (dup2 (next[0], old[0]), old[0]);
      update (&set, old[0], POLLIN);
    }
  ck_assert_int_eq (set.epoll, epoll);
  write_byte (old[1]);
  ck_assert (is_readable (&set));
  ck_assert_int_eq (update (&set, _i == 0 ? -1 : old[0], POLLIN), LODGER_GLIB_FD_SET_WATCHED);
  ck_assert (!is_readable (&set));
  ck_assert_int_ne (set.epoll, epoll);
  if (_i != 0)
    {
      write_byte (next[1]);
      ck_assert (is_readable (&set));
    }
  lodger__glib_fd_set_close (&set);
  close_all (old + 1, 1);
  close_all (next, 2);
  close (copy);
}
END_TEST

START_TEST (a_dup_that_comes_back_to_its_number_is_seen)
{
  LodgerGlibFdSet set;
  int ends[2], copy;
  make_pipe (ends);
  copy = dup (ends[0]);
  open_set (&set);
  update (&set, ends[0], POLLIN);
  close (ends[0]);
  update (&set, -1, 0);
  ck_assert_int_eq (dup2 (copy, ends[0]), ends[0]);
  write_byte (ends[1]);
  for (int i = 0; i < 2; i++)
    {
      ck_assert_int_eq (update (&set, ends[0], POLLIN), LODGER_GLIB_FD_SET_WATCHED);
      ck_assert (is_readable (&set));
    }
  lodger__glib_fd_set_close (&set);
  close_all (ends, 2);
  close (copy);
}
END_TEST

START_TEST (edge_76_a_file_that_epoll_refuses_is_ready_as_poll_says)
{
  LodgerGlibFdSet set;
  int file = open (_i == 0 ? "/proc/self/exe" : "/dev/null", O_RDONLY | O_CLOEXEC);
  ck_assert_int_ge (file, 0);
  open_set (&set);
  for (int i = 0; i < 2; i++)
    {
      ck_assert_int_eq (update (&set, file, POLLIN), LODGER_GLIB_FD_SET_READY);
      ck_assert_int_eq (update (&set, file, POLLOUT), LODGER_GLIB_FD_SET_READY);
      ck_assert_int_eq (update (&set, file, POLLPRI), LODGER_GLIB_FD_SET_WATCHED);
    }
  ck_assert (!is_readable (&set));
  lodger__glib_fd_set_close (&set);
  close (file);
}
END_TEST

START_TEST (a_closed_descriptor_that_is_still_wanted_is_ready_as_poll_says)
{
  LodgerGlibFdSet set;
  int ends[2];
  make_pipe (ends);
  open_set (&set);
  update (&set, ends[0], POLLIN);
  close (ends[0]);
  ck_assert_int_eq (update (&set, ends[0], POLLIN), LODGER_GLIB_FD_SET_READY);
  ck_assert_int_eq (update (&set, -1, 0), LODGER_GLIB_FD_SET_WATCHED);
  lodger__glib_fd_set_close (&set);
  close (ends[1]);
}
END_TEST

/* A set that has no memory for a number, or no room in the kernel, is looked at again by its user. */
START_TEST (a_set_that_cannot_be_made_anew_says_so)
{
  LodgerGlibFdSet set;
  struct rlimit before, none;
  int ends[2], copy;
  make_pipe (ends);
  copy = dup (ends[0]);
  open_set (&set);
  update (&set, ends[0], POLLIN);
  write_byte (ends[1]);
  close (ends[0]);
  ck_assert_int_eq (getrlimit (RLIMIT_NOFILE, &before), 0);
  none = before;
  none.rlim_cur = 0;
  ck_assert_int_eq (setrlimit (RLIMIT_NOFILE, &none), 0);
  ck_assert_int_eq (update (&set, -1, 0), LODGER_GLIB_FD_SET_SHORT);
  ck_assert_int_eq (setrlimit (RLIMIT_NOFILE, &before), 0);
  ck_assert_int_eq (update (&set, -1, 0), LODGER_GLIB_FD_SET_WATCHED);
  ck_assert (!is_readable (&set));
  lodger__glib_fd_set_close (&set);
  close (ends[1]);
  close (copy);
}
END_TEST

START_TEST (any_number_of_descriptors_has_room)
{
  enum
  {
    COUNT = 200,
    HIGHEST = 900
  };
  LodgerGlibFdSet set;
  GPollFD entries[COUNT];
  int ends[2];
  ProcCount before;
  make_pipe (ends);
  before = proc_count ();
  open_set (&set);
  for (int i = 0; i < COUNT; i++)
    {
      entries[i] = (GPollFD) { .fd = dup2 (ends[0], HIGHEST - i), .events = POLLIN };
      ck_assert_int_eq (entries[i].fd, HIGHEST - i);
    }
  ck_assert_int_eq (lodger__glib_fd_set_update (&set, entries, COUNT), LODGER_GLIB_FD_SET_WATCHED);
  ck_assert_uint_eq (set.n_numbers, COUNT);
  ck_assert (!is_readable (&set));
  write_byte (ends[1]);
  ck_assert (is_readable (&set));
  for (int i = 0; i < COUNT; i++)
    close (entries[i].fd);
  update (&set, -1, 0);
  update (&set, -1, 0);
  ck_assert_uint_eq (set.n_numbers, 0);
  ck_assert (!is_readable (&set));
  lodger__glib_fd_set_close (&set);
  proc_expect_restored (before);
  close_all (ends, 2);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-fd-set");
  test_add (suite, a_ready_descriptor_makes_the_set_readable);
  test_add (suite, a_descriptor_that_is_not_wanted_any_more_is_dropped);
  test_add_variant (suite, "entries_of_one_number_are_merged/in-order", entries_of_one_number_are_merged, 0);
  test_add_variant (suite, "entries_of_one_number_are_merged/reversed", entries_of_one_number_are_merged, 1);
  test_add (suite, edge_75_a_number_that_is_used_again_is_seen);
  test_add_variant (suite, "edge_75_a_closed_descriptor_whose_dup_lives_does_not_spin/free",
                    edge_75_a_closed_descriptor_whose_dup_lives_does_not_spin, 0);
  test_add_variant (suite, "edge_75_a_closed_descriptor_whose_dup_lives_does_not_spin/used",
                    edge_75_a_closed_descriptor_whose_dup_lives_does_not_spin, 1);
  test_add (suite, a_dup_that_comes_back_to_its_number_is_seen);
  test_add_variant (suite, "edge_76_a_file_that_epoll_refuses_is_ready_as_poll_says/file",
                    edge_76_a_file_that_epoll_refuses_is_ready_as_poll_says, 0);
  test_add_variant (suite, "edge_76_a_file_that_epoll_refuses_is_ready_as_poll_says/device",
                    edge_76_a_file_that_epoll_refuses_is_ready_as_poll_says, 1);
  test_add (suite, a_closed_descriptor_that_is_still_wanted_is_ready_as_poll_says);
  test_add (suite, a_set_that_cannot_be_made_anew_says_so);
  test_add (suite, any_number_of_descriptors_has_room);
  return test_main (suite, argc, argv);
}
