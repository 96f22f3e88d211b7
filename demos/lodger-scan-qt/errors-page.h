/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of errors: what could not be read, and why.
 */
#ifndef LODGER_SCAN_QT_ERRORS_PAGE_H
#define LODGER_SCAN_QT_ERRORS_PAGE_H

#include "list.h"
#include "page.h"
#include "rows.h"

#include <store.h>

class ErrorRows : public Rows {
public:
  ErrorRows ();

  /* NULL: no rows. It is not owned: before it goes, another one is set. */
  void set_store (const Store *another);

protected:
  quint32 count () const override;
  void append_text (GString *text, quint32 number, int column) const override;
  int compare (quint32 number_a, quint32 number_b, int column) const override;

private:
  const Store *store = nullptr;
  mutable Shown path;
};

class ErrorsPage : public Page {
public:
  /* `wake` runs when grow() has to run again after it had nothing left to do. */
  explicit ErrorsPage (std::function<void ()> wake);

  /* What to show from now on. It is not owned. */
  void set (const Store *another);
  /* Adds a portion of new rows. Whether some are left. */
  bool grow ();
  /* The store has changed. */
  void refresh (bool over);

  TableList *get_list () const
  {
    return list;
  }

private:
  ErrorRows rows;
  TableList *list;
  const Store *store = nullptr;
};

#endif
