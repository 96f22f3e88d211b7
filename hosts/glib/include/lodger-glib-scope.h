/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-glib-scope.h
 * Scopes of GObjects: a call that is bound to one does not run once the object has been disposed of.
 */
#ifndef LODGER_GLIB_SCOPE_H
#define LODGER_GLIB_SCOPE_H

#include <glib-object.h>

#include <lodger/lodger.h>

LODGER_BEGIN_DECLS

/**
 * lodger_glib_object_get_scope: (skip)
 * @object: the object of the scope
 *
 * Returns the scope of @object, to be given to lodger_scope_call_soon() and its siblings.
 *
 * Any thread that has a reference to @object; does not block. The scope is made when it is first asked for. Later calls
 * give the same scope, ended or not, until lodger_glib_object_end_scope().
 *
 * The scope ends when @object is disposed of: when its last reference is dropped, or by g_object_run_dispose(). While a
 * bound call runs in the thread that asked first, the call holds a reference to @object. That thread should be the one
 * where the object lives. Nothing else here keeps the object alive.
 *
 * Returns: (transfer none) (nullable): the scope. It lives as long as @object, but no longer than until
 *   lodger_glib_object_end_scope(). Calls that are bound to %NULL are refused
 *
 * Errors: LODGER_EINVAL (NULL, no GObject), LODGER_ENOMEM (no memory).
 * Test: unit/glib-scope law_8_a_call_bound_to_an_object_does_not_run_after_its_dispose
 * Since: 0.1
 */
LODGER_API LodgerScope *lodger_glib_object_get_scope (GObject *object);

/**
 * lodger_glib_object_end_scope:
 * @object: the object of the scope
 * @message: (nullable): as for lodger_scope_end()
 *
 * Ends the current scope of @object, while the object goes on.
 *
 * Any thread that has a reference to @object; does not block. Cancellers and done-callbacks run inside this function.
 * The next lodger_glib_object_get_scope() makes another scope. It is for an object that is used again: a #GtkListItem
 * in `unbind`.
 *
 * Returns: %TRUE when this has ended a scope; %FALSE when there was none, and for %NULL
 *
 * Errors: LODGER_EINVAL (NULL, no GObject).
 * Test: unit/glib-scope edge_79_a_list_row_has_a_scope_for_each_binding
 * Since: 0.1
 */
LODGER_API gboolean lodger_glib_object_end_scope (GObject *object, const char *message);

LODGER_END_DECLS

#endif
