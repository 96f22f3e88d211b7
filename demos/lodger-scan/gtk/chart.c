/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chart.h"

#include "../i18n.h"
#include "../shares.h"
#include "../text.h"
#include "cells.h"
#include "family-look.h"
#include "share-list.h"
#include "strip.h"

enum
{
  MOST_ROWS = 200,
  IN_STRIP = 24 /* more parts could not be told from each other */
};

struct Chart
{
  GtkWidget *stack, *strip, *list, *empty;
  void (*chosen) (const char *type, void *data);
  void *data;
  const Store *store;
  GArray *shares; /* Share; NULL: they have not been made */
};

/* The theme's own accent, turned round the circle of hues: neighbours differ, and both themes can be read. All others
 * are grey. */
static GdkRGBA
get_colour (const Chart *chart, guint number, const Share *share)
{
  static const float golden = 0.381966F;
  gboolean dark = widget_is_dark (chart->strip);
  GdkRGBA accent = widget_get_accent (chart->strip);
  float hue;
  float saturation;
  float value;
  if (share->name == NULL)
    return family_get_colour (FAMILY_OTHER, dark);
  gtk_rgb_to_hsv (accent.red, accent.green, accent.blue, &hue, &saturation, &value);
  hue += (float) number * golden;
  hue -= (float) (int) hue;
  gtk_hsv_to_rgb (hue, dark ? 0.55F : 0.65F, dark ? 0.90F : 0.80F, &accent.red, &accent.green, &accent.blue);
  return accent;
}

static const Share *
get_share (const Chart *chart, guint number)
{
  return &g_array_index (chart->shares, Share, number);
}

static const char *
get_name (const Share *share)
{
  return share->name == NULL ? C_ ("types", "other") : share->name;
}

static double
get_total (const Chart *chart)
{
  return (double) MAX (chart->store->bytes, 1);
}

/* ---- what is shown ---------------------------------------------------------------------------------------------- */

static void
fill_row (guint number, ShareRow *row, void *data)
{
  const Chart *chart = data;
  const Share *share = get_share (chart, number);
  GString *count = g_string_new (NULL);
  double largest = 1;
  /* The others may be more than the largest type. */
  for (guint i = 0; i < chart->shares->len; i += MAX (chart->shares->len - 1, 1))
    largest = MAX (largest, (double) get_share (chart, i)->bytes);
  text_append_shown (row->name, get_name (share));
  text_append_count (count, share->files);
  g_string_append_printf (row->note, ngettext ("%s file", "%s files", (gulong) share->files), count->str);
  row->bytes = share->bytes;
  row->part = (double) share->bytes / largest;
  row->share = (double) share->bytes / get_total (chart);
  row->colour = get_colour (chart, number, share);
  g_string_free (count, TRUE);
}

/* The smallest ones have no part of their own in the strip. */
static void
show_strip (const Chart *chart)
{
  StripPart parts[IN_STRIP];
  guint count = 0;
  double left = 1;
  for (; count < chart->shares->len && count < IN_STRIP - 1; count++)
    {
      const Share *share = get_share (chart, count);
      parts[count] = (StripPart) { get_name (share), (double) share->bytes / get_total (chart),
                                   get_colour (chart, count, share) };
      left -= parts[count].share;
    }
  if (left > 0.0001 && chart->shares->len > 0)
    parts[count++]
        = (StripPart) { C_ ("types", "other"), left, family_get_colour (FAMILY_OTHER, widget_is_dark (chart->strip)) };
  strip_set (chart->strip, parts, count);
}

/* For those who do not see it. */
static void
describe (const Chart *chart)
{
  GString *text = g_string_new (NULL);
  shares_append (text, chart->store);
  gtk_accessible_update_property (GTK_ACCESSIBLE (chart->strip), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str, -1);
  g_string_free (text, TRUE);
}

/* ---- the page --------------------------------------------------------------------------------------------------- */

static void
on_chosen (guint number, void *data)
{
  const Chart *chart = data;
  if (number < chart->shares->len && get_share (chart, number)->name != NULL)
    chart->chosen (get_share (chart, number)->name, chart->data);
}

static void
show_shares (Chart *chart)
{
  g_clear_pointer (&chart->shares, g_array_unref);
  chart->shares = shares_new (chart->store, MOST_ROWS);
  show_strip (chart);
  share_list_set_count (chart->list, chart->shares->len);
}

static void
on_map (GtkWidget *widget G_GNUC_UNUSED, void *data)
{
  show_shares (data);
}

Chart *
chart_new (void (*chosen) (const char *type, void *data), void *data)
{
  Chart *chart = g_new0 (Chart, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *hint = gtk_label_new (_ ("Return, or a double click, shows the files of a type."));
  ShareListSource rows = { .fill = fill_row, .activated = on_chosen, .data = chart };
  chart->chosen = chosen;
  chart->data = data;
  chart->shares = shares_new (NULL, MOST_ROWS);
  chart->stack = g_object_ref_sink (gtk_stack_new ());
  chart->strip = strip_new (_ ("Bytes by type"), on_chosen, chart);
  gtk_widget_add_css_class (chart->strip, "page-strip");
  chart->list = share_list_new (_ ("Types"), TRUE, &rows);
  gtk_label_set_wrap (GTK_LABEL (hint), TRUE);
  gtk_widget_add_css_class (hint, "dim-label");
  gtk_widget_add_css_class (hint, "page-foot");
  gtk_box_append (GTK_BOX (box), chart->strip);
  gtk_box_append (GTK_BOX (box), chart->list);
  gtk_box_append (GTK_BOX (box), hint);
  g_signal_connect (chart->strip, "map", G_CALLBACK (on_map), chart);
  chart->empty = cells_empty_page ("view-list-symbolic");
  gtk_stack_add_named (GTK_STACK (chart->stack), chart->empty, "empty");
  gtk_stack_add_named (GTK_STACK (chart->stack), box, "chart");
  return chart;
}

void
chart_free (Chart *chart)
{
  g_object_unref (chart->stack);
  g_array_unref (chart->shares);
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
  show_shares (chart);
  chart_refresh (chart, FALSE);
}

gboolean
chart_grow (Chart *chart)
{
  return gtk_widget_get_mapped (chart->list) && share_list_grow (chart->list);
}

void
chart_refresh (Chart *chart, gboolean over)
{
  gboolean any = chart->store != NULL && chart->store->types->len > 0;
  if (!any)
    cells_empty_page_say (chart->empty, _ ("No types"),
                          over ? _ ("Without files there are none.") : _ ("None was found yet."));
  gtk_stack_set_visible_child_name (GTK_STACK (chart->stack), any ? "chart" : "empty");
  if (over && any)
    describe (chart);
  if (any && gtk_widget_get_mapped (chart->list))
    show_shares (chart);
}
