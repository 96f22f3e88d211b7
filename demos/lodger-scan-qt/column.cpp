/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "column.h"

#include <QGuiApplication>
#include <QPalette>
#include <QVariant>

QVariant
column_data (const Column &column, int role)
{
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue (
        Qt::Alignment (Qt::AlignVCenter | (column.flags & COLUMN_NUMBER ? Qt::AlignRight : Qt::AlignLeft)));
  if (role == Qt::ForegroundRole && column.flags & COLUMN_DIM)
    return QGuiApplication::palette ().brush (QPalette::PlaceholderText);
  return {};
}

QVariant
column_header (const Column &column, int role)
{
  if (role == Qt::DisplayRole)
    return column.title;
  if (role == Qt::TextAlignmentRole)
    return column_data (column, role);
  return {};
}
