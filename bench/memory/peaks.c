/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The runs of lodger-bench that submit all jobs at once. */
#include "memory.h"

static void
run (BenchRun *fanout, uint64_t count)
{
  BenchLoad load = { .count = count };

  fanout (&load);
}

void
memory_lodger_fanout (uint64_t count)
{
  run (bench_lodger_fanout, count);
}

void
memory_lodger_fanout_direct (uint64_t count)
{
  run (bench_lodger_fanout_direct, count);
}

void
memory_gtask_fanout (uint64_t count)
{
  run (bench_gtask_fanout, count);
}

void
memory_thread_pool_fanout (uint64_t count)
{
  run (bench_thread_pool_fanout, count);
}

#ifdef LODGER_HAVE_UV
void
memory_uv_fanout (uint64_t count)
{
  run (bench_uv_fanout, count);
}
#endif
