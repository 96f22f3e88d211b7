/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller/caller.h"
#include "children/children.h"
#include "guest/guest.h"
#include "pool/pool.h"
#include "stop/stop.h"

/* The wings below know each other by tables of operations. Here is which sources a turn has, which crew a worker belongs
 * to, and which participants a stop has, in order. */

static const LodgerTurnSource *const caller_sources[] = { &lodger__guest_source, &lodger__stop_source, NULL };
static const LodgerTurnSource *const worker_sources[]
    = { &lodger__worker_source, &lodger__guest_source, &lodger__stop_source, NULL };

#define ENDS .given_back = lodger__loop_gone_end, .came_back = lodger__stop_come_back, .loop_gone = lodger__loop_gone

const LodgerLoopPlan lodger__caller_plan = { .sources = caller_sources, ENDS };
const LodgerLoopPlan lodger__worker_plan = { .sources = worker_sources, .crew = &lodger__worker_crew, ENDS };

const LodgerStopParticipant *const lodger__stop_plan[] = { &lodger__pool_participant,
                                                           &lodger__worker_participant,
                                                           &lodger__child_calls_participant,
                                                           &lodger__children_participant,
                                                           &lodger__guest_participant,
                                                           &lodger__setup_participant,
                                                           NULL };
