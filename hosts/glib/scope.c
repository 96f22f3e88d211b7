/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A scope for each object that asks for one. The tie between the two is the object's data, so that it goes when the object
 * is finalized, after each dispose. */
#include "glib-private.h"

/* Of all ties: two threads may ask for the same object's at once. Ends run user code, so that it is not held then. A fork
 * holds it, so that in the child it is free. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void
lock (void)
{
  pthread_mutex_lock (&mutex);
}

static void
unlock (void)
{
  pthread_mutex_unlock (&mutex);
}

static void
notice_forks (void)
{
  if (pthread_atfork (lock, unlock, unlock) != 0)
    lodger_host_misuse ("lodger_glib_object_get_scope", LODGER_ENOMEM,
                        "no memory to notice a fork: a forked child must not use it");
}

typedef struct Tie
{
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
  g_free (tie);
}

static void
on_dispose (void *data, GObject *where_the_object_was)
{
  Tie *tie = data;
  LodgerScope *scope;
  (void) where_the_object_was;
  lock ();
  tie->is_disposed = TRUE;
  scope = lodger_scope_ref (tie->scope);
  unlock ();
  if (scope != NULL)
    lodger_scope_end (scope, "the object it was bound to is gone");
  lodger_scope_unref (scope);
}

static GQuark
tie_quark (void)
{
  return g_quark_from_static_string ("lodger-glib-scope");
}

/* Locked. */
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

LodgerScope *
lodger_glib_object_get_scope (GObject *object)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  LodgerScope *scope;
  gboolean is_disposed = FALSE;
  Tie *tie;
  if (!G_IS_OBJECT (object))
    {
      lodger_host_misuse (__func__, LODGER_EINVAL, "NULL or no object given");
      return NULL;
    }
  pthread_once (&once, notice_forks);
  lock ();
  tie = tie_of (object);
  if (tie->scope == NULL)
    {
      tie->scope = scope_new (object);
      is_disposed = tie->is_disposed;
    }
  scope = tie->scope;
  unlock ();
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
  lock ();
  tie = g_object_get_qdata (object, tie_quark ());
  if (tie != NULL)
    scope = g_steal_pointer (&tie->scope);
  unlock ();
  if (scope != NULL)
    has_ended = lodger_scope_end (scope, message);
  lodger_scope_unref (scope);
  return has_ended;
}
