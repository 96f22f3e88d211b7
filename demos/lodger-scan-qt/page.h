/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A page of the window: what it is for, or a few words in the middle when there is nothing to show.
 */
#ifndef LODGER_SCAN_QT_PAGE_H
#define LODGER_SCAN_QT_PAGE_H

#include <QLabel>
#include <QStackedWidget>
#include <QStyle>

class Page : public QStackedWidget {
public:
  /* The picture is for the words. */
  explicit Page (QStyle::StandardPixmap picture);

  /* What the page is for; it becomes a child. Once. */
  void set_content (QWidget *content);
  /* Below the words. Once. */
  void add_below (QWidget *widget);
  void show_content ();
  void show_words (const QString &heading, const QString &text);

protected:
  void changeEvent (QEvent *event) override;

private:
  void fit_picture ();

  const QStyle::StandardPixmap pixmap;
  QWidget *const empty;
  QLabel *const picture;
  QLabel *const heading;
  QLabel *const words;
};

#endif
