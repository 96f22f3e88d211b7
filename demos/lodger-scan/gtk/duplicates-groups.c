/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-groups.h"

#include <string.h>

struct DuplicatesGroups
{
  GArray *groups;   /* DuplicatesGroup */
  GArray *files;    /* guint: numbers in the store, group by group, in the order of the report's twins */
  guint32 *twin_of; /* by number in the store: its index in `files` plus 1, which is also the twin's number plus 1 */
  guint n_twin_of;
  guint32 *group_of; /* by number in the report's groups: the group here plus 1 */
  guint n_group_of;
  guint8 *chosen; /* whether it was chosen, by number in the store; NULL: nothing was */
  guint n_chosen;
};

DuplicatesGroups *
duplicates_groups_new (void)
{
  DuplicatesGroups *groups = g_new0 (DuplicatesGroups, 1);
  groups->groups = g_array_new (FALSE, FALSE, sizeof (DuplicatesGroup));
  groups->files = g_array_new (FALSE, FALSE, sizeof (guint));
  return groups;
}

void
duplicates_groups_free (DuplicatesGroups *groups)
{
  g_array_unref (groups->groups);
  g_array_unref (groups->files);
  g_free (groups->chosen);
  g_free (groups->twin_of);
  g_free (groups->group_of);
  g_free (groups);
}

void
duplicates_groups_clear (DuplicatesGroups *groups)
{
  g_array_set_size (groups->groups, 0);
  g_array_set_size (groups->files, 0);
  g_clear_pointer (&groups->chosen, g_free);
  g_clear_pointer (&groups->twin_of, g_free);
  g_clear_pointer (&groups->group_of, g_free);
  groups->n_twin_of = groups->n_group_of = 0;
}

void
duplicates_changes_clear (DuplicatesChanges *changes)
{
  g_clear_pointer (&changes->gone, g_array_unref);
  g_clear_pointer (&changes->changed, g_array_unref);
  g_clear_pointer (&changes->added, g_array_unref);
}

/* ---- a newer report --------------------------------------------------------------------------------------------- */

static guint
number_of (const Store *store, const StoreFile *file)
{
  return (guint) (file - &g_array_index (store->files, StoreFile, 0));
}

/* The report's group that a group here has become: the one that a file of it is in. */
static gboolean
find_successor (const DuplicatesGroup *group, const GArray *old_files, const DuplicatesGroups *groups,
                const guint32 *group_of_twin, guint *ret_group)
{
  for (guint i = 0; i < group->count; i++)
    {
      guint file = g_array_index (old_files, guint, group->first + i);
      guint32 twin = file < groups->n_twin_of ? groups->twin_of[file] : 0;
      if (twin != 0)
        {
          *ret_group = group_of_twin[twin - 1];
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
has_same_files (const DuplicatesGroup *group, const GArray *old_files, const ReportGroup *now, const GArray *files)
{
  return group->count == now->count
         && memcmp (&g_array_index (old_files, guint, group->first), &g_array_index (files, guint, now->first),
                    now->count * sizeof (guint))
                == 0;
}

/* Writes the files and where they are. Returns the report's group of each twin, to be freed. */
static guint32 *
take_twins (DuplicatesGroups *groups, const Report *report)
{
  guint32 *group_of_twin = g_new (guint32, MAX (report->twins->len, 1));
  groups->files = g_array_sized_new (FALSE, FALSE, sizeof (guint), report->twins->len);
  g_array_set_size (groups->files, report->twins->len);
  g_free (groups->twin_of);
  groups->n_twin_of = report->store->files->len;
  groups->twin_of = g_new0 (guint32, MAX (groups->n_twin_of, 1));
  for (guint i = 0; i < report->twins->len; i++)
    {
      guint file = number_of (report->store, g_ptr_array_index (report->twins, i));
      g_array_index (groups->files, guint, i) = file;
      groups->twin_of[file] = i + 1;
    }
  for (guint i = 0; i < report->groups->len; i++)
    {
      const ReportGroup *group = &g_array_index (report->groups, ReportGroup, i);
      for (guint j = 0; j < group->count; j++)
        group_of_twin[group->first + j] = i;
    }
  return group_of_twin;
}

static void
take_group (DuplicatesGroup *group, const Report *report, guint number)
{
  const ReportGroup *now = &g_array_index (report->groups, ReportGroup, number);
  group->first = now->first;
  group->count = now->count;
  group->group = number;
  group->wasted = now->wasted;
  group->why = now->why;
}

void
duplicates_groups_update (DuplicatesGroups *groups, const Report *report, DuplicatesChanges *changes)
{
  GArray *old_files = groups->files;
  guint32 *group_of_twin = take_twins (groups, report);
  changes->gone = g_array_new (FALSE, FALSE, sizeof (guint));
  changes->changed = g_array_new (FALSE, FALSE, sizeof (guint));
  changes->added = g_array_new (FALSE, FALSE, sizeof (guint));
  g_free (groups->group_of);
  groups->n_group_of = report->groups->len;
  groups->group_of = g_new0 (guint32, MAX (groups->n_group_of, 1));

  for (guint i = 0; i < groups->groups->len; i++)
    {
      DuplicatesGroup *group = &g_array_index (groups->groups, DuplicatesGroup, i);
      guint now = 0;
      if (!group->here)
        continue;
      group->here = find_successor (group, old_files, groups, group_of_twin, &now) && groups->group_of[now] == 0;
      if (!group->here)
        {
          g_array_append_val (changes->gone, i);
          continue;
        }
      if (!has_same_files (group, old_files, &g_array_index (report->groups, ReportGroup, now), groups->files))
        g_array_append_val (changes->changed, i);
      take_group (group, report, now);
      groups->group_of[now] = i + 1;
    }
  for (guint i = 0; i < report->groups->len; i++)
    {
      DuplicatesGroup group = { .here = TRUE };
      guint number = groups->groups->len;
      if (groups->group_of[i] != 0)
        continue;
      take_group (&group, report, i);
      group.rank = group.wasted;
      g_array_append_val (groups->groups, group);
      g_array_append_val (changes->added, number);
      groups->group_of[i] = number + 1;
    }
  g_free (group_of_twin);
  g_array_unref (old_files);
}

/* ---- questions -------------------------------------------------------------------------------------------------- */

guint
duplicates_groups_get_count (const DuplicatesGroups *groups)
{
  return groups->groups->len;
}

guint
duplicates_groups_count_here (const DuplicatesGroups *groups)
{
  return groups->n_group_of;
}

const DuplicatesGroup *
duplicates_groups_get (const DuplicatesGroups *groups, guint number)
{
  const DuplicatesGroup *group;
  if (number >= groups->groups->len)
    return NULL;
  group = &g_array_index (groups->groups, DuplicatesGroup, number);
  return group->here ? group : NULL;
}

guint64
duplicates_groups_get_rank (const DuplicatesGroups *groups, guint number)
{
  return g_array_index (groups->groups, DuplicatesGroup, number).rank;
}

guint
duplicates_groups_get_file (const DuplicatesGroups *groups, guint index)
{
  return g_array_index (groups->files, guint, index);
}

gboolean
duplicates_groups_find_twin (const DuplicatesGroups *groups, guint file, guint *ret_twin)
{
  if (file >= groups->n_twin_of || groups->twin_of[file] == 0)
    return FALSE;
  *ret_twin = groups->twin_of[file] - 1;
  return TRUE;
}

/* Not for many files: it goes through the groups. */
gboolean
duplicates_groups_find_group (const DuplicatesGroups *groups, guint file, guint *ret_number)
{
  guint twin;
  if (!duplicates_groups_find_twin (groups, file, &twin))
    return FALSE;
  for (guint i = 0; i < groups->groups->len; i++)
    {
      const DuplicatesGroup *group = &g_array_index (groups->groups, DuplicatesGroup, i);
      if (group->here && twin >= group->first && twin < group->first + group->count)
        {
          *ret_number = i;
          return TRUE;
        }
    }
  return FALSE;
}

const DuplicatesGroup *
duplicates_groups_get_of_report (const DuplicatesGroups *groups, guint group)
{
  if (group >= groups->n_group_of || groups->group_of[group] == 0)
    return NULL;
  return duplicates_groups_get (groups, groups->group_of[group] - 1);
}

/* ---- what was chosen -------------------------------------------------------------------------------------------- */

void
duplicates_groups_remember (DuplicatesGroups *groups, const Plan *plan)
{
  g_clear_pointer (&groups->chosen, g_free);
  if (plan_get_count (plan) == 0)
    return;
  groups->n_chosen = groups->n_twin_of;
  groups->chosen = g_new0 (guint8, groups->n_chosen);
  for (guint i = 0; i < groups->files->len; i++)
    if (plan_goes (plan, i))
      groups->chosen[g_array_index (groups->files, guint, i)] = TRUE;
}

void
duplicates_groups_recall (DuplicatesGroups *groups, Plan *plan)
{
  for (guint i = 0; i < groups->files->len && groups->chosen != NULL; i++)
    if (duplicates_groups_is_remembered (groups, g_array_index (groups->files, guint, i)))
      (void) plan_set (plan, i, TRUE);
  g_clear_pointer (&groups->chosen, g_free);
}

gboolean
duplicates_groups_is_remembered (const DuplicatesGroups *groups, guint file)
{
  return groups->chosen != NULL && file < groups->n_chosen && groups->chosen[file];
}
