/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "list.h"

#include <QEvent>
#include <QHeaderView>
#include <QHelpEvent>
#include <QStyledItemDelegate>
#include <QToolTip>
#include <algorithm>

enum
{
  SPACE = 8, /* around a text, in each direction */
  TOOLTIP_CHARS = 4000
};

/* ---- cells ------------------------------------------------------------------------------------------------------- */

class Cells : public QStyledItemDelegate {
public:
  Cells (const std::vector<Column> &the_columns, QObject *parent) : QStyledItemDelegate (parent), columns (the_columns)
  {
  }

  bool helpEvent (QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                  const QModelIndex &index) override;
  QSize sizeHint (const QStyleOptionViewItem &option, const QModelIndex &) const override
  {
    return { 0, option.fontMetrics.height () + SPACE };
  }

protected:
  void initStyleOption (QStyleOptionViewItem *option, const QModelIndex &index) const override
  {
    QStyledItemDelegate::initStyleOption (option, index);
    if (columns[static_cast<size_t> (index.column ())].flags & COLUMN_MIDDLE)
      option->textElideMode = Qt::ElideMiddle;
  }

private:
  const std::vector<Column> columns;
};

bool
Cells::helpEvent (QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                  const QModelIndex &index)
{
  if (event->type () != QEvent::ToolTip)
    return QStyledItemDelegate::helpEvent (event, view, option, index);
  QString text = index.data ().toString ();
  const int width = option.fontMetrics.horizontalAdvance (text);
  if (!index.isValid () || width + 2 * SPACE <= option.rect.width ())
    {
      QToolTip::hideText ();
      return false;
    }
  if (text.size () > TOOLTIP_CHARS)
    text = text.left (TOOLTIP_CHARS) + QStringLiteral ("…");
  QToolTip::showText (
      event->globalPos (),
      QStringLiteral ("<p style='white-space:pre-wrap'>") + text.toHtmlEscaped () + QStringLiteral ("</p>"), view);
  return true;
}

/* ---- widths ------------------------------------------------------------------------------------------------------ */

/* Shares out what the list gets or loses of its width. The columns can be resized by hand all the same. */
class Widths : public QObject {
public:
  Widths (const std::vector<Column> &the_columns, QHeaderView *the_header, QWidget *viewport)
      : QObject (viewport), columns (the_columns), header (the_header)
  {
    viewport->installEventFilter (this);
    for (int i = 0; i < header->count (); i++)
      header->resizeSection (i, columns[static_cast<size_t> (i)].chars * header->fontMetrics ().averageCharWidth ());
    shared_out = header->length ();
  }

  bool eventFilter (QObject *, QEvent *event) override
  {
    if (event->type () == QEvent::Resize)
      fit (static_cast<QWidget *> (parent ())->width ());
    return false;
  }

private:
  void fit (int width);

  const std::vector<Column> columns;
  QHeaderView *const header;
  int shared_out = 0; /* the width for which the columns are as they are */
};

void
Widths::fit (int width)
{
  auto takers = std::count_if (columns.begin (), columns.end (),
                               [] (const Column &column) { return (column.flags & COLUMN_EXPAND) != 0; });
  for (int i = 0; i < header->count (); i++)
    if (columns[static_cast<size_t> (i)].flags & COLUMN_EXPAND)
      {
        const int before = header->sectionSize (i);
        const int part = (width - shared_out) / static_cast<int> (takers--);
        header->resizeSection (i, std::max (before + part, header->minimumSectionSize ()));
        shared_out += header->sectionSize (i) - before;
      }
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static void
prepare (QAbstractItemView *view, QHeaderView *header, const QString &label, const std::vector<Column> &columns)
{
  view->setAccessibleName (label);
  view->setFrameShape (QFrame::NoFrame);
  view->setAlternatingRowColors (true);
  view->setEditTriggers (QAbstractItemView::NoEditTriggers);
  view->setSelectionBehavior (QAbstractItemView::SelectRows);
  view->setSelectionMode (QAbstractItemView::SingleSelection);
  view->setVerticalScrollMode (QAbstractItemView::ScrollPerPixel);
  view->setItemDelegate (new Cells (columns, view));
  header->setMinimumSectionSize (4 * view->fontMetrics ().averageCharWidth ());
  header->setHighlightSections (false);
  header->setStretchLastSection (false);
  new Widths (columns, header, view->viewport ());
}

TableList *
list_new_table (const QString &label, const std::vector<Column> &columns, QAbstractItemModel *model)
{
  const auto view = new TableList;
  QHeaderView *const rows = view->verticalHeader ();
  view->setModel (model);
  view->setShowGrid (false);
  view->setWordWrap (false);
  view->setTabKeyNavigation (false);
  view->setCornerButtonEnabled (false);
  rows->hide ();
  rows->setSectionResizeMode (QHeaderView::Fixed);
  rows->setMinimumSectionSize (0);
  rows->setDefaultSectionSize (view->fontMetrics ().height () + SPACE);
  view->horizontalHeader ()->setSortIndicator (-1, Qt::AscendingOrder);
  view->horizontalHeader ()->setSortIndicatorClearable (true);
  view->setSortingEnabled (true);
  prepare (view, view->horizontalHeader (), label, columns);
  return view;
}

TreeList *
list_new_tree (const QString &label, const std::vector<Column> &columns, QAbstractItemModel *model)
{
  const auto view = new TreeList;
  view->setModel (model);
  view->setUniformRowHeights (true);
  view->setAllColumnsShowFocus (true);
  view->setExpandsOnDoubleClick (false); /* the page does that */
  prepare (view, view->header (), label, columns);
  return view;
}
