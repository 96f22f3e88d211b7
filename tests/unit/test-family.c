/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parents and children, where something is left behind. */
#include "test-blocked-call.h"
#include "test-suite.h"

#include <sched.h>
#include <string.h>

typedef struct Family
{
  LodgerCaller *parent, *stuck, *other;
  BlockedCall blocked;
  LodgerReply *reply;
  Latch deferred, cancelled;
  bool was_first;
} Family;

static bool
is_child (Family *family, LodgerCaller *child)
{
  size_t count = 0;
  LodgerCaller **children = lodger_caller_get_children (family->parent, &count);
  bool found = false;
  for (size_t i = 0; i < count; i++)
    found = found || children[i] == child;
  lodger_caller_list_free (children, count);
  return found;
}

/* The one that is stuck is being given up: just now it comes back, and its thread ends. */
static void
let_it_go (LodgerLogLevel level, const char *line, void *data)
{
  Family *family = data;
  if (level != LODGER_LOG_ERROR || strstr (line, "its thread did not come to its end") == NULL)
    return;
  latch_open (&family->blocked.let_go);
  while (is_child (family, family->stuck))
    sched_yield ();
}

static void
note_cancel (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  latch_open (&((Family *) data)->cancelled);
}

static void
defer (LodgerPending *self, void *data)
{
  Family *family = data;
  family->reply = lodger_pending_defer (self);
  test_check (lodger_pending_set_canceller (self, note_cancel, family, NULL) == 0);
  latch_open (&family->deferred);
}

static int
note_end (LodgerPending *done, void *data)
{
  Family *family = data;
  (void) done;
  family->was_first = !lodger_pending_is_done (lodger_caller_get_stopped (family->other));
  return 0;
}

START_TEST (a_child_that_comes_back_while_it_is_given_up_is_counted_off_once)
{
  const LodgerCallerOptions hasty = { .size = sizeof hasty, .stop_deadline = 2000000 };
  Family family = { .parent = worker_start (NULL) };
  blocked_call_init (&family.blocked);
  latch_init (&family.deferred);
  latch_init (&family.cancelled);
  family.stuck = lodger_caller_get (family.parent, &hasty, NULL);
  family.other = lodger_caller_get (family.parent, NULL, NULL);
  lodger_pending_unref (lodger_caller_call_soon (family.other, defer, &family, NULL));
  latch_wait (&family.deferred);
  lodger_pending_unref (
      lodger_caller_call_soon (family.stuck, blocked_call_run, &family.blocked, blocked_call_destroy));
  latch_wait (&family.blocked.entered);

  lodger_set_log_func (let_it_go, &family);
  lodger_caller_stop (family.stuck, true);
  wait_done (lodger_caller_get_stopped (family.stuck));
  lodger_set_log_func (NULL, NULL);

  /* The other has not ended yet, and the parent waits for it. */
  test_check (lodger_pending_add_done_callback (lodger_caller_get_stopped (family.parent), note_end, &family, NULL)
              == 0);
  lodger_caller_stop (family.parent, true);
  latch_wait (&family.cancelled);
  lodger_reply_return_nothing (family.reply);
  wait_done (lodger_caller_get_stopped (family.other));
  wait_done (lodger_caller_get_stopped (family.parent));
  ck_assert (!family.was_first);
  lodger_caller_unref (family.stuck);
  lodger_caller_unref (family.other);
  lodger_caller_unref (family.parent);
  latch_clear (&family.deferred);
  latch_clear (&family.cancelled);
  blocked_call_clear (&family.blocked);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("family");
  test_add (suite, a_child_that_comes_back_while_it_is_given_up_is_counted_off_once);
  return test_main (suite, argc, argv);
}
