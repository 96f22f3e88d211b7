/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of types: a strip that shares all bytes out, and a bar for each type; those that do not fit are one more.
 */
#ifndef LODGER_SCAN_QT_TYPES_PAGE_H
#define LODGER_SCAN_QT_TYPES_PAGE_H

#include "page.h"

#include <store.h>

class Chart;

class TypesPage : public Page {
public:
  TypesPage ();

  /* What to draw from now on; NULL: nothing. It is not owned: before it goes, something else has to be drawn. */
  void set (const Store *another);
  /* The store has changed. At the end, the chart is put in words, too. */
  void refresh (bool over);

private:
  Chart *const chart;
  const Store *store = nullptr;
};

#endif
