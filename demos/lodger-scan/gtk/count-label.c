/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "count-label.h"

#include "../text.h"
#include "family-look.h"

typedef struct CountLabel
{
  GtkWidget parent;
  GString *text;
  guint room; /* characters that there is room for */
} CountLabel;

static GtkWidgetClass *count_parent_class;

static PangoLayout *
new_layout (GtkWidget *widget, const char *text)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, text);
  PangoAttrList *digits = pango_attr_list_new ();
  pango_attr_list_insert (digits, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, digits);
  pango_attr_list_unref (digits);
  return layout;
}

static void
count_measure (GtkWidget *widget, GtkOrientation orientation, int for_size G_GNUC_UNUSED, int *minimum, int *natural,
               int *minimum_baseline, int *natural_baseline)
{
  CountLabel *label = (CountLabel *) widget;
  GString *widest = g_string_new (NULL);
  PangoLayout *layout;
  int width;
  int height;
  for (guint i = 0; i < label->room; i++)
    g_string_append_c (widest, (label->room - i) % 4 == 0 ? ',' : '0');
  layout = new_layout (widget, widest->str);
  pango_layout_get_pixel_size (layout, &width, &height);
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? width : height;
  *minimum_baseline = *natural_baseline = -1;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum_baseline = *natural_baseline = PANGO_PIXELS (pango_layout_get_baseline (layout));
  g_object_unref (layout);
  g_string_free (widest, TRUE);
}

static void
count_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  const CountLabel *label = (const CountLabel *) widget;
  PangoLayout *layout = new_layout (widget, label->text->str);
  GdkRGBA colour = widget_get_text_colour (widget);
  int baseline = gtk_widget_get_allocated_baseline (widget);
  int down = baseline < 0 ? 0 : baseline - PANGO_PIXELS (pango_layout_get_baseline (layout));
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, (float) down));
  gtk_snapshot_append_layout (snapshot, layout, &colour);
  g_object_unref (layout);
}

static void
count_finalize (GObject *object)
{
  g_string_free (((CountLabel *) object)->text, TRUE);
  G_OBJECT_CLASS (count_parent_class)->finalize (object);
}

static void
count_class_init (void *class, void *data G_GNUC_UNUSED)
{
  GtkWidgetClass *widget_class = class;
  count_parent_class = g_type_class_peek_parent (class);
  G_OBJECT_CLASS (class)->finalize = count_finalize;
  widget_class->measure = count_measure;
  widget_class->snapshot = count_snapshot;
  gtk_widget_class_set_css_name (widget_class, "label");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
count_init (GTypeInstance *instance, void *class G_GNUC_UNUSED)
{
  ((CountLabel *) instance)->text = g_string_new (NULL);
}

GtkWidget *
count_label_new (void)
{
  static GType type;
  if (type == 0)
    type = g_type_register_static_simple (GTK_TYPE_WIDGET, "LodgerScanCount", sizeof (GtkWidgetClass), count_class_init,
                                          sizeof (CountLabel), count_init, 0);
  return g_object_new (type, "visible", FALSE, NULL);
}

void
count_label_set (GtkWidget *widget, gint64 count)
{
  CountLabel *label = (CountLabel *) widget;
  GString *text = g_string_new (NULL);
  if (count >= 0)
    text_append_count (text, (guint64) count);
  if (!g_string_equal (text, label->text))
    {
      g_string_assign (label->text, text->str);
      gtk_widget_queue_draw (widget);
    }
  if (text->len != label->room && (text->len > label->room || count <= 0))
    {
      label->room = (guint) text->len;
      gtk_widget_queue_resize (widget);
    }
  if (gtk_widget_get_visible (widget) != (count >= 0))
    gtk_widget_set_visible (widget, count >= 0);
  g_string_free (text, TRUE);
}
