/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two programs act on the same folder at the same time: one keeps the oldest copies, the other one the newest, so that
 * each wants what the other one keeps to go. A copy of everything has to be left in the folder.
 *
 *   hostile-rival [ROUNDS]
 */
#include "act.h"
#include "found.h"
#include "test-limits.h"
#include "test-loop.h"

#include <fcntl.h>
#include <ftw.h>
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
  GROUPS = 40,
  SIZE = 3000
};

static struct
{
  atomic_uint ready; /* how many have made their plan */
  atomic_uint succeeded[2];
} * shared;

static char *base;

static void
fill (char *content, unsigned round, unsigned group)
{
  memset (content, 'a' + (int) (group % 26), SIZE);
  snprintf (content, SIZE, "%u %u\n", round, group);
}

static void
make_tree (unsigned round)
{
  char content[SIZE], path[32];
  test_check (mkdir ("in", 0755) == 0 && mkdir ("in/a", 0755) == 0 && mkdir ("in/b", 0755) == 0);
  for (unsigned group = 0; group < GROUPS; group++)
    for (unsigned copy = 0; copy < 2; copy++)
      {
        struct timespec times[2] = { { 1600000000 + copy, 0 }, { 1600000000 + copy, 0 } };
        int fd;
        snprintf (path, sizeof path, "in/%c/%u", copy == 0 ? 'a' : 'b', group);
        fill (content, round, group);
        fd = open (path, O_WRONLY | O_CREAT | O_EXCL, 0644);
        test_check (fd >= 0 && write (fd, content, SIZE) == SIZE && futimens (fd, times) == 0);
        close (fd);
      }
}

static void
check_tree (unsigned round, ActKind kind)
{
  for (unsigned group = 0; group < GROUPS; group++)
    {
      unsigned left = 0;
      for (unsigned copy = 0; copy < 2; copy++)
        {
          char content[SIZE], found[SIZE], path[32];
          int fd;
          snprintf (path, sizeof path, "in/%c/%u", copy == 0 ? 'a' : 'b', group);
          fill (content, round, group);
          fd = open (path, O_RDONLY);
          if (fd >= 0 && read (fd, found, SIZE) == SIZE && memcmp (content, found, SIZE) == 0)
            left++;
          if (fd >= 0)
            close (fd);
        }
      if (left == 0)
        test_fail ("round %u, kind %d: no copy of group %u is left", round, (int) kind, group);
    }
}

static int
remove_one (const char *path, const struct stat *st, int kind, struct FTW *at)
{
  (void) st;
  (void) kind;
  (void) at;
  return remove (path);
}

/* ---- one of the two --------------------------------------------------------------------------------------------- */

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
act (Loop *loop, ActKind kind, unsigned who)
{
  char *in = g_build_filename (base, "in", NULL);
  gboolean finished = FALSE;
  ActEvents events = { on_progress, on_finished, &finished };
  Found found = found_in (in, CONTENT_SHA256);
  Plan *plan = plan_new (found.report);
  Act *doing;
  plan_apply (plan, who == 0 ? PLAN_KEEP_OLDEST : PLAN_KEEP_NEWEST);
  atomic_fetch_add (&shared->ready, 1);
  while (atomic_load (&shared->ready) < 2)
    ;
  doing = act_start (loop->caller, plan, kind, FALSE, &events);
  while (!finished)
    {
      lodger_manual_iterate (loop->host, false);
      if (!finished)
        lodger_manual_wait_posted (loop->host, 1000000);
    }
  atomic_fetch_add (&shared->succeeded[who], act_get_succeeded (doing));
  act_free (doing);
  plan_free (plan);
  found_clear (&found);
  g_free (in);
}

static void
be_the_rival (int orders, int reports)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  char order;
  while (read (orders, &order, 1) == 1)
    {
      act (&loop, (ActKind) order, 1);
      test_check (write (reports, &order, 1) == 1);
    }
  loop_close (&loop);
  _exit (0);
}

int
main (int argc, char **argv)
{
  unsigned rounds = argc > 1 ? (unsigned) strtoul (argv[1], NULL, 10) : test_scaled (300);
  int orders[2], reports[2], status;
  char *data;
  pid_t other;
  Loop loop;
  base = g_build_filename (access ("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir (), "lodger-scan-rival-XXXXXX",
                           NULL);
  test_check (mkdtemp (base) != NULL && chdir (base) == 0);
  data = g_build_filename (base, "data", NULL);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_free (data);
  shared = mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  test_check (shared != MAP_FAILED && pipe (orders) == 0 && pipe (reports) == 0);
  other = fork ();
  test_check (other >= 0);
  if (other == 0)
    {
      close (orders[1]);
      be_the_rival (orders[0], reports[1]);
    }
  close (orders[0]);
  loop = loop_open (LODGER_MANUAL_DEFAULT);
  for (unsigned round = 1; round <= rounds; round++)
    {
      char order = (char) (round % 3);
      if (round % 50 == 1)
        test_expect_end ();
      make_tree (round);
      atomic_store (&shared->ready, 0);
      test_check (write (orders[1], &order, 1) == 1);
      act (&loop, (ActKind) order, 0);
      test_check (read (reports[0], &order, 1) == 1);
      check_tree (round, (ActKind) order);
      test_check (nftw ("in", remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
      (void) nftw ("data", remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
  close (orders[1]);
  test_check (waitpid (other, &status, 0) == other && status == 0);
  loop_close (&loop);
  test_check (chdir ("/") == 0 && rmdir (base) == 0);
  g_free (base);
  printf ("%u rounds, %u and %u files went, of %u each\n", rounds, atomic_load (&shared->succeeded[0]),
          atomic_load (&shared->succeeded[1]), rounds * GROUPS);
  return 0;
}
