/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pictures of a folder in a grid. Workers make the thumbnails. A cell that scrolls out of sight cancels its own. */
#include <lodger-gtk4.h>

#define SIZE 128  /* of a thumbnail, in pixels */
#define KEPT 1000 /* thumbnails in the cache */

typedef struct Grid
{
  GtkWindow *window;
  GListModel *pictures; /* GFileInfos, with their thumbnails as data "thumbnail" */
  GQueue kept;          /* those with a thumbnail, the oldest first */
  guint made;
  char *name;
} Grid;

/* ---- in a worker --------------------------------------------------------------------------------------------------- */

static void
make_thumbnail (LodgerPending *self, void *file)
{
  GCancellable *cancellable = lodger_glib_pending_get_cancellable (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, &error);
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GdkTexture *thumbnail;
  if (stream != NULL)
    pixbuf = gdk_pixbuf_new_from_stream_at_scale (G_INPUT_STREAM (stream), SIZE, SIZE, TRUE, cancellable, &error);
  if (pixbuf == NULL)
    {
      lodger_glib_pending_return_gerror (self, g_steal_pointer (&error));
      return;
    }
  bytes = gdk_pixbuf_read_pixel_bytes (pixbuf);
  thumbnail = gdk_memory_texture_new (gdk_pixbuf_get_width (pixbuf), gdk_pixbuf_get_height (pixbuf),
                                      gdk_pixbuf_get_has_alpha (pixbuf) ? GDK_MEMORY_R8G8B8A8 : GDK_MEMORY_R8G8B8,
                                      bytes, (gsize) gdk_pixbuf_get_rowstride (pixbuf));
  LODGER_RETURN (self, GdkTexture, thumbnail, g_object_unref);
}

/* ---- in the GUI thread --------------------------------------------------------------------------------------------- */

static void
keep (Grid *grid, GObject *info, GdkTexture *thumbnail)
{
  g_object_set_data_full (info, "thumbnail", g_object_ref (thumbnail), g_object_unref);
  g_queue_push_tail (&grid->kept, g_object_ref (info));
  if (grid->kept.length > KEPT)
    {
      g_autoptr (GObject) oldest = g_queue_pop_head (&grid->kept);
      g_object_set_data (oldest, "thumbnail", NULL);
    }
}

static void
show_title (Grid *grid)
{
  guint count = g_list_model_get_n_items (grid->pictures);
  g_autofree char *title = g_strdup_printf ("%s: %u pictures, %u thumbnails made", grid->name, count, grid->made);
  gtk_window_set_title (grid->window, title);
}

static void
show (LodgerPending *self, LodgerPending *done, void *data)
{
  GtkListItem *cell = data;
  Grid *grid = g_object_get_data (data, "grid");
  GtkPicture *picture = GTK_PICTURE (gtk_widget_get_first_child (gtk_list_item_get_child (cell)));
  GdkTexture *thumbnail = LODGER_GET (done, GdkTexture);
  if (thumbnail != NULL)
    {
      grid->made++;
      keep (grid, gtk_list_item_get_item (cell), thumbnail);
      gtk_picture_set_paintable (picture, GDK_PAINTABLE (thumbnail));
      show_title (grid);
    }
  else
    {
      GtkIconTheme *theme = gtk_icon_theme_get_for_display (gtk_widget_get_display (GTK_WIDGET (picture)));
      g_autoptr (GtkIconPaintable) icon
          = gtk_icon_theme_lookup_icon (theme, "image-missing", NULL, SIZE / 4, 1, GTK_TEXT_DIR_NONE, 0);
      gtk_picture_set_paintable (picture, GDK_PAINTABLE (icon));
      gtk_widget_set_tooltip_text (GTK_WIDGET (picture), lodger_error_get_message (lodger_pending_get_error (done)));
    }
}

/* A cell has a scope for each picture that it shows. */
static void
bind (Grid *grid, GtkListItem *cell)
{
  GFileInfo *info = gtk_list_item_get_item (cell);
  GdkPaintable *thumbnail = g_object_get_data (G_OBJECT (info), "thumbnail");
  GtkWidget *box = gtk_list_item_get_child (cell), *picture = gtk_widget_get_first_child (box);
  g_object_set_data (G_OBJECT (cell), "grid", grid);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_last_child (box)), g_file_info_get_display_name (info));
  gtk_widget_set_tooltip_text (picture, NULL);
  gtk_picture_set_paintable (GTK_PICTURE (picture), thumbnail);
  if (thumbnail == NULL)
    {
      GObject *file = g_file_info_get_attribute_object (info, "standard::file");
      LodgerScope *scope = lodger_glib_object_get_scope (G_OBJECT (cell));
      LodgerCaller *gui = lodger_gtk_default_caller ();
      LodgerPending *made = lodger_scope_to_thread (scope, gui, make_thumbnail, g_object_ref (file), g_object_unref);
      lodger_pending_disown (lodger_scope_then (scope, made, gui, show, cell, NULL));
      lodger_pending_unref (made);
    }
}

static void
unbind (Grid *grid, GtkListItem *cell)
{
  lodger_glib_object_end_scope (G_OBJECT (cell), "the cell is out of sight");
}

static void
setup (Grid *grid, GtkListItem *cell)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *picture = gtk_picture_new (),
            *label = gtk_label_new (NULL);
  gtk_widget_set_size_request (picture, SIZE, SIZE);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 1);
  gtk_widget_add_css_class (label, "caption");
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_item_set_child (cell, box);
}

static char *
get_name (GFileInfo *info)
{
  return g_strdup (g_file_info_get_display_name (info));
}

static void
grid_free (void *data)
{
  Grid *grid = data;
  g_queue_clear_full (&grid->kept, g_object_unref);
  g_free (grid->name);
  g_free (grid);
}

static void
open_folder (GtkApplication *application, GFile **files, int n_files, const char *hint, gpointer data)
{
  Grid *grid = g_new0 (Grid, 1);
  GtkFileFilter *filter = gtk_file_filter_new ();
  GtkDirectoryList *folder = gtk_directory_list_new ("standard::name,standard::display-name", files[0]);
  GtkExpression *name = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 0, NULL, G_CALLBACK (get_name), NULL, NULL);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *view, *scrolled = gtk_scrolled_window_new ();
  static const char *const suffixes[] = { "png", "jpg", "jpeg", "gif", "webp", "svg", "xpm" };
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    gtk_file_filter_add_suffix (filter, suffixes[i]);
  grid->name = g_file_get_basename (files[0]);
  grid->window = GTK_WINDOW (gtk_application_window_new (application));
  grid->pictures = G_LIST_MODEL (gtk_filter_list_model_new (G_LIST_MODEL (folder), GTK_FILTER (filter)));
  grid->pictures = G_LIST_MODEL (gtk_sort_list_model_new (grid->pictures, GTK_SORTER (gtk_string_sorter_new (name))));
  view = gtk_grid_view_new (GTK_SELECTION_MODEL (gtk_single_selection_new (grid->pictures)), factory);
  g_signal_connect_swapped (factory, "setup", G_CALLBACK (setup), grid);
  g_signal_connect_swapped (factory, "bind", G_CALLBACK (bind), grid);
  g_signal_connect_swapped (factory, "unbind", G_CALLBACK (unbind), grid);
  g_signal_connect_swapped (grid->pictures, "items-changed", G_CALLBACK (show_title), grid);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_window_set_child (grid->window, scrolled);
  gtk_window_set_titlebar (grid->window, gtk_header_bar_new ());
  gtk_window_set_default_size (grid->window, 900, 620);
  g_object_set_data_full (G_OBJECT (grid->window), "grid", grid, grid_free);
  show_title (grid);
  gtk_window_present (grid->window);
}

static void
activate (GtkApplication *application)
{
  g_autoptr (GFile) folder = g_file_new_for_path ("/usr/share/pixmaps");
  open_folder (application, &folder, 1, "", NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application
      = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE | G_APPLICATION_HANDLES_OPEN);
  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  g_signal_connect (application, "open", G_CALLBACK (open_folder), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
