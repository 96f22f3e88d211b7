/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A repeating call that is paused while nobody can see its widget. */
#define LODGER_NO_CALL_SITES
#include "gtk-private.h"

#if GTK_CHECK_VERSION(4, 12, 0)
#define UNSEEN (GDK_TOPLEVEL_STATE_MINIMIZED | GDK_TOPLEVEL_STATE_SUSPENDED)
#else
#define UNSEEN GDK_TOPLEVEL_STATE_MINIMIZED
#endif

typedef struct Sight
{
  GWeakRef widget;
  LodgerRepeat *repeat; /* a reference */
  gulong map_handler, unmap_handler;
  GdkToplevel *toplevel; /* a reference: of the window, while the widget is mapped. NULL in what is no window */
  gulong state_handler;
  gboolean is_mapped, is_seen;
} Sight;

static void
look (Sight *sight)
{
  gboolean is_seen
      = sight->is_mapped && (sight->toplevel == NULL || (gdk_toplevel_get_state (sight->toplevel) & UNSEEN) == 0);
  if (is_seen == sight->is_seen)
    return;
  sight->is_seen = is_seen;
  if (is_seen)
    lodger_repeat_resume (sight->repeat);
  else
    lodger_repeat_pause (sight->repeat);
}

static void
follow_toplevel (Sight *sight, GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GdkSurface *surface = root != NULL ? gtk_native_get_surface (GTK_NATIVE (root)) : NULL;
  if (!GDK_IS_TOPLEVEL (surface))
    return;
  sight->toplevel = g_object_ref (GDK_TOPLEVEL (surface));
  sight->state_handler = g_signal_connect_swapped (surface, "notify::state", G_CALLBACK (look), sight);
}

static void
leave_toplevel (Sight *sight)
{
  if (sight->toplevel != NULL)
    g_signal_handler_disconnect (sight->toplevel, sight->state_handler);
  g_clear_object (&sight->toplevel);
}

static void
set_mapped (Sight *sight, GtkWidget *widget, gboolean is_mapped)
{
  leave_toplevel (sight);
  sight->is_mapped = is_mapped;
  if (is_mapped)
    follow_toplevel (sight, widget);
  look (sight);
}

static void
on_map (GtkWidget *widget, void *data)
{
  set_mapped (data, widget, TRUE);
}

static void
on_unmap (GtkWidget *widget, void *data)
{
  set_mapped (data, widget, FALSE);
}

/* A widget that is disposed of has lost its handlers. */
static void
sight_free (void *data)
{
  Sight *sight = data;
  GtkWidget *widget = g_weak_ref_get (&sight->widget);
  if (widget != NULL)
    {
      g_signal_handler_disconnect (widget, sight->map_handler);
      g_signal_handler_disconnect (widget, sight->unmap_handler);
      g_object_unref (widget);
    }
  leave_toplevel (sight);
  g_weak_ref_clear (&sight->widget);
  lodger_repeat_unref (sight->repeat);
  g_free (sight);
}

static void
follow_sight (GtkWidget *widget, LodgerRepeat *repeat, LodgerCaller *caller)
{
  Sight *sight = g_new0 (Sight, 1);
  g_weak_ref_init (&sight->widget, widget);
  sight->repeat = lodger_repeat_ref (repeat);
  sight->is_seen = TRUE;
  set_mapped (sight, widget, gtk_widget_get_mapped (widget));
  sight->map_handler = g_signal_connect (widget, "map", G_CALLBACK (on_map), sight);
  sight->unmap_handler = g_signal_connect (widget, "unmap", G_CALLBACK (on_unmap), sight);
  lodger__gtk_when_over (lodger_repeat_get_pending (repeat), caller, sight, sight_free);
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
    follow_sight (widget, repeat, caller);
  return repeat;
}
