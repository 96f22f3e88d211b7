/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Another process renames, exchanges, replaces, truncates and links files, and swaps folders for links, while an act
 * goes on. It never destroys the last copy of anything, so afterwards everything has to be there still: in the folder
 * or in the Bin, byte for byte. A folder outside, which the links lead to, has to be as before.
 *
 *   hostile-act [ROUNDS [FOLDER]]
 *
 * It works in a folder of its own below FOLDER, which is in memory if there is such a file system.
 *
 * Each round has some groups of the same content, and one kind of attack for each group.
 */
#include "act.h"
#include "found.h"
#include "test-limits.h"
#include "test-loop.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  SIZE = 12000,
  FIRST_UNIQUE = 100, /* contents that are there once */
  FIRST_NEW = 200,    /* those that the other process makes */
  FORGED = 300,
  IDS = 400
};

/* A group is the copies a/N, b/N and c/N, of which a/N is to stay. */
typedef enum Attack
{
  EXCHANGE,       /* a copy that goes, with another file of the same size and time */
  LAST_COPY,      /* the copy that stays is put into the place of the one that goes; there are only two */
  SPOIL,          /* copies that go are truncated and written to */
  REPLACE,        /* a new file is put into the place of a copy that goes */
  LINK,           /* both get and lose further names */
  TURN_INTO_LINK, /* a copy that goes makes way for a link that leads outside */
  FORGE,          /* before the act: a copy that goes is another file, of the same size and time */
  SPOIL_KEPT,     /* before the act: the copy that stays is truncated */
  PEACE,          /* nothing; its files have further names outside, under the same path */
  ATTACKS
} Attack;

static struct
{
  atomic_bool stop;
  atomic_uint made[IDS]; /* contents that have to be there */
  atomic_ulong deeds;
  unsigned round;
  ino_t spoil_not;
} * shared;

static char *base;
static unsigned results[64], rounds;

/* ---- contents --------------------------------------------------------------------------------------------------- */

static void
fill (char *content, unsigned round, unsigned id)
{
  unsigned state = round * 1000 + id;
  int start = snprintf (content, SIZE, "%08u %08u\n", round, id);
  for (int i = start; i < SIZE; i++)
    {
      state = state * 1103515245 + 12345;
      content[i] = (char) (state >> 16);
    }
}

static void
write_file (const char *path, unsigned round, unsigned id)
{
  static const struct timespec times[2] = { { 1600000001, 0 }, { 1600000001, 0 } };
  char content[SIZE];
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  fill (content, round, id);
  test_check (fd >= 0 && write (fd, content, SIZE) == SIZE && futimens (fd, times) == 0);
  close (fd);
  atomic_store (&shared->made[id], 1);
}

/* ---- the other process ------------------------------------------------------------------------------------------ */

/* In the folder `base`, each with the names of its group. */
static void
attack (Attack how, unsigned id, TestRandom *random)
{
  char kept[32], goes[32], aside[40], unique[32], fresh[32], target[40];
  char copy = test_random_below (random, 2) == 0 ? 'b' : 'c';
  struct stat st;
  int fd;
  snprintf (kept, sizeof kept, "in/a/%u", id);
  snprintf (goes, sizeof goes, "in/%c/%u", how == LAST_COPY ? 'b' : copy, id);
  snprintf (aside, sizeof aside, "in/%c/%u.aside", copy, id);
  snprintf (unique, sizeof unique, "in/a/unique%u", id);
  snprintf (fresh, sizeof fresh, "in/a/new%u%c", id, copy);
  snprintf (target, sizeof target, "../../out/b/%u", id);
  switch (how)
    {
    case EXCHANGE: (void) renameat2 (AT_FDCWD, goes, AT_FDCWD, unique, RENAME_EXCHANGE); break;
    case LAST_COPY:
      (void) rename (kept, goes);
      for (unsigned i = test_random_below (random, 200); i > 0; i--)
        (void) access (goes, F_OK);
      (void) renameat2 (AT_FDCWD, goes, AT_FDCWD, kept, RENAME_NOREPLACE);
      break;
    case SPOIL:
      /* It may have become a name of the copy that stays. */
      fd = open (goes, O_WRONLY | O_NOFOLLOW);
      if (fd >= 0 && fstat (fd, &st) == 0 && st.st_ino != shared->spoil_not)
        (void) !pwrite (fd, "spoiled", 7, test_random_below (random, SIZE));
      if (fd >= 0 && st.st_ino != shared->spoil_not && test_random_below (random, 2) == 0)
        (void) !ftruncate (fd, test_random_below (random, SIZE));
      if (fd >= 0)
        close (fd);
      break;
    case REPLACE:
      {
        unsigned number = FIRST_NEW + 2 * id + (copy == 'b' ? 0 : 1);
        if (atomic_load (&shared->made[number]) != 0)
          return;
        write_file (fresh, shared->round, number);
        (void) rename (fresh, goes);
        break;
      }
    case LINK:
      snprintf (fresh, sizeof fresh, "in/a/link%u", id);
      (void) link (test_random_below (random, 2) == 0 ? kept : goes, fresh);
      (void) unlink (fresh);
      break;
    case TURN_INTO_LINK:
      if (rename (goes, aside) < 0)
        return;
      if (symlink (target, goes) == 0)
        {
          for (unsigned i = test_random_below (random, 100); i > 0; i--)
            (void) access (aside, F_OK);
          (void) unlink (goes);
        }
      (void) renameat2 (AT_FDCWD, aside, AT_FDCWD, goes, RENAME_NOREPLACE);
      break;
    case FORGE:
    case SPOIL_KEPT:
    case PEACE:
    case ATTACKS:
    default: return;
    }
  atomic_fetch_add (&shared->deeds, 1);
}

/* A folder makes way for a link to one outside that has the same files under the same names. */
static void
swap_folder (TestRandom *random)
{
  if (rename ("in/b", "in/b.away") < 0)
    return;
  if (symlink ("../out/b", "in/b") == 0)
    {
      for (unsigned i = test_random_below (random, 300); i > 0; i--)
        (void) access ("in/b.away", F_OK);
      (void) unlink ("in/b");
    }
  test_check (rename ("in/b.away", "in/b") == 0);
  atomic_fetch_add (&shared->deeds, 1);
}

static void
be_hostile (int orders, int reports)
{
  TestRandom random = test_random_new (1);
  char order;
  while (read (orders, &order, 1) == 1)
    {
      while (!atomic_load (&shared->stop))
        {
          unsigned id = test_random_below (&random, ATTACKS);
          if (order == 's' && id == PEACE)
            swap_folder (&random);
          else
            attack ((Attack) id, id, &random);
        }
      test_check (write (reports, &order, 1) == 1);
    }
  _exit (0);
}

/* ---- the folder ------------------------------------------------------------------------------------------------- */

static void
make_tree (unsigned round)
{
  static const char *const folders[] = { "in", "in/a", "in/b", "in/c", "out", "out/a", "out/b", "out/c", "data" };
  static const struct timespec old[2] = { { 1600000000, 0 }, { 1600000000, 0 } };
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    test_check (mkdir (folders[i], 0755) == 0);
  for (unsigned i = 0; i < IDS; i++)
    atomic_store (&shared->made[i], 0);
  for (unsigned id = 0; id < ATTACKS; id++)
    for (char copy = 'a'; copy <= 'c'; copy++)
      {
        char path[32], other[32];
        if (id == LAST_COPY && copy == 'c')
          continue;
        snprintf (path, sizeof path, "in/%c/%u", copy, id);
        write_file (path, round, id);
        if (copy == 'a')
          test_check (utimensat (AT_FDCWD, path, old, 0) == 0);
        snprintf (other, sizeof other, "out/%c/%u", copy, id);
        if (id == PEACE)
          test_check (link (path, other) == 0);
        else if (id == TURN_INTO_LINK)
          write_file (other, round, id);
        snprintf (other, sizeof other, "in/a/unique%u", id);
        if (id == EXCHANGE && copy == 'a')
          write_file (other, round, FIRST_UNIQUE + id);
      }
}

static void
before_the_act (unsigned round)
{
  char path[32];
  struct stat st;
  snprintf (path, sizeof path, "in/a/%u", SPOIL);
  test_check (stat (path, &st) == 0);
  shared->spoil_not = st.st_ino;
  snprintf (path, sizeof path, "in/b/%u", FORGE);
  write_file (path, round, FORGED);
  snprintf (path, sizeof path, "in/a/%u", SPOIL_KEPT);
  test_check (truncate (path, 100) == 0);
}

/* ---- the ledger ------------------------------------------------------------------------------------------------- */

static atomic_uint seen[IDS];
static GString *outside;

static int
look_at (const char *path, const struct stat *st, int kind, struct FTW *at)
{
  char content[SIZE + 1], expected[SIZE];
  unsigned round, id;
  ssize_t size;
  int fd;
  (void) at;
  if (kind != FTW_F || !S_ISREG (st->st_mode))
    return 0;
  fd = open (path, O_RDONLY | O_NOFOLLOW);
  size = read (fd, content, sizeof content);
  close (fd);
  if (size == SIZE && sscanf (content, "%8u %8u", &round, &id) == 2 && round == shared->round && id < IDS)
    {
      fill (expected, round, id);
      if (memcmp (content, expected, SIZE) == 0)
        atomic_store (&seen[id], 1);
    }
  return 0;
}

static int
note_outside (const char *path, const struct stat *st, int kind, struct FTW *at)
{
  char content[SIZE];
  int fd = kind == FTW_F ? open (path, O_RDONLY | O_NOFOLLOW) : -1;
  ssize_t size = fd < 0 ? 0 : read (fd, content, sizeof content);
  guint sum = 0;
  (void) at;
  for (ssize_t i = 0; i < size; i++)
    sum = sum * 31 + (guint8) content[i];
  if (fd >= 0)
    close (fd);
  g_string_append_printf (outside, "%s %d %lu %lld %lld %u\n", path, kind, (unsigned long) st->st_ino,
                          kind == FTW_F ? (long long) st->st_size : 0,
                          (long long) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec, sum);
  return 0;
}

static int
compare_lines (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static char *
outside_now (void)
{
  char **lines, *text;
  guint count;
  outside = g_string_new (NULL);
  test_check (nftw ("out", note_outside, 16, FTW_PHYS) == 0);
  lines = g_strsplit (outside->str, "\n", -1);
  count = g_strv_length (lines);
  qsort (lines, count, sizeof *lines, compare_lines);
  text = g_strjoinv ("\n", lines);
  g_strfreev (lines);
  g_string_free (outside, TRUE);
  return text;
}

static int
remove_one (const char *path, const struct stat *st, int kind, struct FTW *at)
{
  (void) st;
  (void) kind;
  (void) at;
  return remove (path);
}

static void
check_ledger (const char *was_outside, ActKind kind)
{
  char *now = outside_now ();
  for (unsigned i = 0; i < IDS; i++)
    atomic_store (&seen[i], 0);
  test_check (nftw ("in", look_at, 16, FTW_PHYS) == 0);
  (void) nftw ("data/Trash/files", look_at, 16, FTW_PHYS);
  for (unsigned i = 0; i < IDS; i++)
    if (atomic_load (&shared->made[i]) != 0 && atomic_load (&seen[i]) == 0)
      test_fail ("round %u, kind %d: the content %u is lost", shared->round, (int) kind, i);
  if (strcmp (was_outside, now) != 0)
    test_fail ("round %u, kind %d: outside was\n%s\nand is\n%s", shared->round, (int) kind, was_outside, now);
  g_free (now);
}

/* ---- the act ---------------------------------------------------------------------------------------------------- */

static void
on_progress (Act *act, void *data)
{
  (void) act;
  (void) data;
}

static void
on_finished (Act *act, void *data)
{
  (void) act;
  *(gboolean *) data = TRUE;
}

static void
wait_for (Loop *loop, const gboolean *finished)
{
  while (!*finished)
    {
      lodger_manual_iterate (loop->host, false);
      if (!*finished)
        lodger_manual_wait_posted (loop->host, 1000000);
    }
}

static void
count_results (const Act *act)
{
  const GArray *items = act_get_items (act);
  for (guint i = 0; i < items->len; i++)
    {
      int reason = g_array_index (items, ActItem, i).reason;
      results[reason <= 0 ? -reason : 20 + MIN (reason, 43)]++;
    }
}

static void
run_round (Loop *loop, unsigned round, int orders, int reports)
{
  ActKind kind = (ActKind) (round % 3);
  char *in = g_strconcat (base, "/in", NULL);
  char order = round % 5 == 0 ? 's' : 'g';
  gboolean finished = FALSE;
  ActEvents events = { on_progress, on_finished, &finished };
  char *was_outside;
  Found found;
  Plan *plan;
  Act *act;
  shared->round = round;
  make_tree (round);
  was_outside = outside_now ();
  found = found_in (in, CONTENT_SHA256);
  plan = plan_new (found.report);
  plan_apply (plan, PLAN_KEEP_OLDEST);
  before_the_act (round);
  atomic_store (&shared->stop, false);
  test_check (write (orders, &order, 1) == 1);
  act = act_start (loop->caller, plan, kind, FALSE, &events);
  plan_free (plan);
  found_clear (&found);
  wait_for (loop, &finished);
  count_results (act);
  if (kind == ACT_BIN && round % 2 == 0)
    {
      Act *undo = act_undo (act, &events);
      finished = FALSE;
      wait_for (loop, &finished);
      act_free (undo);
    }
  act_free (act);
  atomic_store (&shared->stop, true);
  test_check (read (reports, &order, 1) == 1);
  check_ledger (was_outside, kind);
  test_check (nftw ("in", remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
  test_check (nftw ("out", remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
  test_check (nftw ("data", remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
  g_free (was_outside);
  g_free (in);
}

static void
show_results (void)
{
  printf ("%u rounds, %lu deeds of the other process\n", rounds, atomic_load (&shared->deeds));
  for (int i = 0; i < 64; i++)
    if (results[i] > 0)
      printf ("%7u %s\n", results[i], i < 20 ? act_reason_text (-i) : act_reason_text (i - 20));
}

int
main (int argc, char **argv)
{
  int orders[2], reports[2], status;
  char *data;
  pid_t other;
  Loop loop;
  rounds = argc > 1 ? (unsigned) strtoul (argv[1], NULL, 10) : test_scaled (1000);
  base = g_build_filename (argc > 2                         ? argv[2]
                           : access ("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                                            : g_get_tmp_dir (),
                           "lodger-scan-hostile-XXXXXX", NULL);
  test_check (mkdtemp (base) != NULL && chdir (base) == 0);
  data = g_strconcat (base, "/data", NULL);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_free (data);
  shared = mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  test_check (shared != MAP_FAILED && pipe (orders) == 0 && pipe (reports) == 0);
  (void) test_seed ();
  other = fork ();
  test_check (other >= 0);
  if (other == 0)
    {
      close (orders[1]);
      be_hostile (orders[0], reports[1]);
    }
  close (orders[0]);
  loop = loop_open (LODGER_MANUAL_DEFAULT);
  for (unsigned round = 1; round <= rounds; round++)
    {
      if (round % 50 == 1)
        test_expect_end ();
      run_round (&loop, round, orders[1], reports[0]);
    }
  close (orders[1]);
  test_check (waitpid (other, &status, 0) == other && status == 0);
  loop_close (&loop);
  test_check (chdir ("/") == 0 && rmdir (base) == 0);
  g_free (base);
  show_results ();
  /* An act that does nothing loses nothing. */
  if (rounds >= 100 && (results[-ACT_DONE] < rounds || results[-ACT_CHANGED] < rounds))
    test_fail ("too little happened");
  return 0;
}
