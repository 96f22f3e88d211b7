/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char help[] = "Usage: %s [OPTION…] [FOLDER]\n"
                           "\n"
                           "Tells what is in a folder: its files with their size, content type and SHA-256,\n"
                           "what is there twice, and what cannot be read. Links are not followed.\n"
                           "FOLDER is your home if that holds a file, else /usr/share.\n"
                           "\n"
                           "  --headless                  without a window; a progress line if standard\n"
                           "                              error is a terminal, then a summary\n"
                           "  --json FILE                 write all of it to FILE when the scan is over\n"
                           "  --exit-when-done[=SECONDS]  when the scan is over, print the summary, keep the\n"
                           "                              window for so long (0), and end\n"
                           "  --page=PAGE                 what the window shows first: files, folders,\n"
                           "                              duplicates, types or errors\n"
                           "  --dark                      a dark window\n"
                           "  --help                      this text\n"
                           "  --version                   the version\n"
                           "\n"
                           "Paths in FILE are relative to FOLDER and sorted by their bytes. A byte that is\n"
                           "not part of valid UTF-8 is written as U+FFFD and two hexadecimal digits; so is\n"
                           "each of the three bytes of a U+FFFD that is in a name itself. Replacing each\n"
                           "U+FFFD and the two digits behind it by that byte gives the name back.\n"
                           "Duplicates have the same hash; further names of the same inode waste nothing.\n"
                           "\n"
                           "Status: 0 done (single files may have failed: they are listed), 1 something\n"
                           "cannot be written, 2 FOLDER or the arguments are wrong, 130 and 143 ended early\n"
                           "by SIGINT or SIGTERM, with what was found so far.\n";

static const char *const pages[] = { "files", "folders", "duplicates", "types", "errors", NULL };

static int
wrong (const char *what, const char *argument)
{
  GString *shown = g_string_new (NULL);
  text_append_shown (shown, argument);
  fprintf (stderr, "%s: %s '%s'; see %s --help\n", g_get_prgname (), what, shown->str, g_get_prgname ());
  g_string_free (shown, TRUE);
  return SCAN_WRONG;
}

int
options_refuse_folder (const ScanOptions *options, const char *message)
{
  GString *shown = g_string_new (NULL);
  text_append_shown (shown, options->what.folders[0]);
  fprintf (stderr, "%s: cannot scan '%s': %s\n", g_get_prgname (), shown->str, message);
  g_string_free (shown, TRUE);
  return SCAN_WRONG;
}

static gboolean
holds_a_file (const char *folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;
  gboolean found = FALSE;
  while (dir != NULL && !found && (name = g_dir_read_name (dir)) != NULL)
    {
      struct stat st;
      char *path = g_build_filename (folder, name, NULL);
      found = lstat (path, &st) == 0 && S_ISREG (st.st_mode);
      g_free (path);
    }
  if (dir != NULL)
    g_dir_close (dir);
  return found;
}

/* Makes the folder absolute. Only the system knows where a ".." behind a link leads. */
static char *
make_absolute (const char *folder)
{
  char *resolved = strstr (folder, "..") == NULL ? NULL : realpath (folder, NULL);
  char *absolute = g_canonicalize_filename (resolved != NULL ? resolved : folder, NULL);
  free (resolved);
  return absolute;
}

static gboolean
parse_seconds (const char *text, double *ret_seconds)
{
  char *end;
  double seconds = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (seconds) || seconds < 0 || seconds > 1e6)
    return FALSE;
  *ret_seconds = seconds;
  return TRUE;
}

static int
printed (int count)
{
  return count < 0 || fflush (stdout) == EOF ? SCAN_CANNOT_WRITE : SCAN_OK;
}

/* Parses an argument that is an option. *next is the argument after it, and is set to NULL when it belongs to the
 * option. */
static void
parse_option (OptionsArguments *arguments, const char *option, const char **next)
{
  ScanOptions *options = &arguments->options;
  if (strcmp (option, "--headless") == 0)
    arguments->headless = TRUE;
  else if (strcmp (option, "--help") == 0)
    arguments->status = printed (printf (help, g_get_prgname ()));
  else if (strcmp (option, "--version") == 0)
    arguments->status = printed (printf ("%s %s\n", g_get_prgname (), LODGER_SCAN_VERSION));
  else if (g_str_has_prefix (option, "--json="))
    options->json = option + strlen ("--json=");
  else if (strcmp (option, "--json") == 0 && *next != NULL)
    {
      options->json = *next;
      *next = NULL;
    }
  else if (strcmp (option, "--json") == 0)
    arguments->status = wrong ("no file is given to", option);
  else if (strcmp (option, "--exit-when-done") == 0)
    options->exit_when_done = TRUE;
  else if (g_str_has_prefix (option, "--exit-when-done="))
    {
      options->exit_when_done = TRUE;
      if (!parse_seconds (option + strlen ("--exit-when-done="), &options->stay))
        arguments->status = wrong ("not a number of seconds in", option);
    }
  else if (strcmp (option, "--dark") == 0)
    options->dark = TRUE;
  else if (g_str_has_prefix (option, "--page="))
    {
      options->page = option + strlen ("--page=");
      if (!g_strv_contains (pages, options->page))
        arguments->status = wrong ("there is no such page as in", option);
    }
  else
    arguments->status = wrong ("unknown option", option);
  if (options->json != NULL && *options->json == '\0' && arguments->status < 0)
    arguments->status = wrong ("no file is given to", "--json");
}

/* Sets a default folder, and makes the folder absolute. */
static void
settle_folder (OptionsArguments *arguments, const char *folder)
{
  if (folder == NULL)
    folder = holds_a_file (g_get_home_dir ()) ? g_get_home_dir () : "/usr/share";
  if (*folder == '\0')
    arguments->status = wrong ("no folder has the name", folder);
  else
    {
      arguments->options.what.folders = g_new0 (char *, 2);
      arguments->options.what.folders[0] = make_absolute (folder);
    }
}

OptionsArguments
options_parse (int argc, char **argv)
{
  OptionsArguments arguments = { .status = -1 };
  const char *folder = NULL;
  gboolean options_end = FALSE;
  for (int i = 1; i < argc && arguments.status < 0; i++)
    {
      const char *next = i + 1 < argc ? argv[i + 1] : NULL;
      gboolean had_next = next != NULL;
      if (!options_end && strcmp (argv[i], "--") == 0)
        options_end = TRUE;
      else if (!options_end && argv[i][0] == '-' && argv[i][1] != '\0')
        {
          parse_option (&arguments, argv[i], &next);
          i += had_next && next == NULL ? 1 : 0;
        }
      else if (folder != NULL)
        arguments.status = wrong ("one folder is enough; what to do with", argv[i]);
      else
        folder = argv[i];
    }
  if (arguments.status < 0)
    settle_folder (&arguments, folder);
  return arguments;
}
