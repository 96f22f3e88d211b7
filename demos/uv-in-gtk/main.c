/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client.h"
#include "demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] = "Usage: uv-in-gtk [OPTION…]\n"
                           "\n"
                           "A small HTTP server on libuv, in the thread of a GTK window that shows each request.\n"
                           "\n"
                           "  --port=PORT      listen on this port of 127.0.0.1; else on any that is free\n"
                           "  --requests=N     make N requests from a worker (0; without a window 12)\n"
                           "  --left-open=N    leave N connections open, at most 16 (0; without a window 2)\n"
                           "  --seconds=S      close the window after so many seconds\n"
                           "  --headless       without a window: start the server, make the requests, check that\n"
                           "                   all have come, and end it while connections are open\n"
                           "  --dark           a dark window\n"
                           "  --help           this text\n"
                           "  --version        the version\n"
                           "\n"
                           "Status: 0 done, 1 the server did not start or a request got lost, 2 wrong arguments.\n";

static int
wrong (const char *argument)
{
  fprintf (stderr, "uv-in-gtk: what to do with '%s'? See uv-in-gtk --help\n", argument);
  return DEMO_WRONG;
}

/* `--name=NUMBER`. */
static gboolean
read_number (const char *argument, const char *name, int most, int *ret_number)
{
  size_t size = strlen (name);
  char *end;
  long number;
  if (strncmp (argument, name, size) != 0)
    return FALSE;
  number = strtol (argument + size, &end, 10);
  if (end == argument + size || *end != '\0' || number < 0 || number > most)
    return FALSE;
  *ret_number = (int) number;
  return TRUE;
}

static gboolean
read_seconds (const char *argument, double *ret_seconds)
{
  static const char name[] = "--seconds=";
  char *end;
  double seconds;
  if (strncmp (argument, name, sizeof name - 1) != 0)
    return FALSE;
  seconds = g_ascii_strtod (argument + sizeof name - 1, &end);
  if (end == argument + sizeof name - 1 || *end != '\0' || !(seconds >= 0 && seconds <= 86400))
    return FALSE;
  *ret_seconds = seconds;
  return TRUE;
}

int
main (int argc, char **argv)
{
  DemoOptions options = { .requests = -1, .left = -1 };
  gboolean headless = FALSE;
  for (int i = 1; i < argc; i++)
    {
      if (strcmp (argv[i], "--help") == 0)
        return fputs (help, stdout) == EOF ? DEMO_FAILED : DEMO_OK;
      if (strcmp (argv[i], "--version") == 0)
        return puts ("uv-in-gtk " UV_IN_GTK_VERSION) == EOF ? DEMO_FAILED : DEMO_OK;
      if (strcmp (argv[i], "--headless") == 0)
        headless = TRUE;
      else if (strcmp (argv[i], "--dark") == 0)
        options.dark = TRUE;
      else if (!read_number (argv[i], "--port=", 65535, &options.port)
               && !read_number (argv[i], "--requests=", 100000, &options.requests)
               && !read_number (argv[i], "--left-open=", CLIENT_MOST_LEFT, &options.left)
               && !read_seconds (argv[i], &options.stay))
        return wrong (argv[i]);
    }
  if (options.requests < 0)
    options.requests = headless ? 12 : 0;
  if (options.left < 0)
    options.left = headless ? 2 : 0;
  return headless ? demo_headless (&options) : demo_window (&options);
}
