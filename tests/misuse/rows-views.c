/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work that an adapter has done for a view. */
#include "misuse.h"

#include <lodger/host-view.h>

static void
view_destroy (void *view)
{
  if (view != NULL)
    recorder_destroy (view);
}

static void
view_tell (void *view, LodgerHostTold told, LodgerPending *outcome)
{
  (void) view;
  (void) told;
  (void) outcome;
}

static void
view_soon (void *view, void (*func) (void *data), void *data, LodgerDestroyFunc destroy)
{
  (void) view;
  (void) func;
  destroy (data);
}

static const LodgerHostViewOps ops = { .size = sizeof ops,
                                       .run_name = "lodger_host_run_work",
                                       .report_name = "lodger_host_report",
                                       .send_name = "lodger_host_send",
                                       .destroy = view_destroy,
                                       .tell = view_tell,
                                       .soon = view_soon };

static const LodgerHostViewOps no_size = { .run_name = "lodger_host_run_work" };

static void
work (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_nothing (self);
}

/* In CALLER's thread, with a scope of this thread. */
static LodgerPending *
run (Fixture *s, const LodgerHostViewOps *with, void *view)
{
  const LodgerHostViewOptions options = { .size = sizeof options,
                                          .work = work,
                                          .data = view,
                                          .home = CALLER,
                                          .view_scope = SCOPE,
                                          .caller = CALLER,
                                          .flags = LODGER_HOST_VIEW_DONE };
  return lodger_host_run_work (with, view, &options);
}

static LodgerPending *
run_in_stopping (Fixture *s)
{
  lodger_caller_stop (CALLER, true);
  return run (s, &ops, DATA);
}

CELL (lodger_host_run_work, null_ops, REFUSES (run (s, NULL, NULL), LODGER_EINVAL));
CELL (lodger_host_run_work, size_ops, REFUSES (run (s, &no_size, NULL), LODGER_EINVAL));
CELL (lodger_host_run_work, null_view, ACCEPTS (run (s, &ops, NULL)));
CELL (lodger_host_run_work, null_options, REFUSES (lodger_host_run_work (&ops, DATA, NULL), LODGER_EINVAL));
CELL (lodger_host_run_work, size_options,
      REFUSES (lodger_host_run_work (&ops, DATA, &(LodgerHostViewOptions) { .work = work }), LODGER_EINVAL));
CELL (lodger_host_run_work, shut_down, REFUSES (run_in_stopping (s), LODGER_ESHUTDOWN));
CELL (lodger_host_run_work, after_fork, REFUSES (run (s, &ops, DATA), LODGER_ECHILD));

CELL (lodger_host_report, null_ops, ANSWERS (lodger_host_report (NULL, PROMISE, 0, NULL), LODGER_EINVAL));
CELL (lodger_host_report, size_ops, ANSWERS (lodger_host_report (&no_size, PROMISE, 0, NULL), LODGER_EINVAL));
CELL (lodger_host_report, null_self, ANSWERS (lodger_host_report (&ops, NULL, 0, NULL), LODGER_EINVAL));
CELL_AT (IN_CALL, lodger_host_report, null_text, ANSWERS (lodger_host_report (&ops, SELF, 0, NULL), LODGER_ESTATE));
CELL_AT (IN_CALL, lodger_host_report, wrong_state,
         ANSWERS (lodger_host_report (&ops, SELF, 0, "misuse"), LODGER_ESTATE));
CELL (lodger_host_report, after_stop, FINE (lodger_host_report (&ops, CALL, 0, NULL) == LODGER_ECANCELED));
CELL (lodger_host_report, after_fork, ANSWERS (lodger_host_report (&ops, PROMISE, 0, NULL), LODGER_ESTATE));

CELL (lodger_host_send, null_ops, ANSWERS (lodger_host_send (NULL, PROMISE, s), LODGER_EINVAL));
CELL (lodger_host_send, size_ops, ANSWERS (lodger_host_send (&no_size, PROMISE, s), LODGER_EINVAL));
CELL (lodger_host_send, null_self, ANSWERS (lodger_host_send (&ops, NULL, s), LODGER_EINVAL));
CELL_AT (IN_CALL, lodger_host_send, null_item, ANSWERS (lodger_host_send (&ops, SELF, NULL), LODGER_EINVAL));
CELL_AT (IN_CALL, lodger_host_send, wrong_state, ANSWERS (lodger_host_send (&ops, SELF, s), LODGER_ESTATE));
CELL (lodger_host_send, after_stop, ANSWERS (lodger_host_send (&ops, CALL, s), LODGER_ESTATE));
CELL (lodger_host_send, after_fork, ANSWERS (lodger_host_send (&ops, PROMISE, s), LODGER_ESTATE));
