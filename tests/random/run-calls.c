/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the library calls: the functions of calls and batches, and what is told of their ends. */
#include "run-private.h"

static int
number_of (const void *data)
{
  return *(const int *) data;
}

int
run_context (void)
{
  return (int) (intptr_t) lodger_context_get (&run_key);
}

int
run_group (void)
{
  const LodgerGroup *current = lodger_group_current ();
  int number = NOBODY;
  for (int i = 0; i < GROUPS; i++)
    if (current != NULL && run.groups[i] == current)
      number = i;
  return number;
}

/* ---- ends -------------------------------------------------------------------------------------------------------------- */

static int
on_done (LodgerPending *done, void *data)
{
  Code outcome = run_code (lodger_pending_get_outcome (done));
  run_say ("call %d is done: %s", number_of (data), code_name (outcome));
  model_done (number_of (data), outcome);
  return 0;
}

static int
on_delivery_done (LodgerPending *done, void *data)
{
  Code outcome = run_code (lodger_pending_get_outcome (done));
  run_say ("delivery %d is done: %s", number_of (data), code_name (outcome));
  model_thing_done (THING_DELIVERY, number_of (data), outcome);
  return 0;
}

void
run_keep (int number, LodgerPending *pending)
{
  run.pendings[number] = pending;
  lodger_pending_add_done_callback (pending, on_done, &run.numbers[number], NULL);
}

void
run_watch_delivery (int number, LodgerPending *pending)
{
  run.pendings[number] = pending;
  lodger_pending_add_done_callback (pending, on_delivery_done, &run.numbers[number], NULL);
}

static int
thing_done (Thing thing, const char *name, LodgerPending *done, const void *data)
{
  Code outcome = run_code (lodger_pending_get_outcome (done));
  run_say ("%s %d is done: %s", name, number_of (data), code_name (outcome));
  model_thing_done (thing, number_of (data), outcome);
  return 0;
}

static int
on_queue_done (LodgerPending *done, void *data)
{
  return thing_done (THING_QUEUE, "queue", done, data);
}

static int
on_limiter_done (LodgerPending *done, void *data)
{
  return thing_done (THING_LIMITER, "limiter", done, data);
}

static int
on_group_done (LodgerPending *done, void *data)
{
  return thing_done (THING_GROUP, "group", done, data);
}

static int
on_caller_done (LodgerPending *done, void *data)
{
  return thing_done (THING_CALLER, "caller", done, data);
}

void
run_watch (Thing thing, int number, LodgerPending *pending)
{
  static const LodgerDoneFunc funcs[]
      = { on_queue_done, on_limiter_done, on_group_done, on_delivery_done, on_caller_done };
  lodger_pending_add_done_callback (pending, funcs[thing], &run.numbers[number], NULL);
}

void
run_destroyed (void *data)
{
  run_say ("the data of call %d is destroyed", number_of (data));
  model_destroyed (number_of (data));
}

/* ---- calls ------------------------------------------------------------------------------------------------------------- */

LodgerReply *
run_take_reply (int number)
{
  LodgerReply *reply = run.replies[number];
  run.replies[number] = NULL;
  return reply;
}

static void
on_cancel (LodgerPending *pending, const char *message, void *data)
{
  int number = number_of (data);
  (void) pending;
  (void) message;
  run_say ("the canceller of call %d answers", number);
  model_canceller (number);
  lodger_reply_return_nothing (run_take_reply (number));
}

static void
defer (LodgerPending *self, int number)
{
  run.replies[number] = lodger_pending_defer (self);
  if (run.replies[number] == NULL)
    run.fail ("a call cannot defer");
}

static void
follow (LodgerPending *self, int number)
{
  Code expected = model_follow (number), code;
  if (expected == CODE_NOTHING)
    return;
  code = run_code (lodger_pending_return_from (self, run.pendings[run.program->steps[number].leader]));
  run_say ("call %d follows call %d: %s", number, run.program->steps[number].leader, code_name (code));
  if (code != expected)
    run.fail ("a call follows another, and the code is wrong");
}

static void
answer (LodgerPending *self, int number)
{
  switch (run.program->steps[number].answer)
    {
    case ANSWER_FAIL: lodger_pending_return_new_error (self, NULL, LODGER_EBUSY, "it fails"); break;
    case ANSWER_FOLLOW: follow (self, number); break;
    case ANSWER_DEFER:
      defer (self, number);
      model_defer (number, false);
      break;
    case ANSWER_OBEY:
      defer (self, number);
      model_defer (number, true);
      lodger_pending_set_canceller (self, on_cancel, &run.numbers[number], NULL);
      break;
    default: break;
    }
}

void
run_call (LodgerPending *self, void *data)
{
  int number = number_of (data);
  run_say ("call %d begins", number);
  model_start (number, run_context (), run_group ());
  if (run.pendings[number] == NULL)
    run_keep (number, lodger_pending_ref (self));
  if (run.pendings[number] != self || lodger_pending_current () != self)
    run.fail ("a call is not itself");
  run_steps (number);
  answer (self, number);
  run_say ("call %d returns", number);
  model_return (number);
}

void
run_then (LodgerPending *self, LodgerPending *done, void *data)
{
  int other = run.program->steps[number_of (data)].other;
  if (done != run.pendings[other] || !lodger_pending_is_done (done))
    run.fail ("a continuation comes too early, or after another call");
  run_call (self, data);
}

void
run_direct (void *data)
{
  run_say ("direct call %d", number_of (data));
  model_start (number_of (data), run_context (), run_group ());
  model_return (number_of (data));
}

/* ---- channels ---------------------------------------------------------------------------------------------------------- */

void
run_item_destroyed (void *data)
{
  run_say ("item %d is destroyed", number_of (data));
  model_item_destroyed (number_of (data));
}

void
run_merge (void *last, void *item, void *data)
{
  (void) data;
  run_say ("item %d is merged into item %d", number_of (item), number_of (last));
  model_merge (number_of (last), number_of (item));
}

/* The first batch does the steps, and answers as the delivery says. */
void
run_batch (LodgerPending *self, void **items, size_t count, void *data)
{
  int number = number_of (data), numbers[STEPS];
  Answer how = run.has_delivered[number] ? ANSWER_NOTHING : run.program->steps[number].answer;
  bool is_first = !run.has_delivered[number];
  for (size_t i = 0; i < count; i++)
    numbers[i] = number_of (items[i]);
  run_say ("a batch of %zu items for delivery %d begins", count, number);
  model_batch (number, run_context (), run_group (), numbers, (int) count);
  run.has_delivered[number] = true;
  if (is_first)
    run_steps (number);
  if (how == ANSWER_FAIL)
    lodger_pending_return_new_error (self, NULL, LODGER_EBUSY, "it fails");
  else if (how == ANSWER_DEFER)
    defer (self, number);
  run_say ("the batch for delivery %d returns", number);
  model_batch_return (number, how);
}
