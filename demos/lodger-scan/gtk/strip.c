/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "strip.h"

#include "family-look.h"

enum
{
  RADIUS = 6,
  INSET = 6,
  LEAST_LABEL = 40
};

typedef struct Strip
{
  GtkWidget parent;
  GArray *parts; /* StripPart */
  void (*clicked) (guint number, void *data);
  void *data;
} Strip;

static GtkWidgetClass *strip_parent_class;

/* Where a part is, from left to right. */
static graphene_rect_t
get_place (GtkWidget *widget, double before, double share)
{
  int whole = gtk_widget_get_width (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int begin = (int) (before * whole + 0.5);
  int end = (int) ((before + share) * whole + 0.5);
  int left = rtl ? whole - end : begin;
  /* A gap of the page's colour between neighbours, where there is room for one. */
  int width = end - begin > 3 ? end - begin - 1 : end - begin;
  return GRAPHENE_RECT_INIT ((float) left, 0, (float) width, (float) gtk_widget_get_height (widget));
}

static int
find_part (GtkWidget *widget, double x)
{
  const Strip *strip = (const Strip *) widget;
  double before = 0;
  for (guint i = 0; i < strip->parts->len; i++)
    {
      const StripPart *part = &g_array_index (strip->parts, StripPart, i);
      graphene_rect_t place = get_place (widget, before, part->share);
      if (x >= (double) place.origin.x && x < (double) (place.origin.x + place.size.width))
        return (int) i;
      before += part->share;
    }
  return -1;
}

static void
write_name (GtkSnapshot *snapshot, PangoLayout *layout, const StripPart *part, const graphene_rect_t *place)
{
  GdkRGBA colour = colour_on (&part->colour);
  int height;
  if (place->size.width < LEAST_LABEL + 2 * INSET)
    return;
  pango_layout_set_text (layout, part->name, -1);
  pango_layout_set_width (layout, ((int) place->size.width - 2 * INSET) * PANGO_SCALE);
  pango_layout_get_pixel_size (layout, NULL, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT (place->origin.x + INSET, (place->size.height - (float) height) / 2));
  gtk_snapshot_append_layout (snapshot, layout, &colour);
  gtk_snapshot_restore (snapshot);
}

static void
strip_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  const Strip *strip = (const Strip *) widget;
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, NULL);
  GskRoundedRect outline;
  double before = 0;
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_MIDDLE);
  gsk_rounded_rect_init_from_rect (
      &outline,
      &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget), (float) gtk_widget_get_height (widget)),
      RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  for (guint i = 0; i < strip->parts->len; i++)
    {
      const StripPart *part = &g_array_index (strip->parts, StripPart, i);
      graphene_rect_t place = get_place (widget, before, part->share);
      before += part->share;
      if (place.size.width < 1)
        continue;
      gtk_snapshot_append_color (snapshot, &part->colour, &place);
      write_name (snapshot, layout, part, &place);
    }
  gtk_snapshot_pop (snapshot);
  g_object_unref (layout);
}

static void
strip_measure (GtkWidget *widget, GtkOrientation orientation, int for_size G_GNUC_UNUSED, int *minimum, int *natural,
               int *minimum_baseline, int *natural_baseline)
{
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 100;
      *natural = 480;
    }
  else
    {
      PangoLayout *layout = gtk_widget_create_pango_layout (widget, "X");
      pango_layout_get_pixel_size (layout, NULL, minimum);
      *natural = *minimum += 2 * INSET;
      g_object_unref (layout);
    }
  *minimum_baseline = *natural_baseline = -1;
}

static void
on_pressed (GtkGestureClick *click, int presses G_GNUC_UNUSED, double x, double y G_GNUC_UNUSED,
            void *data G_GNUC_UNUSED)
{
  GtkWidget *widget = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (click));
  const Strip *strip = (const Strip *) widget;
  int found = find_part (widget, x);
  if (found >= 0)
    strip->clicked ((guint) found, strip->data);
}

static gboolean
on_query_tooltip (GtkWidget *widget, int x, int y G_GNUC_UNUSED, gboolean keyboard G_GNUC_UNUSED, GtkTooltip *tooltip,
                  void *data G_GNUC_UNUSED)
{
  int found = find_part (widget, x);
  if (found < 0)
    return FALSE;
  gtk_tooltip_set_text (tooltip, g_array_index (((const Strip *) widget)->parts, StripPart, found).name);
  return TRUE;
}

static void
strip_finalize (GObject *object)
{
  g_array_unref (((Strip *) object)->parts);
  G_OBJECT_CLASS (strip_parent_class)->finalize (object);
}

static void
strip_class_init (void *class, void *data G_GNUC_UNUSED)
{
  GtkWidgetClass *widget_class = class;
  strip_parent_class = g_type_class_peek_parent (class);
  G_OBJECT_CLASS (class)->finalize = strip_finalize;
  widget_class->measure = strip_measure;
  widget_class->snapshot = strip_snapshot;
  gtk_widget_class_set_css_name (widget_class, "strip");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
strip_init (GTypeInstance *instance, void *class G_GNUC_UNUSED)
{
  ((Strip *) instance)->parts = g_array_new (FALSE, FALSE, sizeof (StripPart));
}

GtkWidget *
strip_new (const char *label, void (*clicked) (guint number, void *data), void *data)
{
  static GType type;
  GtkGesture *click = gtk_gesture_click_new ();
  GtkWidget *widget;
  Strip *strip;
  if (type == 0)
    type = g_type_register_static_simple (GTK_TYPE_WIDGET, "LodgerScanStrip", sizeof (GtkWidgetClass), strip_class_init,
                                          sizeof (Strip), strip_init, 0);
  widget = g_object_new (type, "has-tooltip", TRUE, NULL);
  strip = (Strip *) widget;
  strip->clicked = clicked;
  strip->data = data;
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), NULL);
  g_signal_connect (widget, "query-tooltip", G_CALLBACK (on_query_tooltip), NULL);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return widget;
}

void
strip_set (GtkWidget *widget, const StripPart *parts, guint count)
{
  Strip *strip = (Strip *) widget;
  g_array_set_size (strip->parts, 0);
  if (count > 0)
    g_array_append_vals (strip->parts, parts, count);
  gtk_widget_queue_draw (widget);
}
