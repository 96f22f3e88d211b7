// SPDX-License-Identifier: LGPL-2.1-or-later
#include <lodger-qt.h>

#include <QCoreApplication>

#include <cstdio>

static void
answer (LodgerPending *self, void *)
{
  lodger_pending_return_int (self, 42);
}

static void
show (QObject *, LodgerPending *done, void *)
{
  int64_t value = 0;
  lodger_pending_get_int (done, &value);
  std::printf ("result %d\n", int (value));
  QCoreApplication::quit ();
}

int
main (int argc, char **argv)
{
  QCoreApplication application (argc, argv);
  lodger_qt_run (&application, answer, show, nullptr);
  return QCoreApplication::exec ();
}
