/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view/view.h"

#include <lodger/channel.h>
#include <stdlib.h>

/* How long a run lives. */

LodgerViewRun *
lodger__view_run_new (const LodgerHostViewOps *ops, void *view, const LodgerHostViewOptions *options)
{
  LodgerViewRun *run = calloc (1, sizeof *run);
  if (run == NULL)
    return NULL;
  atomic_init (&run->holds, 1);
  atomic_init (&run->users, 1);
  atomic_init (&run->is_left, false);
  run->ops = ops;
  run->view = view;
  run->options = *options;
  run->view_scope = lodger_scope_ref (options->view_scope);
  run->scope = lodger_scope_ref (options->scope);
  return run;
}

void
lodger__view_hold (LodgerViewRun *run)
{
  atomic_fetch_add_explicit (&run->holds, 1, memory_order_relaxed);
}

void
lodger__view_release (void *data)
{
  LodgerViewRun *run = data;
  if (atomic_fetch_sub_explicit (&run->holds, 1, memory_order_acq_rel) != 1)
    return;
  lodger_channel_unref (run->reports);
  lodger_channel_unref (run->items);
  lodger_pending_unref (run->shown);
  lodger_pending_unref (run->taken);
  lodger_scope_unref (run->view_scope);
  lodger_scope_unref (run->scope);
  lodger_scope_unref (run->place);
  free (run);
}

void
lodger__view_use (LodgerViewRun *run)
{
  atomic_fetch_add_explicit (&run->users, 1, memory_order_relaxed);
}

/* The metadata of the pending holds the run, so the run must not outlast its users by the pending. */
void
lodger__view_end_use (void *data)
{
  LodgerViewRun *run = data;
  LodgerPending *pending;
  if (atomic_fetch_sub_explicit (&run->users, 1, memory_order_acq_rel) != 1)
    return;
  atomic_store (&run->is_left, true);
  pending = run->pending;
  run->pending = NULL;
  run->ops->destroy (run->view);
  lodger_pending_unref (pending);
  lodger__view_release (run);
}

bool
lodger__view_is_over (const LodgerViewRun *run)
{
  return atomic_load (&run->is_left) || lodger_scope_has_ended (run->view_scope)
         || (run->scope != NULL && lodger_scope_has_ended (run->scope))
         || (run->place != NULL && lodger_scope_has_ended (run->place));
}

void
lodger__view_keep_object (const LodgerViewRun *run)
{
  if (run->ops->hold != NULL)
    run->ops->hold (run->view);
}

void
lodger__view_release_object (const LodgerViewRun *run)
{
  if (run->ops->hold != NULL)
    run->ops->release (run->view);
}
