/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "family-look.h"

#include "../i18n.h"

#include <string.h>

/* Programs and the like are among the others. */
static const struct
{
  const char *name, *light, *dark;
} families[FAMILY_N] = {
  [FAMILY_ANY] = { N_ ("All"), "#6f7b88", "#97a3b0" },
  [FAMILY_IMAGES] = { N_ ("Images"), "#2e9e5b", "#57c785" },
  [FAMILY_VIDEO] = { N_ ("Video"), "#a8327e", "#d06bb0" },
  [FAMILY_AUDIO] = { N_ ("Audio"), "#e08a00", "#f5b14c" },
  [FAMILY_DOCUMENTS] = { N_ ("Documents"), "#2f6fd0", "#6ea3f2" },
  [FAMILY_ARCHIVES] = { N_ ("Archives"), "#8a5a2b", "#c08a54" },
  [FAMILY_CODE] = { N_ ("Code"), "#128a9c", "#4cc3d4" },
  [FAMILY_OTHER] = { N_ ("Other"), "#6f7b88", "#97a3b0" },
};

const char *
family_get_name (Family family)
{
  return _ (families[family].name);
}

GdkRGBA
family_get_colour (Family family, gboolean dark)
{
  GdkRGBA colour = { 0.5F, 0.5F, 0.5F, 1 };
  gdk_rgba_parse (&colour, dark ? families[family].dark : families[family].light);
  return colour;
}

/* What the rules of accessibility for the web (WCAG 2) call so, but for a thousandth. */
static double
get_luminance (const GdkRGBA *colour)
{
  const float channels[] = { colour->red, colour->green, colour->blue };
  static const double shares[] = { 0.2126, 0.7152, 0.0722 };
  double sum = 0;
  for (guint i = 0; i < 3; i++)
    {
      double value = (double) channels[i];
      sum += shares[i] * value * (value * (value * 0.305306011 + 0.682171111) + 0.012522878);
    }
  return sum;
}

GdkRGBA
colour_on (const GdkRGBA *background)
{
  double luminance = get_luminance (background);
  gboolean white = 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05;
  return white ? (GdkRGBA) { 1, 1, 1, 1 } : (GdkRGBA) { 0, 0, 0, 1 };
}

GdkRGBA
colour_mix (const GdkRGBA *a, const GdkRGBA *b, float part)
{
  return (GdkRGBA) { a->red + (b->red - a->red) * part, a->green + (b->green - a->green) * part,
                     a->blue + (b->blue - a->blue) * part, 1 };
}

GdkRGBA
widget_get_text_colour (GtkWidget *widget)
{
  GdkRGBA colour;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  return colour;
}

gboolean
widget_is_dark (GtkWidget *widget)
{
  GdkRGBA text = widget_get_text_colour (widget);
  return get_luminance (&text) > 0.4;
}

GdkRGBA
widget_get_accent (GtkWidget *widget)
{
  GdkRGBA accent;
  if (!gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "theme_selected_bg_color", &accent))
    accent = widget_get_text_colour (widget);
  /* A dark theme's is made for white text on it, and hard to see beside the background. */
  if (widget_is_dark (widget))
    {
      GdkRGBA text = widget_get_text_colour (widget);
      accent = colour_mix (&accent, &text, 0.3F);
    }
  return accent;
}

GtkWidget *
family_legend_new (void)
{
  GtkWidget *legend = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (legend), TRUE);
  gtk_label_set_xalign (GTK_LABEL (legend), 0);
  gtk_widget_add_css_class (legend, "page-foot");
  return legend;
}

void
family_legend_show (GtkWidget *legend, gboolean dark)
{
  GString *text = g_string_new (NULL);
  for (Family family = FAMILY_ANY + 1; family < FAMILY_N; family++)
    {
      GdkRGBA colour = family_get_colour (family, dark);
      char *name = g_markup_escape_text (family_get_name (family), -1);
      g_string_append_printf (text, "%s<span color=\"#%02x%02x%02x\">■</span>\302\240%s",
                              family == FAMILY_ANY + 1 ? "" : "  ", (guint) (colour.red * 255),
                              (guint) (colour.green * 255), (guint) (colour.blue * 255), name);
      g_free (name);
    }
  if (strcmp (gtk_label_get_label (GTK_LABEL (legend)), text->str) != 0)
    gtk_label_set_markup (GTK_LABEL (legend), text->str);
  g_string_free (text, TRUE);
}
