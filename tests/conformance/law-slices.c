/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 5: bounded slices. A flood of calls leaves time for redraws, and busy frames leave time for calls.
 *
 * The tests count instead of measuring time: the calls between two redraws, and the redraws until all calls have run. */
#include "conformance.h"

enum
{
  FLOOD = 1500,
  FRAMES_MOST = 3000
};

typedef struct Flood
{
  Subject *subject;
  unsigned long redraws;
  int run; /* calls since the last redraw */
  int longest_run;
  int left;
  Counter ran;
} Flood;

static void
flood_call (void *data)
{
  Flood *flood = data;
  unsigned long redraws = atomic_load (&flood->subject->redraws);
  if (redraws != flood->redraws)
    flood->run = 0;
  flood->redraws = redraws;
  if (++flood->run > flood->longest_run)
    flood->longest_run = flood->run;
  subject_spend (flood->subject, SUBJECT_SPEND);
  flood->subject->kind->request_redraw (flood->subject);
  if (flood->left-- > 0)
    test_check (lodger_caller_call_direct (flood->subject->caller, flood_call, flood, NULL) == 0);
  counter_add (&flood->ran, 1);
}

static void
flood_begin (void *data)
{
  Flood *flood = data;
  flood->subject->kind->request_redraw (flood->subject);
  for (int i = 0; i < FLOOD; i++)
    test_check (lodger_caller_call_direct (flood->subject->caller, flood_call, flood, NULL) == 0);
}

START_TEST (law_5_a_flood_leaves_room_for_redraw)
{
  Subject subject;
  Flood flood = { .subject = &subject, .left = FLOOD };
  counter_init (&flood.ran);
  subject_open (&subject, _i, true);
  subject_run_inside (&subject, flood_begin, &flood);
  subject_run_until (&subject, &flood.ran, 2 * FLOOD);
  ck_assert_msg (flood.longest_run <= subject.kind->longest_run + 1, "%d calls between two redraws, not %d",
                 flood.longest_run, subject.kind->longest_run);
  subject_close (&subject);
  counter_clear (&flood.ran);
}
END_TEST

static void
switch_frames (void *data)
{
  Subject *subject = data;
  subject->kind->set_frames (subject, true);
}

static void
stop_frames (void *data)
{
  Subject *subject = data;
  subject->kind->set_frames (subject, false);
}

static void
slow_call (LodgerPending *self, void *data)
{
  Flood *flood = data;
  unsigned long frames = atomic_load (&flood->subject->redraws) - flood->redraws;
  (void) self;
  if (frames > FRAMES_MOST)
    test_fail ("%lu frames, and only %ld calls", frames, counter_get (&flood->ran));
  subject_spend (flood->subject, SUBJECT_SPEND);
  counter_add (&flood->ran, 1);
}

START_TEST (law_5_busy_frames_leave_room_for_calls)
{
  enum
  {
    CALLS = 200
  };
  Subject subject;
  Flood flood = { .subject = &subject };
  counter_init (&flood.ran);
  subject_open (&subject, _i, true);
  subject_run_inside (&subject, switch_frames, &subject);
  flood.redraws = atomic_load (&subject.redraws);
  for (int i = 0; i < CALLS; i++)
    lodger_pending_unref (lodger_caller_call_soon (subject.caller, slow_call, &flood, NULL));
  subject_run_until (&subject, &flood.ran, CALLS);
  subject_run_inside (&subject, stop_frames, &subject);
  subject_close (&subject);
  counter_clear (&flood.ran);
}
END_TEST

/* ---- among calls ---------------------------------------------------------------------------------------------- */

typedef struct Chain
{
  Subject *subject;
  int64_t deadline; /* when the delayed call is due, or a little later; 0 before its submission */
  int late;         /* calls of the chains since the deadline */
  bool over;
  Counter ended;
} Chain;

static void
delayed_call (LodgerPending *self, void *data)
{
  Chain *chain = data;
  (void) self;
  chain->over = true;
}

static void
chain_call (void *data)
{
  Chain *chain = data;
  if (chain->over)
    {
      counter_add (&chain->ended, 1);
      return;
    }
  if (subject_is (chain->subject, SUBJECT_VIRTUAL))
    subject_spend (chain->subject, 1000);
  else if (chain->deadline != 0 && test_now () > chain->deadline)
    chain->late++;
  test_check (lodger_caller_call_direct (chain->subject->caller, chain_call, chain, NULL) == 0);
}

enum
{
  CHAINS = 3
};

static void
chain_begin (void *data)
{
  Chain *chain = data;
  const int64_t delay = 3000000;
  for (int i = 0; i < CHAINS; i++)
    test_check (lodger_caller_call_direct (chain->subject->caller, chain_call, chain, NULL) == 0);
  lodger_pending_unref (lodger_caller_call_later (chain->subject->caller, delay, delayed_call, chain, NULL));
  chain->deadline = test_now () + delay;
}

/* Calls submit themselves repeatedly. A due call runs in the turn after the current one. */
START_TEST (law_5_a_flood_does_not_starve_a_deadline)
{
  Subject subject;
  Chain chain = { .subject = &subject };
  counter_init (&chain.ended);
  subject_open (&subject, _i, false);
  subject_run_inside (&subject, chain_begin, &chain);
  subject_run_until (&subject, &chain.ended, CHAINS);
  ck_assert_int_le (chain.late, 2 * CHAINS);
  subject_close (&subject);
  counter_clear (&chain.ended);
}
END_TEST

void
add_law_slices (Suite *suite)
{
  add_law (suite, law_5_a_flood_leaves_room_for_redraw, SUBJECT_REDRAWS, 0);
  add_law (suite, law_5_busy_frames_leave_room_for_calls, SUBJECT_REDRAWS, 0);
  add_law (suite, law_5_a_flood_does_not_starve_a_deadline, 0, 0);
}
