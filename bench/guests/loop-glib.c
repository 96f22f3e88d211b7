/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guests.h"

#include <glib-unix.h>
#include <lodger-glib.h>
#include <stdatomic.h>

struct Item
{
  GSource *source;
  ItemKind kind;
  Func *func;
  void *data;
  atomic_bool is_kicked;
};

/* A source that waits for its time, or for a word. */
typedef struct ItemSource
{
  GSource source;
  Item *item;
} ItemSource;

static GMainContext *context;
static GMainLoop *main_loop;
static LodgerGlibGuestOptions options;

static gboolean
prepare (GSource *source, gint *timeout)
{
  *timeout = -1;
  return atomic_load (&((ItemSource *) source)->item->is_kicked);
}

static gboolean
check (GSource *source)
{
  return atomic_load (&((ItemSource *) source)->item->is_kicked);
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  Item *item = ((ItemSource *) source)->item;

  (void) callback;
  (void) data;
  if (item->kind == ITEM_KICK)
    atomic_store (&item->is_kicked, false);
  else if (item->kind != ITEM_BUSY)
    g_source_set_ready_time (source, -1);
  item->func (item->data);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs time_funcs = { .dispatch = dispatch };
static GSourceFuncs kick_funcs = { .prepare = prepare, .check = check, .dispatch = dispatch };

static gboolean
fd_is_readable (gint fd, GIOCondition condition, gpointer data)
{
  Item *item = data;

  (void) fd;
  (void) condition;
  item->func (item->data);
  return G_SOURCE_CONTINUE;
}

static void
open_loop (void)
{
  if (lodger_glib_register () != 0)
    bench_fail ("the backend cannot be registered");
  context = g_main_context_new ();
  main_loop = g_main_loop_new (context, FALSE);
  options = (LodgerGlibGuestOptions) { .size = sizeof options, .context = context };
}

static const void *
get_options (void)
{
  return &options;
}

static void
run (void)
{
  g_main_loop_run (main_loop);
}

static void
quit (void)
{
  g_main_loop_quit (main_loop);
}

static void
close_loop (void)
{
  g_main_loop_unref (main_loop);
  g_main_context_unref (context);
}

static Item *
add (ItemKind kind, int fd, Func *func, void *data)
{
  Item *item = g_new0 (Item, 1);

  item->kind = kind;
  item->func = func;
  item->data = data;
  if (kind == ITEM_READABLE)
    {
      item->source = g_unix_fd_source_new (fd, G_IO_IN);
      g_source_set_callback (item->source, G_SOURCE_FUNC (fd_is_readable), item, NULL);
    }
  else
    {
      item->source = g_source_new (kind == ITEM_KICK ? &kick_funcs : &time_funcs, sizeof (ItemSource));
      ((ItemSource *) item->source)->item = item;
      if (kind == ITEM_BUSY)
        g_source_set_ready_time (item->source, 0);
    }
  g_source_attach (item->source, context);
  return item;
}

static void
start (Item *timer, unsigned ms)
{
  g_source_set_ready_time (timer->source, g_get_monotonic_time () + (gint64) ms * 1000);
}

static void
wake (Item *item)
{
  if (item->kind != ITEM_KICK)
    {
      g_source_set_ready_time (item->source, 0);
      return;
    }
  atomic_store (&item->is_kicked, true);
  if (guests_current () != NULL)
    lodger_guest_kick (guests_current ());
  else
    g_main_context_wakeup (context);
}

static void
remove_item (Item *item)
{
  g_source_destroy (item->source);
  g_source_unref (item->source);
  g_free (item);
}

const Loop loop_glib = {
  .name = "GLib",
  .backend = "glib",
  .has_kick = true,
  .open = open_loop,
  .get_options = get_options,
  .run = run,
  .quit = quit,
  .close = close_loop,
  .add = add,
  .start = start,
  .wake = wake,
  .remove = remove_item,
};
