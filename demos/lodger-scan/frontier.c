/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frontier.h"

#include <sys/resource.h>

/* The part of all descriptors that folders above others may have. */
enum
{
  PART = 4,
  MOST_OPEN = 256
};

typedef struct Found
{
  StoreDir *dir;
  Folder *above;
} Found;

static Found *
found_at (const Frontier *frontier, guint i)
{
  return &g_array_index (frontier->found, Found, i);
}

static void
found_clear (void *data)
{
  folder_unref (((Found *) data)->above);
}

void
frontier_init (Frontier *frontier)
{
  struct rlimit limit;
  frontier->found = g_array_new (FALSE, FALSE, sizeof (Found));
  g_array_set_clear_func (frontier->found, found_clear);
  frontier->n_closed = frontier->n_open = 0;
  frontier->most_open = MOST_OPEN;
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    frontier->most_open = (guint) MIN (limit.rlim_cur / PART, MOST_OPEN);
}

void
frontier_clear (Frontier *frontier)
{
  g_array_unref (frontier->found);
}

/* From the beginning, whose turn comes last. Those that were found in one folder are beside each other. */
static void
close_oldest (Frontier *frontier)
{
  Folder *above = found_at (frontier, frontier->n_closed)->above;
  guint i = frontier->n_closed;
  for (; i < frontier->found->len && found_at (frontier, i)->above == above; i++)
    {
      found_at (frontier, i)->above = NULL;
      folder_unref (above);
    }
  frontier->n_open -= above != NULL ? 1 : 0;
  frontier->n_closed = i;
}

void
frontier_push (Frontier *frontier, StoreDir *dir, Folder *above)
{
  guint count = frontier->found->len;
  Found found = { dir, folder_ref (above) };
  if (above != NULL && (count == 0 || found_at (frontier, count - 1)->above != above))
    frontier->n_open++;
  g_array_append_val (frontier->found, found);
  while (frontier->n_open > frontier->most_open)
    close_oldest (frontier);
}

gboolean
frontier_pop (Frontier *frontier, StoreDir **ret_dir, Folder **ret_above)
{
  guint last = frontier->found->len - 1;
  Found *found;
  if (frontier->found->len == 0)
    return FALSE;
  found = found_at (frontier, last);
  *ret_dir = found->dir;
  *ret_above = g_steal_pointer (&found->above);
  if (*ret_above != NULL && (last == 0 || found_at (frontier, last - 1)->above != *ret_above))
    frontier->n_open--;
  g_array_set_size (frontier->found, last);
  frontier->n_closed = MIN (frontier->n_closed, last);
  return TRUE;
}

gboolean
frontier_close (Frontier *frontier)
{
  gboolean any = frontier->n_open > 0;
  while (frontier->n_closed < frontier->found->len)
    close_oldest (frontier);
  return any;
}

void
frontier_drop (Frontier *frontier)
{
  g_array_set_size (frontier->found, 0);
  frontier->n_closed = frontier->n_open = 0;
}
