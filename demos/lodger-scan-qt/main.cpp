/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qt-loop.h"
#include "window.h"

#include <scan.h>

int
main (int argc, char **argv)
{
  ScanFaces faces = {};
  faces.name = "lodger-scan-qt";
  faces.headless = qt_loop_scan;
  faces.window = scan_window;
  return scan_main (argc, argv, &faces);
}
