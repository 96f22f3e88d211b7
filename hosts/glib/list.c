/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list model behind a channel. The delivery is bound to the list's scope: so a batch holds the list, and the dispose ends the
 * delivery. */
#include "lodger-glib-list.h"
#include "lodger-glib-scope.h"

#include <lodger/host.h>

enum
{
  LIMIT = 5000,
  BATCH = 1000
};

struct _LodgerGlibList
{
  GObject parent;
  LodgerChannel *channel;
  GType item_type;
  GPtrArray *items; /* the thread of the caller */
};

static GType
get_item_type (GListModel *model)
{
  return LODGER_GLIB_LIST (model)->item_type;
}

static guint
get_n_items (GListModel *model)
{
  return LODGER_GLIB_LIST (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  const GPtrArray *items = LODGER_GLIB_LIST (model)->items;
  return position < items->len ? g_object_ref (g_ptr_array_index (items, position)) : NULL;
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_TYPE_WITH_CODE (LodgerGlibList, lodger_glib_list, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
lodger_glib_list_init (LodgerGlibList *list)
{
  list->item_type = G_TYPE_OBJECT;
  list->items = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
finalize (GObject *object)
{
  LodgerGlibList *list = LODGER_GLIB_LIST (object);
  lodger_channel_unref (list->channel);
  g_ptr_array_unref (list->items);
  G_OBJECT_CLASS (lodger_glib_list_parent_class)->finalize (object);
}

static void
lodger_glib_list_class_init (LodgerGlibListClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
}

static void
add_batch (LodgerPending *self, void **items, size_t count, void *data)
{
  LodgerGlibList *list = data;
  guint before = list->items->len;
  (void) self;
  for (size_t i = 0; i < count; i++)
    g_ptr_array_add (list->items, g_steal_pointer (&items[i]));
  g_list_model_items_changed (G_LIST_MODEL (list), before, 0, (guint) count);
}

/* False: it is refused, which is logged. */
static gboolean
deliver (LodgerGlibList *list, LodgerCaller *caller)
{
  const char *outer = lodger_host_speak_for ("lodger_glib_list_new");
  LodgerPending *delivery = lodger_channel_deliver_full (
      list->channel, caller, add_batch, list, NULL,
      LODGER_CALL_OPTIONS (.name = "a list", .scope = lodger_glib_object_get_scope (G_OBJECT (list)),
                           .flags = LODGER_PENDING_MAY_FAIL, .trackers = LODGER_TRACK_NONE));
  gboolean is_refused = lodger_pending_is_done (delivery);
  lodger_host_speak_for (outer);
  lodger_pending_disown (delivery);
  return !is_refused;
}

static LodgerGlibList *
refuse (int code, const char *reason)
{
  lodger_host_misuse ("lodger_glib_list_new", code, reason);
  return NULL;
}

LodgerGlibList *
lodger_glib_list_new (LodgerCaller *caller, GType item_type)
{
  LodgerGlibList *list;
  if (caller == NULL || !g_type_is_a (item_type, G_TYPE_OBJECT))
    return refuse (LODGER_EINVAL, caller == NULL ? "the caller is NULL" : "the items' type is no object");
  if (lodger_caller_get_state (caller) >= LODGER_CALLER_STOPPING)
    return refuse (LODGER_ESHUTDOWN, "the caller is stopping");
  if (!lodger_caller_is_current_thread (caller))
    return refuse (LODGER_EWRONGTHREAD, "this is not the caller's thread");
  list = g_object_new (LODGER_GLIB_TYPE_LIST, NULL);
  list->item_type = item_type;
  list->channel
      = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = g_object_unref, .limit = LIMIT, .batch = BATCH));
  if (deliver (list, caller))
    return list;
  g_object_unref (list);
  return NULL;
}

int
lodger_glib_list_append (LodgerGlibList *list, gpointer item)
{
  if (LODGER_GLIB_IS_LIST (list) && list->channel != NULL && G_TYPE_CHECK_INSTANCE_TYPE (item, list->item_type))
    {
      const char *outer = lodger_host_speak_for (__func__);
      int code = lodger_channel_send (list->channel, item);
      lodger_host_speak_for (outer);
      return code;
    }
  if (G_IS_OBJECT (item))
    g_object_unref (item);
  return lodger_host_misuse (__func__, LODGER_EINVAL, "no list, or an item of another type");
}

void
lodger_glib_list_clear (LodgerGlibList *list)
{
  guint before;
  if (!LODGER_GLIB_IS_LIST (list))
    {
      lodger_host_misuse (__func__, LODGER_EINVAL, "the list is none");
      return;
    }
  before = list->items->len;
  g_ptr_array_set_size (list->items, 0);
  if (before > 0)
    g_list_model_items_changed (G_LIST_MODEL (list), 0, before, 0);
}
