// SPDX-License-Identifier: LGPL-2.1-or-later
#include <lodger-qt.hpp>

#include <QCoreApplication>

#include <cstdio>

int
main (int argc, char **argv)
{
  QCoreApplication application (argc, argv);
  lodger::Attachment attachment;
  lodger::to_thread ([] { return 42; }).then (&application, [] (int value) {
    std::printf ("result %d\n", value);
    QCoreApplication::quit ();
  });
  return QCoreApplication::exec ();
}
