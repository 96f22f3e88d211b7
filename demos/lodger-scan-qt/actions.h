/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything that can be asked of the window: keys, menu, folder chooser, drop.
 */
#ifndef LODGER_SCAN_QT_ACTIONS_H
#define LODGER_SCAN_QT_ACTIONS_H

#include "cut-label.h"

#include <QObject>
#include <functional>

class QAction;

/* What a window does when it is asked. */
struct ActionsTarget
{
  std::function<void (const QByteArray &folder)> open; /* the bytes of its path, or of a URI that has none */
  std::function<void ()> rescan, close;
  std::function<bool ()> cancel; /* False: there is nothing to cancel. */
  std::function<void (int page)> show_page;
  std::function<QByteArray ()> get_folder;
};

class Actions : public QObject {
public:
  /* Gives the window its keys, and lets folders be dropped on it. It becomes the parent. */
  Actions (QWidget *the_window, const ActionsTarget &the_target);

  /* The upper edge of the window. */
  QWidget *make_header ();
  /* Where the name of the folder is. */
  CutLabel *get_folder_label () const
  {
    return folder;
  }

  QAction *get_dark () const
  {
    return dark;
  }
  /* A dialog. It does not block. */
  void choose_folder ();
  void cancel_or_close ();

protected:
  bool eventFilter (QObject *object, QEvent *event) override;

private:
  QAction *add (const QString &text, const QList<QKeySequence> &keys, std::function<void ()> does);
  void show_help ();

  QWidget *const window;
  const ActionsTarget target;
  CutLabel *const folder;
  QAction *open, *rescan, *dark, *help, *close;
};

#endif
