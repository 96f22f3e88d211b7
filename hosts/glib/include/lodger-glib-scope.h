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
 * @object: what the scope stands for
 *
 * The scope of @object, made when it is first asked for. It ends when @object is disposed of: when its last reference goes
 * or by g_object_run_dispose(). While a bound call runs in the thread that asked first, which should be the one where the
 * object lives, it has a reference of its own; nothing else here keeps the object alive. Give it to
 * lodger_scope_call_soon() and its siblings.
 *
 * Any thread that has a reference to @object; does not block. Later it gives the same scope, ended or not, until
 * lodger_glib_object_end_scope() has put an end to that.
 *
 * Returns: (transfer none) (nullable): it lives as long as @object, but no longer than until
 *   lodger_glib_object_end_scope(); %NULL for %NULL (logged) or without memory: calls bound to that are refused
 *
 * Test: unit/glib-scope law_8_a_call_bound_to_an_object_does_not_run_after_its_dispose
 */
LODGER_API LodgerScope *lodger_glib_object_get_scope (GObject *object);

/**
 * lodger_glib_object_end_scope:
 * @object: whose scope to end
 * @message: (nullable): as of lodger_scope_end()
 *
 * Ends the scope that @object has now, while the object goes on; the next lodger_glib_object_get_scope() makes another.
 * For what is used again: a #GtkListItem in `unbind`. Any thread that has a reference; does not block, but runs cancellers
 * and done-callbacks here.
 *
 * Returns: %TRUE when this has ended a scope; %FALSE when there was none, and, with a log line, for %NULL
 *
 * Test: unit/glib-scope edge_79_a_list_row_has_a_scope_for_each_binding
 */
LODGER_API gboolean lodger_glib_object_end_scope (GObject *object, const char *message);

LODGER_END_DECLS

#endif
