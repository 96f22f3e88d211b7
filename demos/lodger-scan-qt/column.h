/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a list knows of its columns.
 */
#ifndef LODGER_SCAN_QT_COLUMN_H
#define LODGER_SCAN_QT_COLUMN_H

#include <QString>

enum ColumnFlags
{
  COLUMN_NUMBER = 1 << 0, /* at the right */
  COLUMN_DIM = 1 << 1,
  COLUMN_EXPAND = 1 << 2, /* gets the room that is left */
  COLUMN_MIDDLE = 1 << 3  /* cut in the middle rather than at its end */
};

struct Column
{
  QString title;
  int chars;
  int flags;
};

/* What QAbstractItemModel::data() and headerData() say of a column besides its text. */
QVariant column_data (const Column &column, int role);
QVariant column_header (const Column &column, int role);

#endif
