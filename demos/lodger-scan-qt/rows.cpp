/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rows.h"

#include <algorithm>
#include <limits>

/* A merge of some rows goes through all that are there already, but compares only few of them. */
enum
{
  ROWS_AT_ONCE = 4000,
  ROWS_A_MERGE = 512,
  BUDGET = 4000 /* µs */
};

Rows::Rows (const std::vector<Column> &the_columns) : columns (the_columns)
{
}

void
Rows::set_wake (std::function<void ()> function)
{
  wake = std::move (function);
}

/* ---- the model --------------------------------------------------------------------------------------------------- */

quint32
Rows::number_of (int row) const
{
  return keys.empty () ? static_cast<quint32> (row) : in_order[static_cast<size_t> (row)];
}

int
Rows::rowCount (const QModelIndex &parent) const
{
  return parent.isValid () ? 0 : static_cast<int> (shown_rows);
}

int
Rows::columnCount (const QModelIndex &parent) const
{
  return parent.isValid () ? 0 : static_cast<int> (columns.size ());
}

QVariant
Rows::data (const QModelIndex &index, int role) const
{
  if (!index.isValid ())
    return {};
  if (role != Qt::DisplayRole)
    return column_data (columns[static_cast<size_t> (index.column ())], role);
  append_text (cell, number_of (index), index.column ());
  return cell.take ();
}

QVariant
Rows::headerData (int section, Qt::Orientation orientation, int role) const
{
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount ())
    return {};
  return column_header (columns[static_cast<size_t> (section)], role);
}

/* ---- growing ----------------------------------------------------------------------------------------------------- */

bool
Rows::precedes (quint32 number_a, quint32 number_b) const
{
  for (const auto &key : keys)
    {
      const int order = compare (number_a, number_b, key.column);
      if (order != 0)
        return key.descending ? order > 0 : order < 0;
    }
  return number_a < number_b;
}

/* Puts the next rows into `merged`, between those that are there. Returns how many. */
quint32
Rows::merge (quint32 most)
{
  const auto less = [this] (quint32 a, quint32 b) { return precedes (a, b); };
  const auto first = static_cast<quint32> (merged.size ());
  const quint32 added = std::min<quint32> (most, ROWS_A_MERGE);
  fresh.resize (added);
  for (quint32 i = 0; i < added; i++)
    fresh[i] = first + i;
  std::sort (fresh.begin (), fresh.end (), less);
  merged.resize (first + added);
  auto end = merged.begin () + first;
  auto place = merged.end ();
  /* From the end: each row goes behind all that do not come after it, and these move at once. */
  for (auto row = fresh.rbegin (); row != fresh.rend (); ++row)
    {
      const auto after = std::upper_bound (merged.begin (), end, *row, less);
      place = std::move_backward (after, end, place);
      *--place = *row;
      end = after;
    }
  return added;
}

/* Where that row is in `merged`. A file that has got a twin since it was put there may be at a place that is not its own
 * any more. */
std::vector<quint32>::iterator
Rows::find (quint32 number)
{
  const auto less = [this] (quint32 a, quint32 b) { return precedes (a, b); };
  const auto place = std::lower_bound (merged.begin (), merged.end (), number, less);
  if (place != merged.end () && *place == number)
    return place;
  return std::find (merged.begin (), merged.end (), number);
}

/* To a view, the rows come at the end, and then all change their places. */
void
Rows::put_in_order (quint32 most)
{
  const gint64 end = g_get_monotonic_time () + BUDGET;
  quint32 added = 0;
  merged.assign (in_order.begin (), in_order.end ());
  do
    added += merge (most - added);
  while (added < most && g_get_monotonic_time () < end);

  beginInsertRows ({}, static_cast<int> (shown_rows), static_cast<int> (shown_rows + added - 1));
  for (quint32 i = 0; i < added; i++)
    in_order.push_back (shown_rows + i);
  shown_rows += added;
  endInsertRows ();

  Q_EMIT layoutAboutToBeChanged ({}, QAbstractItemModel::VerticalSortHint);
  const auto before = persistentIndexList ();
  auto after = before;
  for (auto &index : after)
    {
      const auto place = find (number_of (index));
      index = createIndex (static_cast<int> (place - merged.begin ()), index.column ());
    }
  in_order.swap (merged);
  changePersistentIndexList (before, after);
  Q_EMIT layoutChanged ({}, QAbstractItemModel::VerticalSortHint);
}

bool
Rows::grow ()
{
  const quint32 there = std::min<quint32> (count (), std::numeric_limits<int>::max ());
  const quint32 most = there > shown_rows ? std::min<quint32> (there - shown_rows, ROWS_AT_ONCE) : 0;
  if (most > 0 && keys.empty ())
    {
      beginInsertRows ({}, static_cast<int> (shown_rows), static_cast<int> (shown_rows + most - 1));
      shown_rows += most;
      endInsertRows ();
    }
  else if (most > 0)
    put_in_order (most);
  return shown_rows < there;
}

void
Rows::clear ()
{
  beginResetModel ();
  shown_rows = 0;
  in_order = {};
  merged = {};
  endResetModel ();
}

void
Rows::sort (int column, Qt::SortOrder order)
{
  const auto is_column = [column] (const Key &key) { return key.column == column; };
  keys.erase (std::remove_if (keys.begin (), keys.end (), is_column), keys.end ());
  if (column >= 0)
    keys.insert (keys.begin (), { column, order == Qt::DescendingOrder });
  else
    keys.clear ();
  clear ();
  if (grow () && wake != nullptr)
    wake ();
}
