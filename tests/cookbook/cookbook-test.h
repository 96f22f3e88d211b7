/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program of the cookbook from inside. The test includes the program's file, with `main` renamed. */
#ifndef LODGER_TEST_COOKBOOK_H
#define LODGER_TEST_COOKBOOK_H

#include "gtk-window.h"

/* What g_application_run does before it runs the loop. */
static GtkApplication *
application_open (void)
{
  GtkApplication *application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  ck_assert (g_application_register (G_APPLICATION (application), NULL, NULL));
  return application;
}

/* The only window of the application. */
static GtkWindow *
application_window (GtkApplication *application)
{
  GList *windows = gtk_application_get_windows (application);
  ck_assert_uint_eq (g_list_length (windows), 1);
  return windows->data;
}

/* What g_application_run does when the last window is closed: the calls end in order. */
static void
application_close (GtkApplication *application)
{
  expect_code (lodger_caller_stop_wait (lodger_gtk_default_caller ()), 0);
  g_object_unref (application);
}

#define run_until(condition)                                                                                           \
  while (!(condition))                                                                                                 \
  g_main_context_iteration (NULL, TRUE)

#endif
