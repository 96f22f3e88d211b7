/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "glib-loop.h"
#include "scan.h"

#ifdef LODGER_HAVE_GTK
#include "gtk/application.h"
#endif

int
main (int argc, char **argv)
{
  const ScanFaces faces = {
    .name = "lodger-scan",
    .headless = glib_loop_scan,
#ifdef LODGER_HAVE_GTK
    .window = application_scan,
#endif
  };
  return scan_main (argc, argv, &faces);
}
