/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "follow.h"

#include "watch.h"

/* A folder in which something always changes takes a part of the time: an update that took a second rests for four. */
#define REST 4

struct Follow
{
  LodgerCaller *caller;
  LodgerScope *scope; /* ends with it: calls that are bound to it do not come after that */
  Engine *engine;
  Watch *watch;
  void (*told) (void *data);
  void *data;
  GHashTable *changed; /* StoreDir, to be looked into */
  gboolean held, updating, waits, complete;
  gint64 began, rests_until; /* µs of the monotonic clock, or 0 */
};

static void
begin_update (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  Follow *follow = data;
  GHashTableIter iter;
  GPtrArray *folders;
  void *dir;
  follow->waits = FALSE;
  if (follow->held || follow->updating)
    return; /* when that is over */
  folders = g_ptr_array_sized_new (g_hash_table_size (follow->changed));
  g_hash_table_iter_init (&iter, follow->changed);
  while (g_hash_table_iter_next (&iter, &dir, NULL))
    g_ptr_array_add (folders, dir);
  g_hash_table_remove_all (follow->changed);
  follow->updating = TRUE;
  follow->began = g_get_monotonic_time ();
  engine_update (follow->engine, folders);
  g_ptr_array_unref (folders);
  follow->told (follow->data);
}

static void
update_soon (Follow *follow)
{
  gint64 rest = MAX (follow->rests_until - g_get_monotonic_time (), 0);
  if (follow->waits || follow->held || follow->updating || g_hash_table_size (follow->changed) == 0)
    return;
  follow->waits = TRUE;
  lodger_pending_unref (
      lodger_scope_call_later (follow->scope, follow->caller, rest * 1000, begin_update, follow, NULL));
}

void
follow_hold (Follow *follow)
{
  if (follow == NULL)
    return;
  follow->held = TRUE;
  if (!follow->updating)
    return;
  follow->updating = FALSE;
  watch_follow (follow->watch);
}

void
follow_release (Follow *follow)
{
  gint64 now = g_get_monotonic_time ();
  if (follow == NULL)
    return;
  follow->held = FALSE;
  if (follow->began != 0)
    follow->rests_until = now + REST * (now - follow->began);
  follow->began = 0;
  update_soon (follow);
}

static void
on_changed (Watch *watch G_GNUC_UNUSED, const GPtrArray *folders, void *data)
{
  Follow *follow = data;
  for (guint i = 0; i < folders->len; i++)
    g_hash_table_add (follow->changed, g_ptr_array_index (folders, i));
  update_soon (follow);
}

void
follow_look_into (Follow *follow, StoreDir *dir)
{
  if (follow == NULL)
    return;
  g_hash_table_add (follow->changed, dir);
  update_soon (follow);
}

static void
on_covered (Watch *watch G_GNUC_UNUSED, void *data)
{
  Follow *follow = data;
  follow->complete = TRUE;
  follow->told (follow->data);
}

Follow *
follow_start (LodgerCaller *caller, Engine *engine, gint64 since, void (*told) (void *data), void *data)
{
  Follow *follow = g_new0 (Follow, 1);
  WatchEvents events = { on_changed, on_covered, follow };
  follow->caller = lodger_caller_ref (caller);
  follow->scope = lodger_scope_new (NULL);
  follow->engine = engine;
  follow->told = told;
  follow->data = data;
  follow->changed = g_hash_table_new (NULL, NULL);
  follow->watch = watch_start (caller, engine_get_store (engine), engine_get_root (engine), since, &events);
  if (follow->watch != NULL)
    return follow;
  follow_end (follow);
  return NULL;
}

void
follow_end (Follow *follow)
{
  if (follow == NULL)
    return;
  (void) lodger_scope_end (follow->scope, "nobody follows any more");
  watch_end (follow->watch);
  g_hash_table_destroy (follow->changed);
  lodger_scope_unref (follow->scope);
  lodger_caller_unref (follow->caller);
  g_free (follow);
}

gboolean
follow_is_updating (const Follow *follow)
{
  return follow != NULL && follow->updating;
}

gboolean
follow_is_complete (const Follow *follow)
{
  return follow->complete;
}

guint
follow_get_left_out (const Follow *follow)
{
  return watch_get_left_out (follow->watch);
}
