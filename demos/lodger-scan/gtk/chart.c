/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chart.h"

#include "../shares.h"
#include "../text.h"
#include "cells.h"

enum
{
  PADDING = 24,
  STRIP_HEIGHT = 32,
  ROW_HEIGHT = 34,
  BAR_HEIGHT = 10,
  MOST_ROWS = 24
};

struct Chart
{
  GtkWidget *stack, *area, *empty;
  const Store *store;
};

/* ---- what is drawn ---------------------------------------------------------------------------------------------- */

typedef struct Brush
{
  cairo_t *cr;
  PangoLayout *layout;
  GdkRGBA text, accent;
  gboolean dark;
  double width;
} Brush;

/* The theme's own accent, turned round the circle of hues: neighbours differ, and both themes can be read. The tail is
 * grey. */
static void
set_share_colour (const Brush *brush, guint index, const Share *share)
{
  static const float golden = 0.381966F;
  float hue;
  float saturation;
  float value;
  float red;
  float green;
  float blue;
  if (share->name == NULL)
    {
      cairo_set_source_rgba (brush->cr, brush->text.red, brush->text.green, brush->text.blue, 0.35);
      return;
    }
  gtk_rgb_to_hsv (brush->accent.red, brush->accent.green, brush->accent.blue, &hue, &saturation, &value);
  hue += (float) index * golden;
  hue -= (float) (int) hue;
  gtk_hsv_to_rgb (hue, brush->dark ? 0.55F : 0.65F, brush->dark ? 0.90F : 0.80F, &red, &green, &blue);
  cairo_set_source_rgb (brush->cr, red, green, blue);
}

static void
draw_text (const Brush *brush, const char *text, double x, double y, double width, PangoAlignment align, double alpha)
{
  cairo_set_source_rgba (brush->cr, brush->text.red, brush->text.green, brush->text.blue, alpha);
  pango_layout_set_text (brush->layout, text, -1);
  pango_layout_set_width (brush->layout, (int) (MAX (width, 1) * PANGO_SCALE));
  pango_layout_set_alignment (brush->layout, align);
  cairo_move_to (brush->cr, x, y);
  pango_cairo_show_layout (brush->cr, brush->layout);
}

static void
add_rounded (cairo_t *cr, double x, double y, double width, double height, double radius)
{
  radius = MIN (radius, MIN (width, height) / 2);
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI_2, 0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0, G_PI_2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, G_PI + G_PI_2);
  cairo_close_path (cr);
}

static void
draw_strip (const Brush *brush, const GArray *shares, double total, double y)
{
  double x = PADDING;
  double width = brush->width - 2 * PADDING;
  cairo_save (brush->cr);
  add_rounded (brush->cr, PADDING, y, width, STRIP_HEIGHT, 6);
  cairo_clip (brush->cr);
  for (guint i = 0; i < shares->len; i++)
    {
      const Share *share = &g_array_index (shares, Share, i);
      double part = width * (double) share->bytes / total;
      set_share_colour (brush, i, share);
      /* A gap of the page's colour between neighbours, where there is room for one. */
      cairo_rectangle (brush->cr, x, y, MAX (part - (part > 3 ? 1 : 0), 0), STRIP_HEIGHT);
      cairo_fill (brush->cr);
      x += part;
    }
  cairo_restore (brush->cr);
}

static void
draw_share (const Brush *brush, const Share *share, guint index, double largest, double total, double y)
{
  GString *text = g_string_new (NULL);
  double name_width = CLAMP (brush->width * 0.30, 120, 320);
  double number_width = 90;
  double count_width = brush->width > 640 ? 110 : 0;
  double bar_x = PADDING + 22 + name_width + 12;
  double right = brush->width - (double) PADDING;
  double bar_width = right - 2 * number_width - count_width - 12 - bar_x;

  set_share_colour (brush, index, share);
  add_rounded (brush->cr, PADDING, y + 3, 12, 12, 3);
  cairo_fill (brush->cr);
  if (share->name == NULL)
    g_string_append (text, "other");
  else
    text_append_shown (text, share->name);
  pango_layout_set_ellipsize (brush->layout, PANGO_ELLIPSIZE_MIDDLE);
  draw_text (brush, text->str, PADDING + 22, y, name_width, PANGO_ALIGN_LEFT, 1);
  if (bar_width > 20)
    {
      double part = bar_width * (double) share->bytes / largest;
      cairo_set_source_rgba (brush->cr, brush->text.red, brush->text.green, brush->text.blue, 0.08);
      add_rounded (brush->cr, bar_x, y + 4, bar_width, BAR_HEIGHT, 5);
      cairo_fill (brush->cr);
      set_share_colour (brush, index, share);
      add_rounded (brush->cr, bar_x, y + 4, MAX (part, 2), BAR_HEIGHT, 5);
      cairo_fill (brush->cr);
    }
  g_string_truncate (text, 0);
  text_append_size (text, share->bytes);
  draw_text (brush, text->str, right - count_width - 2 * number_width, y, number_width, PANGO_ALIGN_RIGHT, 1);
  {
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_assign (text, g_ascii_formatd (number, sizeof number, "%.1f", 100 * (double) share->bytes / total));
    g_string_append (text, " %");
  }
  draw_text (brush, text->str, right - count_width - number_width, y, number_width, PANGO_ALIGN_RIGHT, 0.65);
  if (count_width > 0)
    {
      g_string_truncate (text, 0);
      text_append_count (text, share->files);
      g_string_append (text, share->files == 1 ? " file" : " files");
      draw_text (brush, text->str, right - count_width, y, count_width, PANGO_ALIGN_RIGHT, 0.65);
    }
  g_string_free (text, TRUE);
}

static void
on_draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, void *data)
{
  const Chart *chart = data;
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (area));
  Brush brush = { .cr = cr, .width = width };
  int room = (height - 2 * PADDING - STRIP_HEIGHT - PADDING) / ROW_HEIGHT;
  GArray *shares = shares_new (chart->store, (guint) CLAMP (room, 2, MOST_ROWS));
  double y = PADDING + STRIP_HEIGHT + PADDING;
  double total = chart->store == NULL ? 1 : (double) MAX (chart->store->bytes, 1);
  double largest = 1;

  gtk_style_context_get_color (style, &brush.text);
  if (!gtk_style_context_lookup_color (style, "theme_selected_bg_color", &brush.accent))
    brush.accent = brush.text;
  brush.dark = brush.text.red + brush.text.green + brush.text.blue > 1.5F;
  brush.layout = gtk_widget_create_pango_layout (GTK_WIDGET (area), NULL);
  for (guint i = 0; i < shares->len; i++)
    largest = MAX (largest, (double) g_array_index (shares, Share, i).bytes);
  draw_strip (&brush, shares, total, PADDING);
  for (guint i = 0; i < shares->len; i++, y += (double) ROW_HEIGHT)
    draw_share (&brush, &g_array_index (shares, Share, i), i, largest, total, y);
  g_object_unref (brush.layout);
  g_array_unref (shares);
}

/* ---- the page --------------------------------------------------------------------------------------------------- */

/* For those who do not see it. */
static void
describe (Chart *chart)
{
  GString *text = g_string_new (NULL);
  shares_append (text, chart->store);
  gtk_accessible_update_property (GTK_ACCESSIBLE (chart->area), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str, -1);
  g_string_free (text, TRUE);
}

Chart *
chart_new (void)
{
  Chart *chart = g_new0 (Chart, 1);
  chart->stack = g_object_ref_sink (gtk_stack_new ());
  chart->area = g_object_new (GTK_TYPE_DRAWING_AREA, "accessible-role", GTK_ACCESSIBLE_ROLE_IMG, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (chart->area), GTK_ACCESSIBLE_PROPERTY_LABEL, "Bytes by type", -1);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (chart->area), on_draw, chart, NULL);
  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (chart->area), 480);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (chart->area), 3 * PADDING + STRIP_HEIGHT + 4 * ROW_HEIGHT);
  chart->empty = cells_empty_page ("view-list-symbolic");
  gtk_stack_add_named (GTK_STACK (chart->stack), chart->empty, "empty");
  gtk_stack_add_named (GTK_STACK (chart->stack), chart->area, "chart");
  return chart;
}

void
chart_free (Chart *chart)
{
  g_object_unref (chart->stack);
  g_free (chart);
}

GtkWidget *
chart_get_widget (Chart *chart)
{
  return chart->stack;
}

void
chart_set (Chart *chart, const Store *store)
{
  chart->store = store;
  chart_refresh (chart, FALSE);
}

void
chart_refresh (Chart *chart, gboolean over)
{
  gboolean any = chart->store != NULL && chart->store->types->len > 0;
  if (!any)
    cells_empty_page_say (chart->empty, "No types", over ? "Without files there are none." : "None was found yet.");
  gtk_stack_set_visible_child_name (GTK_STACK (chart->stack), any ? "chart" : "empty");
  if (over)
    describe (chart);
  if (gtk_widget_get_mapped (chart->area))
    gtk_widget_queue_draw (chart->area);
}
