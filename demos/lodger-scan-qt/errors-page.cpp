/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "errors-page.h"

#include <cstring>

enum
{
  PATH,
  REASON
};

static const std::vector<Column> &
get_columns ()
{
  static const std::vector<Column> columns = {
    { "Path", 48, COLUMN_EXPAND | COLUMN_MIDDLE },
    { "What is wrong", 48, COLUMN_EXPAND },
  };
  return columns;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

ErrorRows::ErrorRows () : Rows (get_columns ())
{
}

void
ErrorRows::set_store (const Store *another)
{
  clear ();
  store = another;
}

quint32
ErrorRows::count () const
{
  return store == nullptr ? 0 : store->errors->len;
}

void
ErrorRows::append_text (GString *text, quint32 number, int column) const
{
  const StoreError *const error = &g_array_index (store->errors, StoreError, number);
  if (column == REASON)
    g_string_append (text, store_reason_text (error->reason));
  else
    {
      g_string_truncate (path, 0);
      store_append_path (path, error->dir, error->name);
      text_append_shown (text, *path.bytes () == '\0' ? "." : path.bytes ());
    }
}

int
ErrorRows::compare (quint32 number_a, quint32 number_b, int column) const
{
  const StoreError *const a = &g_array_index (store->errors, StoreError, number_a);
  const StoreError *const b = &g_array_index (store->errors, StoreError, number_b);
  if (column == PATH)
    return store_compare_paths (a->dir, a->name, b->dir, b->name);
  return a->reason == b->reason ? 0 : strcmp (store_reason_text (a->reason), store_reason_text (b->reason));
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

ErrorsPage::ErrorsPage (std::function<void ()> wake) : Page (QStyle::SP_DialogApplyButton)
{
  list = list_new_table ("Errors", get_columns (), &rows);
  rows.set_wake (std::move (wake));
  set_content (list);
}

void
ErrorsPage::set (const Store *another)
{
  rows.set_store (another);
  store = another;
  refresh (false);
}

bool
ErrorsPage::grow ()
{
  if (store != nullptr && store->errors->len > 0)
    show_content ();
  return rows.grow ();
}

void
ErrorsPage::refresh (bool over)
{
  if (store != nullptr && store->errors->len > 0)
    return;
  show_words ("No errors", over ? "Everything in this folder could be read." : "Everything could be read so far.");
}
