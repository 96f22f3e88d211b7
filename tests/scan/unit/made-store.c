/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "made-store.h"

#include <string.h>

static const char *const types[] = { "text/x-csrc", "image/png",       "application/pdf", "audio/flac",
                                     "text/plain",  "application/zip", "video/mp4",       "application/octet-stream" };
static const char *const words[] = { "report", "holiday", "Invoice", "main", "song", "Budget", "draft", "photo" };

static StoreDir *
get_root (Store *store)
{
  return g_ptr_array_index (store->dirs, 0);
}

Store *
made_store_new (void)
{
  Store *store = store_new ();
  (void) store_open_dir (store, store_add_dir (store, NULL, ""), 1, 1);
  return store;
}

/* No two files have the same `content`, unless that is wanted. */
static guint
add (Store *store, StoreDir *dir, const char *name, guint64 size, const char *type, gint64 mtime, guint64 content)
{
  StoreFile file = { .dir = dir, .size = size, .disk = (size + 4095) / 4096 * 4096, .mtime = mtime };
  file.ino = 1000 + store->files->len;
  file.content_kind = CONTENT_SHA256;
  memcpy (file.content, &content, sizeof content);
  return store_add_file (store, &file, name, type, 1);
}

guint
made_store_add (Store *store, const char *name, guint64 size, const char *type, gint64 mtime)
{
  return add (store, get_root (store), name, size, type, mtime, (guint64) store->files->len << 32 | 1);
}

StoreDir *
made_store_add_dir (Store *store, StoreDir *parent, const char *name)
{
  return store_add_dir (store, parent == NULL ? get_root (store) : parent, name);
}

guint
made_store_add_to (Store *store, StoreDir *dir, const char *name)
{
  return add (store, dir, name, 1, "text/plain", 0, (guint64) store->files->len << 32 | 1);
}

void
made_store_grow (Store *store, guint count)
{
  StoreDir *dir = NULL;
  char name[64];
  while (store->files->len < count)
    {
      guint i = store->files->len;
      guint64 mixed = (i + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      if (dir == NULL || i % MADE_IN_FOLDER == 0)
        {
          g_snprintf (name, sizeof name, "folder-%u", i / MADE_IN_FOLDER);
          dir = store_add_dir (store, get_root (store), name);
        }
      g_snprintf (name, sizeof name, "%s-%05u-%u", words[mixed >> 61], (guint) (mixed >> 20) % 100000, i);
      (void) add (store, dir, name, mixed >> 40, types[(mixed >> 10) % G_N_ELEMENTS (types)], (gint64) (mixed >> 2),
                  i % 10 == 9 ? i - 1 : i);
    }
}
