/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/backtrace.h"
#include "base/log.h"
#include "debug/debug.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/frames.h"
#include "loop/ownership.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A thread is held when it has not been in Lodger's hands for longer than the limit, although it was asked to call back
 * in that time. The question is what tells a nested loop that iterates, which answers, from a call that holds its
 * thread, which does not; and a GUI's loop that sleeps, which answers too, from one whose thread is in something else
 * than a call. A thread that Lodger drives and that is in no call is in Lodger's own loop, and is not asked. */

#define PATIENCE INT64_C (100000000)

enum
{
  LOOKS = 4, /* within a limit */
  SHORTEST_PERIOD = 1000000,
  STACK_SHOWN = 16
};

/* What is remembered of a caller from one look to the next. */
typedef struct Watched
{
  uint64_t number;  /* the caller's */
  bool is_there;    /* at this look */
  int64_t asked_at; /* 0: it has answered, or has not been asked */
  int64_t here_at;  /* when it was last in Lodger's hands, at the stall's beginning */
  int64_t since;    /* when the stall began; 0: there is none */
  char name[64];
  char call[200];
} Watched;

static Watched *watched;
static size_t watched_count, watched_size;

void
lodger__stalls_lose (void)
{
  watched = NULL;
  watched_count = watched_size = 0;
}

void
lodger__stalls_forget (void)
{
  free (watched);
  lodger__stalls_lose ();
}

/* NULL without memory. */
static Watched *
remember (const LodgerCaller *caller)
{
  const uint64_t number = lodger_caller_get_id (caller);
  Watched *one;
  for (size_t i = 0; i < watched_count; i++)
    if (watched[i].number == number)
      return &watched[i];
  if (watched_count == watched_size)
    {
      size_t size = watched_size > 0 ? watched_size * 2 : 16;
      Watched *more = realloc (watched, size * sizeof *more);
      if (more == NULL)
        return NULL;
      watched = more;
      watched_size = size;
    }
  one = &watched[watched_count++];
  *one = (Watched) { .number = number };
  snprintf (one->name, sizeof one->name, "%s", lodger__name (caller));
  return one;
}

/* ---- what is said ------------------------------------------------------------------------------------------------ */

static void
say_stack (const LodgerCaller *caller, LodgerWaker *waker)
{
  void *addresses[LODGER_BACKTRACE_MOST];
  unsigned count = lodger__backtrace_take (lodger__owner_system_thread (caller), addresses, waker, PATIENCE);
  char **lines = count > 0 ? lodger__backtrace_lines (addresses, count) : NULL;
  for (unsigned i = 0; lines != NULL && i < count && i < STACK_SHOWN; i++)
    lodger__log (LODGER_LOG_WARNING, "%s:   #%-2u %s", lodger__name (caller), i, lines[i]);
  if (lines == NULL)
    lodger__log (LODGER_LOG_WARNING, "%s:   its stack cannot be read", lodger__name (caller));
  free (lines);
}

static void
say_begin (const LodgerCaller *caller, const Watched *one, bool is_at_work, int64_t now)
{
  LodgerText text = { 0 };
  char *line;
  lodger__text_add (&text, "%s: ", one->name);
  if (one->call[0] != '\0')
    lodger__text_add (&text, "%s has held the thread for ", one->call);
  else
    lodger__text_add (&text, "the thread has not come back to its loop for ");
  lodger__text_duration (&text, now - one->since);
  if (one->call[0] == '\0')
    lodger__text_add (&text, is_at_work ? " (between two calls: a callback or a destroy function)"
                                        : " (no call of Lodger's runs)");
  line = lodger__text_take (&text);
  lodger__log (LODGER_LOG_WARNING, "%s", line != NULL ? line : lodger__name (caller));
  free (line);
}

static void
say_end (const Watched *one, const char *what, int64_t until)
{
  LodgerText text = { 0 };
  char *line;
  lodger__text_add (&text, "%s: %s after ", one->name, what);
  lodger__text_duration (&text, until - one->since);
  if (one->call[0] != '\0')
    lodger__text_add (&text, ": %s", one->call);
  line = lodger__text_take (&text);
  lodger__log (LODGER_LOG_WARNING, "%s", line != NULL ? line : one->name);
  free (line);
}

/* ---- a look ------------------------------------------------------------------------------------------------------ */

static void
ask (LodgerCaller *caller, Watched *one, int64_t now)
{
  one->asked_at = now;
  lodger__poke (caller);
}

/* Without a host that could call back, only a call tells: a start hook. */
static bool
can_be_judged (const LodgerCaller *caller, bool has_call)
{
  return !lodger__has_ended (caller) && (has_call || lodger__host_is_attached (caller));
}

/* Its thread is in a call of another caller, which is named for it. */
static bool
is_held_by_another (LodgerCaller *const *callers, size_t count, const LodgerCaller *caller)
{
  const uint64_t thread = lodger__owner_serial (caller);
  for (size_t i = 0; i < count; i++)
    if (callers[i] != caller && lodger__owner_serial (callers[i]) == thread
        && lodger__frames_glance (callers[i]).call[0] != '\0')
      return true;
  return false;
}

/* A call that was there before anybody watched has no beginning. */
static int64_t
held_since (const Watched *one, const LodgerGlance *glance)
{
  return glance->since != 0 ? glance->here_at : one->asked_at;
}

static void
begin (LodgerCaller *caller, Watched *one, const LodgerGlance *glance, int64_t now, LodgerWaker *waker)
{
  one->here_at = glance->here_at;
  one->since = held_since (one, glance);
  memcpy (one->call, glance->call, sizeof one->call);
  say_begin (caller, one, glance->is_at_work, now);
  if (waker != NULL)
    say_stack (caller, waker);
}

static void
judge (LodgerCaller *caller, Watched *one, const LodgerStallOptions *limits, int64_t now, LodgerWaker *waker,
       bool is_excused)
{
  const int64_t limit = lodger__is_driven (caller) ? limits->worker_limit : limits->loop_limit;
  const LodgerGlance glance = lodger__frames_glance (caller);
  const bool has_call = glance.call[0] != '\0';
  bool is_asked;
  if (one->since != 0 && glance.here_at == one->here_at && can_be_judged (caller, has_call))
    return;
  if (one->since != 0)
    {
      if (glance.here_at != one->here_at)
        say_end (one, "the thread is free again", glance.here_at > one->since ? glance.here_at : now);
      else
        say_end (one, "the caller has ended", now);
      one->since = 0;
    }
  if (one->asked_at != 0 && glance.here_at >= one->asked_at)
    one->asked_at = 0;
  if (!can_be_judged (caller, has_call) || (has_call ? glance.waits : lodger__is_driven (caller) || is_excused))
    {
      one->asked_at = 0;
      return;
    }
  is_asked = one->asked_at != 0;
  if (!is_asked && now - glance.here_at >= limit / 2)
    ask (caller, one, now);
  else if (is_asked && now - held_since (one, &glance) >= limit)
    begin (caller, one, &glance, now, waker);
}

/* Those that have ended are forgotten. */
static void
sweep (int64_t now)
{
  size_t kept = 0;
  for (size_t i = 0; i < watched_count; i++)
    {
      if (watched[i].is_there)
        watched[kept++] = watched[i];
      else if (watched[i].since != 0)
        say_end (&watched[i], "the caller has ended", now);
    }
  watched_count = kept;
}

int64_t
lodger__stalls_look (const LodgerStallOptions *limits, int64_t now, LodgerWaker *waker)
{
  const LodgerDebugOps *ops = lodger__debug_ops ();
  int64_t shortest = limits->worker_limit;
  size_t count = 0;
  LodgerCaller **callers;
  atomic_fetch_add (&lodger__ownership_readers, LODGER_OWNERSHIP_READER);
  callers = ops != NULL ? ops->hold_all (&count) : NULL;
  for (size_t i = 0; i < watched_count; i++)
    watched[i].is_there = false;
  for (size_t i = 0; i < count; i++)
    {
      Watched *one = lodger__is_hidden (callers[i]) ? NULL : remember (callers[i]);
      if (one == NULL)
        continue;
      one->is_there = true;
      if (!lodger__is_driven (callers[i]) && limits->loop_limit < shortest)
        shortest = limits->loop_limit;
      judge (callers[i], one, limits, now, waker,
             !lodger__is_driven (callers[i]) && is_held_by_another (callers, count, callers[i]));
    }
  sweep (now);
  atomic_fetch_sub (&lodger__ownership_readers, LODGER_OWNERSHIP_READER);
  lodger__debug_release_all (callers, count);
  if (count == 0)
    return LODGER_FOREVER;
  shortest = shortest / LOOKS > SHORTEST_PERIOD ? shortest / LOOKS : SHORTEST_PERIOD;
  return lodger__port_now () + shortest;
}
