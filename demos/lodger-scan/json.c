/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"
#include "text.h"

static void
append_path (Output *output, const StoreDir *dir, const char *name)
{
  text_append_json (output->text, output_get_path (output, dir, name));
}

static void
append_number (GString *text, const char *key, guint64 number)
{
  g_string_append_printf (text, ",\"%s\":%" G_GUINT64_FORMAT, key, number);
}

/* Between an entry and the one before it. */
static void
begin (GString *text, guint i, const char *key)
{
  g_string_append_printf (text, "%s\n{\"%s\":", i == 0 ? "" : ",", key);
}

static void
write_files (Output *output, const Report *report)
{
  GString *text = output->text;
  for (guint i = 0; i < report->files->len; i++)
    {
      const StoreFile *file = g_ptr_array_index (report->files, i);
      begin (text, i, "path");
      append_path (output, file->dir, file->name);
      append_number (text, "size", file->size);
      append_number (text, "disk", file->disk);
      g_string_append (text, ",\"modified\":\"");
      output_append_time (text, file->mtime);
      g_string_append (text, "\",\"type\":");
      text_append_json (text, g_array_index (report->store->types, StoreType, file->type).name);
      if (file->content_kind == CONTENT_SHA256)
        {
          g_string_append (text, ",\"sha256\":\"");
          output_append_hash (text, file);
          g_string_append_c (text, '"');
        }
      g_string_append_c (text, '}');
      output_flush (output);
    }
}

static void
write_errors (Output *output, const Report *report)
{
  for (guint i = 0; i < report->errors->len; i++)
    {
      const StoreError *error = &g_array_index (report->errors, StoreError, i);
      begin (output->text, i, "path");
      append_path (output, error->dir, error->name);
      g_string_append (output->text, ",\"reason\":");
      text_append_json (output->text, store_reason_text (error->reason));
      g_string_append_c (output->text, '}');
      output_flush (output);
    }
}

static void
write_group (Output *output, const Report *report, const ReportGroup *group)
{
  GString *text = output->text;
  const StoreFile *file = g_ptr_array_index (report->twins, group->first);
  if (file->content_kind == CONTENT_SHA256)
    {
      g_string_append (text, "\"sha256\":\"");
      output_append_hash (text, file);
      g_string_append (text, "\",");
    }
  g_string_append_printf (text, "\"size\":%" G_GUINT64_FORMAT ",\"paths\":[", file->size);
  for (guint i = 0; i < group->count; i++)
    {
      file = g_ptr_array_index (report->twins, group->first + i);
      if (i > 0)
        g_string_append_c (text, ',');
      append_path (output, file->dir, file->name);
      output_flush (output);
    }
  g_string_append_c (text, ']');
  for (guint i = 0; i < group->count && report->acts != NULL; i++)
    {
      g_string_append (text, i == 0 ? ",\"acts\":[" : ",");
      text_append_json (text, g_ptr_array_index (report->acts, group->first + i));
    }
  g_string_append (text, report->acts != NULL ? "]}" : "}");
}

static void
write_duplicates (Output *output, const Report *report)
{
  for (guint i = 0; i < report->groups->len; i++)
    {
      g_string_append (output->text, i == 0 ? "\n{" : ",\n{");
      write_group (output, report, &g_array_index (report->groups, ReportGroup, i));
      output_flush (output);
    }
}

static void
write_all (Output *output, const Report *report)
{
  g_string_append (output->text, "{\"folder\":");
  text_append_json (output->text, report->folder);
  for (guint i = 0; report->folders != NULL && report->folders[i] != NULL; i++)
    {
      g_string_append (output->text, i == 0 ? ",\n\"folders\":[" : ",");
      text_append_json (output->text, report->folders[i]);
    }
  g_string_append (output->text, report->folders != NULL ? "],\n\"seconds\":" : ",\"seconds\":");
  text_append_seconds (output->text, report->seconds);
  g_string_append (output->text, ",\n\"files\":[");
  write_files (output, report);
  g_string_append (output->text, "],\n\"errors\":[");
  write_errors (output, report);
  g_string_append (output->text, "],\n\"duplicates\":[");
  write_duplicates (output, report);
  g_string_append (output->text, "]}\n");
}

int
report_write_json (const Report *report, const char *path)
{
  return output_write (report, path, write_all);
}
