/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scenarios, a room each; each table ends with one that has no name. */
#ifndef LODGER_TEST_SCENARIOS_H
#define LODGER_TEST_SCENARIOS_H

#include "round.h"

extern const Scenario scenarios_calls[], scenarios_outcomes[], scenarios_answers[], scenarios_threads[],
    scenarios_family[], scenarios_ends[];
#ifdef LODGER_HAVE_GLIB
extern const Scenario scenarios_glib[];
#endif

#endif
