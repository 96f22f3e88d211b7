/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "class.h"

Class *
class_new (Way way, guint64 size, guint64 start)
{
  Class *class = g_new0 (Class, 1);
  class->way = way;
  class->size = size;
  class->start = class->next_from = start;
  class->inodes = g_array_new (FALSE, FALSE, sizeof (Inode));
  return class;
}

void
class_free (void *data)
{
  Class *class = data;
  g_array_unref (class->inodes);
  g_free (class->verdicts);
  g_free (class);
}

Inode *
class_get_inode (const Class *class, guint i)
{
  return &g_array_index (class->inodes, Inode, i);
}

void
class_begin (Class *class)
{
  class->verdicts = g_new0 (Verdict, class->inodes->len);
  for (guint i = 0; i < class->inodes->len; i++)
    class->verdicts[i].differs = COMPARE_NOWHERE;
  class->next_inode = class->way == BY_BLOCKS ? 1 : 0; /* the first one is in all parts */
}

gboolean
class_is_handed_out (const Class *class)
{
  return class->next_inode >= class->inodes->len;
}

gboolean
class_take (Class *class, guint i, const CompareFile *file)
{
  Verdict *verdict = &class->verdicts[i];
  gboolean fails = (file->reason != REASON_NONE || file->is_left_out) && !verdict->failed;
  if (fails)
    verdict->failed = TRUE;
  if (class->way == BY_BLOCKS && file->differs >= verdict->differs)
    return fails;
  verdict->differs = class->way == BY_BLOCKS ? file->differs : 0;
  verdict->mark = file->mark;
  return fails;
}

static guint
verdict_hash (const void *key)
{
  const Verdict *verdict = key;
  return (guint) ((verdict->differs * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + verdict->mark) >> 16);
}

static gboolean
verdict_equal (const void *a, const void *b)
{
  const Verdict *verdict_a = a;
  const Verdict *verdict_b = b;
  return verdict_a->differs == verdict_b->differs && verdict_a->mark == verdict_b->mark;
}

/* Up to where files of the class with this verdict are the same. */
static guint64
same_before (const Class *class, const Verdict *verdict)
{
  if (class->way == BY_HEADS)
    return compare_head_of (class->size);
  if (class->way == BY_HASH || class->verdicts[0].failed)
    return class->start;
  return verdict->differs == COMPARE_NOWHERE ? class->size : verdict->differs;
}

/* Those with the same verdict may be the same. If the one that the others were compared with could not be compared, the
 * others begin again. */
void
class_split (const Class *class, GPtrArray *ret_classes)
{
  GHashTable *found = g_hash_table_new (verdict_hash, verdict_equal);
  Verdict unknown = { COMPARE_NOWHERE, 0, FALSE };
  gboolean begins_again = class->way == BY_BLOCKS && class->verdicts[0].failed;
  for (guint i = 0; i < class->inodes->len; i++)
    {
      Verdict *verdict = begins_again ? &unknown : &class->verdicts[i];
      Class *with = g_hash_table_lookup (found, verdict);
      if (class->verdicts[i].failed)
        continue;
      if (with == NULL)
        {
          with = class_new (BY_BLOCKS, class->size, same_before (class, verdict));
          g_hash_table_insert (found, verdict, with);
          g_ptr_array_add (ret_classes, with);
        }
      g_array_append_val (with->inodes, *class_get_inode (class, i));
    }
  g_hash_table_destroy (found);
}
