/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the runs of Qt share: the GUI thread's loop. Each run has a QCoreApplication of its own, in the program's main
 * thread, and so a dispatcher of its own: GLib's, or with QT_NO_GLIB the one that polls by itself. contestants.c says
 * which. */
#ifndef LODGER_BENCH_PEER_QT_H
#define LODGER_BENCH_PEER_QT_H

#include "bench.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QEventLoop>
#include <QThreadPool>
#include <clocale>
#include <cstring>

class BenchLoop {
public:
  BenchLoop ()
  {
    bool is_plain = !qEnvironmentVariableIsEmpty ("QT_NO_GLIB");
    const char *kind = QAbstractEventDispatcher::instance ()->metaObject ()->className ();

    /* Qt has set the user's locale. The figures are the same everywhere. */
    std::setlocale (LC_NUMERIC, "C");
    if (is_plain && std::strstr (kind, "Glib"))
      bench_fail ("the dispatcher is %s", kind);
    QThreadPool::globalInstance ()->setMaxThreadCount (BENCH_WORKERS);
  }

  /* Until quit (), which may have been called before. */
  void run ()
  {
    if (!is_over)
      loop.exec ();
    is_over = false;
  }

  void quit ()
  {
    is_over = true;
    loop.quit ();
  }

  /* As quit (), in another thread. */
  void quit_from_thread ()
  {
    QMetaObject::invokeMethod (
        &loop, [this] { quit (); }, Qt::QueuedConnection);
  }

  /* Runs whatever is still ready: a call delivered twice would come to light here. */
  static void drain ()
  {
    for (int i = 0; i < 3; i++)
      QCoreApplication::processEvents ();
  }

private:
  int argc = 1;
  char name[sizeof "lodger-bench"] = "lodger-bench";
  char *argv[2] = { name, nullptr };
  QCoreApplication application { argc, argv };
  QEventLoop loop;
  bool is_over = false;
};

#endif
