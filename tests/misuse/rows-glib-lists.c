/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list model that workers fill. An object that is refused has lost its reference. */
#include "misuse.h"

#include <lodger-glib.h>

enum
{
  ROOM = 5000
};

static bool
is_list (LodgerGlibList *list)
{
  bool is_one = list != NULL;
  g_clear_object (&list);
  return is_one;
}

/* Whether an object that is given to the list ends with that code, and with no reference to it, if it is refused. */
static int
append (LodgerGlibList *list, GType type)
{
  GObject *object = g_object_new (type, NULL);
  int code;
  g_object_add_weak_pointer (object, (gpointer *) &object);
  code = lodger_glib_list_append (list, object);
  if (code != 0)
    test_check (object == NULL);
  else
    g_object_remove_weak_pointer (object, (gpointer *) &object);
  return code;
}

static void
fill_in_its_own_thread (Fixture *s)
{
  LodgerGlibList *list = lodger_glib_list_new (lodger_caller_current (), G_TYPE_OBJECT);
  for (int i = 0; i < ROOM; i++)
    test_check (append (list, G_TYPE_OBJECT) == 0);
  ANSWERS (append (list, G_TYPE_OBJECT), LODGER_EDEADLK);
  g_object_unref (list);
}

static void
append_another_type (Fixture *s)
{
  LodgerGlibList *list = lodger_glib_list_new (CALLER, G_TYPE_LIST_STORE);
  ANSWERS (append (list, G_TYPE_OBJECT), LODGER_EINVAL);
  ANSWERS (lodger_glib_list_append (list, NULL), LODGER_EINVAL);
  FINE (append (list, G_TYPE_LIST_STORE) == 0);
  g_object_unref (list);
}

CELL (lodger_glib_list_new, null_caller, WARNS (!is_list (lodger_glib_list_new (NULL, G_TYPE_OBJECT)));
      WARNS (!is_list (lodger_glib_list_new (CALLER, G_TYPE_INT))));
CELL_AT (ELSEWHERE, lodger_glib_list_new, wrong_thread,
         WARNS (!is_list (lodger_glib_list_new (CALLER, G_TYPE_OBJECT))));
CELL (lodger_glib_list_new, after_stop, WARNS (!is_list (lodger_glib_list_new (CALLER, G_TYPE_OBJECT))));
CELL (lodger_glib_list_new, after_fork, WARNS (!is_list (lodger_glib_list_new (CALLER, G_TYPE_OBJECT))));
CELL (lodger_glib_list_append, null_list, ANSWERS (append (NULL, G_TYPE_OBJECT), LODGER_EINVAL);
      append_another_type (s));
CELL_AT (IN_WORKER, lodger_glib_list_append, deadlock, fill_in_its_own_thread (s));
CELL (lodger_glib_list_clear, null_list, WARNS (DOES (lodger_glib_list_clear (NULL))));
