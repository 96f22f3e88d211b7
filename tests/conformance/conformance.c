/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

#include <stdio.h>

/* Whether the tests that are being added differ on hosts that Lodger polls for. */
static bool with_polled;

static void
add (Suite *suite, const TTest *test, int i, unsigned traits, unsigned not_traits)
{
  const SubjectKind *kind = subject_kinds[i];
  char name[200];
  if (!with_polled)
    not_traits |= SUBJECT_POLLED;
  if ((kind->traits & traits) != traits || (kind->traits & (not_traits | SUBJECT_POLLS)) != 0)
    return;
  snprintf (name, sizeof name, "%s/%s", test->name, kind->name);
  test_add_variant (suite, name, test, i);
}

void
add_law (Suite *suite, const TTest *test, unsigned traits, unsigned not_traits)
{
  for (int i = 0; subject_kinds[i] != NULL; i++)
    add (suite, test, i, traits, not_traits);
}

static bool
is_flavour (const SubjectKind *kind)
{
  return kind == &subject_manual_no_before_wait || kind == &subject_manual_real
         || kind == &subject_manual_real_no_before_wait;
}

void
add_edge (Suite *suite, const TTest *test, unsigned traits, unsigned not_traits)
{
  for (int i = 0; subject_kinds[i] != NULL; i++)
    if (!is_flavour (subject_kinds[i]))
      add (suite, test, i, traits, not_traits);
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("conformance");
  add_law_submitting (suite);
  add_law_nesting (suite);
  add_law_ending (suite);
  add_law_stopping (suite);
  add_law_slices (suite);
  add_law_direct (suite);
  add_law_idle (suite);
  add_law_misuse (suite);
  add_law_scopes (suite);
  add_edge_pool (suite);
  add_edge_pool_limits (suite);
  add_edge_worker_threads (suite);
  add_edge_children (suite);
  add_edge_lifecycle (suite);
  add_edge_hooks (suite);
  add_edge_abandoned_threads (suite);
  add_edge_abandoned_calls (suite);
  add_edge_inbox_limit (suite);
  add_edge_result_home (suite);
  add_edge_forking (suite);
  add_edge_program_end (suite);
  add_edge_shortage (suite);
  add_edge_entries (suite);
  add_edge_queues (suite);
  add_edge_channels (suite);
  add_edge_waits (suite);
  add_edge_concurrency (suite);
  add_edge_fibers (suite);
  add_edge_fiber_crowds (suite);
  add_edge_completed (suite);
  add_edge_tasks (suite);
  add_edge_task_brackets (suite);
  add_edge_entry_ends (suite);
  add_edge_groups (suite);
  add_edge_group_ends (suite);
  add_edge_group_limits (suite);
  add_edge_managers (suite);
  with_polled = true;
  add_law_watches (suite);
  add_edge_guests (suite);
  add_edge_watches (suite);
#ifdef LODGER_HAVE_GLIB
  add_edge_glib_abandoned (suite);
#endif
  return test_main (suite, argc, argv);
}
