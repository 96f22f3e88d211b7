/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "treemap-picture.h"

#include "../i18n.h"
#include "../text.h"
#include "family-look.h"

enum
{
  GAP = 1,
  INSET = 4,
  LEAST_LABEL = 32, /* the width of a name that can be read */
  BUDGET = 1500     /* µs that drawing may take of a frame */
};

/* First come all rectangles, and then what is written on them. */
struct TreemapPicture
{
  GtkWidget *widget;
  const TreemapLayout *layout;
  const Store *store;
  GByteArray *families;    /* by the number of a type of the store: looking one up takes long */
  GPtrArray *shown, *made; /* GskRenderNode; `made` is NULL when it is shown */
  guint written;           /* tiles that were looked at for what is written on them */
  guint tick;
  GdkRGBA text, base, accent;
  gboolean dark;
  PangoLayout *label;
  PangoFontDescription *font; /* what the label was made for */
  int line;                   /* the height of a line of text */
};

static int
get_pixel (double at)
{
  return (int) (at + 0.5);
}

/* On whole pixels, with a gap at the right and below. */
static graphene_rect_t
get_bounds (const TreemapTile *tile)
{
  int left = get_pixel (tile->x);
  int top = get_pixel (tile->y);
  return GRAPHENE_RECT_INIT ((float) left, (float) top, (float) MAX (get_pixel (tile->x + tile->width) - left - GAP, 0),
                             (float) MAX (get_pixel (tile->y + tile->height) - top - GAP, 0));
}

static Family
get_family (const TreemapPicture *picture, guint file)
{
  const GArray *types = picture->store->types;
  guint type = g_array_index (picture->store->files, StoreFile, file).type;
  while (picture->families->len < types->len)
    {
      guint8 family = (guint8) family_of_type (g_array_index (types, StoreType, picture->families->len).name);
      g_byte_array_append (picture->families, &family, 1);
    }
  return (Family) picture->families->data[type];
}

static GdkRGBA
get_colour (const TreemapPicture *picture, const TreemapTile *tile)
{
  switch (tile->part.kind)
    {
    case TREEMAP_FOLDER:
      return colour_mix (&picture->base, &picture->text,
                         tile->open ? 0.10F + 0.06F * (float) (tile->depth % 3) : 0.40F);
    case TREEMAP_FILE: return family_get_colour (get_family (picture, tile->part.file), picture->dark);
    default: return colour_mix (&picture->base, &picture->text, 0.25F);
    }
}

static GskRenderNode *
make_tiles (const TreemapPicture *picture)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  const GArray *tiles = treemap_layout_get_tiles (picture->layout);
  for (guint i = 0; i < tiles->len; i++)
    {
      const TreemapTile *tile = &g_array_index (tiles, TreemapTile, i);
      graphene_rect_t bounds = get_bounds (tile);
      GdkRGBA colour = get_colour (picture, tile);
      if (bounds.size.width > 0 && bounds.size.height > 0)
        gtk_snapshot_append_color (snapshot, &colour, &bounds);
    }
  return gtk_snapshot_free_to_node (snapshot);
}

static void
append_name (const TreemapPicture *picture, const TreemapPart *part, GString *text)
{
  char *count;
  switch (part->kind)
    {
    case TREEMAP_FOLDER: text_append_shown (text, part->dir->name); break;
    case TREEMAP_FILE:
      text_append_shown (text, g_array_index (picture->store->files, StoreFile, part->file).name);
      break;
    default:
      count = g_strdup_printf ("%" G_GUINT64_FORMAT, part->count);
      g_string_append_printf (text, ngettext ("%s smaller one", "%s smaller ones", (gulong) part->count), count);
      g_free (count);
    }
}

static void
write_line (TreemapPicture *picture, GtkSnapshot *snapshot, const char *text, const GdkRGBA *colour, float x, float y,
            int width)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  pango_layout_set_text (picture->label, text, -1);
  pango_layout_set_width (picture->label, width * PANGO_SCALE);
  gtk_snapshot_append_layout (snapshot, picture->label, colour);
  gtk_snapshot_restore (snapshot);
}

/* The name; below it the size, where there is room for that. */
static void
write_tile (TreemapPicture *picture, GtkSnapshot *snapshot, const TreemapTile *tile)
{
  graphene_rect_t bounds = get_bounds (tile);
  GdkRGBA background = get_colour (picture, tile);
  GdkRGBA colour = colour_on (&background);
  int width = (int) bounds.size.width - 2 * INSET;
  GString *text;
  if (width < LEAST_LABEL - 2 * INSET || bounds.size.height < (float) (picture->line + 2))
    return;
  if (tile->open && tile->height < treemap_layout_get_options (picture->layout)->header + (double) picture->line)
    return;
  text = g_string_new (NULL);
  append_name (picture, &tile->part, text);
  write_line (picture, snapshot, text->str, &colour, bounds.origin.x + INSET, bounds.origin.y + 1, width);
  if (!tile->open && bounds.size.height >= (float) (2 * picture->line + 2 * INSET))
    {
      g_string_truncate (text, 0);
      text_append_size (text, tile->part.weight);
      write_line (picture, snapshot, text->str, &colour, bounds.origin.x + INSET,
                  bounds.origin.y + 1 + (float) picture->line, width);
    }
  g_string_free (text, TRUE);
}

static void
add_node (GPtrArray *nodes, GskRenderNode *node)
{
  if (node != NULL)
    g_ptr_array_add (nodes, node);
}

static void
unref_node (void *node)
{
  gsk_render_node_unref (node);
}

/* Another portion of the picture. FALSE when all of it is shown. */
static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock G_GNUC_UNUSED, void *data)
{
  TreemapPicture *picture = data;
  gint64 end = g_get_monotonic_time () + BUDGET;
  const GArray *tiles = treemap_layout_get_tiles (picture->layout);
  GtkSnapshot *snapshot;
  if (picture->made->len == 0)
    add_node (picture->made, make_tiles (picture));
  snapshot = gtk_snapshot_new ();
  for (; picture->written < tiles->len && g_get_monotonic_time () < end; picture->written++)
    write_tile (picture, snapshot, &g_array_index (tiles, TreemapTile, picture->written));
  add_node (picture->made, gtk_snapshot_free_to_node (snapshot));
  if (picture->written < tiles->len)
    return G_SOURCE_CONTINUE;
  g_ptr_array_unref (picture->shown);
  picture->shown = g_steal_pointer (&picture->made);
  picture->tick = 0;
  gtk_widget_queue_draw (widget);
  return G_SOURCE_REMOVE;
}

static void
stop_making (TreemapPicture *picture)
{
  if (picture->tick != 0)
    gtk_widget_remove_tick_callback (picture->widget, picture->tick);
  picture->tick = 0;
  g_clear_pointer (&picture->made, g_ptr_array_unref);
}

void
treemap_picture_make (TreemapPicture *picture, const TreemapLayout *layout, const Store *store)
{
  GtkStyleContext *style = gtk_widget_get_style_context (picture->widget);
  stop_making (picture);
  if (store != picture->store)
    g_byte_array_set_size (picture->families, 0);
  picture->layout = layout;
  picture->store = store;
  if (layout == NULL)
    {
      g_ptr_array_set_size (picture->shown, 0);
      gtk_widget_queue_draw (picture->widget);
      return;
    }
  picture->text = widget_get_text_colour (picture->widget);
  picture->accent = widget_get_accent (picture->widget);
  picture->dark = widget_is_dark (picture->widget);
  if (!gtk_style_context_lookup_color (style, "theme_base_color", &picture->base))
    picture->base = colour_on (&picture->text);
  picture->made = g_ptr_array_new_with_free_func (unref_node);
  picture->written = 0;
  picture->tick = gtk_widget_add_tick_callback (picture->widget, on_tick, picture, NULL);
}

/* ---- what is drawn each time ------------------------------------------------------------------------------------ */

static void
add_frame (GtkSnapshot *snapshot, const graphene_rect_t *bounds, float width, const GdkRGBA *colour)
{
  GskRoundedRect outline;
  float widths[] = { width, width, width, width };
  GdkRGBA colours[] = { *colour, *colour, *colour, *colour };
  gsk_rounded_rect_init_from_rect (&outline, bounds, 0);
  gtk_snapshot_append_border (snapshot, &outline, widths, colours);
}

/* Two lines, one of which can be seen whatever is below. */
void
treemap_picture_mark (const TreemapPicture *picture, GtkSnapshot *snapshot, const TreemapTile *tile, double width,
                      gboolean strong)
{
  graphene_rect_t bounds = get_bounds (tile);
  add_frame (snapshot, &bounds, (float) width, strong ? &picture->accent : &picture->text);
  if (bounds.size.width < 4 * (float) width || bounds.size.height < 4 * (float) width)
    return;
  graphene_rect_inset (&bounds, (float) width, (float) width);
  add_frame (snapshot, &bounds, 1, &picture->base);
}

void
treemap_picture_snapshot (const TreemapPicture *picture, GtkSnapshot *snapshot)
{
  for (guint i = 0; i < picture->shown->len; i++)
    gtk_snapshot_append_node (snapshot, g_ptr_array_index (picture->shown, i));
}

/* ---- the style -------------------------------------------------------------------------------------------------- */

static gboolean
is_same_style (const TreemapPicture *picture)
{
  GdkRGBA text = widget_get_text_colour (picture->widget);
  GdkRGBA accent = widget_get_accent (picture->widget);
  PangoContext *context = gtk_widget_get_pango_context (picture->widget);
  return picture->label != NULL && gdk_rgba_equal (&text, &picture->text) && gdk_rgba_equal (&accent, &picture->accent)
         && pango_font_description_equal (pango_context_get_font_description (context), picture->font);
}

gboolean
treemap_picture_look_at_style (TreemapPicture *picture)
{
  PangoContext *context = gtk_widget_get_pango_context (picture->widget);
  if (is_same_style (picture))
    return FALSE;
  g_clear_object (&picture->label);
  g_clear_pointer (&picture->font, pango_font_description_free);
  picture->font = pango_font_description_copy (pango_context_get_font_description (context));
  picture->label = gtk_widget_create_pango_layout (picture->widget, "X");
  pango_layout_get_pixel_size (picture->label, NULL, &picture->line);
  pango_layout_set_ellipsize (picture->label, PANGO_ELLIPSIZE_MIDDLE);
  pango_layout_set_single_paragraph_mode (picture->label, TRUE);
  return TRUE;
}

int
treemap_picture_get_line (const TreemapPicture *picture)
{
  return picture->line;
}

TreemapPicture *
treemap_picture_new (GtkWidget *widget)
{
  TreemapPicture *picture = g_new0 (TreemapPicture, 1);
  picture->widget = widget;
  picture->shown = g_ptr_array_new_with_free_func (unref_node);
  picture->families = g_byte_array_new ();
  treemap_picture_look_at_style (picture);
  return picture;
}

void
treemap_picture_stop (TreemapPicture *picture)
{
  stop_making (picture);
  picture->layout = NULL;
}

void
treemap_picture_free (TreemapPicture *picture)
{
  g_ptr_array_unref (picture->shown);
  g_byte_array_unref (picture->families);
  g_object_unref (picture->label);
  pango_font_description_free (picture->font);
  g_free (picture);
}
