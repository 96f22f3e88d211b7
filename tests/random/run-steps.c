/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a step does. */
#include "run-private.h"

/* ---- submissions ------------------------------------------------------------------------------------------------- */

static LodgerCallOptions
call_options (int number, const Step *step)
{
  return (LodgerCallOptions) {
    .size = sizeof (LodgerCallOptions),
    .name = "a call",
    .file = __FILE__,
    .line = number,
    .flags = LODGER_PENDING_MAY_FAIL | (step->is_protected ? LODGER_PENDING_PROTECTED : 0),
    .scope = step->scope != NOBODY ? run.scopes[step->scope] : NULL,
    .trackers = step->is_tracked && step->kind != STEP_DELIVER ? LODGER_TRACK_DEFAULT : LODGER_TRACK_NONE,
    .limiter = step->gate == GATE_LIMITER ? run.limiters[step->gate_object] : NULL,
    .slot = step->gate == GATE_SLOT ? run.slots[step->gate_object] : NULL,
    .priority = step->priority,
    .timeout = TICK * step->timeout,
  };
}

static Code
kept (int number, LodgerPending *pending)
{
  run_keep (number, pending);
  return run_code (lodger_pending_get_outcome (pending));
}

static Code
submit (int number, const Step *step)
{
  const LodgerCallOptions options = call_options (number, step);
  LodgerCaller *caller = run.callers[step->caller];
  void *data = &run.numbers[number];
  switch (step->kind)
    {
    case STEP_LATER:
      return kept (number,
                   lodger_caller_call_later_full (caller, TICK * step->time, run_call, data, run_destroyed, &options));
    case STEP_THEN:
      return kept (number, lodger_pending_then_full (run.pendings[step->other], caller, run_then, data, run_destroyed,
                                                     &options));
    default:
      return kept (number, step->is_spawned
                               ? lodger_caller_spawn_full (caller, run_call, data, run_destroyed, &options)
                               : lodger_caller_call_soon_full (caller, run_call, data, run_destroyed, &options));
    }
}

static Code
call_queue (int number, const Step *step)
{
  LodgerQueue *queue = run.queues[step->object];
  const LodgerQueueItemOptions *options = LODGER_QUEUE_ITEM_OPTIONS (.priority = step->priority);
  int code = step->is_spawned ? lodger_queue_spawn_full (queue, run_call, &run.numbers[number], run_destroyed, options)
                              : lodger_queue_call_full (queue, run_call, &run.numbers[number], run_destroyed, options);
  LodgerPending *pending = lodger_queue_get_pending (queue);
  if (pending != NULL && !run.is_watched_queue[step->object])
    {
      run.is_watched_queue[step->object] = true;
      run_watch (THING_QUEUE, step->object, pending);
    }
  return run_code (code);
}

static Code
deliver (int number, const Step *step)
{
  const LodgerCallOptions options = call_options (number, step);
  LodgerPending *pending = lodger_channel_deliver_full (run.channels[step->object], run.callers[step->caller],
                                                        run_batch, &run.numbers[number], run_destroyed, &options);
  run_watch_delivery (number, pending);
  return run_code (lodger_pending_get_outcome (pending));
}

/* ---- objects ----------------------------------------------------------------------------------------------------- */

static Code
receive (const Step *step, int *ret_item)
{
  void *item = NULL;
  int code = lodger_channel_receive (run.channels[step->object], 0, &item);
  if (code == 0)
    *ret_item = *(int *) item;
  return run_code (code);
}

static Code
outcome_and_unref (LodgerPending *pending)
{
  Code code = run_code (lodger_pending_get_outcome (pending));
  lodger_pending_unref (pending);
  return code;
}

static Code
close_limiter (int number)
{
  LodgerPending *drained = lodger_limiter_close (run.limiters[number]);
  if (!run.is_watched_limiter[number])
    run_watch (THING_LIMITER, number, drained);
  run.is_watched_limiter[number] = true;
  return outcome_and_unref (drained);
}

static Code
truth (bool is_true)
{
  return is_true ? CODE_TRUE : CODE_FALSE;
}

static LodgerError *
error_if (bool fails)
{
  return fails ? lodger_error_new (NULL, LODGER_EBUSY, "it fails") : NULL;
}

static Code
answer (const Step *step)
{
  LodgerReply *reply = run_take_reply (step->other);
  if (step->fails && run.program->steps[step->other].kind != STEP_DELIVER)
    return run_code (lodger_reply_return_error (reply, error_if (true)));
  return run_code (lodger_reply_return_nothing (reply));
}

static Code
to_channel (int number, const Step *step, int *ret_item)
{
  LodgerChannel *channel = run.channels[step->object];
  switch (step->kind)
    {
    case STEP_SEND: return run_code (lodger_channel_send (channel, &run.numbers[number]));
    case STEP_RECEIVE: return receive (step, ret_item);
    case STEP_FLUSH: return run_code (lodger_channel_flush (channel));
    case STEP_CLOSE_CHANNEL: lodger_channel_close (channel, error_if (step->fails)); return CODE_OK;
    default: lodger_channel_leave (channel); return CODE_OK;
    }
}

static Code
to_group (const Step *step)
{
  LodgerGroup *group = run.groups[step->object];
  LodgerPending *call = step->other != NOBODY ? run.pendings[step->other] : NULL;
  switch (step->kind)
    {
    case STEP_ENTER_GROUP: return run_code (lodger_group_enter (group));
    case STEP_CLOSE_GROUP: return outcome_and_unref (lodger_group_close (group));
    case STEP_CANCEL_GROUP: return truth (lodger_group_cancel (group, "as it was to be"));
    case STEP_ADD: return run_code (lodger_group_add (group, call));
    default: return truth (call != NULL && lodger_group_remove (group, call));
    }
}

/* ---- waits ------------------------------------------------------------------------------------------------------- */

/* The model says beforehand whether the call suspends. */
static Code
wait_in_step (int number, const Step *step, bool suspends)
{
  Code code;
  switch (step->kind)
    {
    case STEP_AWAIT:
      code = run_code (lodger_pending_wait (run.pendings[step->other], TICK * step->time, LODGER_WAIT_PROTECT));
      break;
    case STEP_SLEEP: code = run_code (lodger_sleep (TICK * step->time)); break;
    default: code = run_code (lodger_yield ()); break;
    }
  if (suspends)
    {
      run_say ("call %d goes on: %s", step->in, code_name (code));
      model_resume (step->in, number, code, run_context (), run_group ());
    }
  return code;
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static Code
do_other (int number, const Step *step)
{
  switch (step->kind)
    {
    case STEP_CLOSE_QUEUE: lodger_queue_close (run.queues[step->object], NULL); break;
    case STEP_CLOSE_LIMITER: return close_limiter (step->object);
    case STEP_CANCEL_SLOT: lodger_slot_cancel (run.slots[step->object], NULL); break;
    case STEP_END_SCOPE: return truth (lodger_scope_end (run.scopes[step->object], NULL));
    case STEP_CANCEL: return truth (lodger_pending_cancel (run.pendings[step->other], NULL));
    case STEP_ANSWER: return answer (step);
    case STEP_SET_CONTEXT: return run_code (lodger_context_set (&run_key, (void *) (intptr_t) (number + 1), NULL));
    case STEP_ITERATE: run_loop (step->caller, false); break;
    case STEP_RUN: run_loop (step->caller, true); break;
    case STEP_ADVANCE: run_advance (step->time); break;
    case STEP_STOP: run_stop (step->caller); break;
    default: break;
    }
  return CODE_OK;
}

static Code
do_step (int number, const Step *step, int *ret_item)
{
  switch (step->kind)
    {
    case STEP_SOON:
    case STEP_LATER:
    case STEP_THEN: return submit (number, step);
    case STEP_DIRECT:
      return run_code (
          lodger_caller_call_direct (run.callers[step->caller], run_direct, &run.numbers[number], run_destroyed));
    case STEP_ITEM: return call_queue (number, step);
    case STEP_DELIVER: return deliver (number, step);
    case STEP_SEND:
    case STEP_RECEIVE:
    case STEP_FLUSH:
    case STEP_CLOSE_CHANNEL:
    case STEP_LEAVE_CHANNEL: return to_channel (number, step, ret_item);
    case STEP_ENTER_GROUP:
    case STEP_CLOSE_GROUP:
    case STEP_CANCEL_GROUP:
    case STEP_ADD:
    case STEP_REMOVE: return to_group (step);
    default: return do_other (number, step);
    }
}

void
run_steps (int in)
{
  for (int i = 0; i < run.program->count; i++)
    {
      const Step *step = &run.program->steps[i];
      int item = NOBODY;
      Code code, expected;
      if (step->in != in || step->kind == STEP_NOTHING)
        continue;
      if (run.is_loud)
        step_print (run.program, i, stderr);
      expected = model_step (i);
      if (expected == CODE_NOTHING)
        continue;
      code = step->kind >= STEP_AWAIT && step->kind <= STEP_YIELD ? wait_in_step (i, step, expected == CODE_ANY)
                                                                  : do_step (i, step, &item);
      if (code != CODE_OK && code != CODE_NONE)
        run_say ("step %d: %s", i, code_name (code));
      model_step_done (i, code, item);
    }
}
