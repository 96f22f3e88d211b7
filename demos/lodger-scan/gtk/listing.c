/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "listing.h"

#include <string.h>

/* A list of GTK makes widgets for the rows that are in sight and those around, about 200 of them. */
enum
{
  ROWS_WITH_WIDGETS = 240,
  WIDGETS_AT_ONCE = 8,
  WIDGETS_FREED_AT_ONCE = 40,
  FREED_AT_ONCE = 2000
};

struct Listing
{
  GObject parent;
  GArray *numbers;  /* guint by place; those behind `rows` have no row yet, and rows behind them show nothing */
  GPtrArray *rows;  /* row by place, or NULL as long as nobody has asked for it */
  GPtrArray *gone;  /* rows to be freed */
  GByteArray *bits; /* by the number of the file: whether it is selected */
  guint n_selected;
  void (*changed) (void *data);
  void *data;
};

static guint
number_at (const Listing *listing, guint position)
{
  return position < listing->numbers->len ? g_array_index (listing->numbers, guint, position) : G_MAXUINT;
}

/* Rows that show something. */
static guint
count_shown (const Listing *listing)
{
  return MIN (listing->rows->len, listing->numbers->len);
}

/* ---- the model -------------------------------------------------------------------------------------------------- */

static guint
get_n_items (GListModel *model)
{
  return ((Listing *) model)->rows->len;
}

static void *
get_item (GListModel *model, guint position)
{
  Listing *listing = (Listing *) model;
  void **place;
  if (position >= listing->rows->len)
    return NULL;
  place = &g_ptr_array_index (listing->rows, position);
  if (*place == NULL)
    *place = row_new (0, number_at (listing, position));
  return g_object_ref (*place);
}

/* ---- the selection ---------------------------------------------------------------------------------------------- */

static gboolean
is_number_selected (const Listing *listing, guint number)
{
  return number < listing->bits->len && listing->bits->data[number] != 0;
}

static void
select_number (Listing *listing, guint number, gboolean selected)
{
  if (is_number_selected (listing, number) == selected)
    return;
  if (number >= listing->bits->len)
    {
      guint old = listing->bits->len;
      g_byte_array_set_size (listing->bits, MAX (number + 1, 2 * old));
      memset (listing->bits->data + old, 0, listing->bits->len - old);
    }
  listing->bits->data[number] = selected ? 1 : 0;
  listing->n_selected += selected ? 1U : G_MAXUINT;
}

static void
select_nothing (Listing *listing)
{
  if (listing->n_selected > 0)
    memset (listing->bits->data, 0, listing->bits->len);
  listing->n_selected = 0;
}

static gboolean
is_selected (GtkSelectionModel *model, guint position)
{
  const Listing *listing = (Listing *) model;
  return position < listing->rows->len && is_number_selected (listing, number_at (listing, position));
}

static GtkBitset *
get_selection_in_range (GtkSelectionModel *model, guint position, guint n_items)
{
  const Listing *listing = (Listing *) model;
  GtkBitset *selected = gtk_bitset_new_empty ();
  guint end = MIN (count_shown (listing), position + MIN (n_items, G_MAXUINT - position));
  for (guint i = position; i < end && listing->n_selected > 0; i++)
    if (is_number_selected (listing, number_at (listing, i)))
      (void) gtk_bitset_add (selected, i);
  return selected;
}

/* What is not in `mask` stays as it is. */
static gboolean
set_selection (GtkSelectionModel *model, GtkBitset *selected, GtkBitset *mask)
{
  Listing *listing = (Listing *) model;
  guint shown = count_shown (listing);
  gboolean all = gtk_bitset_get_size_in_range (mask, 0, shown) == shown;
  GtkBitsetIter iter;
  guint position;
  gboolean goes_on;
  if (shown == 0)
    return TRUE;
  if (all)
    select_nothing (listing);
  for (goes_on = gtk_bitset_iter_init_first (&iter, all ? selected : mask, &position); goes_on && position < shown;
       goes_on = gtk_bitset_iter_next (&iter, &position))
    select_number (listing, number_at (listing, position), all || gtk_bitset_contains (selected, position));
  gtk_selection_model_selection_changed (model, 0, listing->rows->len);
  return TRUE;
}

static void
selection_model_init (void *interface, void *data G_GNUC_UNUSED)
{
  GtkSelectionModelInterface *selection_model = interface;
  selection_model->is_selected = is_selected;
  selection_model->get_selection_in_range = get_selection_in_range;
  selection_model->set_selection = set_selection;
}

/* Of the files that are selected, those that are not shown are not selected any more. */
static void
select_what_is_shown (Listing *listing)
{
  GByteArray *old = listing->bits;
  if (listing->n_selected == 0)
    return;
  listing->bits = g_byte_array_sized_new (old->len);
  listing->n_selected = 0;
  for (guint i = 0; i < listing->numbers->len; i++)
    {
      guint number = number_at (listing, i);
      if (number < old->len && old->data[number] != 0)
        select_number (listing, number, TRUE);
    }
  g_byte_array_unref (old);
  if (listing->rows->len > 0)
    gtk_selection_model_selection_changed (GTK_SELECTION_MODEL (listing), 0, listing->rows->len);
}

/* ---- the type --------------------------------------------------------------------------------------------------- */

static void
clear (void *model)
{
  Listing *listing = model;
  g_array_unref (listing->numbers);
  g_ptr_array_unref (listing->rows);
  g_ptr_array_unref (listing->gone);
  g_byte_array_unref (listing->bits);
}

static GType
listing_get_type (void)
{
  static const RowModelType model = { "LodgerScanListing", sizeof (Listing), clear, get_n_items, get_item };
  static GType type;
  if (type == 0)
    {
      const GInterfaceInfo selection_model = { selection_model_init, NULL, NULL };
      type = row_model_register (&model);
      g_type_add_interface_static (type, GTK_TYPE_SELECTION_MODEL, &selection_model);
    }
  return type;
}

Listing *
listing_new (void (*changed) (void *data), void *data)
{
  Listing *listing = g_object_new (listing_get_type (), NULL);
  listing->numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  listing->rows = g_ptr_array_new_with_free_func (row_forget);
  listing->gone = g_ptr_array_new_with_free_func (row_forget);
  listing->bits = g_byte_array_new ();
  listing->changed = changed;
  listing->data = data;
  return listing;
}

/* ---- what is shown ---------------------------------------------------------------------------------------------- */

/* Takes the rows behind the first `count` away. They are freed little by little, since there may be many. */
static void
shorten (Listing *listing, guint count)
{
  guint old = listing->rows->len;
  if (count >= old)
    return;
  for (guint i = count; i < old; i++)
    {
      void *row = g_steal_pointer (&g_ptr_array_index (listing->rows, i));
      if (row != NULL)
        g_ptr_array_add (listing->gone, row);
    }
  g_ptr_array_set_size (listing->rows, (gint) count);
  g_list_model_items_changed (G_LIST_MODEL (listing), count, old - count, 0);
}

/* Tells the rows from there on which files they show. */
static void
renumber (Listing *listing, guint first)
{
  for (guint i = first; i < listing->rows->len; i++)
    if (g_ptr_array_index (listing->rows, i) != NULL)
      row_set_number (g_ptr_array_index (listing->rows, i), number_at (listing, i));
}

/* Widgets are dear to make and to free. So as many rows as may have one stay for now, although they show nothing: they
 * go with the next frames. The others go while those that stay have their old numbers: whoever hears of it may ask for
 * them. */
void
listing_show (Listing *listing, GArray *numbers)
{
  GArray *old = listing->numbers;
  shorten (listing, MAX (numbers->len, ROWS_WITH_WIDGETS));
  listing->numbers = numbers;
  g_array_unref (old);
  renumber (listing, 0);
  select_what_is_shown (listing);
  listing->changed (listing->data);
}

void
listing_append (Listing *listing, guint first, guint end)
{
  guint old = listing->numbers->len;
  guint count = old;
  if (first >= end)
    return;
  g_array_set_size (listing->numbers, count + end - first);
  for (guint i = first; i < end; i++)
    g_array_index (listing->numbers, guint, count++) = i;
  /* Rows that showed nothing may be there. */
  if (old < listing->rows->len)
    {
      renumber (listing, old);
      listing->changed (listing->data);
    }
}

gboolean
listing_grow (Listing *listing)
{
  guint shown = listing->rows->len;
  guint freed = MIN (listing->gone->len, FREED_AT_ONCE);
  guint added = listing->numbers->len - count_shown (listing);
  if (shown < ROWS_WITH_WIDGETS)
    added = MIN (added, WIDGETS_AT_ONCE);
  g_ptr_array_set_size (listing->gone, (gint) (listing->gone->len - freed));
  if (shown > listing->numbers->len)
    shorten (listing, MAX (listing->numbers->len, shown - MIN (shown, WIDGETS_FREED_AT_ONCE)));
  if (added > 0)
    {
      g_ptr_array_set_size (listing->rows, (gint) (shown + added));
      g_list_model_items_changed (G_LIST_MODEL (listing), shown, 0, added);
    }
  return listing->rows->len != listing->numbers->len || listing->gone->len > 0;
}

guint
listing_get_count (const Listing *listing)
{
  return listing->numbers->len;
}

guint
listing_get_number (const Listing *listing, guint position)
{
  return number_at (listing, position);
}

GArray *
listing_get_selected (const Listing *listing)
{
  GArray *selected = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < listing->numbers->len && selected->len < listing->n_selected; i++)
    {
      guint number = number_at (listing, i);
      if (is_number_selected (listing, number))
        g_array_append_val (selected, number);
    }
  return selected;
}

guint
listing_count_selected (const Listing *listing)
{
  return listing->n_selected;
}
