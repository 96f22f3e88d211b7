/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A repeating call that is paused while its widget is not mapped. */
#define LODGER_NO_CALL_SITES
#include "gtk-private.h"

typedef struct Mapping
{
  GWeakRef widget;
  LodgerRepeat *repeat; /* a reference */
  gulong map_handler, unmap_handler;
} Mapping;

static void
on_map (GtkWidget *widget, void *data)
{
  (void) widget;
  lodger_repeat_resume (((Mapping *) data)->repeat);
}

static void
on_unmap (GtkWidget *widget, void *data)
{
  (void) widget;
  lodger_repeat_pause (((Mapping *) data)->repeat);
}

/* A widget that is disposed of has lost its handlers. */
static void
mapping_free (void *data)
{
  Mapping *mapping = data;
  GtkWidget *widget = g_weak_ref_get (&mapping->widget);
  if (widget != NULL)
    {
      g_signal_handler_disconnect (widget, mapping->map_handler);
      g_signal_handler_disconnect (widget, mapping->unmap_handler);
      g_object_unref (widget);
    }
  g_weak_ref_clear (&mapping->widget);
  lodger_repeat_unref (mapping->repeat);
  g_free (mapping);
}

static void
follow_mapping (GtkWidget *widget, LodgerRepeat *repeat, LodgerCaller *caller)
{
  Mapping *mapping = g_new0 (Mapping, 1);
  g_weak_ref_init (&mapping->widget, widget);
  mapping->repeat = lodger_repeat_ref (repeat);
  if (!gtk_widget_get_mapped (widget))
    lodger_repeat_pause (repeat);
  mapping->map_handler = g_signal_connect (widget, "map", G_CALLBACK (on_map), mapping);
  mapping->unmap_handler = g_signal_connect (widget, "unmap", G_CALLBACK (on_unmap), mapping);
  lodger__gtk_when_over (lodger_repeat_get_pending (repeat), caller, mapping, mapping_free);
}

static LodgerRepeat *
refuse (int code, const char *reason, void *data, LodgerDestroyFunc destroy)
{
  lodger_host_misuse ("lodger_gtk_repeat", code, reason);
  if (destroy != NULL)
    destroy (data);
  return NULL;
}

LodgerRepeat *
lodger_gtk_repeat (GtkWidget *widget, int64_t interval, LodgerRepeatFunc func, void *data, LodgerDestroyFunc destroy,
                   const LodgerRepeatOptions *given)
{
  LodgerRepeatOptions own, options = { .size = sizeof options };
  LodgerRepeat *repeat;
  LodgerCaller *caller;
  GError *error = NULL;
  const char *reason, *outer;
  given = lodger_host_read_options (given, &own, sizeof own, &reason);
  if (given != NULL)
    options = *given;
  if (reason == NULL && !GTK_IS_WIDGET (widget))
    reason = widget == NULL ? "the widget is NULL" : "the widget is none";
  if (reason == NULL && options.scope != NULL)
    reason = "its scope is the widget's";
  if (reason != NULL)
    return refuse (LODGER_EINVAL, reason, data, destroy);
  caller = lodger__gtk_find_caller ("lodger_gtk_repeat", &error);
  if (caller == NULL)
    {
      refuse (error->code, error->message, data, destroy);
      g_error_free (error);
      return NULL;
    }
  options.scope = lodger_glib_object_get_scope (G_OBJECT (widget));
  outer = lodger_host_speak_for ("lodger_gtk_repeat");
  repeat = lodger_repeat_new (caller, interval, func, data, destroy, &options);
  lodger_host_speak_for (outer);
  if (repeat != NULL)
    follow_mapping (widget, repeat, caller);
  return repeat;
}
