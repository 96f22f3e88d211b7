/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 9, "misuse is answered", as a table: every public function, and every misuse of it.
 *
 * cells.awk reads the possible misuses of a function from its declaration and the `Errors:` line of its comment. A cell
 * without a row fails the test `every_cell_has_a_row`. A row that no header asks for does not compile. A row is
 *
 *     CELL (function, kind, CHECK, CHECK …);
 *     CELL_AT (where, function, kind, CHECK, CHECK …);
 *
 * and is the test `function/kind`. It runs with a fixture of objects (below). By its kind the caller of the fixture was
 * stopped, its host was closed, or the row runs in a forked child. After the row nothing may be left in the log, and all
 * DATA must be destroyed once. */
#ifndef LODGER_TEST_MISUSE_H
#define LODGER_TEST_MISUSE_H

#include "test-loop.h"
#include "test-minimal-host.h"
#include "test-suite.h"

typedef enum Where
{
  HERE,      /* in the thread of CALLER, outside of any call */
  IN_CALL,   /* in a call of CALLER, whose pending is SELF */
  IN_DIRECT, /* in a call_direct of CALLER */
  IN_WORKER, /* in a call in a worker, whose pending is SELF */
  ELSEWHERE, /* in a thread that has no caller */
  NOWHERE,   /* without a fixture: nothing has been created or registered yet */
} Where;

typedef struct Fixture
{
  const char *function, *kind;
  const char *logged_as; /* Optional. The name in the log line, instead of `function`. */
  Loop loop;
  MinimalHost minimal; /* for lodger_host_… */
  LodgerCaller *minimal_caller;
  LodgerHostNode *node;
  LodgerPending *promise, *number, *text, *call, *deferred, *self;
  LodgerReply *reply; /* for …_reply_… */
  LodgerScope *scope;
  Recorder data, call_data;
  int data_count; /* how often `data` has to be destroyed */
} Fixture;

typedef struct MisuseRow
{
  const char *function, *kind;
  Where where;
  void (*run) (Fixture *s);
} MisuseRow;

void misuse_run (const MisuseRow *row);

/* ---- the objects of the fixture ------------------------------------------------------------------------------- */

#define CALLER  (s->loop.caller)     /* on a manual host in the test's thread, running */
#define LOOP    (s->loop.host)       /* the host of CALLER */
#define HOST    (s->minimal.host)    /* in lodger_host_…: another host of the same thread */
#define NODE    (s->node)            /* the node that was posted to HOST */
#define PROMISE (s->promise)         /* not answered */
#define NUMBER  (s->number)          /* answered with a number */
#define TEXT    (s->text)            /* answered with a string */
#define CALL    (s->call)            /* queued in CALLER */
#define SELF    (s->self)            /* the call in which the row runs */
#define SCOPE   (s->scope)           /* of this thread, not ended */
#define REPLY   (misuse_reply (s))   /* in …_reply_…: of a call of CALLER; consumed */
#define DATA    (misuse_data (s, 1)) /* to be passed with DESTROY */
#define DESTROY recorder_destroy
#define ERROR   (misuse_error (s)) /* an error with a payload that has to be destroyed, too */

LodgerReply *misuse_reply (Fixture *s);
void *misuse_data (Fixture *s, int times);
LodgerError *misuse_error (Fixture *s);

/* ---- checks -------------------------------------------------------------------------------------------------- */

/* Checks for the code, and for a warning that names the function. */
#define ANSWERS(call, code) misuse_answers (s, #call, (call), code)
/* Checks that it is true, and for such a warning. */
#define WARNS(expression) misuse_warns (s, #expression, (expression))
/* Checks for a pending that is done with the code, and for such a warning. */
#define REFUSES(call, code) misuse_refuses (s, #call, (call), code)
/* The same with a debug line or a warning: in each orderly end it happens, and once it has stopped the program is told. */
#define ANSWERS_LATE(call, code) misuse_answers_late (s, #call, (call), code)
#define REFUSES_LATE(call)       misuse_refuses_late (s, #call, (call))
/* Checks for the code, and that nothing is logged: it is an ordinary outcome. */
#define TELLS(call, code) misuse_tells (s, #call, (call), code)
/* Checks that it is true, and that nothing is logged: it is no misuse. */
#define FINE(expression) misuse_fine (s, #expression, (expression))
/* Checks that the pending ends with success, and that nothing is logged. */
#define ACCEPTS(call) misuse_accepts (s, #call, (call))
/* The misuse cannot happen with this function, for the reason given. */
#define RULED_OUT(why) misuse_ruled_out (s, why)
/* The next warning names the given function, of which this function is a short form. */
#define BY(function) misuse_by (s, #function)
/* A call without a result, as an expression. */
#define DOES(call) ((call), true)

void misuse_answers (Fixture *s, const char *what, int actual, int code);
void misuse_warns (Fixture *s, const char *what, bool is_true);
void misuse_refuses (Fixture *s, const char *what, LodgerPending *refused, int code);
void misuse_answers_late (Fixture *s, const char *what, int actual, int code);
void misuse_refuses_late (Fixture *s, const char *what, LodgerPending *refused);
void misuse_tells (Fixture *s, const char *what, int actual, int code);
void misuse_fine (Fixture *s, const char *what, bool is_true);
void misuse_accepts (Fixture *s, const char *what, LodgerPending *accepted);
void misuse_ruled_out (Fixture *s, const char *why);
void misuse_by (Fixture *s, const char *function);

/* For FINE and WARNS: whether the result is not NULL. It is freed. */
bool is_text (char *text);
bool is_caller (LodgerCaller *caller);
/* Whether there is no caller but an error with the code. The error is freed. */
bool is_error (LodgerCaller *caller, LodgerError *error, int code);

/* ---- rows ---------------------------------------------------------------------------------------------------- */

enum
{
#define MISUSE(function, kind, place) a_header_asks_for__##function##__##kind,
#include "misuse-cells.h"
#undef MISUSE
};

#define MISUSE(function, kind, place) extern const MisuseRow row__##function##__##kind __attribute__ ((weak));
#include "misuse-cells.h"
#undef MISUSE

#define CELL_AT(where_, function_, kind_, ...)                                                                         \
  static void function_##__##kind_ (Fixture *s)                                                                        \
  {                                                                                                                    \
    (void) s;                                                                                                          \
    (void) a_header_asks_for__##function_##__##kind_;                                                                  \
    __VA_ARGS__;                                                                                                       \
  }                                                                                                                    \
  const MisuseRow row__##function_##__##kind_                                                                          \
      = { .function = #function_, .kind = #kind_, .where = where_, .run = function_##__##kind_ }
#define CELL(...) CELL_AT (HERE, __VA_ARGS__)

/* The cell of a function that gives something to `full`. Its inbox is full, and only this thread could make room: so that to
 * wait for it would be for ever. */
#define WHEN_FULL(function, CHECK)                                                                                     \
  static void function##_when_full (Fixture *s, LodgerCaller *full)                                                    \
  {                                                                                                                    \
    CHECK;                                                                                                             \
  }                                                                                                                    \
  CELL (function, deadlock, misuse_when_full (s, function##_when_full))

void misuse_when_full (Fixture *s, void (*submit) (Fixture *s, LodgerCaller *full));

#endif
