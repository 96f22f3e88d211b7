/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-wanted.h"

struct DuplicatesWanted
{
  const Store *store;
  Filter *filter;     /* NULL: all are wanted */
  FilterPass *pass;   /* NULL without a filter or a store */
  const char **types; /* the names of the store's types, for the pass */
};

DuplicatesWanted *
duplicates_wanted_new (void)
{
  return g_new0 (DuplicatesWanted, 1);
}

static void
forget_pass (DuplicatesWanted *wanted)
{
  g_clear_pointer (&wanted->pass, filter_pass_free);
  g_clear_pointer (&wanted->types, g_free);
}

void
duplicates_wanted_free (DuplicatesWanted *wanted)
{
  forget_pass (wanted);
  filter_unref (wanted->filter);
  g_free (wanted);
}

static void
begin_pass (DuplicatesWanted *wanted)
{
  guint count;
  forget_pass (wanted);
  if (wanted->filter == NULL || wanted->store == NULL)
    return;
  count = wanted->store->types->len;
  wanted->types = g_new (const char *, MAX (count, 1));
  for (guint i = 0; i < count; i++)
    wanted->types[i] = g_array_index (wanted->store->types, StoreType, i).name;
  wanted->pass = filter_pass_new (wanted->filter, wanted->types, count);
}

gboolean
duplicates_wanted_set_filter (DuplicatesWanted *wanted, Filter *filter)
{
  if (wanted->filter == NULL && filter == NULL)
    return FALSE;
  forget_pass (wanted);
  filter_unref (wanted->filter);
  wanted->filter = filter_ref (filter);
  begin_pass (wanted);
  return TRUE;
}

void
duplicates_wanted_set_store (DuplicatesWanted *wanted, const Store *store)
{
  wanted->store = store;
  begin_pass (wanted);
}

gboolean
duplicates_wanted_has (DuplicatesWanted *wanted, const DuplicatesGroups *groups, const DuplicatesGroup *group)
{
  if (wanted->pass == NULL)
    return TRUE;
  for (guint i = group->first; i < group->first + group->count; i++)
    {
      guint number = duplicates_groups_get_file (groups, i);
      const StoreFile *found = &g_array_index (wanted->store->files, StoreFile, number);
      const FilterFile file = { .name = found->name,
                                .dir = found->dir,
                                .size = found->size,
                                .disk = found->disk,
                                .mtime = found->mtime,
                                .number = number,
                                .type = found->type,
                                .twice = TRUE };
      if (filter_pass_wants (wanted->pass, &file))
        return TRUE;
    }
  return FALSE;
}
