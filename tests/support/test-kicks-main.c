/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-kicks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  COUNT = 20000,
  CONTROL_LIMIT = 20000000 /* nanoseconds */
};

static bool
is_control (const KickGuest *guest)
{
  return strstr (guest->name, "-by-diff") != NULL;
}

static unsigned long
run_once (const KickHost *host, const KickGuest *guest, unsigned long count)
{
  static Kicks kicks;
  unsigned long lost;
  int64_t begun = test_now ();
  kicks = (Kicks) { .host = host, .guest = guest, .count = count };
  if (is_control (guest))
    {
      kicks.limit = CONTROL_LIMIT;
      kicks.count = COUNT;
      kicks.ends_when_lost = true;
    }
  lost = kicks_run (&kicks);
  printf ("%s in %s: %lu kicks, %lu lost, %.1f s\n", guest->name, host->name, atomic_load (&kicks.number), lost,
          (double) (test_now () - begun) / 1e9);
  fflush (stdout);
  return lost;
}

/* A control ends with the first kick that it loses. */
static void
run (const KickHost *host, const KickGuest *guest, unsigned long count)
{
  const unsigned long lost = run_once (host, guest, count);
  if (is_control (guest) != (lost > 0))
    test_fail (lost > 0 ? "kicks were lost" : "the control lost none");
}

static const char *
option (int argc, char **argv, const char *name)
{
  for (int i = 1; i + 1 < argc; i += 2)
    if (strcmp (argv[i], name) == 0)
      return argv[i + 1];
  return NULL;
}

static bool
is_meant (const char *name, const char *wanted)
{
  return wanted == NULL || strcmp (name, wanted) == 0;
}

int
kicks_main (int argc, char **argv)
{
  const char *host = option (argc, argv, "--host"), *guest = option (argc, argv, "--guest");
  const char *count = option (argc, argv, "--count");
  unsigned runs = 0;
  test_seed ();
  for (unsigned h = 0; kick_hosts[h] != NULL; h++)
    for (unsigned g = 0; kick_guests[g] != NULL; g++)
      if (is_meant (kick_hosts[h]->name, host) && is_meant (kick_guests[g]->name, guest))
        {
          run (kick_hosts[h], kick_guests[g], count != NULL ? strtoul (count, NULL, 10) : test_scaled (COUNT));
          runs++;
        }
  if (runs == 0 && (host != NULL || guest != NULL))
    test_fail ("no such host or guest");
  return 0;
}
