/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reference model: what a program has to do, one thing after the other, as the public headers say it.
 *
 * It shares no code with the library, and includes none of its headers. It goes along with the real run: it is told of
 * each step before that is done, and says what has to come of it; it is told of each event, and says whether that may
 * come now. Where the headers leave the order open, several events may come. After each step nothing may be missing
 * that had to come within it, and after each round of a loop nothing that had to come in it.
 *
 * What the library does without an event (a limit of time, or what a stop drops) is a move of the model's own. It makes
 * as few of these as an event needs. */
#ifndef LODGER_RANDOM_MODEL_H
#define LODGER_RANDOM_MODEL_H

#include "program.h"

/* An outcome, or what a function returns. */
typedef enum Code
{
  CODE_OK,
  CODE_FAILED,
  CODE_CANCELED,
  CODE_TIMEDOUT,
  CODE_SHUTDOWN,
  CODE_AGAIN,
  CODE_DEADLOCK,
  CODE_ALREADY,
  CODE_STATE,
  CODE_BUSY,
  CODE_TRUE,
  CODE_FALSE,
  CODE_NONE,    /* there is no outcome yet */
  CODE_NOTHING, /* the step does nothing */
  CODE_ANY,     /* several would do */
  CODE_OTHER
} Code;

const char *code_name (Code code);

/* What is wrong, in words. It is called once, and does not return. */
typedef void (*ModelFailFunc) (const char *what) __attribute__ ((noreturn));

void model_begin (const Program *program, ModelFailFunc fail);

/* ---- steps ------------------------------------------------------------------------------------------------------- */

/* Before a step is done: what its function returns. CODE_NOTHING: the step cannot be done. A submission that is refused
 * returns its outcome. */
Code model_step (int number);
/* After it. `item` is what was received, or NOBODY. */
void model_step_done (int number, Code code, int item);

/* The end of a program. Each is a step without a number. */
int model_entered_by_main (void); /* the innermost group, or NOBODY */
void model_close_group (int group);
void model_advance (int ticks);
void model_close_all (void); /* all references to objects are dropped */
/* Before a loop runs, and after. `is_idle`: it has nothing more to do. */
void model_loop_begins (int caller);
void model_loop_ends (int caller, bool is_idle);
void model_stop (int caller);
void model_answer (int call, bool fails);
void model_sync (void); /* nothing may be missing now */
void model_end (void);

/* ---- events ------------------------------------------------------------------------------------------------------ */

/* The function of a call begins, with that value of the context and that current group, and returns. */
void model_start (int call, int context, int group);
void model_return (int call);
/* A spawned call goes on after the wait of that step, with that code, value of the context and current group. */
void model_resume (int call, int step, Code code, int context, int group);
/* The function answers by ANSWER_FOLLOW, and what that returns. */
Code model_follow (int call);
/* The function defers. `obeys`: the canceller is about to be set. */
void model_defer (int call, bool obeys);
void model_canceller (int call);
void model_done (int call, Code outcome);
/* Within a loop: the call or the group was cancelled, which nothing has told so far. */
void model_is_cancelled (int call);
void model_group_is_cancelled (int group);
void model_destroyed (int call);

void model_batch (int delivery, int context, int group, const int *items, int count);
void model_batch_return (int delivery, Answer answer);
void model_merge (int last, int item);
void model_item_destroyed (int item);

typedef enum Thing
{
  THING_QUEUE,
  THING_LIMITER,
  THING_GROUP,
  THING_DELIVERY, /* its number is that of the step */
  THING_CALLER
} Thing;

/* The outcome of an object. */
void model_thing_done (Thing thing, int number, Code outcome);

#endif
