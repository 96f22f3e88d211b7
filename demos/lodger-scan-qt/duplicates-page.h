/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of duplicates: groups of the same content, and the files of each. It is filled when the scan is over.
 */
#ifndef LODGER_SCAN_QT_DUPLICATES_PAGE_H
#define LODGER_SCAN_QT_DUPLICATES_PAGE_H

#include "list.h"
#include "page.h"
#include "shown.h"

#include <report.h>

/* The number of a group is the `internalId` of its files' indexes; groups have NO_GROUP. */
class GroupRows : public QAbstractItemModel {
public:
  /* NULL: no rows. It is not owned: before it goes, another one is set. */
  void set_report (const Report *another);

  QModelIndex index (int row, int column, const QModelIndex &parent = {}) const override;
  QModelIndex parent (const QModelIndex &index) const override;
  int rowCount (const QModelIndex &parent = {}) const override;
  int columnCount (const QModelIndex &parent = {}) const override;
  bool hasChildren (const QModelIndex &parent = {}) const override;
  QVariant data (const QModelIndex &index, int role) const override;
  QVariant headerData (int section, Qt::Orientation orientation, int role) const override;

private:
  static const quintptr NO_GROUP = UINTPTR_MAX;

  const ReportGroup *get_group (quintptr number) const;
  void append_text (const QModelIndex &index) const;

  const Report *report = nullptr;
  mutable Shown text, path;
};

class DuplicatesPage : public Page {
public:
  DuplicatesPage ();

  /* What to show from now on; NULL before there is a report. It is not owned. */
  void set (const Report *another);
  /* The store has changed, while there is no report. */
  void refresh (const Store *store);

  TreeList *get_list () const
  {
    return list;
  }

private:
  GroupRows rows;
  TreeList *list;
  QLabel *const heading;
  bool has_report = false;
};

#endif
