/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A random program: a short list of steps, all of it made from a seed.
 *
 * A step is done by the main program, between the rounds of the loops, or by the function of a call. The number of a
 * call is that of the step that submits it. A step that cannot be done, since what it names is not there, does nothing.
 * So each program with fewer steps is a program, too. */
#ifndef LODGER_RANDOM_PROGRAM_H
#define LODGER_RANDOM_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum
{
  MAIN = -1, /* the main program, as the one that does a step */
  NOBODY = -1,
  STEPS = 72,
  CALLERS = 2,
  QUEUES = 2,
  LIMITERS = 2,
  SLOTS = 2,
  GROUPS = 3,
  SCOPES = 3,
  CHANNELS = 2
};

typedef enum StepKind
{
  STEP_NOTHING,
  STEP_SOON, /* the submissions */
  STEP_LATER,
  STEP_THEN,
  STEP_DIRECT,
  STEP_ITEM,
  STEP_DELIVER,
  STEP_SEND, /* what is done to an object */
  STEP_RECEIVE,
  STEP_FLUSH,
  STEP_CLOSE_CHANNEL,
  STEP_LEAVE_CHANNEL,
  STEP_CLOSE_QUEUE,
  STEP_CLOSE_LIMITER,
  STEP_CANCEL_SLOT,
  STEP_ENTER_GROUP,
  STEP_CLOSE_GROUP,
  STEP_CANCEL_GROUP,
  STEP_ADD,
  STEP_REMOVE,
  STEP_END_SCOPE,
  STEP_CANCEL, /* what is done to a call */
  STEP_ANSWER,
  STEP_SET_CONTEXT,
  STEP_AWAIT, /* the waits of a spawned call */
  STEP_SLEEP,
  STEP_YIELD,
  STEP_ITERATE, /* the loops */
  STEP_RUN,
  STEP_ADVANCE,
  STEP_STOP,
  STEP_KINDS
} StepKind;

/* How the function of a call ends. */
typedef enum Answer
{
  ANSWER_NOTHING,
  ANSWER_FAIL,
  ANSWER_DEFER,  /* STEP_ANSWER answers it */
  ANSWER_OBEY,   /* the same, and its canceller does, too */
  ANSWER_FOLLOW, /* it takes the outcome of another call */
  ANSWERS
} Answer;

typedef enum Gate
{
  GATE_NONE,
  GATE_LIMITER,
  GATE_SLOT
} Gate;

typedef struct Step
{
  StepKind kind;
  int in;     /* the call that does it, or MAIN */
  int caller; /* where it is submitted, or whose loop */
  int object; /* the number of a queue, group, … */
  int other;  /* the number of another call, or NOBODY */
  int leader; /* for ANSWER_FOLLOW */
  Answer answer;
  Gate gate;
  int gate_object;
  int scope; /* or NOBODY */
  bool is_tracked, is_protected, is_spawned, fails;
  int priority;
  int time, timeout; /* ticks */
} Step;

/* The options of the objects: numbers with the meaning of the public enums. */
typedef struct QueueOptions
{
  int caller, limit, overflow, order, scope;
} QueueOptions;

typedef struct LimiterOptions
{
  int limit, order;
} LimiterOptions;

typedef struct SlotOptions
{
  int policy, debounce, throttle;
} SlotOptions;

typedef struct GroupOptions
{
  int mode, until, timeout, scope;
  bool spares_protected;
} GroupOptions;

typedef struct ChannelOptions
{
  int limit, overflow, batch, interval;
} ChannelOptions;

typedef struct Program
{
  uint64_t seed;
  bool is_fine; /* a slice is one item, and there are no limits of time */
  QueueOptions queues[QUEUES];
  LimiterOptions limiters[LIMITERS];
  SlotOptions slots[SLOTS];
  GroupOptions groups[GROUPS];
  ChannelOptions channels[CHANNELS];
  int count;
  Step steps[STEPS];
} Program;

void program_make (Program *program, uint64_t seed);
/* How many steps do something. */
int program_size (const Program *program);
void program_print (const Program *program, FILE *file);
void step_print (const Program *program, int number, FILE *file);

static inline bool
step_submits (const Step *step)
{
  return step->kind >= STEP_SOON && step->kind <= STEP_DELIVER;
}

#endif
