/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "base/log.h"
#include "base/slab.h"
#include "call/admission.h"
#include "call/run.h"
#include "call/submit.h"
#include "life/life.h"
#include "life/phase.h"
#include "life/trace.h"
#include "loop/turn.h"
#include "mailbox/post.h"

#include <assert.h>

/* Direct calls: the cheapest, without an outcome. */

typedef struct LodgerDirect
{
  LodgerItem item; /* first */
  LodgerDirectFunc func;
  void *data;
  LodgerDestroyFunc destroy;
  LodgerSite site;
} LodgerDirect;

static_assert (sizeof (LodgerDirect) <= 64, "a direct call is a small piece of the slab");

static inline void
trace (LodgerTraceKind kind, LodgerCaller *caller, const LodgerDirect *direct)
{
  lodger__trace (kind, caller, NULL, direct->site.file, direct->site.line, direct->site.name);
}

static void
destroy_data (LodgerDirect *direct)
{
  LodgerDestroyFunc destroy = direct->destroy;
  direct->destroy = NULL;
  if (destroy != NULL)
    lodger__destroy (destroy, direct->data);
}

static void
direct_exited (LodgerCaller *caller, LodgerItem *item)
{
  (void) caller;
  destroy_data ((LodgerDirect *) item);
  lodger__slab_free (LODGER_SLAB_SMALL, item);
}

static void
direct_drop (LodgerCaller *caller, LodgerItem *item)
{
  lodger__admission_leave (caller);
  direct_exited (caller, item);
}

static void
run (LodgerCaller *caller, const LodgerDirect *direct)
{
  if (lodger__is_stopping (caller))
    return;
  trace (LODGER_TRACE_START, caller, direct);
  lodger__run_direct (caller, direct->func, direct->data, &direct->site);
  trace (LODGER_TRACE_END, caller, direct);
}

/* Its memory may go as soon as user code runs: a nested loop takes what comes next. Its link is the inbox's: a producer
 * may be writing it, and it is not on the caller's list. */
static void
run_in_inbox (LodgerCaller *caller, const LodgerDirect *direct)
{
  LodgerDirect copy = { .func = direct->func, .data = direct->data, .destroy = direct->destroy, .site = direct->site };
  caller->calls.outermost = (LodgerOutermost) { copy.destroy, copy.data };
  run (caller, &copy);
  if (lodger__is_before_fork (caller))
    return;
  caller->calls.outermost.destroy = NULL;
  destroy_data (&copy);
}

static void
direct_run (LodgerCaller *caller, LodgerItem *item)
{
  LodgerDirect *direct = (LodgerDirect *) item;
  lodger__admission_leave (caller);
  if (lodger__turn_item_stays (caller))
    {
      run_in_inbox (caller, direct);
      return;
    }
  lodger__on_stack_push (caller, item);
  run (caller, direct);
  if (lodger__is_before_fork (caller))
    return;
  destroy_data (direct);
  lodger__on_stack_pop (caller);
  lodger__slab_free (LODGER_SLAB_SMALL, direct);
}

static const LodgerItemOps direct_ops = { .run = direct_run,
                                          .drop = direct_drop,
                                          .exited = direct_exited,
                                          .slab_class = LODGER_SLAB_SMALL,
                                          .may_stay = true,
                                          .function_at = offsetof (LodgerDirect, func) };

int
lodger_caller_call_direct_full (LodgerCaller *caller, LodgerDirectFunc func, void *data, LodgerDestroyFunc destroy,
                                const LodgerCallOptions *options)
{
  static const char function[] = "lodger_caller_call_direct";
  LodgerDirect *direct = NULL;
  LodgerCallOptions own;
  int code = lodger__submit_options (&options, &own, function);
  if (code == 0)
    code = lodger__submit_check (caller, func != NULL, options, function);
  if ((code == 0 || code == LODGER_ECANCELED) && options != NULL
      && (options->scope != NULL || options->data_home != NULL))
    code = lodger__submit_misuse (function, LODGER_EINVAL, "a direct call has neither a scope nor a home of its data",
                                  options);
  if (code == LODGER_ECANCELED)
    {
      lodger__submit_note_late (caller, function, options);
      code = LODGER_ESHUTDOWN;
    }
  if (code == 0)
    code = lodger__admission_enter (caller, function);
  if (code == 0 && (direct = lodger__slab_new (LODGER_SLAB_SMALL)) == NULL)
    {
      lodger__admission_leave (caller);
      code = LODGER_ENOMEM;
    }
  if (code != 0)
    {
      if (destroy != NULL)
        destroy (data);
      return code;
    }
  direct->item.ops = &direct_ops;
  direct->func = func;
  direct->data = data;
  direct->destroy = destroy;
  direct->site = lodger__site_of (options);
  trace (LODGER_TRACE_SUBMIT, caller, direct);
  lodger__push (caller, &direct->item);
  return 0;
}

int
lodger_caller_call_direct (LodgerCaller *caller, LodgerDirectFunc func, void *data, LodgerDestroyFunc destroy)
{
  return lodger_caller_call_direct_full (caller, func, data, destroy, NULL);
}
