/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "groups.h"

#include "class.h"
#include "hashing.h"

#include <string.h>

enum
{
  FILES_A_JOB = 128,
  FILES_OPEN = 16, /* of a class whose files have many blocks */
  BYTES_A_JOB = 4 * 1024 * 1024,
  BYTES_A_PART = 16 * 1024 * 1024,
  PARTS_AT_ONCE = 4 /* of one class */
};

struct Groups
{
  Shared *shared;
  Sizes *sizes; /* NULL until they are known */
  gboolean begun;
  guint first_new, next_group;
  GHashTable *all; /* Class */
  GQueue waiting;  /* those that have parts in no job yet */
  Hashing hashing;
  guint64 n_contents;
};

/* A part of a class in a job: so many of the job's files. */
typedef struct Part
{
  Class *class; /* the main thread's alone */
  Way way;
  guint first, count;
  guint64 from, to;
} Part;

typedef struct Comparison
{
  Job job;
  GArray *files;   /* CompareFile */
  GArray *indexes; /* guint: which inode of its class each file is */
  GArray *parts;
  guint done; /* parts */
  guint64 bytes;
} Comparison;

static void
compare (Job *job, LodgerPending *self)
{
  Comparison *comparison = (Comparison *) job;
  gboolean goes_on = TRUE;
  FileReader reader;
  file_reader_init (&reader, self, &job->shared->bytes, !job->is_last_try);
  while (goes_on && comparison->done < comparison->parts->len)
    {
      const Part *part = &g_array_index (comparison->parts, Part, comparison->done);
      CompareFile *files = &g_array_index (comparison->files, CompareFile, part->first);
      if (part->way == BY_BLOCKS)
        goes_on = compare_range (&reader, files, part->count, part->from, part->to);
      else
        goes_on = compare_heads (&reader, files, part->count, part->way == BY_HASH);
      comparison->done += goes_on ? 1 : 0;
    }
  job->is_short = !goes_on && !lodger_pending_is_cancelled (self);
  file_reader_clear (&reader);
}

/* ---- classes ---------------------------------------------------------------------------------------------------- */

static guint
number_of (const Groups *groups, const Inode *inode, guint name)
{
  return g_array_index (groups->sizes->numbers, guint, inode->first + name);
}

static const StoreFile *
file_of (const Groups *groups, const Inode *inode)
{
  return &g_array_index (groups->shared->store->files, StoreFile, number_of (groups, inode, 0));
}

/* All files of the class are the same. */
static void
finish_class (Groups *groups, Class *class)
{
  guint8 content[STORE_HASH_BYTES] = { 0 };
  guint names = 0;
  for (guint i = 0; i < class->inodes->len; i++)
    names += class_get_inode (class, i)->count;
  groups->n_contents++;
  memcpy (content, &groups->n_contents, sizeof groups->n_contents);
  for (guint i = 0; i < class->inodes->len && names > 1; i++)
    {
      const Inode *inode = class_get_inode (class, i);
      for (guint name = 0; name < inode->count; name++)
        store_set_content (groups->shared->store, number_of (groups, inode, name), CONTENT_CLASS, content);
    }
  g_hash_table_remove (groups->all, class);
}

static void
hash_class (Groups *groups, Class *class)
{
  for (guint i = 0; i < class->inodes->len; i++)
    hashing_add (&groups->hashing, class_get_inode (class, i));
  g_hash_table_remove (groups->all, class);
}

/* Goes on with files that may be the same. The class is consumed. */
static void
add_class (Groups *groups, Class *class)
{
  gboolean compares = groups->shared->what.reading == ENGINE_COMPARE;
  g_hash_table_add (groups->all, class);
  if (compares && (class->inodes->len == 1 || class->start >= class->size) && class->way == BY_BLOCKS)
    finish_class (groups, class);
  else if (compares || class->way != BY_BLOCKS)
    {
      class_begin (class);
      g_queue_push_tail (&groups->waiting, class);
    }
  else if (class->inodes->len > 1)
    hash_class (groups, class);
  else
    g_hash_table_remove (groups->all, class);
}

/* All parts of the class are back. */
static void
split_class (Groups *groups, Class *class)
{
  GPtrArray *classes = g_ptr_array_new ();
  class_split (class, classes);
  for (guint i = 0; i < classes->len; i++)
    add_class (groups, g_ptr_array_index (classes, i));
  g_ptr_array_unref (classes);
  g_hash_table_remove (groups->all, class);
}

/* Makes a class of the next files of one size. If the content of one of them is known, all are hashed. FALSE at the
 * end. */
static gboolean
take_group (Groups *groups)
{
  const SizeGroup *group;
  const Inode *first;
  Class *class;
  if (groups->next_group == groups->sizes->groups->len)
    return FALSE;
  group = &g_array_index (groups->sizes->groups, SizeGroup, groups->next_group++);
  first = &g_array_index (groups->sizes->inodes, Inode, group->first);
  class = class_new (group->count > FILES_A_JOB ? BY_HASH : BY_HEADS, file_of (groups, first)->size, 0);
  if (group->has_known || group->count == 1)
    class->way = BY_BLOCKS;
  g_array_append_vals (class->inodes, first, group->count);
  if (!group->has_known)
    add_class (groups, class);
  else
    {
      g_hash_table_add (groups->all, class);
      hash_class (groups, class);
    }
  return TRUE;
}

/* ---- jobs ------------------------------------------------------------------------------------------------------- */

static void
accept_part (Groups *groups, const Comparison *comparison, const Part *part, gboolean done)
{
  Class *class = part->class;
  for (guint i = part->first; i < part->first + part->count; i++)
    {
      CompareFile *file = &g_array_index (comparison->files, CompareFile, i);
      guint inode = g_array_index (comparison->indexes, guint, i);
      const StoreFile *known = file_of (groups, class_get_inode (class, inode));
      if (!done)
        file->reason = comparison->job.reason;
      if (class_take (class, inode, file) && file->reason != REASON_NONE)
        store_add_error (groups->shared->store, known->dir, known->name, file->reason);
    }
  class->running--;
  class->is_dropped |= !done && comparison->job.reason == REASON_NONE;
  if (class->running == 0 && class_is_handed_out (class) && !class->is_dropped)
    split_class (groups, class);
}

static void
accept (Job *job)
{
  Comparison *comparison = (Comparison *) job;
  for (guint i = 0; i < comparison->parts->len; i++)
    accept_part (job->owner, comparison, &g_array_index (comparison->parts, Part, i), i < comparison->done);
}

static void
clear (Job *job)
{
  Comparison *comparison = (Comparison *) job;
  for (guint i = 0; i < comparison->files->len; i++)
    g_free (g_array_index (comparison->files, CompareFile, i).ref.path);
  g_array_unref (comparison->files);
  g_array_unref (comparison->indexes);
  g_array_unref (comparison->parts);
}

static const JobKind comparing = { "compare files", compare, accept, NULL, clear };

static void
add_file (Groups *groups, Comparison *comparison, const Class *class, guint i)
{
  const Inode *inode = class_get_inode (class, i);
  CompareFile file = { .ref = shared_refer (groups->shared, number_of (groups, inode, 0)) };
  comparison->job.dir = file_of (groups, inode)->dir;
  g_array_append_val (comparison->files, file);
  g_array_append_val (comparison->indexes, i);
}

/* Hands out the next part of a class: of some of its files, and of large ones a piece. The file that the others are
 * compared with is in each of them. Files that are known to differ before the part are not. */
static void
add_part (Groups *groups, Comparison *comparison, Class *class)
{
  gboolean by_blocks = class->way == BY_BLOCKS;
  guint most = by_blocks && class->size - class->start > COMPARE_FIRST_BLOCK ? FILES_OPEN : FILES_A_JOB;
  guint end = MIN (class->next_inode + most, class->inodes->len);
  Part part = { class, class->way, comparison->files->len, 0, class->next_from, class->size };
  if (by_blocks && part.to - part.from > BYTES_A_PART)
    part.to = part.from + BYTES_A_PART;
  if (by_blocks)
    add_file (groups, comparison, class, 0);
  for (guint i = class->next_inode; i < end; i++)
    if (!by_blocks || class->verdicts[i].differs > part.from)
      add_file (groups, comparison, class, i);
  part.count = comparison->files->len - part.first;
  if (by_blocks && part.count == 1)
    part.to = class->size;
  comparison->bytes += part.count * (by_blocks ? part.to - part.from : compare_head_of (class->size));
  class->next_from = part.to;
  if (!by_blocks || part.to == class->size)
    {
      class->next_from = class->start;
      class->next_inode = end;
    }
  class->running++;
  g_array_append_val (comparison->parts, part);
}

/* A class that has another part for a job. */
static Class *
next_class (Groups *groups)
{
  do
    for (GList *link = groups->waiting.head; link != NULL; link = link->next)
      if (((Class *) link->data)->running < PARTS_AT_ONCE)
        return link->data;
  while (take_group (groups));
  return NULL;
}

static Job *
next_comparison (Groups *groups)
{
  Comparison *comparison = job_new (sizeof *comparison, &comparing, groups->shared, groups, NULL);
  Class *class;
  comparison->files = g_array_new (FALSE, FALSE, sizeof (CompareFile));
  comparison->indexes = g_array_new (FALSE, FALSE, sizeof (guint));
  comparison->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  while (comparison->files->len < FILES_A_JOB && comparison->bytes < BYTES_A_JOB
         && (class = next_class (groups)) != NULL)
    {
      add_part (groups, comparison, class);
      if (class_is_handed_out (class))
        g_queue_remove (&groups->waiting, class);
    }
  if (comparison->parts->len > 0)
    return &comparison->job;
  job_unref (comparison);
  return NULL;
}

static void
accept_sizes (Sizes *sizes)
{
  Groups *groups = sizes->job.owner;
  groups->sizes = job_ref (sizes);
  groups->hashing.numbers = sizes->numbers;
}

Job *
groups_next (Groups *groups)
{
  Job *job = NULL;
  if (!groups->begun)
    {
      groups->begun = TRUE;
      return &sizes_new (groups->shared, groups, groups->first_new, accept_sizes)->job;
    }
  if (groups->sizes != NULL)
    job = next_comparison (groups);
  return job != NULL ? job : hashing_next (&groups->hashing);
}

Groups *
groups_new (Shared *shared, guint first_new)
{
  Groups *groups = g_new0 (Groups, 1);
  groups->shared = shared;
  groups->first_new = first_new;
  groups->all = g_hash_table_new_full (NULL, NULL, class_free, NULL);
  hashing_init (&groups->hashing, shared);
  return groups;
}

void
groups_free (Groups *groups)
{
  if (groups == NULL)
    return;
  g_queue_clear (&groups->waiting);
  hashing_clear (&groups->hashing);
  g_hash_table_destroy (groups->all);
  if (groups->sizes != NULL)
    job_unref (groups->sizes);
  g_free (groups);
}
