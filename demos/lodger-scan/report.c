/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum
{
  TYPES_SHOWN = 10,
  GROUPS_SHOWN = 5,
  ERRORS_SHOWN = 20
};

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
  const StoreError *error_a = *(StoreError *const *) a;
  const StoreError *error_b = *(StoreError *const *) b;
  int order = store_compare_paths (error_a->dir, error_a->name, error_b->dir, error_b->name);
  return order != 0 ? order : error_a->reason - error_b->reason;
}

/* By content. The files are sorted by path already, and the sort is a stable one. */
static int
compare_twins (const void *a, const void *b)
{
  const StoreFile *file_a = *(StoreFile *const *) a;
  const StoreFile *file_b = *(StoreFile *const *) b;
  return memcmp (file_a->content, file_b->content, STORE_HASH_BYTES);
}

static int
compare_inodes (const void *a, const void *b)
{
  const StoreFile *file_a = *(StoreFile *const *) a;
  const StoreFile *file_b = *(StoreFile *const *) b;
  if (file_a->dev != file_b->dev)
    return file_a->dev < file_b->dev ? -1 : 1;
  return (file_a->ino > file_b->ino) - (file_a->ino < file_b->ino);
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
count_inodes (void **files, guint count)
{
  void **sorted = g_new (void *, count);
  guint inodes = 1;
  memcpy (sorted, files, count * sizeof *files);
  qsort (sorted, count, sizeof *sorted, compare_inodes);
  for (guint i = 1; i < count; i++)
    inodes += compare_inodes (&sorted[i - 1], &sorted[i]) != 0 ? 1 : 0;
  g_free (sorted);
  return inodes;
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
      ReportGroup group = { first, 0, 0 };
      for (end = first + 1; end < twins->len; end++)
        if (memcmp (((StoreFile *) g_ptr_array_index (twins, end))->content, file->content, STORE_HASH_BYTES) != 0)
          break;
      group.count = end - first;
      group.wasted = (count_inodes (twins->pdata + first, group.count) - 1) * file->size;
      g_array_append_val (report->groups, group);
      report->wasted += group.wasted;
    }
  g_array_sort_with_data (report->groups, compare_groups, report);
}

Report *
report_new (const Store *store, const char *folder, double seconds, gboolean interrupted)
{
  Report *report = g_new0 (Report, 1);
  report->store = store;
  report->folder = g_strdup (folder);
  report->seconds = seconds;
  report->interrupted = interrupted;
  report->twins = g_ptr_array_new ();
  report->groups = g_array_new (FALSE, FALSE, sizeof (ReportGroup));
  report->files = g_ptr_array_sized_new (store->n_files);
  for (guint i = 0; i < store->files->len; i++)
    if (!g_array_index (store->files, StoreFile, i).gone)
      g_ptr_array_add (report->files, &g_array_index (store->files, StoreFile, i));
  g_ptr_array_sort (report->files, compare_files);
  report->errors = g_ptr_array_sized_new (store->errors->len);
  for (guint i = 0; i < store->errors->len; i++)
    g_ptr_array_add (report->errors, &g_array_index (store->errors, StoreError, i));
  g_ptr_array_sort (report->errors, compare_errors);
  find_groups (report);
  return report;
}

void
report_free (Report *report)
{
  if (report == NULL)
    return;
  g_ptr_array_unref (report->files);
  g_ptr_array_unref (report->errors);
  g_ptr_array_unref (report->twins);
  g_array_unref (report->groups);
  g_free (report->folder);
  g_free (report);
}

/* ---- the summary ------------------------------------------------------------------------------------------------ */

static void
append_row (GString *text, const char *label, guint64 count)
{
  g_string_append_printf (text, "  %-12s", label);
  text_append_count (text, count);
}

static void
append_path (GString *text, const StoreDir *dir, const char *name)
{
  GString *path = g_string_new (NULL);
  store_append_path (path, dir, name);
  text_append_shown (text, path->len == 0 ? "." : path->str);
  g_string_free (path, TRUE);
}

static int
compare_types (const void *a, const void *b)
{
  const StoreType *type_a = *(StoreType *const *) a;
  const StoreType *type_b = *(StoreType *const *) b;
  if (type_a->bytes != type_b->bytes)
    return type_a->bytes > type_b->bytes ? -1 : 1;
  return strcmp (type_a->name, type_b->name);
}

static void
append_types (GString *text, const Store *store)
{
  GPtrArray *types = g_ptr_array_new ();
  for (guint i = 0; i < store->types->len; i++)
    g_ptr_array_add (types, &g_array_index (store->types, StoreType, i));
  g_ptr_array_sort (types, compare_types);
  if (types->len > 0)
    g_string_append (text, "bytes by type:\n");
  for (guint i = 0; i < MIN (types->len, TYPES_SHOWN); i++)
    {
      const StoreType *type = g_ptr_array_index (types, i);
      gsize start = text->len;
      g_string_append (text, "  ");
      text_append_size (text, type->bytes);
      while (text->len < start + 14)
        g_string_append_c (text, ' ');
      g_string_append_printf (text, "%s, ", type->name);
      text_append_count (text, type->files);
      g_string_append (text, type->files == 1 ? " file\n" : " files\n");
    }
  if (types->len > TYPES_SHOWN)
    g_string_append_printf (text, "  and %u more type%s\n", types->len - TYPES_SHOWN,
                            types->len - TYPES_SHOWN == 1 ? "" : "s");
  g_ptr_array_unref (types);
}

static void
append_groups (GString *text, const Report *report)
{
  if (report->wasted > 0)
    g_string_append (text, "duplicates that waste most:\n");
  for (guint i = 0; i < MIN (report->groups->len, GROUPS_SHOWN); i++)
    {
      const ReportGroup *group = &g_array_index (report->groups, ReportGroup, i);
      const StoreFile *first = g_ptr_array_index (report->twins, group->first);
      gsize start = text->len;
      if (group->wasted == 0)
        break;
      g_string_append (text, "  ");
      text_append_size (text, group->wasted);
      while (text->len < start + 14)
        g_string_append_c (text, ' ');
      append_path (text, first->dir, first->name);
      g_string_append_printf (text, " and %u more\n", group->count - 1);
    }
}

static void
append_errors (GString *text, const Report *report)
{
  if (report->errors->len > 0)
    g_string_append (text, "errors:\n");
  for (guint i = 0; i < MIN (report->errors->len, ERRORS_SHOWN); i++)
    {
      const StoreError *error = g_ptr_array_index (report->errors, i);
      g_string_append (text, "  ");
      append_path (text, error->dir, error->name);
      g_string_append_printf (text, ": %s\n", store_reason_text (error->reason));
    }
  if (report->errors->len > ERRORS_SHOWN)
    g_string_append_printf (text, "  and %u more; --json lists them all\n", report->errors->len - ERRORS_SHOWN);
}

char *
report_summary (const Report *report)
{
  const Store *store = report->store;
  GString *text = g_string_new (NULL);

  text_append_shown (text, report->folder);
  g_string_append (text, report->interrupted ? " (interrupted: what was found so far)\n" : "\n");
  append_row (text, "files", store->n_files);
  g_string_append (text, ", ");
  text_append_size (text, store->bytes);
  append_row (g_string_append_c (text, '\n'), "folders", store->folders);
  append_row (g_string_append_c (text, '\n'), "links", store->links);
  g_string_append (text, " (not followed)");
  append_row (g_string_append_c (text, '\n'), "errors", store->errors->len);
  append_row (g_string_append_c (text, '\n'), "duplicates", report->groups->len);
  g_string_append (text, report->groups->len == 1 ? " group, " : " groups, ");
  text_append_size (text, report->wasted);
  g_string_append (text, " wasted\n  time        ");
  text_append_seconds (text, report->seconds);
  g_string_append (text, " s, ");
  text_append_count (text, (guint64) ((double) store->n_files / MAX (report->seconds, 0.001)));
  g_string_append (text, " files/s, ");
  text_append_size (text, (guint64) ((double) store->bytes / MAX (report->seconds, 0.001)));
  g_string_append (text, "/s\n");
  append_types (text, store);
  append_groups (text, report);
  append_errors (text, report);
  return g_string_free (text, FALSE);
}

gboolean
report_print (const Report *report, const char *last_line)
{
  char *summary = report_summary (report);
  gboolean written
      = fputs (summary, stdout) != EOF && (last_line == NULL || puts (last_line) != EOF) && fflush (stdout) != EOF;
  int why = errno;
  g_free (summary);
  if (written || why == EPIPE)
    return TRUE;
  fprintf (stderr, "%s: cannot write to standard output: %s\n", g_get_prgname (), g_strerror (why));
  return FALSE;
}
