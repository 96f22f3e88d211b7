/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "page.h"

#include <QEvent>
#include <QVBoxLayout>

enum
{
  PICTURE = 48,
  MARGIN = 48
};

Page::Page (QStyle::StandardPixmap the_pixmap)
    : pixmap (the_pixmap), empty (new QWidget), picture (new QLabel), heading (new QLabel), words (new QLabel)
{
  const auto box = new QVBoxLayout (empty);
  QFont large = font ();
  large.setPointSizeF (large.pointSizeF () * 1.5);
  large.setBold (true);
  heading->setFont (large);
  words->setWordWrap (true);
  words->setMinimumWidth (1); /* a long word does not widen the window */
  words->setForegroundRole (QPalette::PlaceholderText);
  words->setTextFormat (Qt::PlainText);
  box->setContentsMargins (MARGIN, MARGIN, MARGIN, MARGIN);
  box->setSpacing (12);
  box->addStretch ();
  for (QLabel *const label : { picture, heading, words })
    {
      label->setAlignment (Qt::AlignHCenter);
      box->addWidget (label);
    }
  box->addStretch ();
  addWidget (empty);
  fit_picture ();
}

void
Page::fit_picture ()
{
  picture->setPixmap (style ()->standardIcon (pixmap).pixmap (QSize (PICTURE, PICTURE), devicePixelRatioF ()));
}

void
Page::changeEvent (QEvent *event)
{
  if (event->type () == QEvent::StyleChange)
    fit_picture ();
  QStackedWidget::changeEvent (event);
}

void
Page::set_content (QWidget *content)
{
  addWidget (content);
}

void
Page::add_below (QWidget *widget)
{
  const auto box = static_cast<QVBoxLayout *> (empty->layout ());
  box->insertWidget (box->count () - 1, widget, 0, Qt::AlignHCenter);
}

void
Page::show_content ()
{
  setCurrentIndex (1);
}

void
Page::show_words (const QString &title, const QString &text)
{
  heading->setText (title);
  words->setText (text);
  setCurrentIndex (0);
}
