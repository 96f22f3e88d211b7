/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "files-view.h"

#include "../i18n.h"
#include "files-columns.h"
#include "filter-bar.h"
#include "notice.h"

struct FilesView
{
  GtkWidget *box, *stack, *empty;
  FilterBar *bar;
  FilesColumns *columns;
  FilesMenu *menu;
  Notice *notice;
  Listing *listing;
  Arranger *arranger;
  const Store *store;
  Order order;       /* what was asked for last */
  gboolean filtered; /* there was a filter */
  gboolean gone;     /* files had gone */
  gboolean arranged; /* one of these is so, and a worker makes the list */
  gboolean asks;     /* somebody has, since then */
  gboolean answered; /* what was asked for last is shown */
  gboolean over;     /* the scan is */
  guint appended;    /* files that are shown as they were found */
  void (*wake) (void *data);
  void *data;
};

static const char view_key[] = "lodger-scan-files-view";

/* ---- what is shown ---------------------------------------------------------------------------------------------- */

static guint
count_gone (const FilesView *view)
{
  return view->store->files->len - view->store->n_files;
}

static void
show_page (FilesView *view)
{
  const char *name = "files";
  if (view->store == NULL)
    name = "files";
  else if (view->store->n_files == 0 && view->over)
    name = "empty";
  else if (view->filtered && view->answered && listing_get_count (view->listing) == 0)
    name = "nothing";
  gtk_stack_set_visible_child_name (GTK_STACK (view->stack), name);
  if (view->store != NULL && view->filtered)
    filter_bar_tell (view->bar, listing_get_count (view->listing), view->store->n_files);
}

/* All that there is, in the order of arrival. */
static void
show_as_found (FilesView *view)
{
  guint count = view->store == NULL ? 0 : view->store->files->len;
  GArray *numbers = g_array_sized_new (FALSE, FALSE, sizeof (guint), count);
  g_array_set_size (numbers, count);
  for (guint i = 0; i < count; i++)
    g_array_index (numbers, guint, i) = i;
  arranger_stop (view->arranger);
  view->appended = count;
  view->answered = TRUE;
  listing_show (view->listing, numbers);
}

/* Somebody may have asked for another order or another filter, or files have gone. */
static void
ask (FilesView *view)
{
  Order order = files_columns_get_order (view->columns);
  Filter *filter = filter_bar_make_filter (view->bar);
  gboolean gone = view->store != NULL && count_gone (view) > 0;
  gboolean is_same = filter == NULL && !view->filtered && order_is_equal (&order, &view->order) && gone == view->gone;
  view->asks = FALSE;
  if (view->store != NULL && !is_same)
    {
      view->order = order;
      view->filtered = filter != NULL;
      view->gone = gone;
      view->arranged = view->filtered || order.n_keys > 0 || gone;
      view->answered = FALSE;
      if (view->arranged)
        arranger_ask (view->arranger, &order, filter);
      else
        show_as_found (view);
      show_page (view);
      view->wake (view->data);
    }
  filter_unref (filter);
}

/* The list stays at the place that it shows. */
static void
leave_out_what_has_gone (FilesView *view)
{
  view->gone = view->arranged = TRUE;
  arranger_ask (view->arranger, &view->order, NULL);
}

/* With the next frame: what is typed over a selection is two changes, of which the first one leaves nothing. */
static void
on_asked (void *data)
{
  FilesView *view = data;
  view->asks = TRUE;
  view->wake (view->data);
}

/* What was asked for is shown from its beginning. Later answers only follow the store. */
static void
on_arranged (GArray *numbers, void *data)
{
  FilesView *view = data;
  GtkScrolledWindow *scrolled = GTK_SCROLLED_WINDOW (files_columns_get_cells (view->columns));
  gboolean is_first = !view->answered;
  view->answered = TRUE;
  /* Before rows go: the widgets are where the list stands. */
  if (is_first)
    gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (scrolled), 0);
  listing_show (view->listing, numbers);
  show_page (view);
  view->wake (view->data);
}

static void
on_rows_changed (void *data)
{
  const FilesView *view = data;
  cells_refresh_all (files_columns_get_cells (view->columns));
}

void
files_view_set (FilesView *view, const Store *store, const char *folder, const ArrangerOwner *owner)
{
  view->store = store;
  view->over = FALSE;
  files_columns_set_store (view->columns, store);
  files_menu_set_store (view->menu, store, folder);
  arranger_set_store (view->arranger, store, owner);
  view->order.n_keys = 0;
  view->filtered = view->gone = view->arranged = FALSE;
  show_as_found (view);
  ask (view);
}

gboolean
files_view_grow (FilesView *view)
{
  gboolean more = FALSE;
  if (view->asks)
    ask (view);
  if (view->store != NULL && !view->arranged && count_gone (view) > 0)
    leave_out_what_has_gone (view);
  if (view->store != NULL && !view->arranged)
    {
      listing_append (view->listing, view->appended, view->store->files->len);
      view->appended = view->store->files->len;
    }
  else if (view->store != NULL)
    more = arranger_step (view->arranger, view->over);
  return listing_grow (view->listing) || more;
}

void
files_view_refresh (FilesView *view, gboolean over)
{
  view->over = over;
  cells_refresh (files_columns_get_cells (view->columns));
  show_page (view);
  view->wake (view->data);
}

guint
files_view_get_count (const FilesView *view)
{
  return listing_get_count (view->listing);
}

/* ---- what can be done with files -------------------------------------------------------------------------------- */

static void
on_activate (GtkColumnView *column_view G_GNUC_UNUSED, guint position, void *data)
{
  FilesView *view = data;
  if (position < listing_get_count (view->listing))
    files_menu_open (view->menu, listing_get_number (view->listing, position));
}

static void
tell (GtkWidget *box, const char *sentence)
{
  const FilesView *view = g_object_get_data (G_OBJECT (box), view_key);
  notice_say (view->notice, sentence);
}

static void
only_type (const char *type, void *data)
{
  files_view_set_type (data, type);
}

void
files_view_set_actions (FilesView *view, const FilesActions *actions)
{
  files_menu_set_actions (view->menu, actions);
}

void
files_view_set_settings (FilesView *view, Settings *settings)
{
  files_columns_set_settings (view->columns, settings);
}

void
files_view_search (FilesView *view)
{
  filter_bar_open (view->bar);
}

void
files_view_set_text (FilesView *view, const char *text)
{
  filter_bar_set_text (view->bar, text);
}

void
files_view_set_type (FilesView *view, const char *type)
{
  filter_bar_set_type (view->bar, type);
}

/* ---- the page --------------------------------------------------------------------------------------------------- */

static void
on_clear (GtkButton *button G_GNUC_UNUSED, void *data)
{
  FilesView *view = data;
  (void) filter_bar_close (view->bar);
}

static GtkWidget *
make_nothing_page (FilesView *view)
{
  GtkWidget *page = cells_empty_page ("edit-find-symbolic");
  GtkWidget *clear = gtk_button_new_with_mnemonic (_ ("_Clear the filter"));
  cells_empty_page_say (page, _ ("No file matches"), _ ("There are files, but none is what the filter looks for."));
  gtk_widget_set_halign (clear, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (clear, "suggested-action");
  g_signal_connect (clear, "clicked", G_CALLBACK (on_clear), view);
  gtk_box_append (GTK_BOX (page), clear);
  return page;
}

/* Escape closes what is open, or else does what it does in the window. */
static gboolean
on_escape (GtkWidget *widget G_GNUC_UNUSED, GVariant *arguments G_GNUC_UNUSED, void *data)
{
  FilesView *view = data;
  return notice_close (view->notice) || filter_bar_close (view->bar);
}

static void
add_key (FilesView *view, GtkEventController *keys, const char *trigger, GtkShortcutFunc func)
{
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger), gtk_callback_action_new (func, view, NULL)));
}

static void
build (FilesView *view)
{
  GtkWidget *cells = files_columns_get_cells (view->columns);
  GtkEventController *keys = gtk_shortcut_controller_new ();
  view->box = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  view->stack = gtk_stack_new ();
  view->empty = cells_empty_page ("folder-symbolic");
  cells_empty_page_say (view->empty, _ ("No files"),
                        _ ("There is no regular file in this folder, nor in those in it."));
  gtk_stack_add_named (GTK_STACK (view->stack), cells, "files");
  gtk_stack_add_named (GTK_STACK (view->stack), view->empty, "empty");
  gtk_stack_add_named (GTK_STACK (view->stack), make_nothing_page (view), "nothing");
  gtk_box_append (GTK_BOX (view->box), filter_bar_get_widget (view->bar));
  gtk_box_append (GTK_BOX (view->box), notice_get_widget (view->notice));
  gtk_box_append (GTK_BOX (view->box), view->stack);
  g_object_set_data (G_OBJECT (view->box), view_key, view);
  g_signal_connect (cells_get_view (cells), "activate", G_CALLBACK (on_activate), view);
  add_key (view, keys, "Escape", on_escape);
  gtk_widget_add_controller (view->box, keys);
}

FilesView *
files_view_new (LodgerCaller *caller, void (*wake) (void *data), void *data)
{
  FilesView *view = g_new0 (FilesView, 1);
  view->wake = wake;
  view->data = data;
  view->listing = listing_new (on_rows_changed, view);
  view->columns = files_columns_new (g_object_ref (G_LIST_MODEL (view->listing)), on_asked, view);
  view->bar = filter_bar_new (files_columns_get_cells (view->columns), on_asked, view);
  view->notice = notice_new ();
  view->arranger = arranger_new (caller, &(ArrangerEvents) { on_arranged, view });
  build (view);
  view->menu = files_menu_new (&(FilesMenuParts) {
      .around = view->box,
      .cells = files_columns_get_cells (view->columns),
      .listing = view->listing,
      .caller = caller,
      .tell = tell,
      .only_type = only_type,
      .data = view,
  });
  return view;
}

void
files_view_free (FilesView *view)
{
  view->store = NULL;
  files_columns_set_store (view->columns, NULL);
  arranger_free (view->arranger);
  filter_bar_free (view->bar);
  files_columns_free (view->columns);
  g_object_unref (view->box);
  notice_free (view->notice);
  files_menu_free (view->menu);
  g_object_unref (view->listing);
  g_free (view);
}

GtkWidget *
files_view_get_widget (FilesView *view)
{
  return view->box;
}
