/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the runs of Lodger share: a plain GMainLoop on the default context, and one line that attaches to it. */
#ifndef LODGER_BENCH_LODGER_SIDE_H
#define LODGER_BENCH_LODGER_SIDE_H

#include "bench.h"

#include <glib.h>
#include <lodger/lodger.h>

typedef struct LodgerSide
{
  LodgerCaller *caller;
  GMainLoop *loop;
} LodgerSide;

/* In the GUI thread. */
void lodger_side_attach (LodgerSide *side);
/* Runs whatever is still ready, and leaves. */
void lodger_side_leave (LodgerSide *side);

#endif
