/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What another program does to the files at the worst moment. The linker redirects the system calls of the engine to
 * this file, which does it right before or right after one of them.
 */
#include "acting.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int __real_renameat2 (int from, const char *from_name, int to, const char *to_name, unsigned flags);
int __wrap_renameat2 (int from, const char *from_name, int to, const char *to_name, unsigned flags);
int __real_unlinkat (int at, const char *name, int flags);
int __wrap_unlinkat (int at, const char *name, int flags);
int __real_linkat (int from, const char *from_name, int to, const char *to_name, int flags);
int __wrap_linkat (int from, const char *from_name, int to, const char *to_name, int flags);
ssize_t __real_pread (int fd, void *buffer, size_t size, off_t at);
ssize_t __wrap_pread (int fd, void *buffer, size_t size, off_t at);
ssize_t __real_pread64 (int fd, void *buffer, size_t size, off_t at);
ssize_t __wrap_pread64 (int fd, void *buffer, size_t size, off_t at);
int __real_clock_gettime (clockid_t clock, struct timespec *ret_time);
int __wrap_clock_gettime (clockid_t clock, struct timespec *ret_time);

static Acting acting;

typedef void (*Change) (void);

/* Each change runs once, in the worker. Whoever sets one does it before the act starts. */
static struct
{
  _Atomic Change before_move, after_move, before_link, before_read, after_read;
  atomic_int reads; /* of the copy and of the file */
  atomic_bool hold; /* they wait to go on */
  gint64 time;      /* what the clock says, in ns since 1970 */
  int rename_error, unlink_error, link_error;
} at;

static void
run_once (_Atomic Change *change)
{
  Change run = atomic_exchange (change, NULL);
  if (run != NULL)
    run ();
}

static gboolean
fails (int error)
{
  errno = error != 0 ? error : errno;
  return error != 0;
}

int
__wrap_renameat2 (int from, const char *from_name, int to, const char *to_name, unsigned flags)
{
  int code;
  run_once (&at.before_move);
  if (fails (at.rename_error))
    return -1;
  code = __real_renameat2 (from, from_name, to, to_name, flags);
  if (code == 0)
    run_once (&at.after_move);
  return code;
}

int
__wrap_unlinkat (int folder, const char *name, int flags)
{
  return strstr (name, ".lodger-scan-") != NULL && fails (at.unlink_error) ? -1 : __real_unlinkat (folder, name, flags);
}

int
__wrap_linkat (int from, const char *from_name, int to, const char *to_name, int flags)
{
  run_once (&at.before_link);
  return fails (at.link_error) ? -1 : __real_linkat (from, from_name, to, to_name, flags);
}

static Latch reading, go_on;
static Counter held;

static void
wait_to_go_on (void)
{
  latch_open (&reading);
  latch_wait (&go_on);
}

static ssize_t
read_and_change (ssize_t (*real) (int, void *, size_t, off_t), int fd, void *buffer, size_t size, off_t offset)
{
  ssize_t got;
  run_once (&at.before_read);
  if (atomic_load (&at.hold) && !latch_is_open (&go_on))
    {
      counter_add (&held, 1);
      latch_wait (&go_on);
    }
  got = real (fd, buffer, size, offset);
  if (atomic_fetch_add (&at.reads, 1) == 1)
    run_once (&at.after_read);
  return got;
}

ssize_t
__wrap_pread (int fd, void *buffer, size_t size, off_t offset)
{
  return read_and_change (__real_pread, fd, buffer, size, offset);
}

ssize_t
__wrap_pread64 (int fd, void *buffer, size_t size, off_t offset)
{
  return read_and_change (__real_pread64, fd, buffer, size, offset);
}

int
__wrap_clock_gettime (clockid_t clock, struct timespec *ret_time)
{
  if (at.time == 0 || clock != CLOCK_REALTIME)
    return __real_clock_gettime (clock, ret_time);
  *ret_time = (struct timespec) { at.time / 1000000000, at.time % 1000000000 };
  return 0;
}

/* ---- what the other program does -------------------------------------------------------------------------------- */

static void
link_to (const char *target, const char *name)
{
  char *path = acting_path (&acting, name);
  test_check (symlink (target, path) == 0);
  g_free (path);
}

static void
remove_file (const char *name)
{
  char *path = acting_path (&acting, name);
  test_check (unlink (path) == 0);
  g_free (path);
}

static void
append_to (const char *name)
{
  char *path = acting_path (&acting, name);
  int fd = open (path, O_WRONLY | O_APPEND);
  test_check (fd >= 0 && write (fd, "!", 1) == 1);
  close (fd);
  g_free (path);
}

static void
exchange_victim (void)
{
  acting_move (&acting, "in/victim", "in/taken");
  acting_move (&acting, "out/precious", "in/victim");
}

static void
victim_becomes_link (void)
{
  acting_move (&acting, "in/victim", "in/taken");
  link_to ("../out/precious", "in/victim");
}

static void
victim_becomes_folder (void)
{
  acting_move (&acting, "in/victim", "in/taken");
  acting_write (&acting, "in/victim/inside", "precious");
}

static void
write_victim (void)
{
  append_to ("in/victim");
}

static void
truncate_victim (void)
{
  char *path = acting_path (&acting, "in/victim");
  test_check (truncate (path, 3) == 0);
  g_free (path);
}

/* The last copy is under the name of the file that goes. */
static void
kept_becomes_victim (void)
{
  acting_move (&acting, "in/a/kept", "in/victim");
}

static void
remove_kept (void)
{
  remove_file ("in/a/kept");
}

static void
move_kept (void)
{
  acting_move (&acting, "in/a/kept", "in/a/moved");
}

static void
write_kept (void)
{
  append_to ("in/a/kept");
}

/* Other bytes, but as many, and the same time of the last change. */
static void
forge (const char *name)
{
  char *path = acting_path (&acting, name);
  struct stat st;
  struct timespec times[2];
  int fd = open (path, O_WRONLY);
  test_check (fd >= 0 && fstat (fd, &st) == 0 && pwrite (fd, "T", 1, 0) == 1);
  times[0] = st.st_atim;
  times[1] = st.st_mtim;
  test_check (futimens (fd, times) == 0);
  close (fd);
  g_free (path);
}

static void
forge_kept (void)
{
  forge ("in/a/kept");
}

static void
forge_victim (void)
{
  forge ("in/victim");
}

static void
folder_of_kept_becomes_link (void)
{
  acting_move (&acting, "in/a", "in/b");
  link_to ("../out", "in/a");
}

static void
remove_victim (void)
{
  remove_file ("in/victim");
}

static void
make_victim (void)
{
  acting_write (&acting, "in/new", "new");
  acting_move (&acting, "in/new", "in/victim");
}

static void
make_victim_and_remove_kept (void)
{
  make_victim ();
  remove_kept ();
}

/* ---- what has to come out --------------------------------------------------------------------------------------- */

static void
begin (void)
{
  acting_begin (&acting);
  acting_write (&acting, "in/a/kept", "the content");
  acting_write (&acting, "in/victim", "the content");
  acting_write (&acting, "out/precious", "precious");
  acting_write (&acting, "out/kept", "the content");
  acting_scan (&acting, CONTENT_SHA256);
}

/* No name of the program's own is left, and outside all is as before. */
static void
end (void)
{
  GDir *dir = g_dir_open (acting.in, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir)) != NULL)
    ck_assert_msg (strstr (name, ".lodger-scan-") == NULL, "%s is left", name);
  g_dir_close (dir);
  ck_assert_uint_eq (acting_count (&acting, "data/Trash/files"), 0);
  ck_assert_uint_eq (acting_count (&acting, "data/Trash/info"), 0);
  ck_assert (acting_has (&acting, "out/kept", "the content"));
  acting_end (&acting);
}

typedef struct Race
{
  const char *name;
  Change change;
  int reason;
  /* The files afterwards. */
  const char *victim, *kept, *taken;
} Race;

static const Race races[] = {
  { "exchange", exchange_victim, ACT_CHANGED, "precious", "the content", "the content" },
  { "write", write_victim, ACT_CHANGED, "the content!", "the content", NULL },
  { "truncate", truncate_victim, ACT_CHANGED, "the", "the content", NULL },
  { "last-copy", kept_becomes_victim, ACT_CHANGED, "the content", NULL, NULL },
  { "remove-kept", remove_kept, ACT_KEPT_GONE, "the content", NULL, NULL },
  { "move-kept", move_kept, ACT_KEPT_GONE, "the content", NULL, NULL },
  { "write-kept", write_kept, ACT_KEPT_GONE, "the content", "the content!", NULL },
  { "folder-of-kept", folder_of_kept_becomes_link, ACT_KEPT_GONE, "the content", NULL, NULL },
};

static void
expect_files (const Race *race)
{
  ck_assert_msg (acting_has (&acting, "in/victim", race->victim), "%s: the file is not in its place", race->name);
  if (race->kept != NULL)
    ck_assert_msg (acting_has (&acting, "in/a/kept", race->kept), "%s: the copy has gone", race->name);
  if (race->taken != NULL)
    ck_assert_msg (acting_has (&acting, "in/taken", race->taken), "%s: what was moved has gone", race->name);
}

static void
expect_race (const Race *race)
{
  int reason = acting_reason (&acting, "victim");
  ck_assert_msg (reason == race->reason, "%s: %s", race->name, act_reason_text (reason));
  expect_files (race);
}

enum
{
  RACES = G_N_ELEMENTS (races),
  KINDS = 3 /* that move something */
};

START_TEST (what_is_changed_before_the_move_is_put_back)
{
  const Race *race = &races[_i / KINDS];
  begin ();
  at.before_move = race->change;
  acting_run (&acting, (ActKind) (_i % KINDS), FALSE);
  expect_race (race);
  end ();
}
END_TEST

START_TEST (what_is_changed_during_the_comparison_stays)
{
  const Race *race = &races[_i / KINDS];
  begin ();
  at.before_read = race->change;
  acting_run (&acting, (ActKind) (_i % KINDS), FALSE);
  ck_assert_uint_eq (act_get_succeeded (acting.act), 0);
  expect_files (race);
  end ();
}
END_TEST

START_TEST (a_copy_that_goes_after_the_move_brings_it_back)
{
  static const Race after[] = { { "remove-kept", remove_kept, ACT_KEPT_GONE, "the content", NULL, NULL },
                                { "write-kept", write_kept, ACT_KEPT_GONE, "the content", "the content!", NULL },
                                { "folder", folder_of_kept_becomes_link, ACT_KEPT_GONE, "the content", NULL, NULL } };
  begin ();
  at.after_move = after[_i / KINDS].change;
  acting_run (&acting, (ActKind) (_i % KINDS), FALSE);
  expect_race (&after[_i / KINDS]);
  end ();
}
END_TEST

START_TEST (a_copy_that_was_written_in_secret_brings_it_back)
{
  begin ();
  at.before_move = forge_kept;
  acting_run (&acting, (ActKind) _i, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "victim"), ACT_KEPT_GONE);
  ck_assert (acting_has (&acting, "in/victim", "the content") && acting_has (&acting, "in/a/kept", "The content"));
  end ();
}
END_TEST

START_TEST (what_is_written_in_secret_after_it_was_read_stays)
{
  gboolean kept = _i >= KINDS;
  begin ();
  at.after_read = kept ? forge_kept : forge_victim;
  acting_run (&acting, (ActKind) (_i % KINDS), FALSE);
  ck_assert_int_eq (acting_reason (&acting, "victim"), kept ? ACT_KEPT_GONE : ACT_CHANGED);
  ck_assert (acting_has (&acting, "in/victim", kept ? "the content" : "The content"));
  ck_assert (acting_has (&acting, "in/a/kept", kept ? "The content" : "the content"));
  end ();
}
END_TEST

/* The link even leads to the same inode. */
START_TEST (a_copy_that_became_a_link_does_not_stay)
{
  char *kept, *out;
  acting_begin (&acting);
  acting_write (&acting, "in/a/kept", "the content");
  acting_write (&acting, "in/victim", "the content");
  acting_write (&acting, "out/other", "another");
  kept = acting_path (&acting, "in/a/kept");
  out = acting_path (&acting, "out/kept");
  ck_assert_int_eq (link (kept, out), 0);
  acting_scan (&acting, CONTENT_SHA256);
  ck_assert_int_eq (unlink (kept), 0);
  ck_assert_int_eq (symlink (out, kept), 0);
  acting_run (&acting, ACT_DELETE, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "victim"), ACT_KEPT_GONE);
  g_free (kept);
  g_free (out);
  end ();
}
END_TEST

START_TEST (a_link_in_its_place_is_put_back)
{
  begin ();
  at.before_move = victim_becomes_link;
  acting_run (&acting, (ActKind) _i, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "victim"), ACT_CHANGED);
  ck_assert (acting_has (&acting, "in/taken", "the content") && acting_has (&acting, "out/precious", "precious"));
  ck_assert (acting_is_there (&acting, "in/victim") && !acting_has (&acting, "in/victim", "precious"));
  end ();
}
END_TEST

START_TEST (a_folder_in_its_place_is_put_back)
{
  begin ();
  at.before_move = victim_becomes_folder;
  acting_run (&acting, (ActKind) _i, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "victim"), ACT_CHANGED);
  ck_assert (acting_has (&acting, "in/taken", "the content") && acting_has (&acting, "in/victim/inside", "precious"));
  end ();
}
END_TEST

static void
take_name_in_bin (void)
{
  acting_write (&acting, "data/Trash/files/victim", "older");
}

START_TEST (nothing_in_the_bin_is_overwritten)
{
  begin ();
  at.before_move = take_name_in_bin;
  acting_run (&acting, ACT_BIN, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "victim"), EEXIST);
  ck_assert (acting_has (&acting, "in/victim", "the content"));
  ck_assert (acting_has (&acting, "data/Trash/files/victim", "older"));
  ck_assert_uint_eq (acting_count (&acting, "data/Trash/info"), 0);
  acting_end (&acting);
}
END_TEST

START_TEST (a_file_that_vanishes_before_the_move_has_gone)
{
  begin ();
  at.before_move = remove_victim;
  acting_run (&acting, (ActKind) _i, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "victim"), ENOENT);
  ck_assert (acting_has (&acting, "in/a/kept", "the content"));
  end ();
}
END_TEST

/* The folder that the file is in becomes a link that leads outside, to a file of the same name and content. */
static void
folder_becomes_link (void)
{
  acting_move (&acting, "in/d", "in/e");
  link_to ("../out", "in/d");
}

START_TEST (a_folder_that_becomes_a_link_is_not_followed)
{
  acting_begin (&acting);
  acting_write (&acting, "in/a/kept", "the content");
  acting_write (&acting, "in/d/kept", "the content");
  acting_write (&acting, "out/kept", "the content");
  acting_scan (&acting, CONTENT_SHA256);
  at.before_move = folder_becomes_link;
  acting_run (&acting, (ActKind) _i, FALSE);
  ck_assert (acting_has (&acting, "out/kept", "the content") && acting_has (&acting, "in/a/kept", "the content"));
  ck_assert_int_eq (acting_reason (&acting, "d/kept"), ACT_DONE);
  ck_assert_int_eq (acting_has (&acting, "in/e/kept", "the content"), _i == ACT_HARD_LINK);
  acting_end (&acting);
}
END_TEST

/* Its name is taken when it has to go back: it stays where it is, and nothing is overwritten. */
START_TEST (what_cannot_go_back_is_not_lost)
{
  const char *moved;
  char *name;
  begin ();
  at.after_move = make_victim_and_remove_kept;
  acting_run (&acting, (ActKind) _i, FALSE);
  ck_assert (acting_has (&acting, "in/victim", "new"));
  ck_assert_int_eq (acting_reason (&acting, "victim"), _i == ACT_BIN ? ACT_LEFT_IN_BIN : ACT_LEFT_ASIDE);
  moved = acting_item (&acting, "victim")->moved;
  name = g_strconcat (_i == ACT_BIN ? "data/Trash/files/" : "in/", moved, NULL);
  ck_assert (acting_has (&acting, name, "the content"));
  ck_assert_uint_eq (acting_count (&acting, "data/Trash/info"), _i == ACT_BIN ? 1 : 0);
  ck_assert_uint_eq (act_get_succeeded (acting.act), 0);
  g_free (name);
  acting_end (&acting);
}
END_TEST

/* With an exchange there is something under the name at any time. What has come there is left, and so is the file. */
START_TEST (what_replaces_a_new_link_stays)
{
  const ActItem *item;
  char *name;
  begin ();
  at.after_move = make_victim_and_remove_kept;
  acting_run (&acting, ACT_HARD_LINK, FALSE);
  item = acting_item (&acting, "victim");
  ck_assert_int_eq (item->reason, ACT_LEFT_ASIDE);
  name = g_strconcat ("in/", item->moved, NULL);
  ck_assert (acting_has (&acting, name, "new") && acting_has (&acting, "in/victim", "the content"));
  g_free (name);
  acting_end (&acting);
}
END_TEST

static void
exchange_kept (void)
{
  acting_move (&acting, "in/a/kept", "in/taken");
  acting_move (&acting, "out/precious", "in/a/kept");
}

START_TEST (a_link_is_made_of_the_copy_that_was_compared)
{
  begin ();
  at.before_link = exchange_kept;
  acting_run (&acting, ACT_HARD_LINK, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "victim"), ACT_KEPT_GONE);
  ck_assert (acting_has (&acting, "in/victim", "the content") && acting_has (&acting, "in/a/kept", "precious"));
  ck_assert (acting_has (&acting, "in/taken", "the content"));
  end ();
}
END_TEST

/* ---- what fails ------------------------------------------------------------------------------------------------- */

START_TEST (a_move_that_fails_leaves_the_file)
{
  static const struct
  {
    int error, reason[KINDS];
  } errors[] = { { EXDEV, { ACT_NO_BIN, EXDEV, EXDEV } },
                 { EINVAL, { ACT_CANNOT, ACT_CANNOT, ACT_CANNOT } },
                 { EROFS, { EROFS, EROFS, EROFS } },
                 { EBUSY, { EBUSY, EBUSY, EBUSY } },
                 { EPERM, { EPERM, EPERM, EPERM } } };
  begin ();
  at.rename_error = errors[_i / KINDS].error;
  acting_run (&acting, (ActKind) (_i % KINDS), FALSE);
  ck_assert_int_eq (acting_reason (&acting, "victim"), errors[_i / KINDS].reason[_i % KINDS]);
  ck_assert (acting_has (&acting, "in/victim", "the content") && acting_has (&acting, "in/a/kept", "the content"));
  end ();
}
END_TEST

START_TEST (a_removal_that_fails_brings_the_file_back)
{
  struct stat kept;
  char *path;
  begin ();
  at.unlink_error = EBUSY;
  acting_run (&acting, ACT_DELETE, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "victim"), EBUSY);
  ck_assert (acting_has (&acting, "in/victim", "the content"));
  path = acting_path (&acting, "in/a/kept");
  ck_assert_int_eq (stat (path, &kept), 0);
  ck_assert_uint_eq (kept.st_nlink, 1);
  g_free (path);
  end ();
}
END_TEST

START_TEST (a_file_system_without_links_is_told)
{
  static const struct
  {
    int error, reason;
  } errors[] = {
    { EPERM, ACT_CANNOT }, { EOPNOTSUPP, ACT_CANNOT }, { EXDEV, ACT_CANNOT }, { EMLINK, EMLINK }, { ENOSPC, ENOSPC }
  };
  begin ();
  at.link_error = errors[_i].error;
  acting_run (&acting, ACT_HARD_LINK, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "victim"), errors[_i].reason);
  ck_assert (acting_has (&acting, "in/victim", "the content"));
  end ();
}
END_TEST

/* A further change within the same step of a clock has the same time: what was changed just now stays. */
START_TEST (what_is_being_changed_stays)
{
  begin ();
  /* 3 ms after the last change: of the file, which is the younger one, or of the copy that stays. */
  at.time = (INT64_C (1600000001) - _i) * 1000000000 + INT64_C (3) * 1000000;
  acting_run (&acting, ACT_DELETE, FALSE);
  ck_assert_int_eq (acting_reason (&acting, "victim"), _i == 0 ? ACT_CHANGED : ACT_KEPT_GONE);
  ck_assert (acting_has (&acting, "in/victim", "the content"));
  end ();
}
END_TEST

/* ---- undo ------------------------------------------------------------------------------------------------------- */

static void
undo (void)
{
  ActEvents events = acting_events (&acting);
  Act *undoing = act_undo (acting.act, &events);
  act_free (acting.act);
  acting.act = undoing;
  acting.finished = 0;
  acting_wait (&acting);
}

static void
exchange_in_bin (void)
{
  acting_move (&acting, "data/Trash/files/victim", "in/taken");
  acting_move (&acting, "out/precious", "data/Trash/files/victim");
}

START_TEST (an_undo_overwrites_nothing)
{
  begin ();
  acting_run (&acting, ACT_BIN, FALSE);
  make_victim ();
  undo ();
  ck_assert_int_eq (acting_reason (&acting, "victim"), EEXIST);
  ck_assert (acting_has (&acting, "in/victim", "new")
             && acting_has (&acting, "data/Trash/files/victim", "the content"));
  ck_assert_uint_eq (acting_count (&acting, "data/Trash/info"), 1);
  acting_end (&acting);
}
END_TEST

START_TEST (an_undo_follows_no_link)
{
  acting_begin (&acting);
  acting_write (&acting, "in/a/kept", "the content");
  acting_write (&acting, "in/d/victim", "the content");
  acting_write (&acting, "out/other", "other");
  acting_scan (&acting, CONTENT_SHA256);
  acting_run (&acting, ACT_BIN, FALSE);
  folder_becomes_link ();
  undo ();
  ck_assert_int_eq (acting_reason (&acting, "d/victim"), ACT_CHANGED);
  ck_assert_uint_eq (acting_count (&acting, "out"), 1);
  ck_assert (acting_has (&acting, "data/Trash/files/victim", "the content"));
  acting_end (&acting);
}
END_TEST

START_TEST (an_undo_puts_back_what_was_moved_and_nothing_else)
{
  begin ();
  acting_run (&acting, ACT_BIN, FALSE);
  if (_i == 0)
    exchange_in_bin ();
  else
    at.before_move = exchange_in_bin;
  undo ();
  ck_assert_int_eq (acting_reason (&acting, "victim"), ACT_CHANGED);
  ck_assert (!acting_is_there (&acting, "in/victim"));
  ck_assert (acting_has (&acting, "data/Trash/files/victim", "precious"));
  ck_assert (acting_has (&acting, "in/taken", "the content"));
  acting_end (&acting);
}
END_TEST

/* ---- cancel and free -------------------------------------------------------------------------------------------- */

START_TEST (a_cancel_ends_a_comparison)
{
  ActEvents events = acting_events (&acting);
  acting_begin (&acting);
  latch_init (&reading);
  latch_init (&go_on);
  {
    char *big = g_strnfill (3 * 1024 * 1024, 'x');
    acting_write (&acting, "in/a/kept", big);
    acting_write (&acting, "in/victim", big);
    g_free (big);
  }
  acting_scan (&acting, CONTENT_SHA256);
  at.before_read = wait_to_go_on;
  acting.act = act_start (acting.loop.caller, acting.plan, (ActKind) _i, FALSE, &events);
  lodger_manual_iterate (acting.loop.host, false);
  latch_wait (&reading);
  act_cancel (acting.act);
  latch_open (&go_on);
  acting_wait (&acting);
  ck_assert_int_eq (acting_reason (&acting, "victim"), ACT_WAITING);
  ck_assert (acting_is_there (&acting, "in/victim") && acting_is_there (&acting, "in/a/kept"));
  ck_assert_uint_eq (act_get_done (acting.act), 0);
  latch_clear (&reading);
  latch_clear (&go_on);
  acting_end (&acting);
}
END_TEST

START_TEST (a_cancel_before_the_first_file_does_nothing)
{
  ActEvents events = acting_events (&acting);
  begin ();
  acting.act = act_start (acting.loop.caller, acting.plan, ACT_DELETE, FALSE, &events);
  act_cancel (acting.act);
  acting_wait (&acting);
  ck_assert_int_eq (acting_reason (&acting, "victim"), ACT_WAITING);
  ck_assert (acting_has (&acting, "in/victim", "the content"));
  end ();
}
END_TEST

START_TEST (two_groups_at_once_are_done_and_no_more)
{
  ActEvents events = acting_events (&acting);
  acting_begin (&acting);
  latch_init (&go_on);
  counter_init (&held);
  for (int i = 0; i < 6; i++)
    {
      char name[16], content[16];
      snprintf (content, sizeof content, "content %d", i);
      snprintf (name, sizeof name, "in/%d", i);
      acting_write (&acting, name, content);
      snprintf (name, sizeof name, "in/%d.copy", i);
      acting_write (&acting, name, content);
    }
  acting_scan (&acting, CONTENT_SHA256);
  at.hold = true;
  acting.act = act_start (acting.loop.caller, acting.plan, ACT_DELETE, FALSE, &events);
  loop_run (&acting.loop);
  counter_wait (&held, 2);
  loop_run (&acting.loop);
  /* A third one would be there now, or would have been done. */
  ck_assert_int_eq (counter_get (&held), 2);
  ck_assert_uint_eq (act_get_done (acting.act), 0);
  latch_open (&go_on);
  acting_wait (&acting);
  ck_assert_uint_eq (act_get_succeeded (acting.act), 6);
  latch_clear (&go_on);
  counter_clear (&held);
  acting_end (&acting);
}
END_TEST

START_TEST (after_the_free_no_event_comes)
{
  ActEvents events = acting_events (&acting);
  begin ();
  latch_init (&reading);
  latch_init (&go_on);
  at.before_read = wait_to_go_on;
  acting.act = act_start (acting.loop.caller, acting.plan, ACT_DELETE, FALSE, &events);
  plan_free (g_steal_pointer (&acting.plan));
  found_clear (&acting.found);
  if (_i > 0)
    {
      lodger_manual_iterate (acting.loop.host, false);
      latch_wait (&reading);
    }
  act_free (g_steal_pointer (&acting.act));
  latch_open (&go_on);
  loop_run (&acting.loop);
  lodger_manual_advance (acting.loop.host, LODGER_SECONDS (1));
  acting_end (&acting); /* waits for the worker */
  ck_assert_int_eq (acting.finished + acting.progress, 0);
  latch_clear (&reading);
  latch_clear (&go_on);
}
END_TEST

static void
free_it (Act *act, void *data)
{
  test_check (act == data || data != NULL);
  act_free (act);
  acting.act = NULL;
  acting.finished++;
}

START_TEST (an_event_may_free_the_act)
{
  ActEvents events = { free_it, free_it, &acting };
  begin ();
  acting.act = act_start (acting.loop.caller, acting.plan, ACT_DELETE, FALSE, &events);
  while (acting.finished == 0)
    {
      lodger_manual_iterate (acting.loop.host, false);
      lodger_manual_wait_posted (acting.loop.host, 1000000);
      lodger_manual_advance (acting.loop.host, _i > 0 ? LODGER_MILLISECONDS (101) : 0);
    }
  ck_assert_int_eq (acting.finished, 1);
  ck_assert_ptr_null (acting.act);
  acting_end (&acting);
}
END_TEST

START_TEST (progress_comes_when_something_is_done)
{
  ActEvents events = acting_events (&acting);
  acting_begin (&acting);
  latch_init (&reading);
  latch_init (&go_on);
  acting_write (&acting, "in/1", "the content");
  acting_write (&acting, "in/2", "the content");
  acting_write (&acting, "in/3", "another");
  acting_write (&acting, "in/4", "another");
  acting_scan (&acting, CONTENT_SHA256);
  at.before_read = wait_to_go_on;
  acting.act = act_start (acting.loop.caller, acting.plan, ACT_DELETE, FALSE, &events);
  lodger_manual_iterate (acting.loop.host, false);
  latch_wait (&reading);
  while (act_get_done (acting.act) < 1)
    {
      lodger_manual_wait_posted (acting.loop.host, 1000000);
      lodger_manual_iterate (acting.loop.host, false);
    }
  loop_run (&acting.loop);
  ck_assert_int_eq (acting.progress, 0);
  lodger_manual_advance (acting.loop.host, LODGER_MILLISECONDS (100));
  loop_run (&acting.loop);
  ck_assert_int_eq (acting.progress, 1);
  /* Nothing new is done. */
  lodger_manual_advance (acting.loop.host, LODGER_MILLISECONDS (100));
  loop_run (&acting.loop);
  ck_assert_int_eq (acting.progress, 1);
  latch_open (&go_on);
  acting_wait (&acting);
  ck_assert_uint_eq (act_get_done (acting.act), 2);
  latch_clear (&reading);
  latch_clear (&go_on);
  acting_end (&acting);
}
END_TEST

/* ---- main ------------------------------------------------------------------------------------------------------- */

static const char *const kind_names[] = { "bin", "delete", "hard-link", "reflink" };

static void
add_kinds (Suite *suite, const TTest *test, int first, int count)
{
  for (int i = first; i < first + count; i++)
    {
      char *name = g_strdup_printf ("%s/%s", test->name, kind_names[i]);
      test_add_variant (suite, name, test, i);
      g_free (name);
    }
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("act-races");
  test_add_variants (suite, what_is_changed_before_the_move_is_put_back, RACES * KINDS);
  test_add_variants (suite, what_is_changed_during_the_comparison_stays, RACES * KINDS);
  test_add_variants (suite, a_copy_that_goes_after_the_move_brings_it_back, 3 * KINDS);
  add_kinds (suite, a_copy_that_was_written_in_secret_brings_it_back, ACT_BIN, 2);
  test_add_variants (suite, what_is_written_in_secret_after_it_was_read_stays, 2 * KINDS);
  test_add (suite, a_copy_that_became_a_link_does_not_stay);
  add_kinds (suite, a_link_in_its_place_is_put_back, ACT_BIN, KINDS);
  add_kinds (suite, a_folder_in_its_place_is_put_back, ACT_BIN, KINDS);
  test_add (suite, nothing_in_the_bin_is_overwritten);
  add_kinds (suite, a_file_that_vanishes_before_the_move_has_gone, ACT_BIN, KINDS);
  add_kinds (suite, a_folder_that_becomes_a_link_is_not_followed, ACT_BIN, KINDS);
  add_kinds (suite, what_cannot_go_back_is_not_lost, ACT_BIN, 2);
  test_add (suite, what_replaces_a_new_link_stays);
  test_add (suite, a_link_is_made_of_the_copy_that_was_compared);
  test_add_variants (suite, a_move_that_fails_leaves_the_file, 5 * KINDS);
  test_add (suite, a_removal_that_fails_brings_the_file_back);
  test_add_variants (suite, a_file_system_without_links_is_told, 5);
  test_add_variants (suite, what_is_being_changed_stays, 2);
  test_add (suite, an_undo_overwrites_nothing);
  test_add (suite, an_undo_follows_no_link);
  test_add_variants (suite, an_undo_puts_back_what_was_moved_and_nothing_else, 2);
  add_kinds (suite, a_cancel_ends_a_comparison, ACT_BIN, 3);
  test_add (suite, a_cancel_before_the_first_file_does_nothing);
  test_add (suite, two_groups_at_once_are_done_and_no_more);
  test_add_variants (suite, after_the_free_no_event_comes, 2);
  test_add_variants (suite, an_event_may_free_the_act, 2);
  test_add (suite, progress_comes_when_something_is_done);
  return test_main (suite, argc, argv);
}
