/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The objects that a row finds, the place that it runs in, and what must be left behind. */
#define _GNU_SOURCE
#include "log-lines.h"
#include "misuse.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool
is_about (const Scene *s, const char *word)
{
  return strstr (s->function, word) != NULL;
}

static void
defer (LodgerPending *self, void *data)
{
  Scene *s = data;
  s->reply = lodger_pending_defer (self);
}

static void
open_host (Scene *s)
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

/* A thread that sleeps, and that a forked child has not got. The counts of the manual host are better off without. */
static void
open_worker (Scene *s)
{
  LodgerPending *pending = lodger_caller_to_thread (CALLER, nothing, NULL, NULL);
  loop_run_until_done (&s->loop, pending);
  lodger_pending_unref (pending);
}

static void
open_scene (Scene *s)
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

/* A reply that is out would hold up a stop; the end of the host does not wait for it. */
static void
stop_scene (Scene *s)
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
close_scene (Scene *s)
{
  if (s->reply != NULL)
    lodger_reply_return_nothing (s->reply);
  loop_run (&s->loop);
  stop_scene (s);
  lodger_pending_unref (s->promise);
  lodger_pending_unref (s->number);
  lodger_pending_unref (s->text);
  lodger_pending_unref (s->call);
  lodger_pending_unref (s->deferred);
  lodger_scope_unref (s->scope);
  lodger_caller_unref (s->minimal_caller);
  loop_close (&s->loop);
  test_check (atomic_load (&s->call_data.destroyed) == 1);
  test_check (atomic_load (&s->data.destroyed) == s->given);
}

/* ---- where the row runs ------------------------------------------------------------------------------------------ */

typedef struct Play
{
  const MisuseRow *row;
  Scene scene;
} Play;

static void
play (Play *p)
{
  log_lines_forget ();
  p->row->run (&p->scene);
  log_lines_expect_none (p->row->function);
}

static void
play_in_call (LodgerPending *self, void *data)
{
  Play *p = data;
  p->scene.self = self;
  play (p);
  p->scene.self = NULL;
}

static void
play_direct (void *data)
{
  play (data);
}

static void *
play_in_thread (void *data)
{
  play (data);
  return NULL;
}

static void
play_in_worker (Play *p)
{
  LodgerCaller *worker = worker_start (NULL);
  wait_outcome (lodger_caller_call_soon (worker, play_in_call, p, NULL));
  worker_stop (worker);
}

static void
play_where (Play *p)
{
  switch (p->row->where)
    {
    case HERE: play (p); break;
    case IN_CALL:
      lodger_pending_unref (lodger_caller_call_soon (p->scene.loop.caller, play_in_call, p, NULL));
      loop_run (&p->scene.loop);
      break;
    case IN_DIRECT:
      test_check (lodger_caller_call_direct (p->scene.loop.caller, play_direct, p, NULL) == 0);
      loop_run (&p->scene.loop);
      break;
    case IN_WORKER: play_in_worker (p); break;
    case ELSEWHERE: thread_join (thread_start (play_in_thread, p)); break;
    case NOWHERE: break;
    }
}

/* The parent does not notice what its child does. */
static void
expect_unharmed (Scene *s)
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

/* The child has the parent's objects, and threads that are not there; it ends without giving anything back. */
static void
play_in_child (Play *p)
{
  int status = 0;
  pid_t child = fork ();
  test_check (child >= 0);
  if (child == 0)
    {
      play (p);
      _exit (0);
    }
  test_check (waitpid (child, &status, 0) == child);
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    test_fail ("%s: the forked child ended with status %d, signal %d", p->row->function,
               WIFEXITED (status) ? WEXITSTATUS (status) : 0, WIFSIGNALED (status) ? WTERMSIG (status) : 0);
  expect_unharmed (&p->scene);
}

void
misuse_run (const MisuseRow *row)
{
  Play p = { .row = row, .scene = { .function = row->function, .kind = row->kind } };
  log_lines_begin ();
  if (row->where == NOWHERE)
    {
      play (&p);
      log_lines_end ();
      return;
    }
  open_scene (&p.scene);
  if (strcmp (row->kind, "after_stop") == 0)
    stop_scene (&p.scene);
  else if (strcmp (row->kind, "after_close") == 0)
    lodger_manual_close (p.scene.loop.host);
  if (strcmp (row->kind, "after_fork") == 0)
    play_in_child (&p);
  else
    play_where (&p);
  log_lines_end ();
  close_scene (&p.scene);
}

/* ---- what a row asks for ----------------------------------------------------------------------------------------- */

LodgerReply *
misuse_reply (Scene *s)
{
  LodgerReply *reply = s->reply;
  test_check (reply != NULL);
  s->reply = NULL;
  return reply;
}

void *
misuse_data (Scene *s, int times)
{
  s->given += times;
  return &s->data;
}

static const LodgerErrorPayloadOps payload_ops
    = { .size = sizeof payload_ops, .name = "misuse", .destroy = recorder_destroy };

LodgerError *
misuse_error (Scene *s)
{
  return lodger_error_new_with_payload (NULL, LODGER_EFAILED, "misuse", &payload_ops, DATA);
}
