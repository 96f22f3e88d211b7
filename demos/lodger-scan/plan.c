/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan.h"

#include "bin.h"
#include "sums.h"

#include <string.h>

struct Plan
{
  const Report *report;
  guint8 *goes;      /* by twin */
  guint32 *group_of; /* by twin */
  GArray *folders;   /* const StoreDir *, in the order that they were given */
  gboolean in_bin;   /* all of it is in a Bin */
  guint count;
  guint64 bytes;
};

static const char *const rule_names[PLAN_N_RULES] = { "oldest", "newest", "shortest-path", "first-folder" };

static const StoreFile *
twin_at (const Plan *plan, guint twin)
{
  return g_ptr_array_index (plan->report->twins, twin);
}

static const ReportGroup *
group_at (const Plan *plan, guint group)
{
  return &g_array_index (plan->report->groups, ReportGroup, group);
}

Plan *
plan_new (const Report *report)
{
  Plan *plan = g_new0 (Plan, 1);
  char *inside = g_build_filename (report->folder, "x", NULL);
  plan->report = report;
  plan->goes = g_new0 (guint8, report->twins->len);
  plan->group_of = g_new (guint32, report->twins->len);
  plan->folders = g_array_new (FALSE, FALSE, sizeof (const StoreDir *));
  plan->in_bin = bin_has_path (inside);
  g_free (inside);
  for (guint group = 0; group < report->groups->len; group++)
    for (guint i = 0; i < group_at (plan, group)->count; i++)
      plan->group_of[group_at (plan, group)->first + i] = group;
  return plan;
}

void
plan_free (Plan *plan)
{
  if (plan == NULL)
    return;
  g_array_unref (plan->folders);
  g_free (plan->goes);
  g_free (plan->group_of);
  g_free (plan);
}

/* ---- folders ---------------------------------------------------------------------------------------------------- */

/* The folder of that path below `dir`; NULL: it was not found in the scan. */
static const StoreDir *
find_folder (const StoreDir *dir, const char *path)
{
  while (*path != '\0' && dir != NULL)
    {
      const StoreDir *child = dir->first_child;
      for (; child != NULL; child = child->next)
        {
          gsize size = strlen (child->name);
          if (strncmp (path, child->name, size) == 0 && (path[size] == '/' || path[size] == '\0'))
            {
              path += size;
              path += strspn (path, "/");
              break;
            }
        }
      dir = child;
    }
  return dir;
}

void
plan_set_folders (Plan *plan, char *const *folders)
{
  const StoreDir *root = plan->report->twins->len == 0 ? NULL : twin_at (plan, 0)->dir;
  gsize size = strlen (plan->report->folder);
  while (root != NULL && root->parent != NULL)
    root = root->parent;
  g_array_set_size (plan->folders, 0);
  for (; *folders != NULL; folders++)
    if (strncmp (*folders, plan->report->folder, size) == 0)
      {
        const char *below = *folders + size;
        const StoreDir *dir = find_folder (root, below + strspn (below, "/"));
        g_array_append_val (plan->folders, dir);
      }
}

/* The number of the first of the given folders that the file is in. */
static guint
folder_number (const Plan *plan, const StoreFile *file)
{
  guint number = plan->folders->len;
  for (const StoreDir *dir = file->dir; dir != NULL && number > 0; dir = dir->parent)
    for (guint i = 0; i < number; i++)
      if (g_array_index (plan->folders, const StoreDir *, i) == dir)
        number = i;
  return number;
}

/* Most folders are told from a Bin by their names; the path is made only for the others. */
static gboolean
is_in_bin (const Plan *plan, const StoreFile *file)
{
  gboolean maybe = FALSE;
  if (plan->in_bin)
    return TRUE;
  for (const StoreDir *dir = file->dir; dir != NULL && !maybe; dir = dir->parent)
    maybe = (dir->depth < 2 || *dir->name == 'T' || *dir->name == '.') && strstr (dir->name, "Trash") != NULL;
  if (maybe)
    {
      GString *path = g_string_new (plan->report->folder);
      if (path->str[path->len - 1] != '/')
        g_string_append_c (path, '/');
      store_append_path (path, file->dir, file->name);
      maybe = bin_has_path (path->str);
      g_string_free (path, TRUE);
    }
  return maybe;
}

/* ---- what is counted -------------------------------------------------------------------------------------------- */

static gboolean
is_same_place (const StoreFile *a, const StoreFile *b)
{
  return store_compare_places (a, b) == 0;
}

static int
compare_places (const void *a, const void *b, void *data)
{
  const Plan *plan = data;
  return store_compare_places (twin_at (plan, *(const guint *) a), twin_at (plan, *(const guint *) b));
}

/* The bytes of the places all of whose files go. `several` are the twins that may have others in their places. */
static guint64
count_several (Plan *plan, GArray *several)
{
  guint64 bytes = 0;
  g_array_sort_with_data (several, compare_places, plan);
  for (guint first = 0, end; first < several->len; first = end)
    {
      const StoreFile *file = twin_at (plan, g_array_index (several, guint, first));
      gboolean all = TRUE;
      for (end = first; end < several->len; end++)
        {
          guint twin = g_array_index (several, guint, end);
          if (!is_same_place (twin_at (plan, twin), file))
            break;
          all = all && plan->goes[twin];
        }
      bytes = sum_of (bytes, all ? file->size : 0);
    }
  return bytes;
}

/* What goes of a group, added to what the plan counts (1), or taken away (-1). */
static void
count_group (Plan *plan, const ReportGroup *group, int change)
{
  GArray *several = NULL;
  guint64 bytes = 0;
  guint count = 0;
  for (guint twin = group->first; twin < group->first + group->count; twin++)
    {
      const StoreFile *file = twin_at (plan, twin);
      count += plan->goes[twin];
      if (store_shares_place (file))
        {
          if (several == NULL)
            several = g_array_new (FALSE, FALSE, sizeof (guint));
          g_array_append_val (several, twin);
        }
      else if (plan->goes[twin])
        bytes = sum_of (bytes, file->size);
    }
  if (several != NULL)
    {
      bytes = sum_of (bytes, count_several (plan, several));
      g_array_unref (several);
    }
  plan->count += (guint) change * count;
  plan->bytes = change > 0 ? sum_of (plan->bytes, bytes) : sum_without (plan->bytes, bytes);
}

/* What a twin that goes frees: nothing, while another one stays in its place. */
static guint64
bytes_of (const Plan *plan, guint twin)
{
  const StoreFile *file = twin_at (plan, twin);
  const ReportGroup *group = group_at (plan, plan->group_of[twin]);
  if (store_shares_place (file))
    for (guint other = group->first; other < group->first + group->count; other++)
      if (other != twin && !plan->goes[other] && is_same_place (twin_at (plan, other), file))
        return 0;
  return file->size;
}

/* ---- the rules -------------------------------------------------------------------------------------------------- */

static gsize
path_size (const StoreFile *file)
{
  gsize size = strlen (file->name);
  for (const StoreDir *dir = file->dir; dir->parent != NULL; dir = dir->parent)
    size += strlen (dir->name) + 1;
  return size;
}

/* Whether `a` is rather to stay than `b`, which comes first by path. */
static gboolean
is_better (const Plan *plan, PlanRule rule, const StoreFile *a, const StoreFile *b)
{
  switch (rule)
    {
    case PLAN_KEEP_OLDEST: return a->mtime < b->mtime;
    case PLAN_KEEP_NEWEST: return a->mtime > b->mtime;
    case PLAN_KEEP_SHORTEST_PATH: return path_size (a) < path_size (b);
    case PLAN_KEEP_FIRST_FOLDER: return folder_number (plan, a) < folder_number (plan, b);
    case PLAN_N_RULES:
    default: return FALSE;
    }
}

/* Whether a twin may go, or is a copy that stays. */
static gboolean
counts (const Plan *plan, guint twin)
{
  const StoreFile *file = twin_at (plan, twin);
  return !file->gone && !is_in_bin (plan, file);
}

void
plan_apply_to (Plan *plan, PlanRule rule, guint number)
{
  const ReportGroup *group = group_at (plan, number);
  const StoreFile *kept = NULL;
  count_group (plan, group, -1);
  memset (plan->goes + group->first, FALSE, group->count);
  if (group->wasted == 0)
    return;
  for (guint twin = group->first; twin < group->first + group->count; twin++)
    if (counts (plan, twin) && (kept == NULL || is_better (plan, rule, twin_at (plan, twin), kept)))
      kept = twin_at (plan, twin);
  for (guint twin = group->first; kept != NULL && twin < group->first + group->count; twin++)
    plan->goes[twin] = counts (plan, twin) && !is_same_place (twin_at (plan, twin), kept);
  count_group (plan, group, 1);
}

void
plan_apply (Plan *plan, PlanRule rule)
{
  for (guint group = 0; group < plan->report->groups->len; group++)
    plan_apply_to (plan, rule, group);
}

gboolean
plan_set (Plan *plan, guint twin, gboolean goes)
{
  const ReportGroup *group = group_at (plan, plan->group_of[twin]);
  gboolean another_stays = FALSE;
  if (plan->goes[twin] == (goes ? 1 : 0))
    return TRUE;
  if (goes && !counts (plan, twin))
    return FALSE;
  for (guint other = group->first; goes && !another_stays && other < group->first + group->count; other++)
    another_stays = other != twin && !plan->goes[other] && counts (plan, other);
  if (goes && !another_stays)
    return FALSE;
  plan->goes[twin] = goes ? 1 : 0;
  plan->count += goes ? 1 : G_MAXUINT;
  plan->bytes = goes ? sum_of (plan->bytes, bytes_of (plan, twin)) : sum_without (plan->bytes, bytes_of (plan, twin));
  return TRUE;
}

gboolean
plan_goes (const Plan *plan, guint twin)
{
  return plan->goes[twin] && !twin_at (plan, twin)->gone;
}

gboolean
plan_stays (const Plan *plan, guint twin)
{
  return !plan->goes[twin] && counts (plan, twin);
}

void
plan_clear (Plan *plan)
{
  memset (plan->goes, FALSE, plan->report->twins->len);
  plan->count = 0;
  plan->bytes = 0;
}

guint
plan_get_count (const Plan *plan)
{
  return plan->count;
}

guint64
plan_get_bytes (const Plan *plan)
{
  return plan->bytes;
}

const Report *
plan_get_report (const Plan *plan)
{
  return plan->report;
}

gboolean
plan_rule_parse (const char *text, PlanRule *ret_rule)
{
  for (guint i = 0; i < PLAN_N_RULES; i++)
    if (strcmp (text, rule_names[i]) == 0)
      {
        *ret_rule = (PlanRule) i;
        return TRUE;
      }
  return FALSE;
}

const char *
plan_rule_name (PlanRule rule)
{
  return rule_names[rule];
}
