/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GLib's parser of options is not for this program: it takes what follows an option whose value may be left out for
 * that value, and `--delete-duplicates FOLDER` has to name a folder. getopt_long() takes `--delete` for it.
 */
#include "options.h"

#include "option-values.h"
#include "text.h"
#include "usage.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is parsed, and what of it is needed only to see whether it makes sense. */
typedef struct Parse
{
  OptionsArguments arguments;
  GPtrArray *folders, *exclude;
  gboolean help, version, man_page;
  const char *headless_only; /* an option that was given, and works only without a window */
} Parse;

#define OF_ARGUMENTS(member) offsetof (Parse, arguments.member)
#define OF(member)           offsetof (Parse, arguments.options.member)

static const UsageOption table[] = {
  { .help = "What is scanned" },
  { "--min-size", "SIZE", FALSE, "leave out smaller files: 1000, 10k, 4M, 1G; 1Ki is 1024", option_set_size,
    OF (what.min_size), FALSE },
  { "--exclude", "PATTERN", FALSE,
    "leave out files and folders with such a name, as '*.o'; with a slash in it, such a path below FOLDER. May be "
    "given several times",
    option_add, offsetof (Parse, exclude), FALSE },
  { "--no-hidden", NULL, FALSE, "leave out names that begin with a point", option_set_flag, OF (what.no_hidden),
    FALSE },
  { "--one-file-system", NULL, FALSE, "do not enter folders of other file systems", option_set_flag,
    OF (what.one_file_system), FALSE },
  { "--hash-all", NULL, FALSE, "read every file; otherwise only --json and --csv do that", option_set_flag,
    OF (hash_all), FALSE },
  { "--no-cache", NULL, FALSE, "neither use nor write what is known from the last scan", option_set_flag, OF (no_cache),
    FALSE },
  { .help = "Without a window" },
  { "--headless", NULL, FALSE, "no window: scan, print a summary, and end", option_set_flag, OF_ARGUMENTS (headless),
    FALSE },
  { "--duplicates-only", NULL, FALSE,
    "list only duplicates. Files are compared byte by byte instead of hashed, unless --hash-all is given",
    option_set_flag, OF (duplicates_only), TRUE },
  { "--csv", "FILE", FALSE, "write the files as a table to FILE when all is over; - is standard output",
    option_set_file, OF (csv), TRUE },
  { "--delete-duplicates", "HOW", TRUE,
    "one of each group of duplicates stays. The others are moved to the Bin (bin, as without HOW), deleted for good "
    "(delete), or become hard links to it (hardlink) or files that share its space (reflink)",
    option_set_act, OF (act), TRUE },
  { "--keep", "RULE", FALSE,
    "which one stays: oldest (as without it), newest, shortest-path, or first-folder, which is that in the first "
    "FOLDER "
    "that has one",
    option_set_keep, OF (act), TRUE },
  { "--dry-run", NULL, FALSE, "with --delete-duplicates: only tell what would be done", option_set_flag,
    OF (act.dry_run), TRUE },
  { "--yes", NULL, FALSE, "with --delete-duplicates: do not ask. Without a terminal it has to be given",
    option_set_flag, OF (act.yes), TRUE },
  { .help = "With a window" },
  { "--exit-when-done", "SECONDS", TRUE,
    "when the scan is over, print the summary, keep the window for so long (0), and end", option_set_stay,
    offsetof (Parse, arguments.options), FALSE },
  { "--page", "PAGE", FALSE, "what is shown first: files, folders, duplicates, types or errors", option_set_page,
    OF (page), FALSE },
  { "--dark", NULL, FALSE, "a dark window", option_set_flag, OF (dark), FALSE },
  { .help = "What is told" },
  { "--json", "FILE", FALSE, "write all of it to FILE when all is over; without a window, - is standard output",
    option_set_file, OF (json), FALSE },
  { "--progress", "WHEN", FALSE,
    "tell on standard error how far it is: auto (on a terminal, without a window), always (elsewhere as a line every "
    "ten seconds) or never",
    option_set_progress, OF (progress), FALSE },
  { "--help", NULL, FALSE, "this text", option_set_flag, offsetof (Parse, help), FALSE },
  { "--version", NULL, FALSE, "the version", option_set_flag, offsetof (Parse, version), FALSE },
  /* For the session bus, and for whoever installs the program. */
  { "--gapplication-service", NULL, FALSE, NULL, option_set_flag, OF (service), FALSE },
  { "--man-page", NULL, FALSE, NULL, option_set_flag, offsetof (Parse, man_page), FALSE },
  { NULL, NULL, FALSE, NULL, NULL, 0, FALSE },
};

static const UsageText before[] = {
  { NULL, NULL,
    "Tells what is in folders: their files with size, content type and SHA-256, what is there twice, and what cannot "
    "be read. Links are not followed. Without FOLDER it is your home if that holds a file, else /usr/share." },
  { NULL, NULL, "An option and its value may also be two arguments, as in --json FILE; not where it is in brackets." },
  { NULL, NULL, NULL },
};

static const UsageText after[] = {
  { "DUPLICATES", NULL,
    "Duplicates have the same content. Further names of the same inode waste nothing, and stay if it stays. Right "
    "before a file goes it is compared with the one that stays, byte by byte; if one of them has changed since the "
    "scan, it stays." },
  { "FILES", NULL,
    "Paths in FILE are relative to FOLDER, or to / if there are several, and sorted by their bytes. A byte that is "
    "not part of valid UTF-8 is written as U+FFFD and two hexadecimal digits; so is each of the three bytes of a "
    "U+FFFD that is in a name itself. Replacing each U+FFFD and the two digits behind it by that byte gives the name "
    "back." },
  { "EXIT STATUS", NULL, "The status that it ends with:" },
  { NULL, "0", "done; single files may have failed: they are listed" },
  { NULL, "1", "something cannot be written" },
  { NULL, "2", "a FOLDER or the arguments are wrong, or there is no display" },
  { NULL, "3", "duplicates that were to go have stayed: they are listed" },
  { NULL, "130, 143", "ended early by SIGINT or SIGTERM, with what was found and done so far" },
  { NULL, NULL, NULL },
};

static const Usage usage
    = { "[OPTION…] [FOLDER…]", "tells what is in folders, and what is there twice", before, after, table };

/* ---- what is wrong ---------------------------------------------------------------------------------------------- */

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
  if (options->what.folders[1] == NULL)
    fprintf (stderr, "%s: cannot scan '%s': %s\n", g_get_prgname (), shown->str, message);
  else /* the message names it */
    fprintf (stderr, "%s: cannot scan %s\n", g_get_prgname (), message);
  g_string_free (shown, TRUE);
  return SCAN_WRONG;
}

/* ---- the folders ------------------------------------------------------------------------------------------------ */

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

static void
add_folder (Parse *parse, const char *folder)
{
  if (*folder == '\0')
    parse->arguments.status = wrong ("no folder has the name", folder);
  else
    g_ptr_array_add (parse->folders, make_absolute (folder));
}

/* ---- parsing ---------------------------------------------------------------------------------------------------- */

static const UsageOption *
find_option (const char *argument, gsize length)
{
  for (const UsageOption *option = table; option->name != NULL || option->help != NULL; option++)
    if (option->name != NULL && strncmp (option->name, argument, length) == 0 && option->name[length] == '\0')
      return option;
  return NULL;
}

/* Parses an argument that is an option. `next` is the argument after it; TRUE when it is the option's. */
static gboolean
parse_option (Parse *parse, const char *argument, const char *next)
{
  const char *equals = strchr (argument, '=');
  const UsageOption *option = find_option (argument, equals == NULL ? strlen (argument) : (gsize) (equals - argument));
  const char *value = equals == NULL ? NULL : equals + 1;
  gboolean takes_next = option != NULL && option->value != NULL && !option->optional && value == NULL;
  const char *fault;

  if (option == NULL || (option->value == NULL && value != NULL))
    parse->arguments.status = wrong ("unknown option", argument);
  else if (takes_next && next == NULL)
    parse->arguments.status = wrong ("no value is given to", argument);
  else if ((fault = option->set ((char *) parse + option->place, takes_next ? next : value)) != NULL)
    {
      char *whole = takes_next ? g_strdup_printf ("%s=%s", argument, next) : g_strdup (argument);
      parse->arguments.status = wrong (fault, whole);
      g_free (whole);
    }
  else if (option->headless)
    parse->headless_only = option->name;
  return takes_next && next != NULL;
}

static int
print_text (char *text)
{
  gboolean printed = fputs (text, stdout) != EOF && fflush (stdout) != EOF;
  g_free (text);
  return printed ? SCAN_OK : SCAN_CANNOT_WRITE;
}

/* Refuses what makes no sense together. */
static void
check (Parse *parse)
{
  const ScanOptions *options = &parse->arguments.options;
  const OptionsAct *act = &options->act;
  int *status = &parse->arguments.status;
  gboolean json_out = g_strcmp0 (options->json, "-") == 0;

  if (!parse->arguments.headless && parse->headless_only != NULL)
    *status = wrong ("only with --headless there is", parse->headless_only);
  else if (!parse->arguments.headless && json_out)
    *status = wrong ("only with --headless there is", "--json=-");
  else if (json_out && g_strcmp0 (options->csv, "-") == 0)
    *status = wrong ("standard output is taken by --json: it is not for", "--csv=-");
  else if (!act->wanted && (act->dry_run || act->yes || act->keep_given))
    *status = wrong ("only with --delete-duplicates there is", act->dry_run ? "--dry-run"
                                                               : act->yes   ? "--yes"
                                                                            : "--keep");
  else if (act->wanted && !act->dry_run && !act->yes && (isatty (STDIN_FILENO) != 1 || isatty (STDERR_FILENO) != 1))
    *status = wrong ("without a terminal to ask at, --yes or --dry-run is needed for", "--delete-duplicates");
}

/* Sets what follows from the options that were given. */
static void
settle (Parse *parse)
{
  ScanOptions *options = &parse->arguments.options;
  const char *home = g_get_home_dir ();
  if (parse->folders->len == 0)
    add_folder (parse, holds_a_file (home) ? home : "/usr/share");
  if (options->hash_all || (!options->duplicates_only && (options->json != NULL || options->csv != NULL)))
    options->what.reading = ENGINE_READ_ALL;
  else
    options->what.reading = options->duplicates_only ? ENGINE_COMPARE : ENGINE_READ_SAME_SIZE;
  if (!parse->arguments.headless && options->progress == PROGRESS_AUTO)
    options->progress = PROGRESS_NEVER;
}

/* As an array that ends with NULL; NULL stays. */
static char **
to_strings (GPtrArray *array)
{
  if (array == NULL)
    return NULL;
  g_ptr_array_add (array, NULL);
  return (char **) g_ptr_array_free (array, FALSE);
}

OptionsArguments
options_parse (int argc, char **argv)
{
  Parse parse = { .arguments.status = -1, .folders = g_ptr_array_new () };
  OptionsArguments *arguments = &parse.arguments;
  gboolean options_end = FALSE;
  for (int i = 1; i < argc && arguments->status < 0; i++)
    {
      const char *next = i + 1 < argc ? argv[i + 1] : NULL;
      if (!options_end && strcmp (argv[i], "--") == 0)
        options_end = TRUE;
      else if (!options_end && argv[i][0] == '-' && argv[i][1] != '\0')
        i += parse_option (&parse, argv[i], next) ? 1 : 0;
      else
        add_folder (&parse, argv[i]);
      if (parse.help)
        arguments->status = print_text (usage_help (&usage, g_get_prgname ()));
      else if (parse.version)
        arguments->status = print_text (g_strdup_printf ("%s %s\n", g_get_prgname (), LODGER_SCAN_VERSION));
      else if (parse.man_page)
        arguments->status = print_text (usage_man_page (&usage, g_get_prgname (), LODGER_SCAN_VERSION));
    }
  if (arguments->status < 0)
    check (&parse);
  if (arguments->status < 0)
    settle (&parse);
  arguments->options.what.folders = to_strings (parse.folders);
  arguments->options.what.exclude = to_strings (parse.exclude);
  return parse.arguments;
}
