/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef UV_IN_GTK_DEMO_H
#define UV_IN_GTK_DEMO_H

#include <glib.h>

typedef struct DemoOptions
{
  int port;     /* 0: any that is free */
  int requests; /* that the program makes by itself */
  int left;     /* connections that it leaves open */
  double stay;  /* seconds; 0: until the window is closed */
  gboolean dark;
} DemoOptions;

enum
{
  DEMO_OK,
  DEMO_FAILED,
  DEMO_WRONG /* arguments */
};

int demo_headless (const DemoOptions *options);
int demo_window (const DemoOptions *options);

#endif
