/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

#include <errno.h>
#include <string.h>

enum
{
  SLOTS_A_FILE = 16
};

typedef struct FileId
{
  guint64 dev, ino;
  guint names;
} FileId;

static guint
id_hash (const void *key)
{
  const FileId *id = key;
  guint64 mixed = (id->ino ^ (id->dev << 40)) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return (guint) (mixed >> 32);
}

static gboolean
id_equal (const void *a, const void *b)
{
  const FileId *id_a = a;
  const FileId *id_b = b;
  return id_a->dev == id_b->dev && id_a->ino == id_b->ino;
}

static guint
dir_hash (const void *key)
{
  const StoreDir *dir = key;
  return id_hash (&(FileId) { dir->dev, dir->ino, 0 });
}

static gboolean
dir_equal (const void *a, const void *b)
{
  const StoreDir *dir_a = a;
  const StoreDir *dir_b = b;
  return dir_a->dev == dir_b->dev && dir_a->ino == dir_b->ino;
}

static void
type_clear (void *data)
{
  StoreType *type = data;
  g_free (type->name);
}

Store *
store_new (void)
{
  Store *store = g_new0 (Store, 1);
  store->files = g_array_new (FALSE, FALSE, sizeof (StoreFile));
  store->errors = g_array_new (FALSE, FALSE, sizeof (StoreError));
  store->types = g_array_new (FALSE, FALSE, sizeof (StoreType));
  g_array_set_clear_func (store->types, type_clear);
  store->dirs = g_ptr_array_new_with_free_func (g_free);
  store->names = g_string_chunk_new (64 * 1024);
  store->opened = g_hash_table_new (dir_hash, dir_equal);
  store->type_index = g_hash_table_new (g_str_hash, g_str_equal);
  store->hard_links = g_hash_table_new_full (id_hash, id_equal, g_free, NULL);
  store->devices = g_array_new (FALSE, FALSE, sizeof (guint64));
  return store;
}

void
store_free (Store *store)
{
  if (store == NULL)
    return;
  g_hash_table_destroy (store->opened);
  g_hash_table_destroy (store->type_index);
  g_hash_table_destroy (store->hard_links);
  g_array_unref (store->devices);
  g_array_unref (store->files);
  g_array_unref (store->errors);
  g_array_unref (store->types);
  g_ptr_array_unref (store->dirs);
  g_string_chunk_free (store->names);
  g_free (store->slots);
  g_free (store->old_slots);
  g_free (store);
}

StoreDir *
store_add_dir (Store *store, StoreDir *parent, const char *name)
{
  StoreDir *dir = g_new0 (StoreDir, 1);
  dir->parent = parent;
  dir->name = parent == NULL ? "" : g_string_chunk_insert (store->names, name);
  dir->depth = parent == NULL ? 0 : parent->depth + 1;
  if (parent != NULL)
    {
      dir->next = parent->first_child;
      parent->first_child = dir;
    }
  g_ptr_array_add (store->dirs, dir);
  return dir;
}

gboolean
store_open_dir (Store *store, StoreDir *dir, guint64 dev, guint64 ino)
{
  dir->dev = dev;
  dir->ino = ino;
  if (g_hash_table_contains (store->opened, dir))
    return FALSE;
  g_hash_table_add (store->opened, dir);
  dir->opened = TRUE;
  store->folders++;
  return TRUE;
}

gboolean
store_is_above (const StoreDir *dir, guint64 dev, guint64 ino)
{
  for (; dir != NULL; dir = dir->parent)
    if (dir->opened && dir->ino == ino && dir->dev == dev)
      return TRUE;
  return FALSE;
}

static guint
device_number (Store *store, guint64 dev)
{
  for (guint i = 0; i < store->devices->len; i++)
    if (g_array_index (store->devices, guint64, i) == dev)
      return i;
  g_array_append_val (store->devices, dev);
  return store->devices->len - 1;
}

static guint16
type_number (Store *store, const char *name)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (store->type_index, name));
  StoreType type = { NULL, 0, 0 };
  if (index != 0)
    return (guint16) (index - 1);
  if (store->types->len == G_MAXUINT16)
    return 0;
  type.name = g_strdup (name);
  g_array_append_val (store->types, type);
  g_hash_table_insert (store->type_index, type.name, GUINT_TO_POINTER (store->types->len));
  return (guint16) (store->types->len - 1);
}

static StoreFile *
file_at (const Store *store, guint number)
{
  return &g_array_index (store->files, StoreFile, number);
}

/* The slot of the first file that has this content, or the free one where it belongs. */
static guint32 *
find_slot (const Store *store, guint32 *slots, guint n_slots, const StoreFile *file)
{
  guint64 start;
  memcpy (&start, file->content, sizeof start);
  for (guint i = (guint) start;; i++)
    {
      guint32 *slot = &slots[i & (n_slots - 1)];
      if (*slot == 0)
        return slot;
      if (memcmp (file_at (store, *slot - 1)->content, file->content, STORE_HASH_BYTES) == 0)
        return slot;
    }
}

/* Moving a large table at once would be felt in a window. The new one has room for as many contents again as the old
 * one held, and SLOTS_A_FILE of the old one move with each of them: long before it is full the old one is empty. */
static void
grow_slots (Store *store)
{
  if (store->n_used >= store->n_slots / 2)
    {
      store->old_slots = store->slots;
      store->n_old_slots = store->n_slots;
      store->n_moved = 0;
      store->n_slots = store->n_slots == 0 ? 1024 : store->n_slots * 2;
      store->slots = g_new0 (guint32, store->n_slots);
    }
  for (guint i = 0; i < SLOTS_A_FILE && store->n_moved < store->n_old_slots; i++)
    {
      guint32 index = store->old_slots[store->n_moved++];
      if (index != 0)
        *find_slot (store, store->slots, store->n_slots, file_at (store, index - 1)) = index;
    }
  if (store->old_slots != NULL && store->n_moved == store->n_old_slots)
    g_clear_pointer (&store->old_slots, g_free);
}

/* The first file with this content, which counts them all and may have gone. NULL: there is none. */
static StoreFile *
find_first (const Store *store, const StoreFile *file)
{
  guint32 index = 0;
  if (store->slots != NULL)
    index = *find_slot (store, store->slots, store->n_slots, file);
  if (index == 0 && store->old_slots != NULL)
    index = *find_slot (store, store->old_slots, store->n_old_slots, file);
  return index == 0 ? NULL : file_at (store, index - 1);
}

/* How many names of the file's inode are here after one was added (1) or taken away (-1). */
static guint
count_names (Store *store, const StoreFile *file, int change)
{
  FileId key = { g_array_index (store->devices, guint64, file->dev), file->ino, 0 };
  FileId *id;
  if (!file->has_more_names)
    return change > 0 ? 1 : 0;
  id = g_hash_table_lookup (store->hard_links, &key);
  if (id == NULL)
    {
      id = g_memdup2 (&key, sizeof key);
      g_hash_table_add (store->hard_links, id);
    }
  id->names += (guint) change;
  return id->names;
}

/* Another name of an inode that was counted wastes nothing. */
static void
count_content (Store *store, guint number)
{
  StoreFile *file = file_at (store, number);
  StoreFile *first;
  gboolean another_name = count_names (store, file, 1) > 1;
  if (file->content_kind == CONTENT_UNKNOWN)
    return;
  grow_slots (store);
  first = find_first (store, file);
  if (first == NULL)
    {
      *find_slot (store, store->slots, store->n_slots, file) = number + 1;
      store->n_used++;
      first = file;
    }
  first->copies++;
  if (another_name && first->inodes > 0)
    return;
  if (first->inodes++ > 0)
    {
      store->twins++;
      store->wasted += file->size;
    }
}

static void
uncount_content (Store *store, const StoreFile *file)
{
  gboolean another_name = count_names (store, file, -1) > 0;
  StoreFile *first = file->content_kind == CONTENT_UNKNOWN ? NULL : find_first (store, file);
  if (first == NULL)
    return;
  first->copies--;
  if (another_name)
    return;
  if (--first->inodes > 0)
    {
      store->twins--;
      store->wasted -= file->size;
    }
}

/* Adds the file to what there is, or takes it away (-1). */
static void
count_file (Store *store, const StoreFile *file, int change)
{
  StoreType *type = &g_array_index (store->types, StoreType, file->type);
  guint64 one = (guint64) (gint64) change;
  store->n_files += (guint) change;
  store->bytes += one * file->size;
  store->disk += one * file->disk;
  type->files += one;
  type->bytes += one * file->size;
  for (StoreDir *dir = file->dir; dir != NULL; dir = dir->parent)
    {
      dir->files += one;
      dir->bytes += one * file->size;
      dir->disk += one * file->disk;
    }
}

guint
store_add_file (Store *store, const StoreFile *file, const char *name, const char *type, guint64 dev)
{
  StoreFile added = *file;
  guint number = store->files->len;
  store_before_add (store);
  added.gone = FALSE;
  added.copies = added.inodes = 0;
  added.name = g_string_chunk_insert (store->names, name);
  added.dev = device_number (store, dev);
  added.type = type_number (store, type);
  added.next_in_dir = added.dir->first_file;
  added.dir->first_file = number + 1;
  g_array_append_val (store->files, added);
  count_content (store, number);
  count_file (store, &added, 1);
  return number;
}

void
store_set_content (Store *store, guint number, guint8 kind, const guint8 *content)
{
  StoreFile *file = file_at (store, number);
  g_return_if_fail (file->content_kind == CONTENT_UNKNOWN && kind != CONTENT_UNKNOWN);
  (void) count_names (store, file, -1);
  file->content_kind = kind;
  memcpy (file->content, content, STORE_HASH_BYTES);
  count_content (store, number);
}

void
store_remove_file (Store *store, guint number)
{
  StoreFile *file = file_at (store, number);
  if (file->gone)
    return;
  file->gone = TRUE;
  uncount_content (store, file);
  count_file (store, file, -1);
}

gboolean
store_has_twin (const Store *store, const StoreFile *file)
{
  const StoreFile *first = file->content_kind == CONTENT_UNKNOWN ? NULL : find_first (store, file);
  return first != NULL && first->copies > 1;
}

void
store_add_error (Store *store, const StoreDir *dir, const char *name, int reason)
{
  StoreError error = { dir, name == NULL ? NULL : g_string_chunk_insert (store->names, name), reason };
  store_before_add (store);
  g_array_append_val (store->errors, error);
}

void
store_append_path (GString *path, const StoreDir *dir, const char *name)
{
  gsize start = path->len;
  gsize end;
  gsize need = name == NULL ? 0 : strlen (name);

  for (const StoreDir *up = dir; up->parent != NULL; up = up->parent)
    need += strlen (up->name) + 1;
  if (name == NULL && dir->parent != NULL)
    need--;
  g_string_set_size (path, start + need);

  /* From the end to the front, which is the way the parents lead. */
  end = start + need;
  if (name != NULL)
    {
      end -= strlen (name);
      memcpy (path->str + end, name, strlen (name));
    }
  for (const StoreDir *up = dir; up->parent != NULL; up = up->parent)
    {
      if (end != start + need || name != NULL)
        path->str[--end] = '/';
      end -= strlen (up->name);
      memcpy (path->str + end, up->name, strlen (up->name));
    }
}

/* The part of a path at which two paths differ: a name, and whether a slash comes behind it. */
static int
compare_parts (const char *a, gboolean slash_a, const char *b, gboolean slash_b)
{
  int byte_a;
  int byte_b;
  while (*a != '\0' && *a == *b)
    {
      a++;
      b++;
    }
  byte_a = *a == '\0' && slash_a ? '/' : (guint8) *a;
  byte_b = *b == '\0' && slash_b ? '/' : (guint8) *b;
  return byte_a - byte_b;
}

int
store_compare_paths (const StoreDir *dir_a, const char *name_a, const StoreDir *dir_b, const char *name_b)
{
  const char *part_a = name_a == NULL ? "" : name_a;
  const char *part_b = name_b == NULL ? "" : name_b;
  gboolean slash_a = FALSE;
  gboolean slash_b = FALSE;

  /* Up to the folder that both are in; what was left last on each side is where they part. */
  while (dir_a != dir_b)
    {
      gboolean up_a = dir_a->depth >= dir_b->depth;
      gboolean up_b = dir_b->depth >= dir_a->depth;
      if (up_a)
        {
          slash_a = *part_a != '\0';
          part_a = dir_a->name;
          dir_a = dir_a->parent;
        }
      if (up_b)
        {
          slash_b = *part_b != '\0';
          part_b = dir_b->name;
          dir_b = dir_b->parent;
        }
    }
  return compare_parts (part_a, slash_a, part_b, slash_b);
}

const char *
store_reason_text (int reason)
{
  switch (reason)
    {
    case REASON_BAD_NAME: return "the name is not UTF-8";
    case REASON_FIFO: return "special file: fifo";
    case REASON_SOCKET: return "special file: socket";
    case REASON_CHAR_DEVICE: return "special file: character device";
    case REASON_BLOCK_DEVICE: return "special file: block device";
    case REASON_UNKNOWN_KIND: return "special file: unknown kind";
    case REASON_BROKEN_LINK: return "broken link: it leads to nothing";
    case REASON_LINK_LOOP: return "link loop: it never leads to a file";
    case REASON_LINK_UP: return "link loop: it leads to a folder that it is in";
    case REASON_SEEN: return "not entered: this folder was scanned under another path";
    case REASON_NO_WORKER: return "not scanned: no thread or no memory for it";
    case ENOENT: return "vanished while it was being scanned";
    case ELOOP:
    case ENOTDIR: return "a link or a file took its place while it was being scanned";
    default: return g_strerror (reason);
    }
}

int
store_reason_of_mode (mode_t mode)
{
  if (S_ISREG (mode))
    return REASON_NONE;
  if (S_ISFIFO (mode))
    return REASON_FIFO;
  if (S_ISSOCK (mode))
    return REASON_SOCKET;
  if (S_ISCHR (mode))
    return REASON_CHAR_DEVICE;
  if (S_ISBLK (mode))
    return REASON_BLOCK_DEVICE;
  return S_ISLNK (mode) ? ELOOP : REASON_UNKNOWN_KIND;
}
