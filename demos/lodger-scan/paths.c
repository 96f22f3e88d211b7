/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

#include <string.h>

/* The paths of what is in the store. */

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
