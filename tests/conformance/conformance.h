/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The laws and edge cases, each of which is tested on every kind of loop. */
#ifndef LODGER_TEST_CONFORMANCE_H
#define LODGER_TEST_CONFORMANCE_H

#include "subject.h"

/* Adds a test for each kind of loop that has all of `traits` and none of `not_traits`. */
void add_law (Suite *suite, const TTest *test, unsigned traits, unsigned not_traits);

/* The same for an edge case. It leaves out the variants of the manual host, which do not differ there. */
void add_edge (Suite *suite, const TTest *test, unsigned traits, unsigned not_traits);

void add_law_submitting (Suite *suite);
void add_law_nesting (Suite *suite);
void add_law_ending (Suite *suite);
void add_law_stopping (Suite *suite);
void add_law_slices (Suite *suite);
void add_law_direct (Suite *suite);
void add_law_idle (Suite *suite);
void add_law_misuse (Suite *suite);
void add_law_scopes (Suite *suite);
void add_edge_pool (Suite *suite);
void add_edge_pool_limits (Suite *suite);
void add_edge_worker_threads (Suite *suite);
void add_edge_children (Suite *suite);
void add_edge_lifecycle (Suite *suite);
void add_edge_hooks (Suite *suite);
void add_edge_abandoned_threads (Suite *suite);
void add_edge_abandoned_calls (Suite *suite);
void add_edge_inbox_limit (Suite *suite);
void add_edge_result_home (Suite *suite);
void add_edge_forking (Suite *suite);
void add_edge_program_end (Suite *suite);
void add_edge_shortage (Suite *suite);
void add_edge_entries (Suite *suite);
void add_edge_queues (Suite *suite);
void add_edge_channels (Suite *suite);
void add_edge_waits (Suite *suite);
void add_edge_concurrency (Suite *suite);
void add_edge_fibers (Suite *suite);
void add_edge_fiber_crowds (Suite *suite);
void add_edge_completed (Suite *suite);
void add_edge_tasks (Suite *suite);
void add_edge_task_brackets (Suite *suite);
void add_edge_entry_ends (Suite *suite);
void add_edge_groups (Suite *suite);
void add_edge_group_ends (Suite *suite);
void add_edge_group_limits (Suite *suite);
void add_edge_managers (Suite *suite);
void add_law_watches (Suite *suite);
void add_edge_guests (Suite *suite);
void add_edge_watches (Suite *suite);
/* Only with GLib. */
void add_edge_glib_abandoned (Suite *suite);

#endif
