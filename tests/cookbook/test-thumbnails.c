/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The grid of thumbnails: what is out of sight is not read, and nothing is read twice. */
#include "test-latch.h"

#include <lodger-gtk4.h>
#include <stdlib.h>

#define PICTURES 1000
#define EARLY    400 /* the first of them, which are read when the test lets them */
#define READERS  4   /* the limit of the program */

static Counter early; /* how many of those have begun */
static Latch let_go;  /* opened, they go on */
static int ask_count[PICTURES];

static GFileInputStream *
open_picture (GFile *file, GCancellable *cancellable, GError **error)
{
  g_autofree char *name = g_file_get_basename (file);
  int index = atoi (name);
  if (index < EARLY)
    {
      counter_add (&early, 1);
      latch_wait (&let_go);
    }
  return g_file_read (file, cancellable, error);
}

/* Counts how often each picture was asked for. */
static LodgerPending *
submit (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
        const LodgerCallOptions *options)
{
  g_autofree char *name = g_file_get_basename (data);
  ask_count[atoi (name)]++;
  return lodger_caller_to_thread_full (caller, func, data, destroy, options);
}

int program_main (int argc, char **argv);
#define lodger_caller_to_thread_full submit
#define g_file_read                  open_picture
#define main                         program_main
#include "demos/cookbook/thumbnails.c"
#undef main
#undef g_file_read
#undef lodger_caller_to_thread_full

#include "cookbook-test.h"

#include <glib/gstdio.h>
#include <unistd.h>

typedef struct Folder
{
  char *path;
  GtkApplication *application;
  GtkWindow *window; /* a reference */
  GtkWidget *grid;
  GtkAdjustment *height;
} Folder;

static Folder
folder_open (void)
{
  Folder folder = { .path = g_dir_make_tmp ("lodger-cookbook-XXXXXX", NULL) };
  g_autofree char *first = g_build_filename (folder.path, "0000.png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (folder.path);
  GtkWidget *scrolled;
  counter_init (&early);
  latch_init (&let_go);
  folder.application = application_open ();
  {
    g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 4, 3);
    gdk_pixbuf_fill (pixbuf, 0x3584e4ff);
    ck_assert (gdk_pixbuf_save (pixbuf, first, "png", NULL, NULL));
  }
  for (int i = 1; i < PICTURES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%04d.png", folder.path, i);
      ck_assert_int_eq (link (first, name), 0);
    }
  activate (folder.application, file);
  folder.window = g_object_ref (application_window (folder.application));
  scrolled = gtk_window_get_child (folder.window);
  folder.grid = gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (scrolled));
  folder.height = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  run_until (g_list_model_get_n_items (view.pictures) == PICTURES
             && gtk_adjustment_get_upper (folder.height) > 10 * gtk_adjustment_get_page_size (folder.height));
  return folder;
}

static void
folder_close (Folder *folder)
{
  gtk_window_destroy (folder->window);
  window_settle ();
  g_object_unref (folder->window);
  latch_open (&let_go);
  application_close (folder->application);
  lodger_limiter_unref (view.readers);
  for (int i = 0; i < PICTURES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%04d.png", folder->path, i);
      ck_assert_int_eq (g_unlink (name), 0);
    }
  ck_assert_int_eq (g_rmdir (folder->path), 0);
  g_free (folder->path);
  latch_clear (&let_go);
  counter_clear (&early);
}

static void
scroll_to (Folder *folder, guint index)
{
  double before = gtk_adjustment_get_value (folder->height);
  ck_assert (gtk_widget_activate_action (folder->grid, "list.scroll-to-item", "u", index));
  run_until (gtk_adjustment_get_value (folder->height) != before);
}

static gboolean
has_thumbnail (const Folder *folder, guint index)
{
  g_autoptr (GObject) info = g_list_model_get_item (view.pictures, index);
  return g_object_get_data (info, "thumbnail") != NULL;
}

START_TEST (what_is_scrolled_out_of_sight_is_not_read)
{
  Folder folder = folder_open ();
  counter_wait (&early, READERS);
  scroll_to (&folder, PICTURES - 1);
  latch_open (&let_go);
  run_until (has_thumbnail (&folder, PICTURES - 1));
  ck_assert (!has_thumbnail (&folder, 1)); /* the first is selected, so its cell is kept */
  folder_close (&folder);
  ck_assert_int_eq (counter_get (&early), READERS);
}
END_TEST

START_TEST (what_comes_back_into_sight_is_not_read_again)
{
  Folder folder = folder_open ();
  latch_open (&let_go);
  run_until (has_thumbnail (&folder, 1));
  ask_count[1] = 0; /* cells may change while the folder is listed */
  scroll_to (&folder, PICTURES - 1);
  run_until (has_thumbnail (&folder, PICTURES - 1));
  scroll_to (&folder, 0);
  window_settle ();
  ck_assert_int_eq (ask_count[1], 0);
  folder_close (&folder);
}
END_TEST

START_TEST (the_window_is_closed_while_pictures_are_read)
{
  Folder folder = folder_open ();
  counter_wait (&early, 1);
  gtk_window_destroy (folder.window);
  latch_open (&let_go);
  expect_code (lodger_caller_stop_wait (lodger_gtk_default_caller ()), 0);
  ck_assert_uint_eq (view.made, 0);
  folder_close (&folder);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("cookbook-thumbnails");
  test_add (suite, what_is_scrolled_out_of_sight_is_not_read);
  test_add (suite, what_comes_back_into_sight_is_not_read_again);
  test_add (suite, the_window_is_closed_while_pictures_are_read);
  return gtk_test_main (suite, argc, argv);
}
