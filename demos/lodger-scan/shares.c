/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shares.h"

#include "sums.h"
#include "text.h"

enum
{
  DESCRIBED = 5
};

static int
compare_shares (const void *a, const void *b)
{
  const Share *share_a = a;
  const Share *share_b = b;
  if (share_a->bytes != share_b->bytes)
    return share_a->bytes < share_b->bytes ? 1 : -1;
  return g_strcmp0 (share_a->name, share_b->name);
}

GArray *
shares_new (const Store *store, guint most)
{
  GArray *shares = g_array_new (FALSE, FALSE, sizeof (Share));
  for (guint i = 0; store != NULL && i < store->types->len; i++)
    {
      const StoreType *type = &g_array_index (store->types, StoreType, i);
      Share share = { type->name, type->bytes, type->files };
      g_array_append_val (shares, share);
    }
  g_array_sort (shares, compare_shares);
  if (shares->len > most)
    {
      Share other = { NULL, 0, 0 };
      for (guint i = most - 1; i < shares->len; i++)
        {
          other.bytes = sum_of (other.bytes, g_array_index (shares, Share, i).bytes);
          other.files += g_array_index (shares, Share, i).files;
        }
      g_array_set_size (shares, most - 1);
      g_array_append_val (shares, other);
    }
  return shares;
}

void
shares_append (GString *text, const Store *store)
{
  GArray *shares = shares_new (store, DESCRIBED + 1);
  for (guint i = 0; i < shares->len; i++)
    {
      const Share *share = &g_array_index (shares, Share, i);
      g_string_append (text, i == 0 ? "" : ", ");
      g_string_append (text, share->name == NULL ? "other" : share->name);
      g_string_append_c (text, ' ');
      text_append_size (text, share->bytes);
    }
  g_array_unref (shares);
}
