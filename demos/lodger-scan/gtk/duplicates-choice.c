/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-choice.h"

enum
{
  BUDGET = 2000 /* µs of a frame */
};

struct DuplicatesChoice
{
  DuplicatesGroups *groups;
  DuplicatesChoiceWants wants;
  void *data;
  Plan *plan;    /* NULL: nothing can be chosen now */
  PlanRule rule; /* the one that was used last */
  guint next;    /* the report's group that it comes to next; G_MAXUINT: it is over */
};

DuplicatesChoice *
duplicates_choice_new (DuplicatesGroups *groups, DuplicatesChoiceWants wants, void *data)
{
  DuplicatesChoice *choice = g_new0 (DuplicatesChoice, 1);
  choice->groups = groups;
  choice->wants = wants;
  choice->data = data;
  choice->rule = PLAN_KEEP_OLDEST;
  choice->next = G_MAXUINT;
  return choice;
}

void
duplicates_choice_free (DuplicatesChoice *choice)
{
  plan_free (choice->plan);
  g_free (choice);
}

/* A rule that was not through begins anew: the groups have other numbers. */
void
duplicates_choice_begin (DuplicatesChoice *choice, const Report *report, char *const *folders)
{
  duplicates_choice_hold (choice);
  choice->plan = plan_new (report);
  plan_set_folders (choice->plan, folders);
  duplicates_groups_recall (choice->groups, choice->plan);
  if (choice->next != G_MAXUINT)
    choice->next = 0;
}

void
duplicates_choice_hold (DuplicatesChoice *choice)
{
  if (choice->plan == NULL)
    return;
  duplicates_groups_remember (choice->groups, choice->plan);
  g_clear_pointer (&choice->plan, plan_free);
}

Plan *
duplicates_choice_get_plan (const DuplicatesChoice *choice)
{
  return choice->plan;
}

gboolean
duplicates_choice_goes (const DuplicatesChoice *choice, guint file)
{
  guint twin;
  if (choice->plan == NULL)
    return duplicates_groups_is_remembered (choice->groups, file);
  return duplicates_groups_find_twin (choice->groups, file, &twin) && plan_goes (choice->plan, twin);
}

gboolean
duplicates_choice_set (DuplicatesChoice *choice, guint file, gboolean goes)
{
  guint twin;
  return choice->plan != NULL && duplicates_groups_find_twin (choice->groups, file, &twin)
         && plan_set (choice->plan, twin, goes);
}

void
duplicates_choice_toggle_group (DuplicatesChoice *choice, const DuplicatesGroup *group)
{
  gboolean any = FALSE;
  for (guint twin = group->first; twin < group->first + group->count; twin++)
    if (plan_goes (choice->plan, twin))
      {
        (void) plan_set (choice->plan, twin, FALSE);
        any = TRUE;
      }
  if (!any)
    plan_apply_to (choice->plan, choice->rule, group->group);
}

void
duplicates_choice_keep_only (const DuplicatesChoice *choice, Plan *plan, const DuplicatesGroup *group, guint file)
{
  guint kept;
  if (!duplicates_groups_find_twin (choice->groups, file, &kept))
    return;
  (void) plan_set (plan, kept, FALSE);
  for (guint twin = group->first; twin < group->first + group->count; twin++)
    if (twin != kept)
      (void) plan_set (plan, twin, TRUE);
}

/* ---- rules ------------------------------------------------------------------------------------------------------ */

void
duplicates_choice_apply (DuplicatesChoice *choice, PlanRule rule)
{
  choice->rule = rule;
  choice->next = 0;
}

gboolean
duplicates_choice_step (DuplicatesChoice *choice)
{
  gint64 end = g_get_monotonic_time () + BUDGET;
  guint count;
  if (choice->plan == NULL || choice->next == G_MAXUINT)
    return FALSE;
  count = plan_get_report (choice->plan)->groups->len;
  for (; choice->next < count && g_get_monotonic_time () < end; choice->next++)
    {
      const DuplicatesGroup *group = duplicates_groups_get_of_report (choice->groups, choice->next);
      if (group != NULL && choice->wants (group, choice->data))
        plan_apply_to (choice->plan, choice->rule, choice->next);
    }
  if (choice->next == count)
    choice->next = G_MAXUINT;
  return TRUE;
}

gboolean
duplicates_choice_is_applying (const DuplicatesChoice *choice)
{
  return choice->next != G_MAXUINT;
}
