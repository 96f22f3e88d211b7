/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of the model. */
#ifndef LODGER_RANDOM_MODEL_PRIVATE_H
#define LODGER_RANDOM_MODEL_PRIVATE_H

#include "model.h"

#define model_fail(...) model_fail_at (__func__, __VA_ARGS__)
_Noreturn void model_fail_at (const char *where, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

/* ---- a list of numbers, in order --------------------------------------------------------------------------------- */

typedef struct Numbers
{
  int count;
  int at[2 * STEPS];
} Numbers;

void numbers_add (Numbers *numbers, int number);
void numbers_add_first (Numbers *numbers, int number);
bool numbers_remove (Numbers *numbers, int number);
bool numbers_have (const Numbers *numbers, int number);
int numbers_pop (Numbers *numbers); /* the first one, or NOBODY */

/* ---- calls ------------------------------------------------------------------------------------------------------- */

typedef enum CallState
{
  CALL_UNKNOWN, /* not submitted */
  CALL_WAITING,
  CALL_RUNNING,
  CALL_UNFINISHED, /* returned, and not done */
  CALL_DONE
} CallState;

typedef struct Call
{
  CallState state;
  Code answer, outcome;
  int stamp;     /* its place among all submissions */
  bool is_known; /* there is a pending for the program */
  bool is_refused, is_cancelled, is_timed_out, is_told, is_destroyed;
  bool is_deferred, is_answered, obeys, has_obeyed, is_obeying; /* the canceller: there is one, it has run, it has to */
  bool is_on_its_way;                                           /* in the inbox, or a timer */
  int follows;                                                  /* or NOBODY */
  bool has_waited, is_suspended, is_signalled;                  /* spawned: ever; off its thread; it has to go on */
  bool is_loose, is_in_stop;                                    /* the order is open; it has gone on within a stop */
  int awaits;                                                   /* a call, or NOBODY */
  int inbox_stamp, yield_stamp; /* its place there; what is there before goes first; 0: it has not yielded */
  int context, group;
  Numbers listeners; /* continuations and followers, in order */
  Numbers groups;    /* of which it is a member, in the order of joining */
} Call;

/* ---- objects ----------------------------------------------------------------------------------------------------- */

typedef enum TimerKind
{
  TIMER_CALL,
  TIMER_AWAIT, /* those two are told by events */
  TIMER_TIMEOUT,
  TIMER_SLOT,
  TIMER_GROUP
} TimerKind;

typedef struct Timer
{
  TimerKind kind;
  int number, stamp;
  int deadline;
} Timer;

typedef struct Caller
{
  bool is_stopping, is_drained, is_stopped; /* asked to; nothing is left that has not begun; told */
  int loops;                                /* of it, on the stack */
  int calls;                                /* of it, on the stack */
  Numbers inbox;                            /* calls */
  int timer_count;
  Timer timers[3 * STEPS];
  Numbers unfinished; /* the newest first */
} Caller;

typedef struct Queue
{
  bool has_begun, is_closed, is_told;
  int context, running; /* or NOBODY */
  Numbers waiting;      /* the oldest first */
} Queue;

typedef struct Limiter
{
  bool is_closed, is_drained, is_told;
  int running, calls; /* with a place; that are not done */
  Numbers waiting;
} Limiter;

typedef struct Slot
{
  Numbers at_work;
  int waiting; /* or NOBODY */
  bool is_timed, has_begun;
  int last_begin, timers; /* the number of the last timer */
} Slot;

typedef struct Group
{
  bool was_entered, is_entered, is_closed, is_done, is_told, is_cancelled, has_cancelled_member;
  int failures, winner, outer; /* or NOBODY */
  Code outcome;
  Numbers at_work, cancelled;
} Group;

typedef enum BoundKind
{
  BOUND_CALL,
  BOUND_GROUP,
  BOUND_QUEUE,
  BOUND_CHANNEL
} BoundKind;

typedef struct Scope
{
  bool has_ended;
  int count;
  struct
  {
    BoundKind kind;
    int number;
  } bound[2 * STEPS];
} Scope;

typedef enum ItemState
{
  ITEM_UNKNOWN,
  ITEM_WAITS,
  ITEM_IN_BATCH,
  ITEM_GONE, /* to be destroyed */
  ITEM_RECEIVED,
  ITEM_DESTROYED
} ItemState;

typedef struct Channel
{
  bool is_closed, has_error, is_left, is_received, is_told;
  int delivery; /* the step, or NOBODY */
  bool is_cancelled, has_failed;
  bool is_in_batch, is_batch_deferred, is_batch_cancelled, may_be_busy;
  int flushes, flushed; /* on the stack; the last item that waited then */
  int dropped, merges;  /* by the last item that was sent; that one, until it is merged; or NOBODY */
  bool has_delivered;
  int last; /* when the last batch began */
  int context;
  Numbers waiting; /* items */
  Numbers batch;
} Channel;

/* A function on the stack: that of a call, of a batch, or the main program. */
typedef struct Frame
{
  int call; /* MAIN for the main program */
  int caller;
  int context, group;
  int entered_count;
  struct
  {
    int group, outer_group, outer_context;
  } entered[GROUPS];
} Frame;

typedef struct State
{
  const Program *program;
  ModelFailFunc fail;
  int now, stamps, inbox_stamps;
  Code expected[STEPS];
  Call calls[STEPS];
  ItemState items[STEPS];
  int item_channels[STEPS];
  Caller callers[CALLERS];
  Queue queues[QUEUES];
  Limiter limiters[LIMITERS];
  Slot slots[SLOTS];
  Group groups[GROUPS];
  Scope scopes[SCOPES];
  Channel channels[CHANNELS];
  int draining, completing; /* a caller; the call whose end has effects now; or NOBODY */
  int in_stop; /* calls that have gone on within a stop, and not returned: it is not over with the others */
  int held_count;
  struct
  {
    int source, call;
  } held[2 * STEPS];
  int depth;
  Frame frames[STEPS + 2], suspended[STEPS];
  int loop_depth;
  int loops[STEPS + 2]; /* whose loops are on the stack */
} State;

extern State model;

static inline const Step *
step_of (int number)
{
  return &model.program->steps[number];
}

static inline Frame *
frame_now (void)
{
  return &model.frames[model.depth];
}

/* ---- model-loops.c ----------------------------------------------------------------------------------------------- */

Frame *frame_push (int call, int caller, int context, int group);
void frame_pop (int call);
void timer_add (int caller, TimerKind kind, int number, int stamp, int delay);
void timer_remove (int caller, TimerKind kind, int number);
/* Whether all that is due, and may run before what is in the inbox, has done so. */
bool timers_are_over (int caller);
bool is_in_loop (int caller);
/* The time of that call's wait is over, and comes before all else. */
bool timer_is_next (int caller, TimerKind kind, int number);
/* The call waits for its caller's thread from now on. */
void inbox_add (int call);
/* Something that was put there before. */
bool inbox_has_before (int caller, int stamp);
/* The end of the call was told. */
void inbox_add_held (int source);
/* A move without an event. False: there is none. */
bool move (void);

/* Something is right, perhaps after some moves. */
#define model_expect(is_right, ...)                                                                                    \
  do                                                                                                                   \
    while (!(is_right))                                                                                                \
      if (!move ())                                                                                                    \
        model_fail (__VA_ARGS__);                                                                                      \
  while (0)

/* ---- model-calls.c ----------------------------------------------------------------------------------------------- */

Code call_submit (int number);
void call_complete (int number);
bool call_cancel (int number, bool by_time);
/* Of a step that names another call: that is there. */
bool call_is_known (int number);
void calls_check_told (void);
void call_check_destroyed (int number);
/* A call that is dropped before it has begun. */
void call_drop (int number);

/* ---- model-fibers.c ---------------------------------------------------------------------------------------------- */

/* The step is that of a call that has gone on within a stop: it is not done, since how far the stop has come is
 * open. */
bool fiber_is_in_stop (void);
/* A step that waits. CODE_ANY: the call suspends. */
Code fiber_wait (const Step *step);
/* The step is that of a spawned call, which would wait for room in a queue or channel. No program has that. */
bool fiber_runs (void);
void fiber_awaited_is_done (int call);
void fiber_is_cancelled (int call);
/* All that has to go on has done so. */
void fibers_check_idle (int caller);
/* A group was cancelled that it may be in. */
void fibers_group_cancelled (int group);
void fiber_returned (int call);

/* ---- model-gates.c ----------------------------------------------------------------------------------------------- */

void gate_enter (int call);
void gate_leave (int call);
void slot_timer_over (int slot, int number);
void slot_cancel (int slot);
void limiter_close (int limiter);

/* ---- model-groups.c ---------------------------------------------------------------------------------------------- */

void groups_begin (void);
void group_join_all (int group, int call);
void group_member_done (int group, int call);
Code group_enter (int group);
Code group_close (int group);
bool group_cancel (int group);
void group_leave_all (Frame *frame);
void group_settle_closed (int group);
Code group_add (int group, int call);
bool group_remove (int group, int call);
void scope_bind (int scope, BoundKind kind, int number);
bool scope_end (int scope);
bool scope_has_ended (int scope); /* of NOBODY: false */

/* ---- model-queues.c ---------------------------------------------------------------------------------------------- */

Code queue_call (int number);
bool queue_may_start (int number);
void queue_starts (int number);
void queue_close (int queue);
void queue_check_idle (int queue);

/* ---- model-channels.c -------------------------------------------------------------------------------------------- */

Code channel_send (int item);
void channel_sent (int item);
Code channel_receive (int channel);
void channel_received (int channel, int item);
Code channel_flush (int channel);
void channel_flushed (int channel, Code expected);
Code channel_deliver (int number);
void channel_close (int channel, bool with_error);
void channel_leave (int channel);
void channel_check_idle (int channel);
/* The answer of a batch that has deferred. False: there is none. */
bool batch_answer (int delivery);
void delivery_done (int delivery, Code outcome);
void delivery_destroyed (int delivery);
Code delivery_cancel (int delivery);

#endif
