/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gtk-window.h"

#include <stdio.h>
#include <stdlib.h>

Window
window_open (gboolean shown)
{
  Window window = { .box = NULL };
  ck_assert (gtk_init_check ());
  window.caller = lodger_gtk_attach (NULL);
  ck_assert_ptr_nonnull (window.caller);
  window.window = g_object_ref (GTK_WINDOW (gtk_window_new ()));
  window.box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  window.label = gtk_label_new ("a label");
  gtk_box_append (GTK_BOX (window.box), window.label);
  gtk_window_set_child (window.window, window.box);
  if (shown)
    {
      gtk_window_present (window.window);
      while (!gtk_widget_get_mapped (GTK_WIDGET (window.window)))
        g_main_context_iteration (NULL, TRUE);
    }
  return window;
}

void
window_close (Window *window)
{
  if (window->window != NULL)
    gtk_window_destroy (window->window);
  g_clear_object (&window->window);
  window_settle ();
  expect_code (lodger_caller_leave (window->caller), 0);
  lodger_caller_unref (window->caller);
}

void
window_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static int
wake (LodgerPending *done, void *data)
{
  (void) done;
  (void) data;
  g_main_context_wakeup (NULL);
  return 0;
}

/* A pending that is done in a worker wakes no loop if nothing waits for it. */
void
window_run_until_done (LodgerPending *pending)
{
  lodger_pending_add_done_callback (pending, wake, NULL, NULL);
  while (!lodger_pending_is_done (pending))
    g_main_context_iteration (NULL, TRUE);
}

void
window_run_until (const gboolean *flag)
{
  while (!*flag)
    g_main_context_iteration (NULL, TRUE);
}

int
gtk_test_main (Suite *suite, int argc, char **argv)
{
  gboolean lists = argc == 2 && g_str_equal (argv[1], "--list");
  if (!lists && getenv ("DISPLAY") == NULL && getenv ("WAYLAND_DISPLAY") == NULL)
    {
      fputs ("left out: there is no display\n", stderr);
      srunner_free (srunner_create (suite));
      return 77;
    }
  return test_main (suite, argc, argv);
}
