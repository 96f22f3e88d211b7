/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of scenarios, one for each file. A scenario without a name ends a table. */
#ifndef LODGER_TEST_SCENARIOS_H
#define LODGER_TEST_SCENARIOS_H

#include "scenario.h"

extern const Scenario scenarios_calls[], scenarios_outcomes[], scenarios_answers[], scenarios_threads[],
    scenarios_children[], scenarios_ends[], scenarios_guests[], scenarios_fibers[];
#ifdef LODGER_HAVE_GLIB
extern const Scenario scenarios_glib[];
#endif

#endif
