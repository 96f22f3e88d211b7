/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A line of text that is cut where its room ends. Its text does not change the layout of the window, so it may change often.
 */
#ifndef LODGER_SCAN_QT_CUT_LABEL_H
#define LODGER_SCAN_QT_CUT_LABEL_H

#include <QWidget>

class CutLabel : public QWidget {
public:
  CutLabel (Qt::TextElideMode the_mode, Qt::Alignment the_alignment, QPalette::ColorRole role);

  void set_text (const QString &another);
  QString get_text () const
  {
    return text;
  }

  QSize sizeHint () const override;
  QSize minimumSizeHint () const override;

protected:
  bool event (QEvent *event) override;
  void paintEvent (QPaintEvent *event) override;

private:
  QString cut () const;

  const Qt::TextElideMode mode;
  const Qt::Alignment alignment;
  QString text;
};

#endif
