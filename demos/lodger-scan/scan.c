/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scan.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* Opens the standard streams that are closed. Otherwise an opened file may get the number of standard output, and the
 * output would end up in it. */
static void
hold_standard_streams (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && errno == EBADF)
      (void) open ("/dev/null", O_RDWR);
}

/* Whether the file can be written, as it seems. */
static gboolean
check_place (const char *path)
{
  int why = path == NULL ? 0 : report_check_place (path);
  if (why != 0)
    report_complain (path, why);
  return why == 0;
}

static int
run (const OptionsArguments *arguments, const ScanFaces *faces)
{
  if (!check_place (arguments->options.json) || !check_place (arguments->options.csv))
    return SCAN_CANNOT_WRITE;
  if (arguments->headless)
    return faces->headless (&arguments->options);
  if (faces->window != NULL)
    return faces->window (&arguments->options);
  fprintf (stderr, "%s: this one was built without a window; use --headless\n", faces->name);
  return SCAN_WRONG;
}

int
scan_main (int argc, char **argv, const ScanFaces *faces)
{
  OptionsArguments arguments;

  hold_standard_streams ();
  signal (SIGPIPE, SIG_IGN);
  g_set_prgname (faces->name);
  arguments = options_parse (argc, argv);
  if (arguments.status < 0)
    arguments.status = run (&arguments, faces);
  g_strfreev (arguments.options.what.folders);
  g_strfreev (arguments.options.what.exclude);
  return arguments.status;
}
