/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include "i18n.h"
#include "sums.h"

#include <stdlib.h>
#include <string.h>

static int
compare_files (const void *a, const void *b)
{
  const StoreFile *file_a = *(StoreFile *const *) a;
  const StoreFile *file_b = *(StoreFile *const *) b;
  return store_compare_paths (file_a->dir, file_a->name, file_b->dir, file_b->name);
}

static int
compare_errors (const void *a, const void *b)
{
  const StoreError *error_a = a;
  const StoreError *error_b = b;
  int order = store_compare_paths (error_a->dir, error_a->name, error_b->dir, error_b->name);
  return order != 0 ? order : error_a->reason - error_b->reason;
}

static int
compare_contents (const StoreFile *file_a, const StoreFile *file_b)
{
  int order = (int) file_a->content_kind - (int) file_b->content_kind;
  return order != 0 ? order : memcmp (file_a->content, file_b->content, STORE_HASH_BYTES);
}

/* By content. The files are sorted by path already, and the sort is a stable one. */
static int
compare_twins (const void *a, const void *b)
{
  return compare_contents (*(StoreFile *const *) a, *(StoreFile *const *) b);
}

static int
compare_places (const void *a, const void *b)
{
  return store_compare_places (*(StoreFile *const *) a, *(StoreFile *const *) b);
}

static int
compare_groups (const void *a, const void *b, void *data)
{
  const Report *report = data;
  const ReportGroup *group_a = a;
  const ReportGroup *group_b = b;
  const StoreFile *file_a = g_ptr_array_index (report->twins, group_a->first);
  const StoreFile *file_b = g_ptr_array_index (report->twins, group_b->first);
  if (group_a->wasted != group_b->wasted)
    return group_a->wasted > group_b->wasted ? -1 : 1;
  return store_compare_paths (file_a->dir, file_a->name, file_b->dir, file_b->name);
}

static guint
count_places (void **files, guint count)
{
  void **sorted = g_new (void *, count);
  guint places = 1;
  memcpy (sorted, files, count * sizeof *files);
  qsort (sorted, count, sizeof *sorted, compare_places);
  for (guint i = 1; i < count; i++)
    places += compare_places (&sorted[i - 1], &sorted[i]) != 0 ? 1 : 0;
  g_free (sorted);
  return places;
}

static gboolean
has_one_inode (void **files, guint count)
{
  const StoreFile *first = files[0];
  for (guint i = 1; i < count; i++)
    {
      const StoreFile *file = files[i];
      if (file->ino != first->ino || file->dev != first->dev)
        return FALSE;
    }
  return TRUE;
}

const char *
report_why_text (ReportWhy why)
{
  switch (why)
    {
    case REPORT_EMPTY: return N_ ("empty");
    case REPORT_HARD_LINKS: return N_ ("hard links");
    case REPORT_SHARED: return N_ ("shared blocks");
    case REPORT_COPIES:
    default: return "";
    }
}

static void
find_waste (ReportGroup *group, void **files)
{
  const StoreFile *file = files[0];
  group->wasted = sum_times (file->size, count_places (files, group->count) - 1);
  if (group->wasted > 0)
    group->why = REPORT_COPIES;
  else if (has_one_inode (files, group->count))
    group->why = REPORT_HARD_LINKS;
  else
    group->why = file->size == 0 ? REPORT_EMPTY : REPORT_SHARED;
}

static void
find_groups (Report *report)
{
  GPtrArray *twins = report->twins;
  for (guint i = 0; i < report->files->len; i++)
    {
      StoreFile *file = g_ptr_array_index (report->files, i);
      if (store_has_twin (report->store, file))
        g_ptr_array_add (twins, file);
    }
  g_ptr_array_sort (twins, compare_twins);
  for (guint first = 0, end; first < twins->len; first = end)
    {
      const StoreFile *file = g_ptr_array_index (twins, first);
      ReportGroup group = { .first = first };
      for (end = first + 1; end < twins->len; end++)
        if (compare_contents (g_ptr_array_index (twins, end), file) != 0)
          break;
      group.count = end - first;
      find_waste (&group, twins->pdata + first);
      g_array_append_val (report->groups, group);
      report->wasted = sum_of (report->wasted, group.wasted);
    }
  g_array_sort_with_data (report->groups, compare_groups, report);
}

static Report *
make (const Store *store, const char *folder, double seconds, gboolean interrupted, gboolean duplicates_only)
{
  Report *report = g_new0 (Report, 1);
  report->store = store;
  report->folder = g_strdup (folder);
  report->seconds = seconds;
  report->interrupted = interrupted;
  report->duplicates_only = duplicates_only;
  report->twins = g_ptr_array_new ();
  report->groups = g_array_new (FALSE, FALSE, sizeof (ReportGroup));
  report->files = g_ptr_array_sized_new (duplicates_only ? 0 : store->n_files);
  for (guint i = 0; i < store->files->len; i++)
    {
      StoreFile *file = &g_array_index (store->files, StoreFile, i);
      if (!file->gone && (!duplicates_only || store_has_twin (store, file)))
        g_ptr_array_add (report->files, file);
    }
  g_ptr_array_sort (report->files, compare_files);
  report->errors = g_array_copy (store->errors);
  g_array_sort (report->errors, compare_errors);
  find_groups (report);
  return report;
}

Report *
report_new (const Store *store, const char *folder, double seconds, gboolean interrupted)
{
  return make (store, folder, seconds, interrupted, FALSE);
}

Report *
report_new_duplicates (const Store *store, const char *folder, double seconds, gboolean interrupted)
{
  return make (store, folder, seconds, interrupted, TRUE);
}

void
report_set_folders (Report *report, char **folders)
{
  g_strfreev (report->folders);
  report->folders = folders[0] != NULL && folders[1] != NULL ? g_strdupv (folders) : NULL;
}

void
report_free (Report *report)
{
  if (report == NULL)
    return;
  g_ptr_array_unref (report->files);
  g_array_unref (report->errors);
  g_ptr_array_unref (report->twins);
  g_array_unref (report->groups);
  g_clear_pointer (&report->acts, g_ptr_array_unref);
  g_strfreev (report->folders);
  g_free (report->folder);
  g_free (report);
}
