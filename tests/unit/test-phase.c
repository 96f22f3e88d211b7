/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each change of a caller's phase, lateness and cause, from each state. */
#include "life/phase.h"
#include "test-suite.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

typedef enum Word
{
  PHASE,
  LATENESS,
  CAUSE,
  WORDS
} Word;

enum
{
  MOST_STATES = LODGER_PHASE_STOPPED + 1,
  CHILD_IS_FINE = 42
};

static const int state_count[WORDS] = { LODGER_PHASE_STOPPED + 1, LODGER_OVERDUE + 1, LODGER_CAUSE_TAKEN + 1 };

typedef struct Expected
{
  LodgerChange change;
  Word word;
  int to;
  bool is_from[MOST_STATES];
} Expected;

static const Expected table[] = {
  { LODGER_BECOMES_STARTING, PHASE, LODGER_PHASE_STARTING, { [LODGER_PHASE_INITIAL] = true } },
  { LODGER_BECOMES_RUNNING, PHASE, LODGER_PHASE_RUNNING, { [LODGER_PHASE_STARTING] = true } },
  { LODGER_BECOMES_REFUSING,
    PHASE,
    LODGER_PHASE_REFUSING,
    { [LODGER_PHASE_INITIAL] = true, [LODGER_PHASE_STARTING] = true, [LODGER_PHASE_RUNNING] = true } },
  { LODGER_BECOMES_DRAINING, PHASE, LODGER_PHASE_DRAINING, { [LODGER_PHASE_REFUSING] = true } },
  { LODGER_BECOMES_CANCELLING, PHASE, LODGER_PHASE_CANCELLING, { [LODGER_PHASE_DRAINING] = true } },
  { LODGER_BECOMES_ENDING,
    PHASE,
    LODGER_PHASE_ENDING,
    { [LODGER_PHASE_DRAINING] = true, [LODGER_PHASE_CANCELLING] = true } },
  { LODGER_BECOMES_ENDED,
    PHASE,
    LODGER_PHASE_ENDED,
    { [LODGER_PHASE_DRAINING] = true, [LODGER_PHASE_CANCELLING] = true, [LODGER_PHASE_ENDING] = true } },
  { LODGER_BECOMES_STOPPED, PHASE, LODGER_PHASE_STOPPED, { [LODGER_PHASE_ENDED] = true } },
  { LODGER_BECOMES_LATE, LATENESS, LODGER_LATE, { [LODGER_ON_TIME] = true } },
  { LODGER_BECOMES_OVERDUE, LATENESS, LODGER_OVERDUE, { [LODGER_LATE] = true } },
  { LODGER_BECOMES_LOOP_GONE, CAUSE, LODGER_CAUSE_LOOP_GONE, { [LODGER_CAUSE_ASKED] = true } },
  { LODGER_BECOMES_TAKEN, CAUSE, LODGER_CAUSE_TAKEN, { [LODGER_CAUSE_ASKED] = true, [LODGER_CAUSE_LOOP_GONE] = true } },
};

enum
{
  CHANGES = sizeof table / sizeof table[0]
};

/* Only its phase, lateness and cause are used. */
static LodgerCaller caller;

static void
set_states (Word word, int state)
{
  atomic_store (&caller.life.phase, word == PHASE ? state : 0);
  atomic_store (&caller.life.lateness, word == LATENESS ? state : 0);
  atomic_store (&caller.life.cause, word == CAUSE ? state : 0);
}

/* The other two words are as they were. */
static bool
has_states (Word word, int state)
{
  return atomic_load (&caller.life.phase) == (word == PHASE ? state : 0)
         && atomic_load (&caller.life.lateness) == (word == LATENESS ? state : 0)
         && atomic_load (&caller.life.cause) == (word == CAUSE ? state : 0);
}

START_TEST (each_change_has_its_own_row)
{
  for (int i = 0; i < CHANGES; i++)
    ck_assert_int_eq (table[i].change, i);
  ck_assert_int_eq (CHANGES, LODGER_BECOMES_TAKEN + 1);
}
END_TEST

/* Calls `check` for each change and each state of its word. */
static void
for_each (void (*check) (const Expected *expected, int state))
{
  for (int i = 0; i < CHANGES; i++)
    for (int state = 0; state < state_count[table[i].word]; state++)
      {
        set_states (table[i].word, state);
        check (&table[i], state);
      }
}

static void
expect_one_change (const Expected *expected, int state)
{
  if (!expected->is_from[state])
    return;
  ck_assert_msg (lodger__phase_change (&caller, expected->change), "change %d in state %d", (int) expected->change,
                 state);
  ck_assert (has_states (expected->word, expected->to));
  ck_assert (!lodger__phase_change (&caller, expected->change));
  ck_assert (has_states (expected->word, expected->to));
}

START_TEST (a_legal_change_is_made_once)
{
  for_each (expect_one_change);
}
END_TEST

static void
expect_no_change (const Expected *expected, int state)
{
  if (state < expected->to)
    return;
  ck_assert_msg (!lodger__phase_change (&caller, expected->change), "change %d in state %d", (int) expected->change,
                 state);
  ck_assert (has_states (expected->word, state));
}

START_TEST (a_change_that_comes_too_late_changes_nothing)
{
  for_each (expect_no_change);
}
END_TEST

/* Exits with CHILD_IS_FINE if nothing has changed. */
static void
change_in_child (const Expected *expected, int state)
{
  const struct rlimit no_core = { 0, 0 };
  bool changes;
  setrlimit (RLIMIT_CORE, &no_core);
  dup2 (open ("/dev/null", O_WRONLY), STDERR_FILENO);
  signal (SIGABRT, SIG_DFL);
  changes = lodger__phase_change (&caller, expected->change);
  _exit (!changes && has_states (expected->word, state) ? CHILD_IS_FINE : 1);
}

static bool
is_refusal (int status)
{
#ifdef NDEBUG
  return WIFEXITED (status) && WEXITSTATUS (status) == CHILD_IS_FINE;
#else
  return WIFSIGNALED (status) && WTERMSIG (status) == SIGABRT;
#endif
}

static void
expect_refusal (const Expected *expected, int state)
{
  int status = 0;
  pid_t child;
  if (expected->is_from[state] || state >= expected->to)
    return;
  child = fork ();
  ck_assert_int_ge (child, 0);
  if (child == 0)
    change_in_child (expected, state);
  ck_assert_int_eq (waitpid (child, &status, 0), child);
  ck_assert_msg (is_refusal (status), "change %d in state %d: status %#x", (int) expected->change, state,
                 (unsigned) status);
}

/* A debug build aborts. Without assertions nothing changes. */
START_TEST (an_illegal_change_is_not_made)
{
  for_each (expect_refusal);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("phase");
  test_add (suite, each_change_has_its_own_row);
  test_add (suite, a_legal_change_is_made_once);
  test_add (suite, a_change_that_comes_too_late_changes_nothing);
  test_add (suite, an_illegal_change_is_not_made);
  return test_main (suite, argc, argv);
}
