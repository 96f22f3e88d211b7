/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The first use of the library in a process: nothing is warm. */
#include "rows.h"

static void
attach (void)
{
  loop = loop_open_full (LODGER_MANUAL_DEFAULT, LODGER_CALLER_OPTIONS (.max_workers = 1));
}

void
start_attach (void)
{
  count_begin_all_calls ();
  attach ();
  loop_close (&loop);
  count_end ();
}

/* What needs no other thread starts none. */
void
start_first_call (void)
{
  attach ();
  count_begin_all_calls ();
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, call_nothing, NULL, NULL));
  lodger_pending_disown (lodger_caller_call_later (loop.caller, 1, call_nothing, NULL, NULL));
  lodger_pending_disown (lodger_caller_spawn (loop.caller, call_nothing, NULL, NULL));
  lodger_manual_advance (loop.host, 1);
  loop_run (&loop);
  count_end ();
  loop_close (&loop);
}

void
start_first_job (void)
{
  LodgerPending *job;
  attach ();
  count_begin_all_calls ();
  job = lodger_caller_to_thread (loop.caller, call_nothing, NULL, NULL);
  loop_run_until_done (&loop, job);
  count_end ();
  lodger_pending_unref (job);
  loop_close (&loop);
}
