/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A scope for each object that asks for one.
 *
 * The tie between object and scope is the object's data, so it goes when the object is finalized, after each dispose.
 * Two threads may ask for one object's scope at once: ties are read and changed under a lock. The end of a scope runs
 * user code, so a scope is ended without the lock. */
#include "fork-lock.h"
#include "glib-private.h"

typedef struct Tie
{
  LodgerScope *scope; /* the current one; NULL: none since the last lodger_glib_object_end_scope() */
  gboolean is_disposed;
} Tie;

/* The object that a scope holds while a call runs. The pointer is valid while the weak reference is set, or while a
 * strong reference is held. */
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
  lodger__glib_lock (LODGER_GLIB_LOCK_SCOPES, "lodger_glib_object_get_scope");
  g_weak_ref_init (&held->weak, object); /* so ThreadSanitizer sees in which order GLib makes its lock */
  lodger__glib_unlock (LODGER_GLIB_LOCK_SCOPES);
  held->object = object;
  options.object = held;
  return lodger_scope_new (&options);
}

static void
tie_free (void *data)
{
  Tie *tie = data;
  lodger_scope_unref (tie->scope);
  g_free (tie);
}

static void
on_dispose (void *data, GObject *where_the_object_was)
{
  Tie *tie = data;
  LodgerScope *scope;
  (void) where_the_object_was;
  lodger__glib_lock (LODGER_GLIB_LOCK_SCOPES, "lodger_glib_object_get_scope");
  tie->is_disposed = TRUE;
  scope = lodger_scope_ref (tie->scope);
  lodger__glib_unlock (LODGER_GLIB_LOCK_SCOPES);
  if (scope != NULL)
    lodger_scope_end (scope, "the object it was bound to is gone");
  lodger_scope_unref (scope);
}

static GQuark
tie_quark (void)
{
  return g_quark_from_static_string ("lodger-glib-scope");
}

/* Makes the tie if the object has none. Under the lock. */
static Tie *
tie_of (GObject *object)
{
  Tie *tie = g_object_get_qdata (object, tie_quark ());
  if (tie != NULL)
    return tie;
  tie = g_new0 (Tie, 1);
  g_object_set_qdata_full (object, tie_quark (), tie, tie_free);
  g_object_weak_ref (object, on_dispose, tie);
  return tie;
}

/* The object's own, else the fresh one, if there is one. No lock of the core's is taken under the lock: a fork takes them in
 * the other order. */
static LodgerScope *
scope_of (GObject *object, LodgerScope **fresh, gboolean *ret_is_disposed)
{
  LodgerScope *scope;
  Tie *tie;
  lodger__glib_lock (LODGER_GLIB_LOCK_SCOPES, "lodger_glib_object_get_scope");
  tie = tie_of (object);
  if (tie->scope == NULL && *fresh != NULL)
    {
      tie->scope = g_steal_pointer (fresh);
      *ret_is_disposed = tie->is_disposed;
    }
  scope = tie->scope;
  lodger__glib_unlock (LODGER_GLIB_LOCK_SCOPES);
  return scope;
}

LodgerScope *
lodger_glib_object_get_scope (GObject *object)
{
  LodgerScope *scope, *fresh = NULL;
  gboolean is_disposed = FALSE;
  if (!G_IS_OBJECT (object))
    {
      lodger_host_misuse (__func__, LODGER_EINVAL, "NULL or no object given");
      return NULL;
    }
  scope = scope_of (object, &fresh, &is_disposed);
  if (scope == NULL && (fresh = scope_new (object)) != NULL)
    scope = scope_of (object, &fresh, &is_disposed);
  lodger_scope_unref (fresh);
  if (is_disposed)
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
  lodger__glib_lock (LODGER_GLIB_LOCK_SCOPES, __func__);
  tie = g_object_get_qdata (object, tie_quark ());
  if (tie != NULL)
    scope = g_steal_pointer (&tie->scope);
  lodger__glib_unlock (LODGER_GLIB_LOCK_SCOPES);
  if (scope != NULL)
    has_ended = lodger_scope_end (scope, message);
  lodger_scope_unref (scope);
  return has_ended;
}
