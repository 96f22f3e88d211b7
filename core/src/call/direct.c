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
#include "loop/ownership.h"
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

static inline void
direct_call (const LodgerDirect *direct)
{
  direct->func (direct->data);
}

/* A call of the same function may follow in the same frame, if no other thread can find that. One whose data has to be
 * destroyed is the last one: that is done outside of the frame. Whoever traces sees each call by itself. */
static LodgerDirect *
next_in_row (LodgerCaller *caller, LodgerDirectRun *run, LodgerDirect *direct)
{
  LodgerDirect *next;
  if (direct->destroy != NULL || run->frame.is_published || lodger__ownership_is_watched () || lodger__is_traced ())
    return NULL;
  next = (LodgerDirect *) lodger__turn_next_alike (caller, direct->item.ops, (uintptr_t) direct->func);
  if (next == NULL)
    return NULL;
  lodger__on_stack_pop (caller);
  lodger__slab_free (LODGER_SLAB_SMALL, direct);
  lodger__admission_leave (caller);
  lodger__on_stack_push (caller, &next->item);
  run->frame.site = &next->site;
  return next;
}

/* The first one is on the stack; so is the last one, which it gives. */
static LodgerDirect *
run_row (LodgerCaller *caller, LodgerDirect *direct)
{
  LodgerDirectRun run;
  LodgerDirect *next = direct;
  trace (LODGER_TRACE_START, caller, direct);
  lodger__run_direct_enter (&run, caller, &direct->site);
  do
    {
      direct = next;
      direct_call (direct);
      next = lodger__is_before_fork (caller) ? NULL : next_in_row (caller, &run, direct);
    }
  while (next != NULL);
  lodger__run_direct_leave (&run);
  trace (LODGER_TRACE_END, caller, direct);
  return direct;
}

static void
run_one (LodgerCaller *caller, const LodgerDirect *direct)
{
  LodgerDirectRun run;
  trace (LODGER_TRACE_START, caller, direct);
  lodger__run_direct_enter (&run, caller, &direct->site);
  direct_call (direct);
  lodger__run_direct_leave (&run);
  trace (LODGER_TRACE_END, caller, direct);
}

/* Its memory may go as soon as user code runs: a nested loop takes what comes next. Its link is the inbox's: a producer
 * may be writing it, and it is not on the caller's list. */
static void
run_in_inbox (LodgerCaller *caller, const LodgerDirect *direct)
{
  LodgerDirect copy = { .func = direct->func, .data = direct->data, .destroy = direct->destroy, .site = direct->site };
  caller->calls.outermost = (LodgerOutermost) { copy.destroy, copy.data };
  if (!lodger__is_stopping (caller))
    run_one (caller, &copy);
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
  if (!lodger__is_stopping (caller))
    direct = run_row (caller, direct);
  if (lodger__is_before_fork (caller))
    return;
  destroy_data (direct);
  lodger__on_stack_pop (caller);
  lodger__slab_free (LODGER_SLAB_SMALL, direct);
}

static const char function[] = "lodger_caller_call_direct";

static const LodgerItemOps direct_ops = { .run = direct_run,
                                          .drop = direct_drop,
                                          .exited = direct_exited,
                                          .slab_class = LODGER_SLAB_SMALL,
                                          .may_stay = true,
                                          .function_at = offsetof (LodgerDirect, func) };

static int
direct_check (const LodgerCaller *caller, LodgerDirectFunc func, const LodgerCallOptions **options,
              LodgerCallOptions *own)
{
  int code = lodger__submit_options (options, own, function);
  const LodgerCallOptions *given = *options;
  if (code == 0)
    code = lodger__submit_check (caller, func != NULL, given, function);
  if ((code == 0 || code == LODGER_ECANCELED) && given != NULL && (given->scope != NULL || given->data_home != NULL))
    code = lodger__submit_misuse (function, LODGER_EINVAL, "a direct call has neither a scope nor a home of its data",
                                  given);
  if (code != LODGER_ECANCELED)
    return code;
  lodger__submit_note_late (caller, function, given);
  return LODGER_ESHUTDOWN;
}

static int
direct_submit (LodgerCaller *caller, LodgerDirectFunc func, void *data, LodgerDestroyFunc destroy,
               const LodgerCallOptions *options)
{
  LodgerDirect *direct;
  int code = lodger__admission_enter (caller, function);
  if (code != 0)
    return code;
  direct = lodger__slab_new (LODGER_SLAB_SMALL);
  if (direct == NULL)
    {
      lodger__admission_leave (caller);
      return LODGER_ENOMEM;
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
lodger_caller_call_direct_full (LodgerCaller *caller, LodgerDirectFunc func, void *data, LodgerDestroyFunc destroy,
                                const LodgerCallOptions *options)
{
  LodgerCallOptions own;
  int code = lodger__submit_is_usual (caller, func != NULL, options) ? 0 : direct_check (caller, func, &options, &own);
  if (code == 0)
    code = direct_submit (caller, func, data, destroy, options);
  if (code != 0 && destroy != NULL)
    destroy (data);
  return code;
}

int
lodger_caller_call_direct (LodgerCaller *caller, LodgerDirectFunc func, void *data, LodgerDestroyFunc destroy)
{
  return lodger_caller_call_direct_full (caller, func, data, destroy, NULL);
}
