/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- what the function needs ------------------------------------------------------------------------------------ */

void
output_flush (Output *output)
{
  if (output->why == 0 && fwrite (output->text->str, 1, output->text->len, output->out) < output->text->len)
    output->why = errno;
  g_string_truncate (output->text, 0);
}

const char *
output_get_path (Output *output, const StoreDir *dir, const char *name)
{
  GString *path = output->path;
  if (output->dir != dir || name == NULL)
    {
      g_string_truncate (path, 0);
      store_append_path (path, dir, NULL);
      if (path->len > 0 && name != NULL)
        g_string_append_c (path, '/');
      output->dir = name != NULL ? dir : NULL;
      output->dir_length = path->len;
    }
  g_string_truncate (path, output->dir_length);
  if (name != NULL)
    g_string_append (path, name);
  return path->len == 0 ? "." : path->str;
}

void
output_append_hash (GString *text, const StoreFile *file)
{
  static const char digits[] = "0123456789abcdef";
  char hex[STORE_HASH_BYTES * 2];
  for (guint i = 0; i < STORE_HASH_BYTES; i++)
    {
      hex[2 * i] = digits[file->content[i] >> 4];
      hex[2 * i + 1] = digits[file->content[i] & 15];
    }
  g_string_append_len (text, hex, sizeof hex);
}

gboolean
output_append_time (GString *text, gint64 ns)
{
  time_t seconds = (time_t) (ns / 1000000000 - (ns % 1000000000 < 0 ? 1 : 0));
  struct tm parts;
  if (gmtime_r (&seconds, &parts) == NULL || parts.tm_year < -1900 || parts.tm_year > 9999 - 1900)
    return FALSE;
  g_string_append_printf (text, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                          parts.tm_hour, parts.tm_min, parts.tm_sec);
  return TRUE;
}

/* ---- the file --------------------------------------------------------------------------------------------------- */

static int
make_all (FILE *out, const Report *report, OutputFunc make)
{
  Output output = { .text = g_string_new (NULL), .out = out, .path = g_string_new (NULL) };
  make (&output, report);
  output_flush (&output);
  g_string_free (output.text, TRUE);
  g_string_free (output.path, TRUE);
  return output.why;
}

/* That nobody reads it any more is no error. */
static int
write_to_standard_output (const Report *report, OutputFunc make)
{
  int why = make_all (stdout, report, make);
  if (fflush (stdout) == EOF && why == 0)
    why = errno;
  return why == EPIPE ? 0 : why;
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

int
report_check_place (const char *path)
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
  return strcmp (path, "-") == 0 ? 0 : why;
}

/* A process-wide mask can only be read by setting it, which another thread could notice. The system tells it, too. */
static mode_t
get_mask (void)
{
  FILE *status = fopen ("/proc/self/status", "re");
  char line[256];
  unsigned mask = 077;
  while (status != NULL && fgets (line, sizeof line, status) != NULL)
    if (sscanf (line, "Umask: %o", &mask) == 1)
      break;
  if (status != NULL)
    fclose (status);
  return (mode_t) mask;
}

int
output_write (const Report *report, const char *path, OutputFunc make)
{
  char *place, *beside;
  struct stat st;
  gboolean there, in_place;
  FILE *out;
  int fd, why = 0;

  if (strcmp (path, "-") == 0)
    return write_to_standard_output (report, make);
  place = place_of (path);
  beside = g_strdup_printf ("%s.XXXXXX", place);
  there = stat (place, &st) == 0;
  fd = there && !S_ISREG (st.st_mode) ? -1 : g_mkstemp_full (beside, O_WRONLY | O_CLOEXEC, 0600);
  in_place = fd < 0;
  /* In a folder where nothing can be made, a file that is there may still be written. */
  if (in_place)
    out = fopen (place, "we");
  else
    {
      (void) fchmod (fd, there ? st.st_mode & 07777 : 0666 & ~get_mask ());
      out = fdopen (fd, "w");
    }
  if (out == NULL)
    why = errno;
  else
    {
      why = make_all (out, report, make);
      if (fclose (out) == EOF && why == 0)
        why = errno;
    }
  if (!in_place && why == 0 && rename (beside, place) < 0)
    why = errno;
  if (!in_place && why != 0)
    unlink (beside);
  g_free (beside);
  g_free (place);
  return why;
}

void
report_complain (const char *path, int why)
{
  GString *shown = g_string_new (NULL);
  text_append_shown (shown, path);
  fprintf (stderr, "%s: cannot write '%s': %s\n", g_get_prgname (), shown->str, g_strerror (why));
  g_string_free (shown, TRUE);
}
