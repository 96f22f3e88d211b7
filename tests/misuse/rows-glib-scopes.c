/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scopes of GObjects, and the caller of a main context. */
#include "misuse.h"

#include <lodger-glib.h>

static bool
has_scope (GObject *object)
{
  bool has = lodger_glib_object_get_scope (object) != NULL;
  g_object_unref (object);
  return has;
}

static bool
ends_scope (GObject *object, const char *message)
{
  bool had = lodger_glib_object_get_scope (object) != NULL;
  bool ends = lodger_glib_object_end_scope (object, message);
  g_object_unref (object);
  return had && ends;
}

static GObject *
an_object (void)
{
  return g_object_new (G_TYPE_OBJECT, NULL);
}

CELL (lodger_glib_object_get_scope, null_object, WARNS (lodger_glib_object_get_scope (NULL) == NULL));
CELL (lodger_glib_object_get_scope, after_fork, FINE (has_scope (an_object ())));
CELL (lodger_glib_object_end_scope, null_object, WARNS (!lodger_glib_object_end_scope (NULL, "misuse")));
CELL (lodger_glib_object_end_scope, null_message, FINE (ends_scope (an_object (), NULL)));

/* ---- the caller ------------------------------------------------------------------------------------------------------ */

static const LodgerGlibHostOptions no_host_size = { .context = NULL };
static const LodgerCallerOptions no_size = { .name = "misuse" };

static bool
is_got (const LodgerGlibHostOptions *host_options, const LodgerCallerOptions *options)
{
  GError *error = NULL;
  LodgerCaller *caller = lodger_glib_open_caller (host_options, options, &error);
  bool is = caller != NULL && error == NULL && lodger_caller_stop_wait (caller) == 0;
  lodger_caller_unref (caller);
  return is;
}

static bool
is_not_got (const LodgerGlibHostOptions *host_options, const LodgerCallerOptions *options)
{
  GError *error = NULL;
  LodgerCaller *caller = lodger_glib_open_caller (host_options, options, &error);
  bool is = caller == NULL && g_error_matches (error, LODGER_GLIB_ERROR, LODGER_EINVAL);
  g_clear_error (&error);
  return is;
}

CELL (lodger_glib_open_caller, null_host_options, FINE (is_got (NULL, NULL)));
CELL (lodger_glib_open_caller, null_options, FINE (is_got (NULL, NULL)));
CELL (lodger_glib_open_caller, size_host_options, WARNS (is_not_got (&no_host_size, NULL)));
CELL (lodger_glib_open_caller, size_options, WARNS (is_not_got (NULL, &no_size)));
CELL (lodger_glib_open_caller, null_error, WARNS (lodger_glib_open_caller (NULL, &no_size, NULL) == NULL));
CELL (lodger_glib_open_caller, after_fork, FINE (is_got (NULL, NULL)));
