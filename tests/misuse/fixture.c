/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fixture of a row: its objects, the thread or call in which it runs, and the state it has to leave. */
#define _GNU_SOURCE
#include "log-lines.h"
#include "misuse.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool
is_about (const Fixture *s, const char *word)
{
  return strstr (s->function, word) != NULL;
}

static void
defer (LodgerPending *self, void *data)
{
  Fixture *s = data;
  s->reply = lodger_pending_defer (self);
}

static void
open_host (Fixture *s)
{
  pthread_mutex_init (&s->minimal.mutex, NULL);
  s->minimal_caller = minimal_host_attach (&s->minimal, NULL);
  test_check (s->minimal_caller != NULL);
  minimal_host_run (&s->minimal);
  test_check (lodger_caller_call_direct (s->minimal_caller, recorder_direct, &s->call_data, NULL) == 0);
  s->node = minimal_host_take_node (&s->minimal);
  test_check (s->node != NULL);
}

static void
nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

/* A sleeping thread, which a forked child does not have. Rows of the manual host count its posts, and have none. */
static void
open_worker (Fixture *s)
{
  LodgerPending *pending = lodger_caller_to_thread (CALLER, nothing, NULL, NULL);
  loop_run_until_done (&s->loop, pending);
  lodger_pending_unref (pending);
}

static void
open_fixture (Fixture *s)
{
  s->loop = loop_open (LODGER_MANUAL_DEFAULT);
  s->promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  s->number = lodger_pending_new (LODGER_PENDING_DEFAULT);
  s->text = lodger_pending_new (LODGER_PENDING_DEFAULT);
  test_check (lodger_pending_return_int (s->number, 7) == 0);
  test_check (lodger_pending_return_string (s->text, "seven") == 0);
  if (is_about (s, "_reply_"))
    {
      s->deferred = lodger_caller_call_soon (CALLER, defer, s, NULL);
      loop_run (&s->loop);
      test_check (s->reply != NULL);
    }
  if (is_about (s, "lodger_host_"))
    open_host (s);
  if (strcmp (s->kind, "after_fork") == 0 && !is_about (s, "lodger_manual_"))
    open_worker (s);
  s->call = lodger_caller_call_soon (CALLER, recorder_call, &s->call_data, recorder_destroy);
  s->scope = lodger_scope_new (NULL);
}

/* An unanswered reply would delay a stop. Closing the host does not wait for it. */
static void
stop_fixture (Fixture *s)
{
  LodgerHostNode *node;
  if (s->reply != NULL)
    lodger_manual_close (LOOP);
  lodger_caller_stop (CALLER, true);
  loop_run_until_done (&s->loop, lodger_caller_get_stopped (CALLER));
  if (s->minimal_caller == NULL)
    return;
  lodger_caller_stop (s->minimal_caller, true);
  node = minimal_host_take_node (&s->minimal);
  lodger_host_run_node (node != NULL ? node : s->node);
  minimal_host_run (&s->minimal);
  test_check (lodger_caller_get_state (s->minimal_caller) == LODGER_CALLER_STOPPED);
}

static void
close_fixture (Fixture *s)
{
  if (s->reply != NULL)
    lodger_reply_return_nothing (s->reply);
  loop_run (&s->loop);
  stop_fixture (s);
  lodger_pending_unref (s->promise);
  lodger_pending_unref (s->number);
  lodger_pending_unref (s->text);
  lodger_pending_unref (s->call);
  lodger_pending_unref (s->deferred);
  lodger_scope_unref (s->scope);
  lodger_caller_unref (s->minimal_caller);
  loop_close (&s->loop);
  test_check (atomic_load (&s->call_data.destroyed) == 1);
  test_check (atomic_load (&s->data.destroyed) == s->data_count);
}

/* ---- where the row runs ------------------------------------------------------------------------------------------ */

typedef struct RowRun
{
  const MisuseRow *row;
  Fixture fixture;
} RowRun;

static void
run_row (RowRun *p)
{
  log_lines_forget ();
  p->row->run (&p->fixture);
  log_lines_expect_none (p->row->function);
}

static void
run_in_call (LodgerPending *self, void *data)
{
  RowRun *p = data;
  p->fixture.self = self;
  run_row (p);
  p->fixture.self = NULL;
}

static void
run_direct (void *data)
{
  run_row (data);
}

static void *
run_in_thread (void *data)
{
  run_row (data);
  return NULL;
}

static void
run_in_worker (RowRun *p)
{
  LodgerCaller *worker = worker_start (NULL);
  wait_outcome (lodger_caller_call_soon (worker, run_in_call, p, NULL));
  worker_stop (worker);
}

static void
run_where (RowRun *p)
{
  switch (p->row->where)
    {
    case HERE: run_row (p); break;
    case IN_CALL:
      lodger_pending_unref (lodger_caller_call_soon (p->fixture.loop.caller, run_in_call, p, NULL));
      loop_run (&p->fixture.loop);
      break;
    case IN_DIRECT:
      test_check (lodger_caller_call_direct (p->fixture.loop.caller, run_direct, p, NULL) == 0);
      loop_run (&p->fixture.loop);
      break;
    case IN_WORKER: run_in_worker (p); break;
    case ELSEWHERE: thread_join (thread_start (run_in_thread, p)); break;
    case NOWHERE: break;
    }
}

/* Checks that the parent does not notice what its child does. */
static void
expect_unharmed (Fixture *s)
{
  if (s->reply != NULL)
    {
      test_check (lodger_reply_return_nothing (s->reply) == 0);
      s->reply = NULL;
    }
  loop_run (&s->loop);
  test_check (lodger_pending_get_outcome (s->call) == 0);
  test_check (lodger_pending_return_nothing (s->promise) == 0);
  test_check (atomic_load (&s->data.destroyed) == 0);
  log_lines_expect_none (s->function);
}

/* The child has the parent's objects but not its threads. It ends without freeing anything. */
static void
run_in_child (RowRun *p)
{
  int status = 0;
  pid_t child = fork ();
  test_check (child >= 0);
  if (child == 0)
    {
      run_row (p);
      _exit (0);
    }
  test_check (waitpid (child, &status, 0) == child);
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    test_fail ("%s: the forked child ended with status %d, signal %d", p->row->function,
               WIFEXITED (status) ? WEXITSTATUS (status) : 0, WIFSIGNALED (status) ? WTERMSIG (status) : 0);
  expect_unharmed (&p->fixture);
}

void
misuse_run (const MisuseRow *row)
{
  RowRun p = { .row = row, .fixture = { .function = row->function, .kind = row->kind } };
  log_lines_begin ();
  if (row->where == NOWHERE)
    {
      run_row (&p);
      log_lines_end ();
      return;
    }
  open_fixture (&p.fixture);
  if (strcmp (row->kind, "after_stop") == 0)
    stop_fixture (&p.fixture);
  else if (strcmp (row->kind, "after_close") == 0)
    lodger_manual_close (p.fixture.loop.host);
  if (strcmp (row->kind, "after_fork") == 0)
    run_in_child (&p);
  else
    run_where (&p);
  log_lines_end ();
  close_fixture (&p.fixture);
}

/* ---- objects that are created on demand -------------------------------------------------------------------------- */

LodgerReply *
misuse_reply (Fixture *s)
{
  LodgerReply *reply = s->reply;
  test_check (reply != NULL);
  s->reply = NULL;
  return reply;
}

void *
misuse_data (Fixture *s, int times)
{
  s->data_count += times;
  return &s->data;
}

static const LodgerErrorPayloadOps payload_ops
    = { .size = sizeof payload_ops, .name = "misuse", .destroy = recorder_destroy };

LodgerError *
misuse_error (Fixture *s)
{
  return lodger_error_new_with_payload (NULL, LODGER_EFAILED, "misuse", &payload_ops, DATA);
}

/* ---- a full inbox --------------------------------------------------------------------------------------------------- */

typedef struct Full
{
  Fixture *fixture;
  LodgerCaller *caller; /* has room for one call */
  void (*submit) (Fixture *s, LodgerCaller *full);
} Full;

static void
nothing_direct (void *data)
{
  (void) data;
}

static void
fill (void *data)
{
  Full *full = data;
  test_check (lodger_caller_call_direct (full->caller, nothing_direct, NULL, NULL) == 0);
  full->submit (full->fixture, full->caller);
}

void
misuse_when_full (Fixture *s, void (*submit) (Fixture *s, LodgerCaller *full))
{
  LodgerCallerOptions options = { .size = sizeof options, .name = "full", .inbox_limit = 1 };
  Full full = { .fixture = s, .submit = submit, .caller = lodger_caller_open_child (CALLER, &options, NULL) };
  test_check (full.caller != NULL);
  worker_run (full.caller, fill, &full);
  worker_stop (full.caller);
}
