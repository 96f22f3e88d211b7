/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pictures of a folder in a grid. Workers make the thumbnails. A cell that scrolls out of sight cancels its own. */
#include <lodger-gtk4.h>

#define SIZE 128 /* of a thumbnail, in pixels */

static struct
{
  GtkWidget *window;
  GListModel *pictures; /* GFileInfos, with their thumbnails as data "thumbnail" */
  guint made;
  LodgerLimiter *readers;
} view; /* only the GUI thread uses it, while the window is there */

/* ---- in a worker --------------------------------------------------------------------------------------------------- */

static void
make_thumbnail (LodgerPending *self, void *file)
{
  GCancellable *cancellable = lodger_glib_pending_get_cancellable (self);
  GError *error = NULL;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, &error);
  if (stream != NULL)
    pixbuf = gdk_pixbuf_new_from_stream_at_scale (G_INPUT_STREAM (stream), SIZE, SIZE, TRUE, cancellable, &error);
  if (pixbuf != NULL)
    LODGER_RETURN (self, GdkTexture, gdk_texture_new_for_pixbuf (pixbuf), g_object_unref);
  else
    lodger_glib_pending_return_gerror (self, error);
}

/* ---- in the GUI thread --------------------------------------------------------------------------------------------- */

static void
show (LodgerPending *self, LodgerPending *done, void *cell)
{
  GtkImage *image = GTK_IMAGE (gtk_widget_get_first_child (gtk_list_item_get_child (cell)));
  GdkTexture *thumbnail = LODGER_TAKE (done, GdkTexture);
  if (thumbnail != NULL)
    {
      guint count = g_list_model_get_n_items (view.pictures);
      g_autofree char *title = g_strdup_printf ("%u pictures, %u thumbnails made", count, ++view.made);
      gtk_image_set_from_paintable (image, GDK_PAINTABLE (thumbnail));
      g_object_set_data_full (gtk_list_item_get_item (cell), "thumbnail", thumbnail, g_object_unref);
      gtk_window_set_title (GTK_WINDOW (view.window), title);
    }
  else
    gtk_image_set_from_icon_name (image, "image-missing");
}

/* A cell has a scope for each picture that it shows. */
static void
bind (GtkListItemFactory *factory, GtkListItem *cell)
{
  GFileInfo *info = gtk_list_item_get_item (cell);
  GObject *file = g_file_info_get_attribute_object (info, "standard::file");
  GdkPaintable *thumbnail = g_object_get_data (G_OBJECT (info), "thumbnail");
  GtkWidget *box = gtk_list_item_get_child (cell);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_last_child (box)), g_file_info_get_display_name (info));
  gtk_image_set_from_paintable (GTK_IMAGE (gtk_widget_get_first_child (box)), thumbnail);
  if (thumbnail == NULL)
    {
      LodgerScope *scope = lodger_glib_object_get_scope (G_OBJECT (cell));
      LodgerCaller *gui = lodger_gtk_default_caller ();
      g_autoptr (LodgerPending) made
          = lodger_caller_to_thread_full (gui, make_thumbnail, g_object_ref (file), g_object_unref,
                                          LODGER_CALL_OPTIONS (.scope = scope, .limiter = view.readers));
      lodger_pending_disown (lodger_scope_then (scope, made, gui, show, cell, NULL));
    }
}

static void
unbind (GtkListItemFactory *factory, GtkListItem *cell)
{
  lodger_glib_object_end_scope (G_OBJECT (cell), "the cell is out of sight");
}

static void
setup (GtkListItemFactory *factory, GtkListItem *cell)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *image = gtk_image_new (), *label = gtk_label_new (NULL);
  gtk_image_set_pixel_size (GTK_IMAGE (image), SIZE);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 1);
  gtk_widget_add_css_class (label, "caption");
  gtk_box_append (GTK_BOX (box), image);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_item_set_child (cell, box);
}

static char *
get_name (GFileInfo *info)
{
  return g_strdup (g_file_info_get_display_name (info));
}

static void
activate (GtkApplication *application, GFile *file)
{
  GtkDirectoryList *folder = gtk_directory_list_new ("standard::display-name,standard::content-type", file);
  GtkFileFilter *filter = gtk_file_filter_new ();
  GtkExpression *name = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 0, NULL, G_CALLBACK (get_name), NULL, NULL);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *grid, *scrolled = gtk_scrolled_window_new ();
  gtk_file_filter_add_mime_type (filter, "image/*");
  view.window = gtk_application_window_new (application);
  view.pictures = G_LIST_MODEL (gtk_filter_list_model_new (G_LIST_MODEL (folder), GTK_FILTER (filter)));
  view.pictures = G_LIST_MODEL (gtk_sort_list_model_new (view.pictures, GTK_SORTER (gtk_string_sorter_new (name))));
  view.readers = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 4, .order = LODGER_LIMITER_NEWEST));
  g_signal_connect (factory, "setup", G_CALLBACK (setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind), NULL);
  grid = gtk_grid_view_new (GTK_SELECTION_MODEL (gtk_single_selection_new (view.pictures)), factory);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), grid);
  gtk_window_set_child (GTK_WINDOW (view.window), scrolled);
  gtk_window_set_titlebar (GTK_WINDOW (view.window), gtk_header_bar_new ());
  gtk_window_set_default_size (GTK_WINDOW (view.window), 900, 620);
  gtk_window_present (GTK_WINDOW (view.window));
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_autoptr (GFile) folder = g_file_new_for_commandline_arg (argc > 1 ? argv[1] : "/usr/share/pixmaps");
  g_signal_connect (application, "activate", G_CALLBACK (activate), folder);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
