/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "act.h"

#include "act-work.h"
#include "i18n.h"
#include "text.h"

#include <errno.h>
#include <string.h>

enum
{
  GROUPS_AT_ONCE = 2 /* more would only make a disk go to and fro */
};

#define TICK LODGER_MILLISECONDS (100)

struct Act
{
  LodgerCaller *caller;
  LodgerScope *scope; /* ends with the act: all calls that could bring an event are bound to it */
  LodgerRepeat *ticking;
  ActWork *work;
  GArray *items;       /* ActItem */
  GStringChunk *names; /* of what was moved */
  ActEvents events;
  guint told; /* how many items were over when progress was told last */
  gboolean finished;
};

/* ---- calls ------------------------------------------------------------------------------------------------------ */

/* Gives the calls of an act, one for each group, when there is room for another. */
typedef struct Source
{
  LodgerCaller *caller;
  LodgerScope *scope;
  ActWork *work;
  guint next;
} Source;

typedef struct Job
{
  ActWork *work;
  guint group;
} Job;

static void
job_free (void *data)
{
  Job *job = data;
  act_work_unref (job->work);
  g_free (job);
}

static void
do_group (LodgerPending *self, void *data)
{
  Job *job = data;
  (void) LODGER_RETURN (self, ActOutcome, act_work_do (job->work, job->group, self), act_outcome_free);
}

static LodgerPending *
next_group (void *data, LodgerError **ret_error G_GNUC_UNUSED)
{
  Source *source = data;
  Job *job;
  if (source->next == source->work->groups->len || atomic_load (&source->work->stopped))
    return NULL;
  job = g_new (Job, 1);
  job->work = act_work_ref (source->work);
  job->group = source->next++;
  return lodger_caller_to_thread_full (source->caller, do_group, job, job_free,
                                       LODGER_CALL_OPTIONS (.name = "act on a group", .scope = source->scope));
}

static void
source_free (void *data)
{
  Source *source = data;
  act_work_unref (source->work);
  lodger_scope_unref (source->scope);
  lodger_caller_unref (source->caller);
  g_free (source);
}

/* ---- events ----------------------------------------------------------------------------------------------------- */

static void
on_group (LodgerPending *self G_GNUC_UNUSED, LodgerPending *done, void *data)
{
  Act *act = data;
  ActOutcome *outcome = LODGER_TAKE (done, ActOutcome);
  const ActGroup *group;
  if (outcome == NULL) /* there was no worker for it: its items stay as they are */
    return;
  group = &g_array_index (act->work->groups, ActGroup, outcome->group);
  for (guint i = 0; i < outcome->count; i++)
    {
      ActItem *item = &g_array_index (act->items, ActItem, group->item + i);
      item->reason = outcome->files[i].reason;
      if (outcome->files[i].moved != NULL)
        item->moved = g_string_chunk_insert (act->names, outcome->files[i].moved);
    }
  act_outcome_free (outcome);
}

static void
on_tick (LodgerPending *self G_GNUC_UNUSED, uint64_t skipped G_GNUC_UNUSED, void *data)
{
  Act *act = data;
  guint done = act_get_done (act);
  if (done == act->told)
    return;
  act->told = done;
  act->events.progress (act, act->events.data);
}

static void
on_end (LodgerPending *self G_GNUC_UNUSED, LodgerPending *done G_GNUC_UNUSED, void *data)
{
  Act *act = data;
  lodger_repeat_stop (act->ticking);
  act->finished = TRUE;
  act->events.finished (act, act->events.data);
}

/* ---- beginning and end ------------------------------------------------------------------------------------------ */

static Act *
act_new (LodgerCaller *caller, ActWork *work, const ActEvents *events)
{
  Act *act = g_new0 (Act, 1);
  act->caller = lodger_caller_ref (caller);
  act->scope = lodger_scope_new (NULL);
  act->work = work;
  act->items = g_array_new (FALSE, FALSE, sizeof (ActItem));
  act->names = g_string_chunk_new (64 * 1024);
  act->events = *events;
  return act;
}

/* The items of what is in the work. `twins` are their numbers. */
static void
add_items (Act *act, const GArray *twins)
{
  g_array_set_size (act->items, act->work->n_items);
  for (guint i = 0; i < act->work->groups->len; i++)
    {
      const ActGroup *group = &g_array_index (act->work->groups, ActGroup, i);
      for (guint j = 0; j < group->goes; j++)
        {
          const ActFile *file = act_work_get_file (act->work, group, j);
          guint number = group->item + j;
          g_array_index (act->items, ActItem, number) = (ActItem) {
            .path = file->full, .twin = g_array_index (twins, guint, number), .reason = ACT_WAITING, .size = file->size
          };
        }
    }
}

/* At most GROUPS_AT_ONCE groups are given to workers; each that comes back makes room for the next. */
static void
begin (Act *act)
{
  Source *source = g_new0 (Source, 1);
  LodgerCompleted *groups;
  LodgerPending *all;
  source->caller = lodger_caller_ref (act->caller);
  source->scope = lodger_scope_ref (act->scope);
  source->work = act_work_ref (act->work);
  groups = lodger_completed_new_from (next_group, source, source_free,
                                      LODGER_COMPLETED_OPTIONS (.max_concurrent = GROUPS_AT_ONCE));
  all = lodger_completed_each (groups, act->caller, on_group, act, NULL,
                               LODGER_CALL_OPTIONS (.name = "act", .scope = act->scope));
  lodger_pending_disown (lodger_scope_then (act->scope, all, act->caller, on_end, act, NULL));
  lodger_pending_unref (all);
  act->ticking = lodger_repeat_new (act->caller, TICK, on_tick, act, NULL,
                                    LODGER_REPEAT_OPTIONS (.delay = TICK, .scope = act->scope));
}

Act *
act_start (LodgerCaller *caller, const Plan *plan, ActKind kind, gboolean dry_run, const ActEvents *events)
{
  Act *act = act_new (caller, act_work_new (kind, dry_run), events);
  GArray *twins = g_array_new (FALSE, FALSE, sizeof (guint));
  act_work_add_plan (act->work, plan, twins);
  add_items (act, twins);
  g_array_unref (twins);
  begin (act);
  return act;
}

Act *
act_start_bin (LodgerCaller *caller, const Plan *plan, const guint *alone, guint count, const ActEvents *events)
{
  const guint no_twin = ACT_NO_TWIN;
  Act *act = act_new (caller, act_work_new (ACT_BIN, FALSE), events);
  GArray *twins = g_array_new (FALSE, FALSE, sizeof (guint));
  act_work_add_plan (act->work, plan, twins);
  act_work_add_alone (act->work, plan_get_report (plan), alone, count);
  while (twins->len < act->work->n_items)
    g_array_append_val (twins, no_twin);
  add_items (act, twins);
  g_array_unref (twins);
  begin (act);
  return act;
}

Act *
act_undo (const Act *done, const ActEvents *events)
{
  const ActWork *was = done->work;
  ActWork *work = act_work_new (ACT_BIN, FALSE);
  Act *act = act_new (done->caller, work, events);
  GArray *twins = g_array_new (FALSE, FALSE, sizeof (guint));
  work->undo = TRUE;
  for (guint i = 0; i < was->groups->len; i++)
    {
      const ActGroup *group = &g_array_index (was->groups, ActGroup, i);
      for (guint j = 0; j < group->goes; j++)
        {
          const ActItem *item = &g_array_index (done->items, ActItem, group->item + j);
          if (item->reason != ACT_DONE || item->moved == NULL || was->undo)
            continue;
          act_work_add_undo (work, was, act_work_get_file (was, group, j), item->moved);
          g_array_append_val (twins, item->twin);
        }
    }
  add_items (act, twins);
  g_array_unref (twins);
  begin (act);
  return act;
}

void
act_cancel (Act *act)
{
  atomic_store (&act->work->stopped, TRUE);
}

void
act_free (Act *act)
{
  if (act == NULL)
    return;
  act_cancel (act);
  lodger_scope_end (act->scope, "nobody waits for it any more");
  lodger_scope_unref (act->scope);
  lodger_repeat_unref (act->ticking);
  lodger_caller_unref (act->caller);
  act_work_unref (act->work);
  g_array_unref (act->items);
  g_string_chunk_free (act->names);
  g_free (act);
}

/* ---- what came out ---------------------------------------------------------------------------------------------- */

ActKind
act_get_kind (const Act *act)
{
  return act->work->kind;
}

gboolean
act_is_undo (const Act *act)
{
  return act->work->undo;
}

gboolean
act_is_dry_run (const Act *act)
{
  return act->work->dry_run;
}

gboolean
act_has_finished (const Act *act)
{
  return act->finished;
}

const GArray *
act_get_items (const Act *act)
{
  return act->items;
}

guint
act_get_done (const Act *act)
{
  return atomic_load (&act->work->done);
}

guint
act_get_succeeded (const Act *act)
{
  return atomic_load (&act->work->succeeded);
}

guint64
act_get_bytes (const Act *act)
{
  return atomic_load (&act->work->bytes);
}

const char *
act_reason_text (int reason)
{
  switch (reason)
    {
    case ACT_DONE: return N_ ("done");
    case ACT_WAITING: return N_ ("nothing was done with it");
    case ACT_CHANGED: return N_ ("it was changed after the scan");
    case ACT_DIFFERS: return N_ ("it is not the same as the copy that stays");
    case ACT_KEPT_GONE: return N_ ("the copy that was to stay has gone or was changed");
    case ACT_NO_BIN: return N_ ("its file system has no Bin that can be used");
    case ACT_SAME: return N_ ("it takes no space of its own: it shares that of the copy that stays");
    case ACT_CANNOT: return N_ ("its file system cannot do that");
    case ACT_OTHER_RIGHTS: return N_ ("its owner, permissions or attributes would change");
    case ACT_LEFT_IN_BIN: return N_ ("it was changed meanwhile, and is in the Bin, since something else has its name");
    case ACT_LEFT_ASIDE: return N_ ("it was changed meanwhile, and has another name, since something else has its own");
    case ENOENT: return N_ ("it has gone");
    case EEXIST: return N_ ("something else has its name");
    default: return g_strerror (reason);
    }
}

static const char *
sum_text (const Act *act)
{
  if (act->work->undo)
    return "put back: ";
  if (act->work->dry_run)
    return "would be done: ";
  switch (act->work->kind)
    {
    case ACT_BIN: return "moved to the Bin: ";
    case ACT_DELETE: return "deleted: ";
    case ACT_HARD_LINK:
    case ACT_REFLINK:
    default: return "replaced by links: ";
    }
}

void
act_append_report (GString *text, const Act *act)
{
  guint succeeded = act_get_succeeded (act);
  for (guint i = 0; i < act->items->len; i++)
    {
      const ActItem *item = &g_array_index (act->items, ActItem, i);
      if (item->reason == ACT_DONE)
        continue;
      text_append_shown (text, item->path);
      g_string_append_printf (text, ": %s", act_reason_text (item->reason));
      if (item->moved != NULL)
        text_append_shown (g_string_append (text, ": "), item->moved);
      g_string_append_c (text, '\n');
    }
  g_string_append (text, sum_text (act));
  text_append_count (text, succeeded);
  g_string_append (text, succeeded == 1 ? " file, " : " files, ");
  text_append_size (text, act_get_bytes (act));
  g_string_append (text, "; stayed: ");
  text_append_count (text, act->items->len - succeeded);
  g_string_append_c (text, '\n');
}
