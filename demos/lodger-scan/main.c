/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"
#include "scan.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#ifndef LODGER_HAVE_GTK
int
scan_window (const ScanOptions *options G_GNUC_UNUSED)
{
  fputs ("lodger-scan: this one was built without GTK and has no window; use --headless\n", stderr);
  return SCAN_WRONG;
}
#endif

/* Opens the standard streams that are closed. Otherwise an opened file may get the number of standard output, and the
 * output would end up in it. */
static void
hold_standard_streams (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && errno == EBADF)
      (void) open ("/dev/null", O_RDWR);
}

int
main (int argc, char **argv)
{
  OptionsArguments arguments;
  int status;

  hold_standard_streams ();
  signal (SIGPIPE, SIG_IGN);
  arguments = options_parse (argc, argv);
  if (arguments.status >= 0)
    return arguments.status;
  if (arguments.options.json != NULL && !report_check_json (arguments.options.json))
    status = SCAN_CANNOT_WRITE;
  else if (arguments.headless)
    status = scan_headless (&arguments.options);
  else
    status = scan_window (&arguments.options);
  g_free (arguments.options.folder);
  return status;
}
