/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model behind a list: rows of a store, in order. It grows in portions that a frame has time for. A row is the number
 * of something in the store, and has no memory of its own unless the list is sorted; then it has 4 bytes.
 */
#ifndef LODGER_SCAN_QT_ROWS_H
#define LODGER_SCAN_QT_ROWS_H

#include "column.h"
#include "shown.h"

#include <QAbstractTableModel>
#include <functional>
#include <vector>

class Rows : public QAbstractTableModel {
public:
  explicit Rows (const std::vector<Column> &the_columns);

  /* The function runs when there are rows to add again, as after a sort. */
  void set_wake (std::function<void ()> function);

  /* Adds a portion of the rows that there are. Whether some are left. */
  bool grow ();
  /* The store is another one, or none. */
  void clear ();
  /* What row `index` is about. */
  quint32 number_of (const QModelIndex &index) const
  {
    return number_of (index.row ());
  }

  int rowCount (const QModelIndex &parent = {}) const override;
  int columnCount (const QModelIndex &parent = {}) const override;
  QVariant data (const QModelIndex &index, int role) const override;
  QVariant headerData (int section, Qt::Orientation orientation, int role) const override;
  /* Fills the list anew, in this order. Rows that are equal are as they were: in the order of the column that was chosen
   * before, or in that of arrival. A column of -1 is the order of arrival. */
  void sort (int column, Qt::SortOrder order) override;

protected:
  /* How many rows there are by now. */
  virtual quint32 count () const = 0;
  virtual void append_text (GString *text, quint32 number, int column) const = 0;
  virtual int compare (quint32 number_a, quint32 number_b, int column) const = 0;

private:
  struct Key
  {
    int column;
    bool descending;
  };

  quint32 number_of (int row) const;
  bool precedes (quint32 number_a, quint32 number_b) const;
  quint32 merge (quint32 most);
  std::vector<quint32>::iterator find (quint32 number);
  void put_in_order (quint32 most);

  const std::vector<Column> columns;
  mutable Shown cell;
  std::vector<Key> keys; /* the column that was chosen last comes first; empty: in the order of arrival */
  std::vector<quint32> in_order, merged, fresh; /* numbers; the last two are used in a merge alone */
  quint32 shown_rows = 0;
  std::function<void ()> wake;
};

#endif
