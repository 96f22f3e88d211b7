/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file is written line by line through `text`, whose memory is used again and again. */
typedef struct Writer
{
  FILE *out;
  GString *text;
  GString *path;
  const StoreDir *dir; /* of which `path` begins with the path, `dir_length` bytes with the slash */
  gsize dir_length;
  int why; /* the first error */
} Writer;

static void
flush (Writer *writer)
{
  if (writer->why == 0 && fwrite (writer->text->str, 1, writer->text->len, writer->out) < writer->text->len)
    writer->why = errno;
  g_string_truncate (writer->text, 0);
}

static void
append_path (Writer *writer, const StoreDir *dir, const char *name)
{
  if (writer->dir != dir || name == NULL)
    {
      g_string_truncate (writer->path, 0);
      store_append_path (writer->path, dir, NULL);
      if (writer->path->len > 0 && name != NULL)
        g_string_append_c (writer->path, '/');
      writer->dir = name != NULL ? dir : NULL;
      writer->dir_length = writer->path->len;
    }
  g_string_truncate (writer->path, writer->dir_length);
  if (name != NULL)
    g_string_append (writer->path, name);
  text_append_json (writer->text, writer->path->len == 0 ? "." : writer->path->str);
}

static void
append_hash (GString *text, const guint8 *hash)
{
  static const char digits[] = "0123456789abcdef";
  char hex[STORE_HASH_BYTES * 2];
  for (guint i = 0; i < STORE_HASH_BYTES; i++)
    {
      hex[2 * i] = digits[hash[i] >> 4];
      hex[2 * i + 1] = digits[hash[i] & 15];
    }
  g_string_append_c (text, '"');
  g_string_append_len (text, hex, sizeof hex);
  g_string_append_c (text, '"');
}

static void
write_files (Writer *writer, const Report *report)
{
  for (guint i = 0; i < report->files->len; i++)
    {
      const StoreFile *file = g_ptr_array_index (report->files, i);
      g_string_append (writer->text, i == 0 ? "\n{\"path\":" : ",\n{\"path\":");
      append_path (writer, file->dir, file->name);
      g_string_append_printf (writer->text, ",\"size\":%" G_GUINT64_FORMAT ",\"type\":", file->size);
      text_append_json (writer->text, g_array_index (report->store->types, StoreType, file->type).name);
      g_string_append (writer->text, ",\"sha256\":");
      append_hash (writer->text, file->content);
      g_string_append_c (writer->text, '}');
      flush (writer);
    }
}

static void
write_errors (Writer *writer, const Report *report)
{
  for (guint i = 0; i < report->errors->len; i++)
    {
      const StoreError *error = g_ptr_array_index (report->errors, i);
      g_string_append (writer->text, i == 0 ? "\n{\"path\":" : ",\n{\"path\":");
      append_path (writer, error->dir, error->name);
      g_string_append (writer->text, ",\"reason\":");
      text_append_json (writer->text, store_reason_text (error->reason));
      g_string_append_c (writer->text, '}');
      flush (writer);
    }
}

static void
write_duplicates (Writer *writer, const Report *report)
{
  for (guint i = 0; i < report->groups->len; i++)
    {
      const ReportGroup *group = &g_array_index (report->groups, ReportGroup, i);
      const StoreFile *file = g_ptr_array_index (report->twins, group->first);
      g_string_append (writer->text, i == 0 ? "\n{\"sha256\":" : ",\n{\"sha256\":");
      append_hash (writer->text, file->content);
      g_string_append_printf (writer->text, ",\"size\":%" G_GUINT64_FORMAT ",\"paths\":[", file->size);
      for (guint j = 0; j < group->count; j++)
        {
          file = g_ptr_array_index (report->twins, group->first + j);
          if (j > 0)
            g_string_append_c (writer->text, ',');
          append_path (writer, file->dir, file->name);
          flush (writer);
        }
      g_string_append (writer->text, "]}");
      flush (writer);
    }
}

/* 0 or an errno. */
static int
write_report (FILE *out, const Report *report)
{
  Writer writer = { out, g_string_new (NULL), g_string_new (NULL), NULL, 0, 0 };
  g_string_append (writer.text, "{\"folder\":");
  text_append_json (writer.text, report->folder);
  g_string_append (writer.text, ",\"seconds\":");
  text_append_seconds (writer.text, report->seconds);
  g_string_append (writer.text, ",\n\"files\":[");
  write_files (&writer, report);
  g_string_append (writer.text, "],\n\"errors\":[");
  write_errors (&writer, report);
  g_string_append (writer.text, "],\n\"duplicates\":[");
  write_duplicates (&writer, report);
  g_string_append (writer.text, "]}\n");
  flush (&writer);
  g_string_free (writer.text, TRUE);
  g_string_free (writer.path, TRUE);
  return writer.why;
}

static gboolean
complain (const char *path, int why)
{
  GString *shown = g_string_new (NULL);
  text_append_shown (shown, path);
  fprintf (stderr, "%s: cannot write '%s': %s\n", g_get_prgname (), shown->str, g_strerror (why));
  g_string_free (shown, TRUE);
  return FALSE;
}

/* Where the file is to be, links followed: the link stays, what it leads to is replaced. */
static char *
place_of (const char *path)
{
  char *resolved = realpath (path, NULL);
  char *place = g_strdup (resolved != NULL ? resolved : path);
  free (resolved);
  return place;
}

gboolean
report_check_json (const char *path)
{
  char *place = place_of (path);
  char *dir = g_path_get_dirname (place);
  struct stat st;
  gboolean there = stat (place, &st) == 0;
  int why = 0;

  if (there && S_ISDIR (st.st_mode))
    why = EISDIR;
  else if (access (there ? place : dir, W_OK) < 0)
    why = errno;
  g_free (dir);
  g_free (place);
  return why == 0 || complain (path, why);
}

gboolean
report_write_json (const Report *report, const char *path)
{
  char *place = place_of (path);
  char *beside = g_strdup_printf ("%s.XXXXXX", place);
  struct stat st;
  gboolean there = stat (place, &st) == 0;
  int fd = there && !S_ISREG (st.st_mode) ? -1 : g_mkstemp_full (beside, O_WRONLY | O_CLOEXEC, 0600);
  gboolean in_place = fd < 0;
  FILE *out;
  int why = 0;

  /* In a folder where nothing can be made, a file that is there may still be written. */
  if (in_place)
    out = fopen (place, "we");
  else
    {
      mode_t mask = umask (0);
      umask (mask);
      (void) fchmod (fd, there ? st.st_mode & 07777 : 0666 & ~mask);
      out = fdopen (fd, "w");
    }
  if (out == NULL)
    why = errno;
  else
    {
      why = write_report (out, report);
      if (fclose (out) == EOF && why == 0)
        why = errno;
    }
  if (!in_place && why == 0 && rename (beside, place) < 0)
    why = errno;
  if (!in_place && why != 0)
    unlink (beside);
  g_free (beside);
  g_free (place);
  return why == 0 || complain (path, why);
}
