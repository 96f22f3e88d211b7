/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "parts.h"

#include "application.h"

#include <lodger-qt.h>

#include <QTemporaryDir>
#include <fcntl.h>
#include <unistd.h>

Fixture fixture;

static std::unique_ptr<QApplication> application;
static std::unique_ptr<QTemporaryDir> place;

void
set_up ()
{
  g_set_prgname ("scan-qt-parts");
  application = application_new ();
  place = std::make_unique<QTemporaryDir> ();
  fixture.folder = place->path ().toUtf8 ();
  fixture.caller = lodger_qt_attach_full (nullptr, LODGER_CALLER_OPTIONS (.stop_deadline = SCAN_PATIENCE), nullptr);
  ck_assert_ptr_nonnull (fixture.caller);
  fixture.options = {};
  fixture.folders[0] = fixture.folder.data ();
  fixture.options.what.folders = fixture.folders;
}

void
tear_down ()
{
  fixture.window.reset ();
  ck_assert_int_eq (lodger_caller_leave (fixture.caller), 0);
  lodger_caller_unref (fixture.caller);
  place.reset ();
  application.reset ();
}

void
make_file (const QByteArray &name, int size, char content)
{
  const QByteArray path = fixture.folder + '/' + name;
  char *const above = g_path_get_dirname (path.constData ());
  const QByteArray bytes (size, content);
  ck_assert_int_eq (g_mkdir_with_parents (above, 0700), 0);
  const int fd = open (path.constData (), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  ck_assert_int_ge (fd, 0);
  ck_assert_int_eq (write (fd, bytes.constData (), static_cast<size_t> (size)), size);
  close (fd);
  g_free (above);
}

void
make_endless ()
{
  make_file ("endless", 0);
  ck_assert_int_eq (truncate ((fixture.folder + "/endless").constData (), off_t (64) << 30), 0);
}

QByteArray
bytes_of (const QString &text)
{
  return text.toUtf8 ();
}

QByteArray
bytes_of (const QByteArray &text)
{
  return text;
}

QByteArray
bytes_of (const char *text)
{
  return text;
}

void
run_until (const std::function<bool ()> &reached)
{
  while (!reached ())
    QCoreApplication::processEvents (QEventLoop::WaitForMoreEvents);
}

void
show_window ()
{
  char *message = nullptr;
  fixture.window = std::make_unique<Window> (fixture.caller, &fixture.options);
  ck_assert (fixture.window->start (&message));
  fixture.window->show ();
}

bool
is_done ()
{
  return fixture.window->get_session () != nullptr
         && session_get_state (fixture.window->get_session ()) == SESSION_DONE;
}

bool
is_full ()
{
  return is_done ()
         && fixture.window->get_files ()->get_list ()->model ()->rowCount ()
                == static_cast<int> (session_get_store (fixture.window->get_session ())->files->len);
}

void
scan ()
{
  show_window ();
  run_until (is_full);
}

QString
cell (const QAbstractItemView *view, int row, int column)
{
  return view->model ()->index (row, column).data ().toString ();
}

/* Each test runs in a process of its own. */
int
main ()
{
  Suite *const suite = suite_create ("scan-qt");
  TCase *const tests = tcase_create ("parts");
  SRunner *const runner = srunner_create (suite);
  tcase_add_checked_fixture (tests, set_up, tear_down);
  add_tests_of_lists (tests);
  add_tests_of_the_window (tests);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_NORMAL);
  const int failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
