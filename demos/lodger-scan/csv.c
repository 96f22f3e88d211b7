/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table is as RFC 4180 says: a line ends with CR LF, and a field with a comma, a quote or a line's end is in
 * quotes.
 */
#include "output.h"
#include "text.h"

#include <string.h>

/* The number of each file of the store in the report's twins, plus 1; and the group of each twin. */
typedef struct Places
{
  const StoreFile *first;
  guint *twins, *groups;
} Places;

static Places
find_places (const Report *report)
{
  const GArray *files = report->store->files;
  Places places = { (const StoreFile *) files->data, g_new0 (guint, files->len), g_new0 (guint, report->twins->len) };
  for (guint i = 0; i < report->groups->len; i++)
    {
      const ReportGroup *group = &g_array_index (report->groups, ReportGroup, i);
      for (guint twin = group->first; twin < group->first + group->count; twin++)
        {
          const StoreFile *file = g_ptr_array_index (report->twins, twin);
          places.twins[file - places.first] = twin + 1;
          places.groups[twin] = i + 1;
        }
    }
  return places;
}

/* A field. */
static void
append_field (GString *text, const char *field)
{
  if (strpbrk (field, ",\"\r\n") == NULL)
    {
      g_string_append (text, field);
      return;
    }
  g_string_append_c (text, '"');
  for (const char *at = field; *at != '\0'; at++)
    {
      if (*at == '"')
        g_string_append_c (text, '"');
      g_string_append_c (text, *at);
    }
  g_string_append_c (text, '"');
}

/* What begins like that is a formula for a spreadsheet, which could run a program. */
static gboolean
looks_like_a_formula (const char *path)
{
  return *path != '\0' && strchr ("=+-@", *path) != NULL;
}

static void
append_path (Output *output, GString *field, const StoreFile *file)
{
  const char *path = output_get_path (output, file->dir, file->name);
  g_string_assign (field, looks_like_a_formula (path) ? "./" : "");
  text_append_shown (field, path);
  append_field (output->text, field->str);
}

static void
write_line (Output *output, GString *field, const Report *report, const Places *places, const StoreFile *file)
{
  GString *text = output->text;
  guint twin = places->twins[file - places->first];
  append_path (output, field, file);
  g_string_append_printf (text, ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",", file->size, file->disk);
  output_append_time (text, file->mtime);
  g_string_append_c (text, ',');
  append_field (text, g_array_index (report->store->types, StoreType, file->type).name);
  g_string_append_c (text, ',');
  if (file->content_kind == CONTENT_SHA256)
    output_append_hash (text, file);
  g_string_append_c (text, ',');
  if (twin > 0)
    g_string_append_printf (text, "%u", places->groups[twin - 1]);
  g_string_append_c (text, ',');
  if (twin > 0 && report->acts != NULL)
    append_field (text, g_ptr_array_index (report->acts, twin - 1));
  g_string_append (text, "\r\n");
}

static void
write_all (Output *output, const Report *report)
{
  Places places = find_places (report);
  GString *field = g_string_new (NULL);
  g_string_append (output->text, "path,size,disk,modified,type,sha256,group,act\r\n");
  for (guint i = 0; i < report->files->len; i++)
    {
      write_line (output, field, report, &places, g_ptr_array_index (report->files, i));
      output_flush (output);
    }
  g_string_free (field, TRUE);
  g_free (places.twins);
  g_free (places.groups);
}

int
report_write_csv (const Report *report, const char *path)
{
  return output_write (report, path, write_all);
}
