/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "demo.h"
#include "guest.h"
#include "panels.h"
#include "theme.h"

#include <lodger-qt.hpp>

#include <QApplication>
#include <QFile>
#include <QLabel>
#include <QMainWindow>
#include <QSplitter>
#include <QStatusBar>
#include <QTimer>
#include <QVBoxLayout>

#include <cstdio>

enum
{
  ROOM = 10,
  WIDTH = 1040,
  HEIGHT = 640
};

static QSplitter *
make_splitter (Qt::Orientation orientation, QWidget *first, QWidget *second, const QList<int> &sizes)
{
  const auto splitter = new QSplitter (orientation);
  splitter->addWidget (first);
  splitter->addWidget (second);
  splitter->setSizes (sizes);
  splitter->setHandleWidth (ROOM);
  splitter->setChildrenCollapsible (false);
  return splitter;
}

static void
fill (QMainWindow *window, const DemoOptions &options, const std::string &where)
{
  const auto folder = new FolderPanel;
  const auto sides = make_splitter (Qt::Vertical, new VolumesPanel, new BusPanel, { HEIGHT / 2, HEIGHT / 2 });
  const auto all = make_splitter (Qt::Horizontal, sides, folder, { WIDTH * 2 / 5, WIDTH * 3 / 5 });
  const auto middle = new QWidget;
  const auto column = new QVBoxLayout (middle);
  column->setContentsMargins (ROOM, ROOM, ROOM, 0);
  column->addWidget (all);
  folder->watch (QFile::decodeName (options.folder.c_str ()));
  window->setCentralWidget (middle);
  window->statusBar ()->setContentsMargins (ROOM, 0, 0, 0);
  window->statusBar ()->addWidget (new QLabel (QString::fromStdString (where)));
  window->resize (WIDTH, HEIGHT);
  window->setWindowTitle (QStringLiteral ("GIO in Qt"));
}

static void
close_later (QMainWindow *window, const DemoOptions &options)
{
  if (options.seconds > 0)
    QTimer::singleShot (int (options.seconds * 1000), window, [window, &options] {
      if (!options.screenshot.empty () && !window->grab ().save (QFile::decodeName (options.screenshot.c_str ())))
        fprintf (stderr, "gio-in-qt: %s cannot be written\n", options.screenshot.c_str ());
      window->close ();
    });
}

int
demo_window (const DemoOptions &options)
{
  static int count = 1;
  static char program[] = "gio-in-qt";
  static char *arguments[] = { program, nullptr };
  const QApplication application (count, arguments);
  theme_set (options.dark);
  try
    {
      const lodger::Attachment attachment;
      const std::string where = guest_start (attachment.get ());
      QMainWindow window;
      fill (&window, options, where);
      window.show ();
      close_later (&window, options);
      return QApplication::exec () == 0 ? DEMO_OK : DEMO_FAILED;
  } catch (const lodger::Error &error)
    {
      fprintf (stderr, "gio-in-qt: %s\n", error.what ());
      return DEMO_FAILED;
  }
}
