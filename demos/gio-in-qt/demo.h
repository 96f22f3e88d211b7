/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GIO_IN_QT_DEMO_H
#define GIO_IN_QT_DEMO_H

#include <string>

enum
{
  DEMO_OK,
  DEMO_FAILED,
  DEMO_WRONG /* arguments */
};

struct DemoOptions
{
  std::string folder;     /* to be watched */
  double seconds = 0;     /* after which the window closes; 0: never */
  std::string screenshot; /* a picture of the window is saved there before it closes */
  bool dark = false;
};

int demo_window (const DemoOptions &options);
int demo_headless ();

#endif
