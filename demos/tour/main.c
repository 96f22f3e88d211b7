/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tour [SECTION …]: runs the sections, or those that are named. This thread has no caller of its own, so it may
 * wait. */
#include "tour.h"

#include <stdio.h>
#include <string.h>

static const TourSection *const topics[]
    = { tour_callers, tour_calls, tour_loops, tour_pendings, tour_several, tour_fibers, tour_iopub };
enum
{
  N_TOPICS = sizeof topics / sizeof topics[0]
};

/* Whether the section is one of the named ones. Without names it is. */
static bool
is_wanted (const TourSection *section, char **names, int count)
{
  for (int i = 0; i < count; i++)
    if (strcmp (names[i], section->name) == 0)
      return true;
  return count == 0;
}

int
main (int argc, char **argv)
{
  const bool lists = argc == 2 && strcmp (argv[1], "--list") == 0;
  int shown = 0, count = lists ? 0 : argc - 1;
  for (int i = 0; i < N_TOPICS; i++)
    for (const TourSection *section = topics[i]; section->name != NULL; section++)
      if (is_wanted (section, argv + 1, count))
        {
          shown++;
          printf ("%s: %s\n", section->name, section->subject);
          if (!lists)
            section->show ();
        }
  if (shown < count || shown == 0)
    {
      fprintf (stderr, "usage: tour [SECTION …]\ntour --list lists the sections\n");
      return 2;
    }
  return 0;
}
