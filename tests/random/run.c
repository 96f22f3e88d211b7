/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run-private.h"

#include <stdarg.h>
#include <string.h>

enum
{
  MOST_ROUNDS = 5000, /* of a loop, before it counts as one that never ends */
  LAST_ROUNDS = 4,    /* after the steps, with the clock moved in between */
  LAST_TICKS = 4      /* each of them: more than any time of a program */
};

Run run;
const LodgerContextKey run_key = { "a random value" };

void
run_say (const char *format, ...)
{
  va_list args;
  if (!run.is_loud)
    return;
  fputs ("      ", stderr);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
}

Code
run_code (int code)
{
  switch (code)
    {
    case 0: return CODE_OK;
    case LODGER_EFAILED: return CODE_FAILED;
    case LODGER_ECANCELED: return CODE_CANCELED;
    case LODGER_ETIMEDOUT: return CODE_TIMEDOUT;
    case LODGER_ESHUTDOWN: return CODE_SHUTDOWN;
    case LODGER_EAGAIN: return CODE_AGAIN;
    case LODGER_EDEADLK: return CODE_DEADLOCK;
    case LODGER_EALREADY: return CODE_ALREADY;
    case LODGER_ESTATE: return CODE_STATE;
    case LODGER_EBUSY: return CODE_BUSY;
    case LODGER_ENOTDONE: return CODE_NONE;
    default: return CODE_OTHER;
    }
}

static void
log_line (LodgerLogLevel level, const char *line, void *data)
{
  (void) data;
  if (level != LODGER_LOG_DEBUG)
    run_say ("log: %s", line);
}

/* ---- loops ------------------------------------------------------------------------------------------------------------- */

static void
run_until_idle (int caller)
{
  unsigned rounds = 0;
  while (lodger_manual_iterate (run.hosts[caller], false))
    if (++rounds == MOST_ROUNDS)
      run.fail ("a loop is never idle");
}

/* What a loop has done without an event. */
static void
observe (void)
{
  for (int i = 0; i < run.program->count; i++)
    if (run.pendings[i] != NULL && run.program->steps[i].kind != STEP_DELIVER
        && lodger_pending_is_cancelled (run.pendings[i]))
      model_is_cancelled (i);
  for (int i = 0; i < GROUPS; i++)
    if (lodger_group_is_cancelled (run.groups[i]))
      model_group_is_cancelled (i);
}

/* Once a caller is asked to stop, its loop does all that is left. */
void
run_loop (int caller, bool until_idle)
{
  bool is_idle = until_idle || !lodger_caller_is_running (run.callers[caller]);
  model_loop_begins (caller);
  if (!is_idle)
    {
      lodger_manual_iterate (run.hosts[caller], false);
      is_idle = !lodger_caller_is_running (run.callers[caller]);
    }
  if (is_idle)
    run_until_idle (caller);
  observe ();
  model_loop_ends (caller, is_idle);
}

void
run_advance (int ticks)
{
  for (int i = 0; i < CALLERS; i++)
    lodger_manual_advance (run.hosts[i], TICK * ticks);
}

void
run_stop (int caller)
{
  lodger_manual_set_slice (run.hosts[caller], LODGER_FOREVER);
  lodger_caller_stop (run.callers[caller], true);
}

/* ---- the beginning ----------------------------------------------------------------------------------------------------- */

static LodgerScope *
scope_of (int number)
{
  return number != NOBODY ? run.scopes[number] : NULL;
}

static void
open_callers (void)
{
  for (int i = 0; i < CALLERS; i++)
    {
      run.hosts[i] = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
      run.callers[i] = lodger_manual_attach (
          run.hosts[i], LODGER_CALLER_OPTIONS (.name = "random", .stop_deadline = 10 * TICK), NULL);
      if (run.callers[i] == NULL)
        run.fail ("there is no caller");
      if (run.program->is_fine)
        lodger_manual_set_slice (run.hosts[i], 0);
      run_watch (THING_CALLER, i, lodger_caller_get_stopped (run.callers[i]));
    }
}

static void
open_queue (int number, const QueueOptions *options)
{
  run.queues[number] = lodger_queue_new (
      run.callers[options->caller],
      LODGER_QUEUE_OPTIONS (.limit = (unsigned) options->limit, .overflow = (LodgerQueueOverflow) options->overflow,
                            .order = (LodgerQueueOrder) options->order, .scope = scope_of (options->scope)));
}

static void
open_slot (int number, const SlotOptions *options)
{
  run.slots[number] = lodger_slot_new (LODGER_SLOT_OPTIONS (.policy = (LodgerSlotPolicy) options->policy,
                                                            .debounce = TICK * options->debounce,
                                                            .throttle = TICK * options->throttle));
}

static void
open_group (int number, const GroupOptions *options)
{
  run.groups[number] = lodger_group_new (
      LODGER_GROUP_OPTIONS (.mode = (LodgerGroupMode) options->mode, .until = (LodgerGroupUntil) options->until,
                            .timeout = TICK * options->timeout, .cancellation_timeout = LODGER_FOREVER,
                            .scope = scope_of (options->scope), .spares_protected = options->spares_protected));
  run_watch (THING_GROUP, number, lodger_group_get_pending (run.groups[number]));
}

static void
open_channel (int number, const ChannelOptions *options)
{
  const LodgerChannelOverflow overflow = (LodgerChannelOverflow) options->overflow;
  run.channels[number] = lodger_channel_new (
      LODGER_CHANNEL_OPTIONS (.destroy = run_item_destroyed, .limit = (unsigned) options->limit, .overflow = overflow,
                              .merge = overflow == LODGER_CHANNEL_MERGE ? run_merge : NULL,
                              .batch = (unsigned) options->batch, .interval = TICK * options->interval));
}

static void
open_all (const Program *program)
{
  for (int i = 0; i < STEPS; i++)
    run.numbers[i] = i;
  for (int i = 0; i < SCOPES; i++)
    run.scopes[i] = lodger_scope_new (NULL);
  open_callers ();
  for (int i = 0; i < GROUPS; i++)
    open_group (i, &program->groups[i]);
  for (int i = 0; i < QUEUES; i++)
    open_queue (i, &program->queues[i]);
  for (int i = 0; i < LIMITERS; i++)
    run.limiters[i]
        = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = (unsigned) program->limiters[i].limit,
                                                      .order = (LodgerLimiterOrder) program->limiters[i].order));
  for (int i = 0; i < SLOTS; i++)
    open_slot (i, &program->slots[i]);
  for (int i = 0; i < CHANNELS; i++)
    open_channel (i, &program->channels[i]);
}

/* ---- the end ----------------------------------------------------------------------------------------------------------- */

static void
run_all (void)
{
  for (int round = 0; round < CALLERS; round++)
    for (int i = 0; i < CALLERS; i++)
      run_loop (i, true);
}

static void
leave_groups (void)
{
  int group;
  while ((group = model_entered_by_main ()) != NOBODY)
    {
      model_close_group (group);
      lodger_pending_unref (lodger_group_close (run.groups[group]));
      model_sync ();
    }
}

static void
stop_all (void)
{
  for (int i = 0; i < CALLERS; i++)
    {
      model_stop (i);
      run_stop (i);
      model_sync ();
    }
  run_all ();
  for (int i = 0; i < run.program->count; i++)
    if (run.replies[i] != NULL)
      {
        run_say ("the last answer to %d", i);
        model_answer (i, false);
        lodger_reply_return_nothing (run_take_reply (i));
        model_sync ();
      }
  run_all ();
}

static void
close_all (void)
{
  model_close_all ();
  for (int i = 0; i < GROUPS; i++)
    lodger_pending_unref (lodger_group_close (run.groups[i]));
  for (int i = 0; i < LIMITERS; i++)
    {
      LodgerPending *drained = lodger_limiter_close (run.limiters[i]);
      if (!run.is_watched_limiter[i])
        run_watch (THING_LIMITER, i, drained);
      lodger_pending_unref (drained);
    }
  for (int i = 0; i < CHANNELS; i++)
    lodger_channel_unref (run.channels[i]);
  model_end ();
}

static void
free_all (void)
{
  for (int i = 0; i < STEPS; i++)
    lodger_pending_unref (run.pendings[i]);
  for (int i = 0; i < GROUPS; i++)
    lodger_group_unref (run.groups[i]);
  for (int i = 0; i < LIMITERS; i++)
    lodger_limiter_unref (run.limiters[i]);
  for (int i = 0; i < SLOTS; i++)
    lodger_slot_unref (run.slots[i]);
  for (int i = 0; i < QUEUES; i++)
    lodger_queue_unref (run.queues[i]);
  for (int i = 0; i < SCOPES; i++)
    lodger_scope_unref (run.scopes[i]);
  for (int i = 0; i < CALLERS; i++)
    {
      lodger_caller_unref (run.callers[i]);
      lodger_manual_host_unref (run.hosts[i]);
    }
}

void
run_program (const Program *program, ModelFailFunc fail, bool is_loud)
{
  memset (&run, 0, sizeof run);
  run.program = program;
  run.fail = fail;
  run.is_loud = is_loud;
  lodger_set_log_func (log_line, NULL);
  model_begin (program, fail);
  open_all (program);
  run_steps (MAIN);
  leave_groups ();
  lodger_context_set (&run_key, NULL, NULL);
  for (int round = 0; round < LAST_ROUNDS; round++)
    {
      run_all ();
      model_advance (LAST_TICKS);
      run_advance (LAST_TICKS);
    }
  run_all ();
  stop_all ();
  close_all ();
  free_all ();
  memset (&run, 0, sizeof run); /* what is lost is a leak at once */
}
