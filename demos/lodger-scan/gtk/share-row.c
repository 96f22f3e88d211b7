/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "share-row.h"

#include "../i18n.h"
#include "../text.h"
#include "family-look.h"

#include <string.h>

enum
{
  PADDING = 6,
  GAP = 10,
  BAR = 8, /* the height of one that is below the name */
  SIZE_CHARS = 9,
  SHARE_CHARS = 8,
  NOTE_CHARS = 14
};

typedef struct Row
{
  GtkWidget parent;
  gboolean wide;
  GString *name, *note, *size, *share;
  double part;
  GdkRGBA colour;
  const char *icon;
  int line, digit; /* the height of a line, and the width of a digit */
} Row;

static GtkWidgetClass *row_parent_class;

/* ---- drawing ---------------------------------------------------------------------------------------------------- */

/* `x` counts from where a line begins. */
static graphene_rect_t
get_place (GtkWidget *widget, double x, double y, double width, double height)
{
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  double left = rtl ? (double) gtk_widget_get_width (widget) - x - width : x;
  return GRAPHENE_RECT_INIT ((float) left, (float) y, (float) MAX (width, 0), (float) MAX (height, 0));
}

static void
draw_text (GtkWidget *widget, GtkSnapshot *snapshot, PangoLayout *layout, const char *text, double x, double y,
           double width, gboolean at_end, gboolean dim)
{
  graphene_rect_t place = get_place (widget, x, y, width, 1);
  GdkRGBA colour = widget_get_text_colour (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int used;
  if (width < 1)
    return;
  if (dim)
    colour.alpha *= 0.75F;
  /* What is at the end of a line is so whatever the direction of the text itself is. */
  pango_layout_set_text (layout, text, -1);
  pango_layout_set_width (layout, -1);
  pango_layout_get_pixel_size (layout, &used, NULL);
  if (used > (int) width)
    pango_layout_set_width (layout, (int) width * PANGO_SCALE);
  used = MIN (used, (int) width);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot,
      &GRAPHENE_POINT_INIT (place.origin.x + (at_end != rtl ? place.size.width - (float) used : 0), place.origin.y));
  gtk_snapshot_append_layout (snapshot, layout, &colour);
  gtk_snapshot_restore (snapshot);
}

static void
draw_box (GtkSnapshot *snapshot, const graphene_rect_t *place, const GdkRGBA *colour, float radius)
{
  GskRoundedRect outline;
  gsk_rounded_rect_init_from_rect (&outline, place, radius);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, colour, place);
  gtk_snapshot_pop (snapshot);
}

static void
draw_outline (GtkSnapshot *snapshot, const graphene_rect_t *place, const GdkRGBA *colour, float radius)
{
  static const float widths[] = { 1, 1, 1, 1 };
  GdkRGBA colours[] = { *colour, *colour, *colour, *colour };
  GskRoundedRect outline;
  gsk_rounded_rect_init_from_rect (&outline, place, radius);
  gtk_snapshot_append_border (snapshot, &outline, widths, colours);
}

/* The bar is outlined, so that it can be seen on what is selected and with a high contrast. */
static void
draw_bar (GtkWidget *widget, GtkSnapshot *snapshot, double x, double y, double width, double height)
{
  const Row *row = (const Row *) widget;
  GdkRGBA text = widget_get_text_colour (widget);
  GdkRGBA trough = text;
  graphene_rect_t whole = get_place (widget, x, y, width, height);
  graphene_rect_t part = get_place (widget, x, y, MAX (width * row->part, row->part > 0 ? 2 : 0), height);
  float radius = (float) MIN (height / 2, 4);
  if (width < 8)
    return;
  trough.alpha *= 0.10F;
  draw_box (snapshot, &whole, &trough, radius);
  if (part.size.width > 0)
    draw_box (snapshot, &part, &row->colour, MIN (radius, part.size.width / 2));
  text.alpha *= 0.35F;
  draw_outline (snapshot, &whole, &text, radius);
}

static void
draw_icon (GtkWidget *widget, GtkSnapshot *snapshot, double x, double y, int size)
{
  const Row *row = (const Row *) widget;
  graphene_rect_t place = get_place (widget, x, y, size, size);
  GdkRGBA text = widget_get_text_colour (widget);
  GtkIconPaintable *icon;
  if (row->icon == NULL)
    {
      draw_box (snapshot, &place, &row->colour, 3);
      text.alpha *= 0.5F;
      draw_outline (snapshot, &place, &text, 3);
      return;
    }
  icon = gtk_icon_theme_lookup_icon (gtk_icon_theme_get_for_display (gtk_widget_get_display (widget)), row->icon, NULL,
                                     size, gtk_widget_get_scale_factor (widget), gtk_widget_get_direction (widget),
                                     GTK_ICON_LOOKUP_FORCE_SYMBOLIC);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &place.origin);
  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (icon), snapshot, size, size, &text, 1);
  gtk_snapshot_restore (snapshot);
  g_object_unref (icon);
}

static PangoLayout *
new_layout (GtkWidget *widget)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, NULL);
  PangoAttrList *digits = pango_attr_list_new ();
  pango_attr_list_insert (digits, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, digits);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_MIDDLE);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_attr_list_unref (digits);
  return layout;
}

static void
row_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  const Row *row = (const Row *) widget;
  PangoLayout *layout = new_layout (widget);
  int icon = row->line * 3 / 4;
  double end = (double) gtk_widget_get_width (widget) - PADDING;
  double x = PADDING + icon + GAP;
  double size = SIZE_CHARS * row->digit;
  double share = SHARE_CHARS * row->digit;
  double y = PADDING;

  draw_icon (widget, snapshot, PADDING, y + (double) (row->line - icon) / 2, icon);
  if (row->wide)
    {
      double note = NOTE_CHARS * row->digit;
      double name = CLAMP ((end - x) * 0.32, 8 * row->digit, 40 * row->digit);
      double bar = end - x - name - size - share - note - 4 * GAP;
      /* Where there is little room, the note goes first, and then the bar. */
      if (bar < 10 * row->digit)
        {
          bar += note + GAP;
          note = 0;
        }
      if (bar < 6 * row->digit)
        {
          name += bar + GAP;
          bar = 0;
        }
      draw_text (widget, snapshot, layout, row->name->str, x, y, name, FALSE, FALSE);
      draw_bar (widget, snapshot, x + name + GAP, y + row->line * 0.2, bar, row->line * 0.6);
      if (note > 0)
        draw_text (widget, snapshot, layout, row->note->str, end - note, y, note, TRUE, TRUE);
      end -= note > 0 ? note + GAP : 0;
      draw_text (widget, snapshot, layout, row->share->str, end - share, y, share, TRUE, TRUE);
      draw_text (widget, snapshot, layout, row->size->str, end - share - GAP - size, y, size, TRUE, FALSE);
    }
  else
    {
      draw_text (widget, snapshot, layout, row->name->str, x, y, end - size - GAP - x, FALSE, FALSE);
      draw_text (widget, snapshot, layout, row->size->str, end - size, y, size, TRUE, FALSE);
      y += row->line + 2;
      draw_bar (widget, snapshot, x, y + (double) (row->line - BAR) / 2, end - share - GAP - x, BAR);
      draw_text (widget, snapshot, layout, row->share->str, end - share, y, share, TRUE, TRUE);
    }
  g_object_unref (layout);
}

/* ---- the widget ------------------------------------------------------------------------------------------------- */

/* Text is as large as the user has it, and the row with it. */
static void
look_at_font (Row *row)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (row));
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  row->line = PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics));
  row->digit = PANGO_PIXELS_CEIL (pango_font_metrics_get_approximate_digit_width (metrics));
  pango_font_metrics_unref (metrics);
}

static void
row_measure (GtkWidget *widget, GtkOrientation orientation, int for_size G_GNUC_UNUSED, int *minimum, int *natural,
             int *minimum_baseline, int *natural_baseline)
{
  Row *row = (Row *) widget;
  look_at_font (row);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = (row->wide ? row->line : 2 * row->line + 2) + 2 * PADDING;
  else
    {
      *minimum = (SIZE_CHARS + 12) * row->digit + 2 * PADDING + GAP + row->line;
      *natural = *minimum + 20 * row->digit;
    }
  *minimum_baseline = *natural_baseline = -1;
}

static void
row_finalize (GObject *object)
{
  Row *row = (Row *) object;
  g_string_free (row->name, TRUE);
  g_string_free (row->note, TRUE);
  g_string_free (row->size, TRUE);
  g_string_free (row->share, TRUE);
  G_OBJECT_CLASS (row_parent_class)->finalize (object);
}

static void
row_class_init (void *class, void *data G_GNUC_UNUSED)
{
  GtkWidgetClass *widget_class = class;
  row_parent_class = g_type_class_peek_parent (class);
  G_OBJECT_CLASS (class)->finalize = row_finalize;
  widget_class->measure = row_measure;
  widget_class->snapshot = row_snapshot;
  gtk_widget_class_set_css_name (widget_class, "share");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
row_init (GTypeInstance *instance, void *class G_GNUC_UNUSED)
{
  Row *row = (Row *) instance;
  row->name = g_string_new (NULL);
  row->note = g_string_new (NULL);
  row->size = g_string_new (NULL);
  row->share = g_string_new (NULL);
}

GtkWidget *
share_row_new (gboolean wide)
{
  static GType type;
  GtkWidget *widget;
  if (type == 0)
    type = g_type_register_static_simple (GTK_TYPE_WIDGET, "LodgerScanShare", sizeof (GtkWidgetClass), row_class_init,
                                          sizeof (Row), row_init, 0);
  widget = g_object_new (type, "hexpand", TRUE, NULL);
  ((Row *) widget)->wide = wide;
  return widget;
}

static void
say (Row *row)
{
  char *text = row->note->len == 0 ? g_strdup_printf (C_ ("name, size, share", "%s, %s, %s"), row->name->str,
                                                      row->size->str, row->share->str)
                                   : g_strdup_printf (C_ ("name, size, share, files", "%s, %s, %s, %s"), row->name->str,
                                                      row->size->str, row->share->str, row->note->str);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  g_free (text);
}

void
share_row_set (GtkWidget *widget, const ShareRow *shown)
{
  Row *row = (Row *) widget;
  GString *size = g_string_new (NULL);
  GString *number = g_string_new (NULL);
  char *share;
  text_append_size (size, shown->bytes);
  text_append_tenths (number, 100 * shown->share);
  share = g_strdup_printf (C_ ("share", "%s %%"), number->str);
  if (!g_string_equal (row->name, shown->name) || !g_string_equal (row->note, shown->note)
      || !g_string_equal (row->size, size) || strcmp (row->share->str, share) != 0 || row->icon != shown->icon
      || row->part != shown->part || !gdk_rgba_equal (&row->colour, &shown->colour))
    {
      g_string_assign (row->name, shown->name->str);
      g_string_assign (row->note, shown->note->str);
      g_string_assign (row->size, size->str);
      g_string_assign (row->share, share);
      row->part = shown->part;
      row->colour = shown->colour;
      row->icon = shown->icon;
      say (row);
      gtk_widget_queue_draw (widget);
    }
  g_free (share);
  g_string_free (number, TRUE);
  g_string_free (size, TRUE);
}
