/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "glib-loop.h"
#include "scan.h"

#ifdef LODGER_HAVE_GTK
#include "gtk/window.h"
#endif

int
main (int argc, char **argv)
{
  const ScanFaces faces = {
    .name = "lodger-scan",
    .headless = glib_loop_scan,
#ifdef LODGER_HAVE_GTK
    .window = scan_window,
#endif
  };
  return scan_main (argc, argv, &faces);
}
