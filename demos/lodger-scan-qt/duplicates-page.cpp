/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duplicates-page.h"

#include <figures.h>

#include <QVBoxLayout>

enum
{
  CONTENT,
  NAMES,
  SIZE,
  WASTED
};

static const std::vector<Column> &
get_columns ()
{
  static const std::vector<Column> columns = {
    { "Same content", 60, COLUMN_EXPAND | COLUMN_MIDDLE },
    { "Names", 12, COLUMN_NUMBER },
    { "Size of each", 16, COLUMN_NUMBER },
    { "Wasted", 14, COLUMN_NUMBER },
  };
  return columns;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

void
GroupRows::set_report (const Report *another)
{
  beginResetModel ();
  report = another;
  endResetModel ();
}

const ReportGroup *
GroupRows::get_group (quintptr number) const
{
  return &g_array_index (report->groups, ReportGroup, number);
}

QModelIndex
GroupRows::index (int row, int column, const QModelIndex &parent) const
{
  if (!hasIndex (row, column, parent))
    return {};
  return createIndex (row, column, parent.isValid () ? static_cast<quintptr> (parent.row ()) : NO_GROUP);
}

QModelIndex
GroupRows::parent (const QModelIndex &index) const
{
  if (!index.isValid () || index.internalId () == NO_GROUP)
    return {};
  return createIndex (static_cast<int> (index.internalId ()), 0, NO_GROUP);
}

int
GroupRows::rowCount (const QModelIndex &parent) const
{
  if (report == nullptr || parent.column () > 0 || (parent.isValid () && parent.internalId () != NO_GROUP))
    return 0;
  if (!parent.isValid ())
    return static_cast<int> (report->groups->len);
  return static_cast<int> (get_group (static_cast<quintptr> (parent.row ()))->count);
}

bool
GroupRows::hasChildren (const QModelIndex &parent) const
{
  return rowCount (parent) > 0;
}

int
GroupRows::columnCount (const QModelIndex &) const
{
  return static_cast<int> (get_columns ().size ());
}

void
GroupRows::append_text (const QModelIndex &index) const
{
  const bool is_group = index.internalId () == NO_GROUP;
  const auto row = static_cast<guint> (index.row ());
  const ReportGroup *const group = get_group (is_group ? row : index.internalId ());
  const auto file
      = static_cast<const StoreFile *> (g_ptr_array_index (report->twins, group->first + (is_group ? 0 : row)));
  if (index.column () == CONTENT)
    {
      g_string_truncate (path, 0);
      store_append_path (path, file->dir, file->name);
      text_append_shown (text, path.bytes ());
      if (is_group)
        g_string_append_printf (text, " and %u more", group->count - 1);
    }
  else if (!is_group)
    return;
  else if (index.column () == NAMES)
    text_append_count (text, group->count);
  else if (index.column () == SIZE)
    text_append_size (text, file->size);
  else
    figures_append_waste (text, group->wasted, group->why);
}

QVariant
GroupRows::data (const QModelIndex &index, int role) const
{
  if (!index.isValid () || report == nullptr)
    return {};
  if (role != Qt::DisplayRole)
    return column_data (get_columns ()[static_cast<size_t> (index.column ())], role);
  append_text (index);
  return text.take ();
}

QVariant
GroupRows::headerData (int section, Qt::Orientation orientation, int role) const
{
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount ())
    return {};
  return column_header (get_columns ()[static_cast<size_t> (section)], role);
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

DuplicatesPage::DuplicatesPage () : Page (QStyle::SP_FileDialogListView), heading (new QLabel)
{
  const auto content = new QWidget;
  const auto box = new QVBoxLayout (content);
  list = list_new_tree ("Duplicates", get_columns (), &rows);
  heading->setContentsMargins (12, 10, 12, 10);
  box->setContentsMargins (0, 0, 0, 0);
  box->setSpacing (0);
  box->addWidget (heading);
  box->addWidget (list);
  set_content (content);
  connect (list, &QAbstractItemView::activated, [this] (const QModelIndex &index) {
    const QModelIndex group = index.siblingAtColumn (0);
    list->setExpanded (group, !list->isExpanded (group));
  });
}

void
DuplicatesPage::set (const Report *report)
{
  has_report = report != nullptr;
  rows.set_report (report);
  if (report != nullptr && report->groups->len > 0)
    {
      Shown text;
      figures_append_groups (text, report);
      heading->setText (text.take ());
      /* One is open, so that it is seen what these are. */
      list->setExpanded (rows.index (0, 0), true);
      show_content ();
    }
  else
    show_words ("No duplicates", "Each file that was read has a content of its own.");
}

void
DuplicatesPage::refresh (const Store *store)
{
  Shown text;
  if (has_report)
    return;
  figures_append_twins (text, store);
  show_words ("Duplicates", text.take ());
}
