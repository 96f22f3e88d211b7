/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes a program that fails smaller. Steps keep their numbers, so that what is left still means the same. */
#include "attempt.h"

typedef bool (*FailsFunc) (const Program *program);

static Program candidate;

static bool
keep_if (Program *program, FailsFunc fails)
{
  if (!fails (&candidate))
    return false;
  *program = candidate;
  return true;
}

/* True: something was taken out. */
static bool
take_out (Program *program, int from, int count, FailsFunc fails)
{
  int taken = 0;
  candidate = *program;
  for (int i = from; i < from + count && i < program->count; i++)
    {
      taken += candidate.steps[i].kind != STEP_NOTHING;
      candidate.steps[i].kind = STEP_NOTHING;
    }
  return taken > 0 && keep_if (program, fails);
}

static bool
take_out_all (Program *program, FailsFunc fails)
{
  bool has_changed = false;
  for (int size = program->count; size >= 1; size /= 2)
    for (int from = program->count - 1; from > -size; from -= size)
      has_changed |= take_out (program, from < 0 ? 0 : from, from < 0 ? from + size : size, fails);
  return has_changed;
}

/* One thing less in a step. False: there is no such thing. */
static bool
simplify (Step *step, int how)
{
  const Step before = *step;
  switch (how)
    {
    case 0: step->in = MAIN; break;
    case 1: step->answer = ANSWER_NOTHING; break;
    case 2: step->gate = GATE_NONE; break;
    case 3: step->scope = NOBODY; break;
    case 4: step->timeout = 0; break;
    case 5: step->is_protected = false; break;
    case 6: step->is_tracked = true; break;
    case 7: step->priority = 0; break;
    case 8: step->fails = false; break;
    case 9: step->time = step->time > 0 ? 1 : 0; break;
    case 10: step->is_spawned = false; break;
    default: return false;
    }
  return step->in != before.in || step->answer != before.answer || step->gate != before.gate
         || step->scope != before.scope || step->timeout != before.timeout || step->is_protected != before.is_protected
         || step->is_tracked != before.is_tracked || step->priority != before.priority || step->fails != before.fails
         || step->time != before.time || step->is_spawned != before.is_spawned;
}

static bool
simplify_all (Program *program, FailsFunc fails)
{
  bool has_changed = false;
  for (int i = 0; i < program->count; i++)
    for (int how = 0; how < 11; how++)
      {
        candidate = *program;
        if (candidate.steps[i].kind != STEP_NOTHING && simplify (&candidate.steps[i], how))
          has_changed |= keep_if (program, fails);
      }
  return has_changed;
}

void
shrink (Program *program, FailsFunc fails)
{
  bool has_changed = true;
  for (int rounds = 0; has_changed && rounds < 4; rounds++)
    {
      has_changed = take_out_all (program, fails);
      has_changed = simplify_all (program, fails) || has_changed;
    }
}
