/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Jobs of Lodger's pool, as a guest of Qt's loop, each with a continuation in the GUI thread.
 */
#include "qt-errand.h"

#include <lodger-qt.h>

namespace {

LodgerCaller *caller;
Errand *current;

void
job_work (LodgerPending *self, void *data)
{
  lodger_pending_return_int (self, bench_job_run (data));
}

void
job_done (LodgerPending *, LodgerPending *done, void *data)
{
  int64_t result;
  int code = lodger_pending_get_int (done, &result);

  if (code)
    bench_fail ("a job failed: %s", lodger_error_code_string (code));
  current->arrived (data, result);
}

void
submit (Errand *, uint64_t index)
{
  void *data = bench_job_data (index);
  LodgerPending *work = lodger_caller_to_thread (caller, job_work, data, nullptr);

  lodger_pending_disown (lodger_pending_then (work, caller, job_done, data, nullptr));
  lodger_pending_unref (work);
}

int64_t
run (const BenchLoad *load, bool all_at_once)
{
  Errand errand (submit);
  LodgerError *error = nullptr;
  int64_t elapsed;
  int code;

  caller = lodger_qt_attach_full (nullptr, LODGER_CALLER_OPTIONS (.max_workers = BENCH_WORKERS), &error);
  if (!caller)
    bench_fail ("cannot attach: %s", lodger_error_get_message (error));
  current = &errand;
  elapsed = errand.run (load, all_at_once);
  code = lodger_caller_leave (caller);
  if (code)
    bench_fail ("cannot leave: %s", lodger_error_code_string (code));
  lodger_caller_unref (caller);
  return elapsed;
}

} /* namespace */

int64_t
bench_lodger_qt_rtt (const BenchLoad *load)
{
  return run (load, false);
}

int64_t
bench_lodger_qt_fanout (const BenchLoad *load)
{
  return run (load, true);
}
