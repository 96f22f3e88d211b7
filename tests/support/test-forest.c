/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-forest.h"

Tree forest[FOREST_TREES];
_Thread_local LodgerManualHost *forest_host;

static _Thread_local unsigned nested;

void
forest_init (void)
{
  for (unsigned i = 0; i < FOREST_TREES; i++)
    tree_init (&forest[i]);
}

void
forest_clear (void)
{
  for (unsigned i = 0; i < FOREST_TREES; i++)
    tree_clear (&forest[i]);
}

LodgerCaller *
forest_pick (TestRandom *random, bool may_block)
{
  return tree_pick (&forest[test_random_below (random, FOREST_TREES)], random, may_block, true);
}

static void
stop_some (TestRandom *random, bool also_root)
{
  LodgerCaller *caller = tree_pick (&forest[test_random_below (random, FOREST_TREES)], random, true, also_root);
  if (caller != NULL)
    lodger_caller_stop (caller, test_random_below (random, 2) == 0);
  lodger_caller_unref (caller);
}

static void
stop_current (TestRandom *random)
{
  LodgerCaller *caller = lodger_caller_current ();
  if (caller != NULL && test_random_below (random, 4) == 0)
    lodger_caller_stop (caller, true);
}

static void
look_at_some (TestRandom *random)
{
  LodgerCaller *caller = forest_pick (random, true), *parent = lodger_caller_find_parent (caller), **list;
  char *line = caller != NULL ? lodger_caller_describe (caller) : NULL;
  size_t count = 0;
  list = test_random_below (random, 2) == 0 || caller == NULL ? lodger_caller_list (false, &count)
                                                              : lodger_caller_list_children (caller, &count);
  lodger_caller_list_free (list, count);
  lodger_free (line);
  lodger_caller_unref (parent);
  lodger_caller_unref (caller);
}

static void
set_idle (TestRandom *random)
{
  LodgerCaller *caller = forest_pick (random, true);
  if (caller == NULL)
    return;
  lodger_caller_set_idle_limit (caller, test_random_below (random, 4));
  lodger_caller_set_idle_duration (caller, test_random_below (random, 2000000));
  lodger_caller_unref (caller);
}

static void
nest (void)
{
  if (forest_host == NULL || nested >= 3)
    return;
  nested++;
  lodger_manual_iterate (forest_host, false);
  nested--;
}

void
forest_act (TestRandom *random)
{
  switch (test_random_below (random, 24))
    {
    case 0: stop_some (random, false); break;
    case 1: stop_some (random, test_random_below (random, 4) == 0); break;
    case 2: stop_current (random); break;
    case 3: look_at_some (random); break;
    case 4: set_idle (random); break;
    case 5:
    case 6:
    case 7: nest (); break;
    default: tree_grow (&forest[test_random_below (random, FOREST_TREES)], random);
    }
}
