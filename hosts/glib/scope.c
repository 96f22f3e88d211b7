/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A scope for each object that asks for one. The tie between the two is the object's data, so that it goes when the object
 * is finalized, after each dispose. */
#include "glib-private.h"

typedef struct Tie
{
  GMutex mutex;
  LodgerScope *scope; /* the present one, or NULL */
  gboolean is_disposed;
} Tie;

/* What the scope holds on to while a call runs. The pointer is good while the weak reference says so, or a strong one is
 * held. */
typedef struct Hold
{
  GWeakRef weak;
  GObject *object;
} Hold;

static bool
hold (void *data)
{
  return g_weak_ref_get (&((Hold *) data)->weak) != NULL;
}

static void
release (void *data)
{
  g_object_unref (((Hold *) data)->object);
}

static void
hold_free (void *data)
{
  Hold *held = data;
  g_weak_ref_clear (&held->weak);
  g_free (held);
}

static LodgerScope *
scope_new (GObject *object)
{
  LodgerScopeOptions options = { .size = sizeof options, .hold = hold, .release = release, .destroy = hold_free };
  Hold *held = g_new0 (Hold, 1);
  g_weak_ref_init (&held->weak, object);
  held->object = object;
  options.object = held;
  return lodger_scope_new (&options);
}

static void
tie_free (void *data)
{
  Tie *tie = data;
  lodger_scope_unref (tie->scope);
  g_mutex_clear (&tie->mutex);
  g_free (tie);
}

/* Ends run user code, so that nothing is locked. */
static void
on_dispose (void *data, GObject *where_the_object_was)
{
  Tie *tie = data;
  LodgerScope *scope;
  (void) where_the_object_was;
  g_mutex_lock (&tie->mutex);
  tie->is_disposed = TRUE;
  scope = lodger_scope_ref (tie->scope);
  g_mutex_unlock (&tie->mutex);
  if (scope != NULL)
    lodger_scope_end (scope, "the object it was bound to is gone");
  lodger_scope_unref (scope);
}

static GQuark
tie_quark (void)
{
  return g_quark_from_static_string ("lodger-glib-scope");
}

/* Two threads may be here at once: the one whose tie is not taken throws it away. */
static Tie *
tie_of (GObject *object)
{
  Tie *tie = g_object_get_qdata (object, tie_quark ());
  if (tie != NULL)
    return tie;
  tie = g_new0 (Tie, 1);
  g_mutex_init (&tie->mutex);
  if (!g_object_replace_qdata (object, tie_quark (), NULL, tie, tie_free, NULL))
    {
      tie_free (tie);
      return g_object_get_qdata (object, tie_quark ());
    }
  g_object_weak_ref (object, on_dispose, tie);
  return tie;
}

LodgerScope *
lodger_glib_object_get_scope (GObject *object)
{
  LodgerScope *scope;
  gboolean is_disposed = FALSE;
  Tie *tie;
  if (!G_IS_OBJECT (object))
    {
      lodger_host_misuse (__func__, LODGER_EINVAL, "NULL or no object given");
      return NULL;
    }
  tie = tie_of (object);
  g_mutex_lock (&tie->mutex);
  if (tie->scope == NULL)
    {
      tie->scope = scope_new (object);
      is_disposed = tie->is_disposed;
    }
  scope = tie->scope;
  g_mutex_unlock (&tie->mutex);
  if (is_disposed && scope != NULL)
    lodger_scope_end (scope, NULL);
  return scope;
}

gboolean
lodger_glib_object_end_scope (GObject *object, const char *message)
{
  LodgerScope *scope = NULL;
  gboolean has_ended = FALSE;
  Tie *tie;
  if (!G_IS_OBJECT (object))
    {
      lodger_host_misuse (__func__, LODGER_EINVAL, "NULL or no object given");
      return FALSE;
    }
  tie = g_object_get_qdata (object, tie_quark ());
  if (tie != NULL)
    {
      g_mutex_lock (&tie->mutex);
      scope = tie->scope;
      tie->scope = NULL;
      g_mutex_unlock (&tie->mutex);
    }
  if (scope != NULL)
    has_ended = lodger_scope_end (scope, message);
  lodger_scope_unref (scope);
  return has_ended;
}
