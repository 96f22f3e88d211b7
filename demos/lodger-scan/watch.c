/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watch.h"

#include "monitors.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>

enum
{
  FOLDERS_A_BATCH = 64
};

/* What is known of a folder of the store. */
typedef enum FolderState
{
  FOLDER_NEW,
  FOLDER_WATCHED,
  FOLDER_LEFT_OUT
} FolderState;

struct Watch
{
  LodgerCaller *caller, *worker;
  LodgerScope *scope; /* ends with the watch: calls that are bound to it do not come after that */
  Monitors *monitors; /* the worker's */
  const Store *store;
  char *root;
  gint64 since;
  WatchEvents events;
  GByteArray *states; /* FolderState, by the folders' numbers in the store */
  guint next;         /* folders before it were looked at */
  gboolean adding;    /* those that have gone were forgotten before */
  guint counts[3];    /* by FolderState */
  gboolean giving;    /* a batch is on its way */
};

/* ---- on the way ------------------------------------------------------------------------------------------------- */

typedef struct Item
{
  guint number;
  char *path; /* NULL: it is watched no longer */
  MonitorsAnswer answer;
} Item;

/* Some folders on their way to the worker and back: the call has it, and then the continuation. */
typedef struct Batch
{
  atomic_int refs;
  Watch *watch; /* for continuations of the scope only */
  Monitors *monitors;
  gint64 since;
  guint count;
  Item items[FOLDERS_A_BATCH];
} Batch;

static void *
batch_ref (Batch *batch)
{
  atomic_fetch_add (&batch->refs, 1);
  return batch;
}

static void
batch_unref (void *data)
{
  Batch *batch = data;
  if (atomic_fetch_sub (&batch->refs, 1) != 1)
    return;
  for (guint i = 0; i < batch->count; i++)
    g_free (batch->items[i].path);
  monitors_unref (batch->monitors);
  g_free (batch);
}

/* News on their way from the worker. `watch` is for calls of the scope only. */
typedef struct Teller
{
  LodgerCaller *caller;
  LodgerScope *scope;
  Watch *watch;
} Teller;

typedef struct Message
{
  MonitorsNews *news;
  Watch *watch;
} Message;

static void
teller_free (void *data)
{
  Teller *teller = data;
  lodger_caller_unref (teller->caller);
  lodger_scope_unref (teller->scope);
  g_free (teller);
}

static void
message_free (void *data)
{
  Message *message = data;
  monitors_news_free (message->news);
  g_free (message);
}

/* ---- in the worker ---------------------------------------------------------------------------------------------- */

static void
run_batch (LodgerPending *self, void *data)
{
  Batch *batch = data;
  for (guint i = 0; i < batch->count && !lodger_pending_is_cancelled (self); i++)
    {
      Item *item = &batch->items[i];
      if (item->path == NULL)
        monitors_remove (batch->monitors, item->number);
      else
        item->answer = monitors_add (batch->monitors, item->number, item->path, batch->since);
    }
}

static void
stop_hook (LodgerCaller *worker G_GNUC_UNUSED, void *data)
{
  monitors_end (data);
}

static void news_arrived (LodgerPending *self, void *data);

static void
send_news (MonitorsNews *news, void *data)
{
  Teller *teller = data;
  Message *message = g_new (Message, 1);
  message->news = news;
  message->watch = teller->watch;
  lodger_pending_unref (
      lodger_caller_call_soon_full (teller->caller, news_arrived, message, message_free,
                                    LODGER_CALL_OPTIONS (.name = "folders have changed", .scope = teller->scope)));
}

/* ---- in the main thread ----------------------------------------------------------------------------------------- */

static FolderState
get_state (const Watch *watch, guint number)
{
  return watch->states->data[number];
}

static void
set_state (Watch *watch, guint number, FolderState state)
{
  watch->counts[get_state (watch, number)]--;
  watch->counts[state]++;
  watch->states->data[number] = (guint8) state;
}

static StoreDir *
folder_at (const Watch *watch, guint number)
{
  return g_ptr_array_index (watch->store->dirs, number);
}

static void
news_arrived (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  const Message *message = data;
  Watch *watch = message->watch;
  const GArray *lost = message->news->lost;
  const GArray *changed = message->news->changed;
  GPtrArray *folders = g_ptr_array_sized_new (changed->len);
  for (guint i = 0; i < lost->len; i++)
    set_state (watch, g_array_index (lost, guint, i), FOLDER_NEW);
  for (guint i = 0; i < changed->len; i++)
    g_ptr_array_add (folders, folder_at (watch, g_array_index (changed, guint, i)));
  watch->events.changed (watch, folders, watch->events.data);
  g_ptr_array_unref (folders);
}

static char *
make_path (const Watch *watch, const StoreDir *dir)
{
  GString *path = g_string_new (watch->root);
  if (dir->parent != NULL && path->len > 0 && path->str[path->len - 1] != '/')
    g_string_append_c (path, '/');
  store_append_path (path, dir, NULL);
  return g_string_free (path, FALSE);
}

/* What there is to be told to the worker of that folder. FALSE: nothing. */
static gboolean
get_item (Watch *watch, guint number, Item *ret_item)
{
  const StoreDir *dir = folder_at (watch, number);
  gboolean wanted = dir->opened;
  FolderState state = get_state (watch, number);
  *ret_item = (Item) { .number = number };
  if (!wanted && state == FOLDER_LEFT_OUT)
    set_state (watch, number, FOLDER_NEW);
  if (!watch->adding)
    return !wanted && state == FOLDER_WATCHED;
  if (!wanted || state != FOLDER_NEW)
    return FALSE;
  ret_item->path = make_path (watch, dir);
  if (strlen (ret_item->path) < PATH_MAX)
    return TRUE;
  g_clear_pointer (&ret_item->path, g_free);
  set_state (watch, number, FOLDER_LEFT_OUT);
  return FALSE;
}

static void
grow_states (Watch *watch)
{
  guint before = watch->states->len;
  guint now = watch->store->dirs->len;
  g_byte_array_set_size (watch->states, now);
  memset (watch->states->data + before, FOLDER_NEW, now - before);
  watch->counts[FOLDER_NEW] += now - before;
}

/* A folder that has moved is known under both names for a while, and the system watches it once: to forget the old
 * one later would end that. So all those that have gone come first. FALSE: all were looked at. */
static gboolean
look_further (Watch *watch)
{
  if (watch->next < watch->states->len)
    return TRUE;
  if (watch->adding)
    return FALSE;
  watch->adding = TRUE;
  watch->next = 0;
  return watch->states->len > 0;
}

/* NULL: there is nothing more to tell. */
static Batch *
next_batch (Watch *watch)
{
  Batch *batch = g_new0 (Batch, 1);
  atomic_init (&batch->refs, 1);
  batch->watch = watch;
  batch->monitors = monitors_ref (watch->monitors);
  batch->since = watch->since;
  grow_states (watch);
  while (batch->count < FOLDERS_A_BATCH && look_further (watch))
    if (get_item (watch, watch->next++, &batch->items[batch->count]))
      batch->count++;
  if (batch->count > 0)
    return batch;
  batch_unref (batch);
  return NULL;
}

static void batch_returned (LodgerPending *self, LodgerPending *done, void *data);

/* One batch at a time: that bounds the paths in memory, and the worker has time for what the monitors tell. */
static void
give (Watch *watch)
{
  LodgerPending *run;
  Batch *batch;
  if (watch->giving)
    return;
  batch = next_batch (watch);
  if (batch == NULL)
    {
      watch->events.covered (watch, watch->events.data);
      return;
    }
  watch->giving = TRUE;
  run = lodger_caller_call_soon_full (watch->worker, run_batch, batch_ref (batch), batch_unref,
                                      LODGER_CALL_OPTIONS (.name = "watch folders", .scope = watch->scope));
  lodger_pending_disown (
      lodger_pending_then_full (run, watch->caller, batch_returned, batch, batch_unref,
                                LODGER_CALL_OPTIONS (.name = "folders are watched", .scope = watch->scope)));
  lodger_pending_unref (run);
}

static void
batch_returned (LodgerPending *self G_GNUC_UNUSED, LodgerPending *done, void *data)
{
  const Batch *batch = data;
  Watch *watch = batch->watch;
  gboolean refused = lodger_pending_get_outcome (done) != LODGER_OK;
  for (guint i = 0; i < batch->count; i++)
    {
      const Item *item = &batch->items[i];
      if (item->path == NULL)
        set_state (watch, item->number, FOLDER_NEW);
      else if (refused || item->answer == MONITORS_CANNOT)
        set_state (watch, item->number, FOLDER_LEFT_OUT);
      else if (item->answer == MONITORS_ADDED)
        set_state (watch, item->number, FOLDER_WATCHED);
    }
  watch->giving = FALSE;
  give (watch);
}

void
watch_follow (Watch *watch)
{
  watch->next = 0;
  watch->adding = FALSE;
  give (watch);
}

Watch *
watch_start (LodgerCaller *caller, const Store *store, const char *root, gint64 since, const WatchEvents *events)
{
  static guint n_watches;
  Watch *watch = g_new0 (Watch, 1);
  Teller *teller = g_new (Teller, 1);
  char *name = g_strdup_printf ("watch-%u", ++n_watches);

  watch->caller = lodger_caller_ref (caller);
  watch->scope = lodger_scope_new (NULL);
  watch->store = store;
  watch->root = g_strdup (root);
  watch->since = since;
  watch->events = *events;
  watch->states = g_byte_array_new ();
  *teller = (Teller) { lodger_caller_ref (caller), lodger_scope_ref (watch->scope), watch };
  watch->monitors = monitors_new (send_news, teller, teller_free);
  watch->worker = lodger_caller_open_child (
      caller,
      LODGER_CALLER_OPTIONS (.name = name, .backend = "glib", .on_stop = stop_hook,
                             .hook_data = monitors_ref (watch->monitors), .hook_destroy = monitors_unref),
      NULL);
  g_free (name);
  if (watch->worker == NULL)
    {
      watch_end (watch);
      return NULL;
    }
  give (watch);
  return watch;
}

/* The stop of the worker ends the monitors, in its thread. */
void
watch_end (Watch *watch)
{
  if (watch == NULL)
    return;
  (void) lodger_scope_end (watch->scope, "the watch has ended");
  if (watch->worker != NULL)
    (void) lodger_caller_stop (watch->worker, TRUE);
  lodger_caller_unref (watch->worker);
  lodger_caller_unref (watch->caller);
  lodger_scope_unref (watch->scope);
  monitors_unref (watch->monitors);
  g_byte_array_unref (watch->states);
  g_free (watch->root);
  g_free (watch);
}

guint
watch_get_count (const Watch *watch)
{
  return watch->counts[FOLDER_WATCHED];
}

guint
watch_get_left_out (const Watch *watch)
{
  return watch->counts[FOLDER_LEFT_OUT];
}
