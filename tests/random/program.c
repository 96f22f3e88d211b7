/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "program.h"

#include "test-limits.h"

#include <string.h>

/* ---- making ------------------------------------------------------------------------------------------------------ */

typedef struct Maker
{
  Program *program;
  TestRandom random;
  unsigned weights[STEP_KINDS]; /* of this program: some kinds it has often, others never */
  Answer favourite;
  bool spawns; /* half of the calls */
} Maker;

static int
below (Maker *maker, unsigned limit)
{
  return (int) test_random_below (&maker->random, limit);
}

/* True once in so many times. */
static bool
once_in (Maker *maker, unsigned times)
{
  return below (maker, times) == 0;
}

static int
scope_or_none (Maker *maker, unsigned times)
{
  return once_in (maker, times) ? below (maker, SCOPES) : NOBODY;
}

static void
make_objects (Maker *maker)
{
  Program *program = maker->program;
  bool may_time = !program->is_fine;
  for (int i = 0; i < QUEUES; i++)
    program->queues[i] = (QueueOptions) { below (maker, CALLERS), once_in (maker, 2) ? 1 + below (maker, 2) : 0,
                                          below (maker, 3), below (maker, 3), scope_or_none (maker, 4) };
  for (int i = 0; i < LIMITERS; i++)
    program->limiters[i] = (LimiterOptions) { 1 + below (maker, 2), below (maker, 3) };
  for (int i = 0; i < SLOTS; i++)
    program->slots[i] = (SlotOptions) { below (maker, 4), may_time && once_in (maker, 3) ? 1 + below (maker, 3) : 0,
                                        may_time && once_in (maker, 3) ? 1 + below (maker, 3) : 0 };
  for (int i = 0; i < GROUPS; i++)
    program->groups[i] = (GroupOptions) { below (maker, 4), once_in (maker, 3) ? below (maker, 3) : 0,
                                          may_time && once_in (maker, 4) ? 1 + below (maker, 4) : 0,
                                          scope_or_none (maker, 4), once_in (maker, 3) };
  for (int i = 0; i < CHANNELS; i++)
    program->channels[i] = (ChannelOptions) { once_in (maker, 2) ? 1 + below (maker, 3) : 0, below (maker, 4),
                                              once_in (maker, 2) ? 1 + below (maker, 3) : 0,
                                              once_in (maker, 3) ? 1 + below (maker, 2) : 0 };
}

/* How often a kind comes where it comes; and once in how many programs it is left out. */
static const struct
{
  unsigned weight, leaves_out;
} usual[STEP_KINDS] = {
  [STEP_SOON] = { 16, 20 },        [STEP_LATER] = { 5, 3 },         [STEP_THEN] = { 5, 3 },
  [STEP_DIRECT] = { 2, 2 },        [STEP_ITEM] = { 8, 2 },          [STEP_DELIVER] = { 3, 2 },
  [STEP_SEND] = { 7, 2 },          [STEP_RECEIVE] = { 2, 3 },       [STEP_FLUSH] = { 2, 2 },
  [STEP_CLOSE_CHANNEL] = { 1, 2 }, [STEP_LEAVE_CHANNEL] = { 1, 2 }, [STEP_CLOSE_QUEUE] = { 1, 2 },
  [STEP_CLOSE_LIMITER] = { 1, 3 }, [STEP_CANCEL_SLOT] = { 1, 2 },   [STEP_ENTER_GROUP] = { 4, 2 },
  [STEP_CLOSE_GROUP] = { 4, 2 },   [STEP_CANCEL_GROUP] = { 1, 2 },  [STEP_ADD] = { 2, 2 },
  [STEP_REMOVE] = { 1, 2 },        [STEP_END_SCOPE] = { 1, 2 },     [STEP_CANCEL] = { 4, 2 },
  [STEP_ANSWER] = { 8, 4 },        [STEP_SET_CONTEXT] = { 2, 2 },   [STEP_ITERATE] = { 8, 3 },
  [STEP_RUN] = { 5, 4 },           [STEP_ADVANCE] = { 4, 3 },       [STEP_STOP] = { 1, 3 },
  [STEP_AWAIT] = { 8, 3 },         [STEP_SLEEP] = { 3, 3 },         [STEP_YIELD] = { 3, 3 },
};

static StepKind
pick_kind (Maker *maker)
{
  unsigned total = 0, at;
  StepKind kind = STEP_NOTHING;
  for (int i = 0; i < STEP_KINDS; i++)
    total += maker->weights[i];
  at = test_random_below (&maker->random, total);
  while (at >= maker->weights[kind])
    at -= maker->weights[kind++];
  return kind;
}

/* A call of an earlier step, the later ones more often; or NOBODY. */
static int
pick_call (Maker *maker, int before)
{
  for (int tries = 0; tries < 8; tries++)
    {
      int back = before > 0 ? below (maker, (unsigned) before) : 0;
      int number = once_in (maker, 2) ? before - 1 - back / 3 : before - 1 - back;
      if (before > 0 && step_submits (&maker->program->steps[number]))
        return number;
    }
  return NOBODY;
}

/* The same of those that are spawned. */
static int
pick_spawned (Maker *maker, int before)
{
  int number = NOBODY;
  for (int tries = 0; tries < 8; tries++)
    {
      number = pick_call (maker, before);
      if (number != NOBODY && maker->program->steps[number].is_spawned)
        break;
    }
  return number;
}

static unsigned
objects_of (StepKind kind)
{
  switch (kind)
    {
    case STEP_ITEM:
    case STEP_CLOSE_QUEUE: return QUEUES;
    case STEP_CLOSE_LIMITER: return LIMITERS;
    case STEP_CANCEL_SLOT: return SLOTS;
    case STEP_ENTER_GROUP:
    case STEP_CLOSE_GROUP:
    case STEP_CANCEL_GROUP:
    case STEP_ADD:
    case STEP_REMOVE: return GROUPS;
    case STEP_END_SCOPE: return SCOPES;
    default: return CHANNELS;
    }
}

/* The first one more often, so that steps meet in it. */
static int
pick_object (Maker *maker, unsigned count)
{
  return once_in (maker, 3) ? 0 : below (maker, count);
}

static void
make_call (Maker *maker, Step *step, int number)
{
  step->answer = once_in (maker, 3)   ? maker->favourite
                 : once_in (maker, 2) ? ANSWER_NOTHING
                                      : (Answer) below (maker, ANSWERS);
  step->leader = step->answer == ANSWER_FOLLOW ? pick_call (maker, number) : NOBODY;
  step->is_tracked = !once_in (maker, 6);
  step->is_protected = once_in (maker, 8);
  step->scope = scope_or_none (maker, 4);
  step->priority = below (maker, 3);
  step->is_spawned = maker->spawns && (step->kind == STEP_SOON || step->kind == STEP_ITEM) && once_in (maker, 2);
  step->timeout = !maker->program->is_fine && once_in (maker, 6) ? 1 + below (maker, 4) : 0;
  if (step->kind == STEP_SOON && !once_in (maker, 3))
    step->gate = (Gate) below (maker, 3);
  step->gate_object = pick_object (maker, step->gate == GATE_SLOT ? SLOTS : LIMITERS);
  if (step->kind == STEP_ITEM)
    {
      step->caller = maker->program->queues[step->object].caller;
      step->is_protected = false;
      step->timeout = 0;
      step->scope = NOBODY;
    }
  if (step->kind != STEP_DELIVER)
    return;
  step->timeout = 0;
  if (step->answer > ANSWER_DEFER)
    step->answer = ANSWER_NOTHING;
}

static void
make_step (Maker *maker, int number)
{
  Step *step = &maker->program->steps[number];
  *step = (Step) { .kind = pick_kind (maker), .scope = NOBODY, .leader = NOBODY };
  step->in = once_in (maker, 2) ? pick_call (maker, number) : MAIN;
  step->caller = below (maker, CALLERS);
  step->object = pick_object (maker, objects_of (step->kind));
  step->other = pick_call (maker, number);
  step->fails = once_in (maker, 3);
  step->time = 1 + below (maker, 3);
  if (step_submits (step))
    make_call (maker, step, number);
  if (step->kind >= STEP_AWAIT && step->kind <= STEP_YIELD)
    step->in = pick_spawned (maker, number);
  if (step->kind == STEP_ADVANCE || (step->in != MAIN && maker->program->steps[step->in].kind == STEP_DIRECT))
    step->in = MAIN;
}

void
program_make (Program *program, uint64_t seed)
{
  Maker maker = { .program = program, .random = { seed * UINT64_C (0x9E3779B97F4A7C15) + 1 } };
  test_random_next (&maker.random);
  memset (program, 0, sizeof *program);
  program->seed = seed;
  program->is_fine = once_in (&maker, 3);
  program->count = 6 + below (&maker, STEPS - 6);
  for (int i = 0; i < STEP_KINDS; i++)
    if (usual[i].weight > 0 && (usual[i].leaves_out == 0 || !once_in (&maker, usual[i].leaves_out)))
      maker.weights[i] = usual[i].weight;
  maker.favourite = (Answer) below (&maker, ANSWERS);
  maker.spawns = !once_in (&maker, 3);
  for (int i = STEP_AWAIT; i <= STEP_YIELD; i++)
    if (!maker.spawns || (program->is_fine && i != STEP_YIELD))
      maker.weights[i] = 0;
  maker.weights[STEP_SOON] += 1;
  maker.weights[STEP_ITERATE] += 2;
  make_objects (&maker);
  for (int i = 0; i < program->count; i++)
    make_step (&maker, i);
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

static const char *const kind_names[STEP_KINDS] = {
  [STEP_NOTHING] = "nothing",
  [STEP_SOON] = "call soon",
  [STEP_LATER] = "call later",
  [STEP_THEN] = "then",
  [STEP_DIRECT] = "call direct",
  [STEP_ITEM] = "item of queue",
  [STEP_DELIVER] = "deliver channel",
  [STEP_SEND] = "send to channel",
  [STEP_RECEIVE] = "receive from channel",
  [STEP_FLUSH] = "flush channel",
  [STEP_CLOSE_CHANNEL] = "close channel",
  [STEP_LEAVE_CHANNEL] = "leave channel",
  [STEP_CLOSE_QUEUE] = "close queue",
  [STEP_CLOSE_LIMITER] = "close limiter",
  [STEP_CANCEL_SLOT] = "cancel slot",
  [STEP_ENTER_GROUP] = "enter group",
  [STEP_CLOSE_GROUP] = "close group",
  [STEP_CANCEL_GROUP] = "cancel group",
  [STEP_ADD] = "add to group",
  [STEP_REMOVE] = "remove from group",
  [STEP_END_SCOPE] = "end scope",
  [STEP_CANCEL] = "cancel call",
  [STEP_ANSWER] = "answer call",
  [STEP_SET_CONTEXT] = "set the context",
  [STEP_AWAIT] = "await",
  [STEP_SLEEP] = "sleep",
  [STEP_YIELD] = "yield",
  [STEP_ITERATE] = "iterate",
  [STEP_RUN] = "run until idle",
  [STEP_ADVANCE] = "advance",
  [STEP_STOP] = "stop",
};

static void
print_call (const Step *step, FILE *file)
{
  static const char *const answers[ANSWERS] = { "", ", fails", ", defers", ", defers and obeys", ", follows" };
  fputs (answers[step->answer], file);
  if (step->answer == ANSWER_FOLLOW)
    fprintf (file, " %d", step->leader);
  if (step->gate != GATE_NONE)
    fprintf (file, ", %s %d", step->gate == GATE_SLOT ? "slot" : "limiter", step->gate_object);
  if (step->scope != NOBODY)
    fprintf (file, ", scope %d", step->scope);
  if (step->timeout > 0)
    fprintf (file, ", timeout %d", step->timeout);
  if (step->priority > 0)
    fprintf (file, ", priority %d", step->priority);
  fputs (step->is_tracked ? "" : ", not tracked", file);
  fputs (step->is_protected ? ", protected" : "", file);
  fputs (step->is_spawned ? ", spawned" : "", file);
}

void
step_print (const Program *program, int number, FILE *file)
{
  const Step *step = &program->steps[number];
  fprintf (file, "%3d ", number);
  if (step->in == MAIN)
    fputs ("main: ", file);
  else
    fprintf (file, "in %d: ", step->in);
  fputs (kind_names[step->kind], file);
  if ((step->kind >= STEP_ITEM && step->kind <= STEP_END_SCOPE))
    fprintf (file, " %d", step->object);
  if (step->kind == STEP_THEN || (step->kind >= STEP_CANCEL && step->kind <= STEP_ANSWER) || step->kind == STEP_AWAIT
      || step->kind == STEP_ADD || step->kind == STEP_REMOVE)
    fprintf (file, ", call %d", step->other);
  if (step_submits (step) || step->kind == STEP_ITERATE || step->kind == STEP_RUN || step->kind == STEP_STOP)
    fprintf (file, ", caller %d", step->caller);
  if (step->kind == STEP_LATER || step->kind == STEP_ADVANCE || step->kind == STEP_AWAIT || step->kind == STEP_SLEEP)
    fprintf (file, ", %d ticks", step->time);
  if (step_submits (step))
    print_call (step, file);
  if ((step->kind == STEP_ANSWER || step->kind == STEP_CLOSE_CHANNEL) && step->fails)
    fputs (", with an error", file);
  fputc ('\n', file);
}

int
program_size (const Program *program)
{
  int size = 0;
  for (int i = 0; i < program->count; i++)
    size += program->steps[i].kind != STEP_NOTHING;
  return size;
}

void
program_print (const Program *program, FILE *file)
{
  fprintf (file, "seed %llu, %d steps%s\n", (unsigned long long) program->seed, program_size (program),
           program->is_fine ? ", a slice is one item" : "");
  for (int i = 0; i < QUEUES; i++)
    fprintf (file, "  queue %d: caller %d, limit %d, overflow %d, order %d, scope %d\n", i, program->queues[i].caller,
             program->queues[i].limit, program->queues[i].overflow, program->queues[i].order, program->queues[i].scope);
  for (int i = 0; i < LIMITERS; i++)
    fprintf (file, "  limiter %d: limit %d, order %d\n", i, program->limiters[i].limit, program->limiters[i].order);
  for (int i = 0; i < SLOTS; i++)
    fprintf (file, "  slot %d: policy %d, debounce %d, throttle %d\n", i, program->slots[i].policy,
             program->slots[i].debounce, program->slots[i].throttle);
  for (int i = 0; i < GROUPS; i++)
    fprintf (file, "  group %d: mode %d, until %d, timeout %d, scope %d%s\n", i, program->groups[i].mode,
             program->groups[i].until, program->groups[i].timeout, program->groups[i].scope,
             program->groups[i].spares_protected ? ", spares protected calls" : "");
  for (int i = 0; i < CHANNELS; i++)
    fprintf (file, "  channel %d: limit %d, overflow %d, batch %d, interval %d\n", i, program->channels[i].limit,
             program->channels[i].overflow, program->channels[i].batch, program->channels[i].interval);
  for (int i = 0; i < program->count; i++)
    if (program->steps[i].kind != STEP_NOTHING)
      step_print (program, i, file);
}
