/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cut-label.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

CutLabel::CutLabel (Qt::TextElideMode the_mode, Qt::Alignment the_alignment, QPalette::ColorRole role)
    : mode (the_mode), alignment (the_alignment | Qt::AlignVCenter)
{
  setForegroundRole (role);
  setSizePolicy (QSizePolicy::Ignored, QSizePolicy::Fixed);
}

void
CutLabel::set_text (const QString &another)
{
  if (another == text)
    return;
  text = another;
  setAccessibleName (text);
  update ();
}

QSize
CutLabel::sizeHint () const
{
  return { fontMetrics ().horizontalAdvance (text), fontMetrics ().height () };
}

QSize
CutLabel::minimumSizeHint () const
{
  return { 0, fontMetrics ().height () };
}

QString
CutLabel::cut () const
{
  return fontMetrics ().elidedText (text, mode, width ());
}

bool
CutLabel::event (QEvent *event)
{
  if (event->type () != QEvent::ToolTip || !toolTip ().isEmpty ())
    return QWidget::event (event);
  if (cut () == text)
    QToolTip::hideText ();
  else
    QToolTip::showText (static_cast<QHelpEvent *> (event)->globalPos (), text, this);
  return true;
}

void
CutLabel::paintEvent (QPaintEvent *)
{
  QPainter painter (this);
  painter.setPen (palette ().color (foregroundRole ()));
  painter.drawText (rect (), static_cast<int> (alignment), cut ());
}
