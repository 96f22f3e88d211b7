/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "demo.h"

#include <cstdio>
#include <cstring>
#include <glib.h>

static const char help[]
    = "Usage: gio-in-qt [OPTION…]\n"
      "\n"
      "GIO in a window of Qt: volumes, a folder that is watched, the names on the session bus.\n"
      "\n"
      "  --folder=DIR       watch this folder (your home)\n"
      "  --dark             a dark window\n"
      "  --seconds=S        close the window after so many seconds\n"
      "  --screenshot=FILE  save a picture of the window before it is closed by --seconds\n"
      "  --headless         without a window: watch a folder of its own, and a bus of its own, and\n"
      "                     check that all events come\n"
      "  --help             this text\n"
      "  --version          the version\n"
      "\n"
      "Status: 0 done, 1 something did not come, 2 wrong arguments.\n";

static const char *
value_of (const char *argument, const char *name)
{
  const size_t size = strlen (name);
  return strncmp (argument, name, size) == 0 ? argument + size : nullptr;
}

static bool
read_seconds (const char *text, double *ret_seconds)
{
  char *end;
  *ret_seconds = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && *ret_seconds >= 0 && *ret_seconds <= 86400;
}

static int
wrong (const char *argument)
{
  fprintf (stderr, "gio-in-qt: what to do with '%s'? See gio-in-qt --help\n", argument);
  return DEMO_WRONG;
}

/* `--folder=DIR` and `--folder DIR`. */
static const char *
folder_of (int argc, char **argv, int *index)
{
  const char *value = value_of (argv[*index], "--folder=");
  if (value == nullptr && strcmp (argv[*index], "--folder") == 0 && *index + 1 < argc)
    value = argv[++*index];
  return value;
}

int
main (int argc, char **argv)
{
  DemoOptions options;
  bool headless = false;
  options.folder = g_get_home_dir ();
  for (int i = 1; i < argc; i++)
    {
      const char *const argument = argv[i];
      const char *value;
      if (strcmp (argument, "--help") == 0)
        return fputs (help, stdout) == EOF ? DEMO_FAILED : DEMO_OK;
      if (strcmp (argument, "--version") == 0)
        return puts ("gio-in-qt " GIO_IN_QT_VERSION) == EOF ? DEMO_FAILED : DEMO_OK;
      if (strcmp (argument, "--headless") == 0)
        headless = true;
      else if (strcmp (argument, "--dark") == 0)
        options.dark = true;
      else if ((value = folder_of (argc, argv, &i)) != nullptr)
        options.folder = value;
      else if ((value = value_of (argument, "--screenshot=")) != nullptr)
        options.screenshot = value;
      else if ((value = value_of (argument, "--seconds=")) == nullptr || !read_seconds (value, &options.seconds))
        return wrong (argument);
    }
  return headless ? demo_headless () : demo_window (options);
}
