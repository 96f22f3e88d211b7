/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists with columns: text that is cut where its column ends, shown whole in a tooltip when it was cut. All rows have the
 * same height, so that scrolling and sorting measure nothing.
 */
#ifndef LODGER_SCAN_QT_LIST_H
#define LODGER_SCAN_QT_LIST_H

#include "column.h"

#include <QTableView>
#include <QTreeView>
#include <vector>

/* A view in which typing does not search: that would go through all rows, in the middle of a scan. */
template <typename View> class Quiet : public View {
public:
  using View::View;

  void keyboardSearch (const QString &) override
  {
  }
};

using TableList = Quiet<QTableView>;
using TreeList = Quiet<QTreeView>;

/* Each makes a list of the model, which has these columns and lives longer. `label` is for those who do not see it. */
TableList *list_new_table (const QString &label, const std::vector<Column> &columns, QAbstractItemModel *model);
TreeList *list_new_tree (const QString &label, const std::vector<Column> &columns, QAbstractItemModel *model);

#endif
