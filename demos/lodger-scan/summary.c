/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include "text.h"

#include <errno.h>
#include <string.h>

enum
{
  TYPES_SHOWN = 10,
  GROUPS_SHOWN = 5,
  ERRORS_SHOWN = 20,
  WIDTH = 14,       /* of a size */
  GROUP_WIDTH = 17, /* of what a group wastes, or why it does not */
};

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

static void
pad (GString *text, gsize start, gsize width)
{
  while (text->len < start + width)
    g_string_append_c (text, ' ');
}

static void
append_padded_size (GString *text, guint64 bytes)
{
  gsize start = text->len;
  g_string_append (text, "  ");
  text_append_size (text, bytes);
  pad (text, start, WIDTH);
}

static void
append_waste (GString *text, const ReportGroup *group)
{
  gsize start = text->len;
  g_string_append (text, "  ");
  if (group->wasted > 0)
    text_append_size (text, group->wasted);
  else
    g_string_append (text, report_why_text (group->why));
  pad (text, start, GROUP_WIDTH);
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
      append_padded_size (text, type->bytes);
      g_string_append_printf (text, "%s, ", type->name);
      text_append_count (text, type->files);
      g_string_append (text, type->files == 1 ? " file\n" : " files\n");
    }
  if (types->len > TYPES_SHOWN)
    g_string_append_printf (text, "  and %u more type%s\n", types->len - TYPES_SHOWN,
                            types->len - TYPES_SHOWN == 1 ? "" : "s");
  g_ptr_array_unref (types);
}

/* Those that waste most. */
static void
append_groups (GString *text, const Report *report)
{
  if (report->wasted > 0)
    g_string_append (text, "duplicates that waste most:\n");
  for (guint i = 0; i < MIN (report->groups->len, GROUPS_SHOWN); i++)
    {
      const ReportGroup *group = &g_array_index (report->groups, ReportGroup, i);
      const StoreFile *first = g_ptr_array_index (report->twins, group->first);
      if (group->wasted == 0)
        break;
      append_padded_size (text, group->wasted);
      append_path (text, first->dir, first->name);
      g_string_append_printf (text, " and %u more\n", group->count - 1);
    }
}

/* All of them, with all paths. */
static void
append_all_groups (GString *text, const Report *report)
{
  if (report->groups->len > 0)
    g_string_append (text, "duplicates, and what they waste:\n");
  for (guint i = 0; i < report->groups->len; i++)
    {
      const ReportGroup *group = &g_array_index (report->groups, ReportGroup, i);
      append_waste (text, group);
      for (guint j = 0; j < group->count; j++)
        {
          const StoreFile *file = g_ptr_array_index (report->twins, group->first + j);
          g_string_append_printf (text, "%*s", j == 0 ? 0 : GROUP_WIDTH, "");
          append_path (text, file->dir, file->name);
          g_string_append_c (text, '\n');
        }
    }
}

static void
append_errors (GString *text, const Report *report)
{
  if (report->errors->len > 0)
    g_string_append (text, "errors:\n");
  for (guint i = 0; i < MIN (report->errors->len, ERRORS_SHOWN); i++)
    {
      const StoreError *error = &g_array_index (report->errors, StoreError, i);
      g_string_append (text, "  ");
      append_path (text, error->dir, error->name);
      g_string_append_printf (text, ": %s\n", store_reason_text (error->reason));
    }
  if (report->errors->len > ERRORS_SHOWN)
    g_string_append_printf (text, "  and %u more; --json lists them all\n", report->errors->len - ERRORS_SHOWN);
}

static void
append_folders (GString *text, const Report *report)
{
  if (report->folders == NULL)
    text_append_shown (text, report->folder);
  for (guint i = 0; report->folders != NULL && report->folders[i] != NULL; i++)
    {
      g_string_append (text, i == 0 ? "" : "\n");
      text_append_shown (text, report->folders[i]);
    }
  g_string_append (text, report->interrupted ? " (interrupted: what was found so far)\n" : "\n");
}

char *
report_summary (const Report *report)
{
  const Store *store = report->store;
  GString *text = g_string_new (NULL);

  append_folders (text, report);
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
  g_string_append (text, " files/s\n");
  if (!report->duplicates_only)
    append_types (text, store);
  (report->duplicates_only ? append_all_groups : append_groups) (text, report);
  append_errors (text, report);
  return g_string_free (text, FALSE);
}

gboolean
report_print_to (FILE *out, const Report *report, const char *last_line)
{
  char *summary = report_summary (report);
  gboolean written = fputs (summary, out) != EOF
                     && (last_line == NULL || (fputs (last_line, out) != EOF && fputc ('\n', out) != EOF))
                     && fflush (out) != EOF;
  int why = errno;
  g_free (summary);
  if (written || why == EPIPE)
    return TRUE;
  fprintf (stderr, "%s: cannot write to standard output: %s\n", g_get_prgname (), g_strerror (why));
  return FALSE;
}

gboolean
report_print (const Report *report, const char *last_line)
{
  return report_print_to (stdout, report, last_line);
}
