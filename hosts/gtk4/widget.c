/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A scope for each widget that asks for one, as long as the widget is in its window.
 *
 * Three events end the scope:
 *
 * - The widget's "destroy", which comes with its dispose.
 * - The end of its window. GTK removes a destroyed window from its list of windows, and the list tells of that. A
 *   window with a reference left is then not disposed of, and its widgets stay in it.
 * - A change of the root, if the widget has no root at the next turn either. */
#include "gtk-private.h"

static const char gone[] = "the widget is gone";
static const char destroyed[] = "its window was destroyed";
static const char taken_out[] = "the widget was taken out of its window";

/* The scope's data of a widget. It goes with the widget, as do the widget's handlers. */
typedef struct Watch
{
  LodgerGtkWindowWatch window; /* first */
  GtkWidget *widget;
  LodgerScope *scope; /* the newest; NULL: none yet */
  gboolean is_checking, is_disposed;
} Watch;

static GQuark
watch_quark (void)
{
  return g_quark_from_static_string ("lodger-gtk-watch");
}

static void
end (Watch *watch, const char *message)
{
  LodgerScope *scope = lodger_scope_ref (watch->scope);
  if (scope != NULL)
    lodger_scope_end (scope, message);
  lodger_scope_unref (scope);
}

/* ---- the window --------------------------------------------------------------------------------------------------- */

static void
on_window_gone (LodgerGtkWindowWatch *window_watch)
{
  end ((Watch *) window_watch, destroyed);
}

/* ---- a change of the root ----------------------------------------------------------------------------------------- */

/* The turn has come, or will not come since the caller has ended. The program may attach another caller later. */
static void
check (void *data)
{
  GtkWidget *widget = g_weak_ref_get (data);
  Watch *watch = widget != NULL ? g_object_get_qdata (G_OBJECT (widget), watch_quark ()) : NULL;
  g_weak_ref_clear (data);
  g_free (data);
  if (watch == NULL)
    return;
  watch->is_checking = FALSE;
  if (gtk_widget_get_root (widget) == NULL)
    end (watch, taken_out);
  g_object_unref (widget);
}

/* Checks the root in a later turn: by a continuation, since an inbox is never full for that. A widget may outlive the
 * caller, and must not make another one. */
static void
check_later (Watch *watch)
{
  LodgerCaller *caller = lodger__gtk_peek_caller ();
  GWeakRef *weak;
  if (watch->is_checking || lodger_scope_has_ended (watch->scope) || caller == NULL)
    return;
  watch->is_checking = TRUE;
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, watch->widget);
  lodger__gtk_when_over (lodger_caller_get_started (caller), caller, weak, check);
}

static void
on_root (GtkWidget *widget, GParamSpec *param, void *data)
{
  Watch *watch = data;
  GtkRoot *root = gtk_widget_get_root (widget);
  (void) param;
  lodger__gtk_watch_window (&watch->window, root);
  if (root == NULL)
    check_later (watch);
  else if (lodger__gtk_is_destroyed (root))
    end (watch, destroyed);
}

/* ---- the widget --------------------------------------------------------------------------------------------------- */

static void
on_destroy (GtkWidget *widget, void *data)
{
  Watch *watch = data;
  (void) widget;
  watch->is_disposed = TRUE;
  end (watch, gone);
}

static void
watch_free (void *data)
{
  Watch *watch = data;
  lodger__gtk_unwatch_window (&watch->window);
  lodger_scope_unref (watch->scope);
  g_free (watch);
}

static Watch *
watch_of (GtkWidget *widget)
{
  Watch *watch = g_object_get_qdata (G_OBJECT (widget), watch_quark ());
  if (watch != NULL)
    return watch;
  watch = g_new0 (Watch, 1);
  watch->window.gone = on_window_gone;
  watch->widget = widget;
  g_object_set_qdata_full (G_OBJECT (widget), watch_quark (), watch, watch_free);
  g_signal_connect (widget, "destroy", G_CALLBACK (on_destroy), watch);
  g_signal_connect (widget, "notify::root", G_CALLBACK (on_root), watch);
  lodger__gtk_watch_window (&watch->window, gtk_widget_get_root (widget));
  return watch;
}

/* Runs only while the scope has not ended, so the widget exists. */
static bool
hold (void *data)
{
  g_object_ref (data);
  return true;
}

static void
release (void *data)
{
  g_object_unref (data);
}

LodgerScope *
lodger__gtk_find_scope (GtkWidget *widget, int *ret_code, const char **ret_reason)
{
  const LodgerScopeOptions options = { .size = sizeof options, .hold = hold, .release = release, .object = widget };
  GtkRoot *root;
  Watch *watch;
  root = gtk_widget_get_root (widget);
  watch = g_object_get_qdata (G_OBJECT (widget), watch_quark ());
  if (watch != NULL && watch->scope != NULL && (watch->is_disposed || !lodger_scope_has_ended (watch->scope)))
    return watch->scope;
  if (root == NULL)
    {
      *ret_code = LODGER_ESTATE;
      *ret_reason = "the widget is in no window: lodger_glib_object_get_scope() is for that";
      return NULL;
    }
  watch = watch_of (widget);
  lodger_scope_unref (watch->scope);
  watch->scope = lodger_scope_new (&options);
  if (lodger__gtk_is_destroyed (root) || gtk_widget_in_destruction (widget))
    end (watch, destroyed);
  if (watch->scope == NULL)
    {
      *ret_code = LODGER_ENOMEM;
      *ret_reason = lodger_error_code_string (LODGER_ENOMEM);
    }
  return watch->scope;
}

LodgerScope *
lodger_gtk_widget_get_scope (GtkWidget *widget)
{
  LodgerScope *scope = NULL;
  GError *error = NULL;
  const char *reason = widget == NULL ? "the widget is NULL" : "the widget is none";
  int code = LODGER_EINVAL;
  if (GTK_IS_WIDGET (widget) && lodger__gtk_find_caller (__func__, &error) != NULL)
    scope = lodger__gtk_find_scope (widget, &code, &reason);
  if (scope == NULL && error != NULL)
    lodger_host_misuse (__func__, error->code, error->message);
  else if (scope == NULL)
    lodger_host_misuse (__func__, code, reason);
  g_clear_error (&error);
  return scope;
}
