/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-glib-list.h
 * A list model that workers fill: the rows of a list view, while they are found.
 */
#ifndef LODGER_GLIB_LIST_H
#define LODGER_GLIB_LIST_H

#include <gio/gio.h>

#include <lodger/lodger.h>

LODGER_BEGIN_DECLS

/**
 * LodgerGlibList:
 *
 * A #GListModel of #GObjects. Any thread appends objects. They come into the model in the thread of its caller, in batches
 * with one #GListModel::items-changed signal each, at most one batch in each slice of the loop.
 */
#define LODGER_GLIB_TYPE_LIST (lodger_glib_list_get_type ())
LODGER_API
G_DECLARE_FINAL_TYPE (LodgerGlibList, lodger_glib_list, LODGER_GLIB, LIST, GObject)

/**
 * lodger_glib_list_new: (skip)
 * @caller: the caller in whose thread the model lives
 * @item_type: the type of the items, which are GObjects
 *
 * Makes an empty list.
 *
 * Thread of @caller; does not block. The stop of @caller, and the dispose of the list, end what workers append.
 *
 * Returns: (transfer full) (nullable): the list, or %NULL
 *
 * Errors: LODGER_EINVAL (NULL @caller, or @item_type is no object), LODGER_EWRONGTHREAD (not the thread of @caller),
 * LODGER_ESHUTDOWN (@caller is stopping), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/glib-list rows_of_many_threads_come_in_batches
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerGlibList *lodger_glib_list_new (LodgerCaller *caller, GType item_type);

/**
 * lodger_glib_list_append: (skip)
 * @list: the list
 * @item: (transfer full): an object of the list's type. The reference is consumed, also by a refusal
 *
 * Appends an object, which comes into the model a moment later.
 *
 * Any thread that has a reference to @list. The objects of one thread keep their order. While 5,000 objects are on their
 * way, a thread that may block waits.
 *
 * Returns: 0, or a negative code
 *
 * Errors: LODGER_EINVAL (NULL, an object of another type), LODGER_ECANCELED (the list was disposed of, or its caller is
 * stopping, or the thread's own call was cancelled while it waited), LODGER_EAGAIN (there is no room, and this thread may not
 * block), LODGER_EDEADLK (the wait could never end), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/glib-list rows_of_many_threads_come_in_batches
 * Since: 0.2
 */
LODGER_API int lodger_glib_list_append (LodgerGlibList *list, gpointer item);

/**
 * lodger_glib_list_clear:
 * @list: the list
 *
 * Removes all objects of the model, with one signal. What is on its way comes later.
 *
 * Thread of the list's caller; does not block.
 *
 * Errors: LODGER_EINVAL (NULL).
 * Test: unit/glib-list a_cleared_list_goes_on
 * Since: 0.2
 */
LODGER_API void lodger_glib_list_clear (LodgerGlibList *list);

LODGER_END_DECLS

#endif
