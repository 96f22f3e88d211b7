/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The window of lodger-scan-qt from inside, on Qt's platform "offscreen". Each test runs in a process of its own. */
#include "application.h"
#include "window.h"

#include <lodger-qt.h>

#include <QAction>
#include <QClipboard>
#include <QDropEvent>
#include <QHeaderView>
#include <QMimeData>
#include <QTemporaryDir>
#include <QUrl>
#include <algorithm>
#include <check.h>
#include <fcntl.h>
#include <functional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

/* ---- a window and its folder ------------------------------------------------------------------------------------- */

static std::unique_ptr<QApplication> application;
static std::unique_ptr<QTemporaryDir> place;
static std::unique_ptr<Window> window;
static LodgerCaller *caller;
static ScanOptions options;
static QByteArray folder;

static void
set_up ()
{
  g_set_prgname ("scan-qt-parts");
  application = application_new ();
  place = std::make_unique<QTemporaryDir> ();
  folder = place->path ().toUtf8 ();
  caller = lodger_qt_attach_full (nullptr, LODGER_CALLER_OPTIONS (.stop_deadline = SCAN_PATIENCE), nullptr);
  ck_assert_ptr_nonnull (caller);
  options = {};
  options.folder = folder.data ();
}

static void
tear_down ()
{
  window.reset ();
  ck_assert_int_eq (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  place.reset ();
  application.reset ();
}

/* A file of so many bytes, which are all the same. */
static void
make_file (const QByteArray &name, int size, char content = 'x')
{
  const QByteArray path = folder + '/' + name;
  char *const above = g_path_get_dirname (path.constData ());
  const QByteArray bytes (size, content);
  ck_assert_int_eq (g_mkdir_with_parents (above, 0700), 0);
  const int fd = open (path.constData (), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  ck_assert_int_ge (fd, 0);
  ck_assert_int_eq (write (fd, bytes.constData (), static_cast<size_t> (size)), size);
  close (fd);
  g_free (above);
}

/* A file that no scan comes to the end of. */
static void
make_endless ()
{
  make_file ("endless", 0);
  ck_assert_int_eq (truncate ((folder + "/endless").constData (), off_t (64) << 30), 0);
}

static void
run_until (const std::function<bool ()> &reached)
{
  while (!reached ())
    QCoreApplication::processEvents (QEventLoop::WaitForMoreEvents);
}

static void
show_window ()
{
  char *message = nullptr;
  window = std::make_unique<Window> (caller, &options);
  ck_assert (window->start (&message));
  window->show ();
}

static bool
is_done ()
{
  return window->get_session () != nullptr && session_get_state (window->get_session ()) == SESSION_DONE;
}

/* The scan is over, and the list shows all files. */
static bool
is_full ()
{
  return is_done ()
         && window->get_files ()->get_list ()->model ()->rowCount ()
                == static_cast<int> (session_get_store (window->get_session ())->files->len);
}

static void
scan ()
{
  show_window ();
  run_until (is_full);
}

static QString
cell (const QAbstractItemView *view, int row, int column)
{
  return view->model ()->index (row, column).data ().toString ();
}

static void
click_title (const TableList *list, int column)
{
  QHeaderView *const header = list->horizontalHeader ();
  const QPointF at (header->sectionViewportPosition (column) + 20, header->height () / 2);
  for (const auto type : { QEvent::MouseButtonPress, QEvent::MouseButtonRelease })
    {
      QMouseEvent click (type, at, header->viewport ()->mapToGlobal (at), Qt::LeftButton,
                         type == QEvent::MouseButtonPress ? Qt::LeftButton : Qt::NoButton, Qt::NoModifier);
      QCoreApplication::sendEvent (header->viewport (), &click);
    }
}

static void
press (QWidget *widget, int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
{
  QKeyEvent event (QEvent::KeyPress, key, modifiers);
  QCoreApplication::sendEvent (widget, &event);
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

START_TEST (all_files_are_listed_with_what_is_known_of_them)
{
  make_file ("sub/one.txt", 1500);
  make_file ("sub/deeper/two.txt", 1500);
  make_file ("three.c", 10);
  scan ();
  const TableList *const list = window->get_files ()->get_list ();
  window->get_files ()->get_list ()->sortByColumn (0, Qt::AscendingOrder);
  run_until (is_full);
  ck_assert_str_eq (qPrintable (cell (list, 0, 0)), "one.txt");
  ck_assert_str_eq (qPrintable (cell (list, 0, 1)), "sub");
  ck_assert_str_eq (qPrintable (cell (list, 0, 2)), "1.5 kB");
  ck_assert_str_eq (qPrintable (cell (list, 0, 4)), "duplicate");
  ck_assert_str_eq (qPrintable (cell (list, 1, 0)), "three.c");
  ck_assert_str_eq (qPrintable (cell (list, 1, 1)), "");
  ck_assert_str_eq (qPrintable (cell (list, 1, 4)), "");
  ck_assert_str_eq (qPrintable (cell (list, 2, 1)), "sub/deeper");
}
END_TEST

START_TEST (a_click_on_a_title_sorts_and_the_third_one_undoes_it)
{
  for (int i = 0; i < 60; i++)
    make_file (QByteArray::number (i * 37 % 60), i * 11 % 60, static_cast<char> ('a' + i % 3));
  scan ();
  const TableList *const list = window->get_files ()->get_list ();
  QStringList arrived;
  for (int row = 0; row < 60; row++)
    arrived << cell (list, row, 0);
  for (int clicks = 1; clicks <= 3; clicks++)
    {
      QStringList names;
      click_title (list, 2);
      run_until (is_full);
      for (int row = 0; row < 60; row++)
        {
          names << cell (list, row, 0);
          if (clicks < 3)
            ck_assert_str_eq (qPrintable (cell (list, row, 2)),
                              qPrintable (QStringLiteral ("%1 B").arg (clicks == 1 ? row : 59 - row)));
        }
      ck_assert_int_eq (names == arrived, clicks == 3);
    }
}
END_TEST

START_TEST (rows_that_are_equal_stay_in_the_order_of_the_column_before)
{
  for (int i = 0; i < 40; i++)
    make_file (QByteArray::number (100 + i * 17 % 40), i % 2);
  scan ();
  TableList *const list = window->get_files ()->get_list ();
  list->sortByColumn (0, Qt::DescendingOrder);
  list->sortByColumn (2, Qt::AscendingOrder);
  run_until (is_full);
  for (int row = 1; row < 40; row++)
    if (row != 20)
      ck_assert_int_gt (cell (list, row - 1, 0).toInt (), cell (list, row, 0).toInt ());
}
END_TEST

/* Rows without a store: 300,000 numbers, which are sorted by their last digits. */
class ManyRows : public Rows {
public:
  ManyRows () : Rows ({ { "Number", 10, COLUMN_NUMBER } })
  {
  }
  quint32 there = 300000;

  static quint32 key (quint32 number)
  {
    return number * 7919 % 300007;
  }

protected:
  quint32 count () const override
  {
    return there;
  }
  void append_text (GString *text, quint32 number, int) const override
  {
    g_string_append_printf (text, "%u", number);
  }
  int compare (quint32 a, quint32 b, int) const override
  {
    return key (a) < key (b) ? -1 : key (a) > key (b);
  }
};

START_TEST (many_rows_come_in_portions_and_in_order)
{
  ManyRows rows;
  const std::unique_ptr<TableList> list (list_new_table ("Many", { { "Number", 10, COLUMN_NUMBER } }, &rows));
  int portions = 0;
  list->resize (400, 400);
  list->show ();
  ck_assert (rows.grow ());
  ck_assert_int_lt (rows.rowCount (), 300000);
  list->sortByColumn (0, Qt::DescendingOrder);
  while (rows.grow ())
    portions++;
  ck_assert_int_gt (portions, 10);
  ck_assert_int_eq (rows.rowCount (), 300000);
  for (int row = 1; row < 300000; row++)
    ck_assert (ManyRows::key (rows.number_of (rows.index (row - 1, 0)))
               >= ManyRows::key (rows.number_of (rows.index (row, 0))));
}
END_TEST

START_TEST (the_selected_row_stays_selected_while_others_come_before_it)
{
  ManyRows rows;
  const std::unique_ptr<TableList> list (list_new_table ("Many", { { "Number", 10, COLUMN_NUMBER } }, &rows));
  rows.there = 500;
  list->sortByColumn (0, Qt::AscendingOrder);
  list->setCurrentIndex (rows.index (250, 0));
  const quint32 number = rows.number_of (list->currentIndex ());
  rows.there = 20000;
  while (rows.grow ())
    continue;
  ck_assert_uint_eq (rows.number_of (list->currentIndex ()), number);
  ck_assert_int_gt (list->currentIndex ().row (), 250);
  ck_assert_int_eq (list->selectionModel ()->selectedRows ().size (), 1);
}
END_TEST

START_TEST (the_path_of_a_file_can_be_copied)
{
  make_file ("sub/one.txt", 1);
  scan ();
  TableList *const list = window->get_files ()->get_list ();
  ck_assert (!window->get_files ()->copy_selected ());
  list->setCurrentIndex (list->model ()->index (0, 0));
  ck_assert (window->get_files ()->copy_selected ());
  ck_assert_str_eq (qPrintable (QGuiApplication::clipboard ()->text ()), (folder + "/sub/one.txt").constData ());
}
END_TEST

START_TEST (a_name_that_is_no_text_is_copied_as_it_is_shown)
{
  make_file ("caf\xe9", 1);
  scan ();
  TableList *const list = window->get_files ()->get_list ();
  list->setCurrentIndex (list->model ()->index (0, 0));
  ck_assert (window->get_files ()->copy_selected ());
  ck_assert_str_eq (QGuiApplication::clipboard ()->text ().toUtf8 ().constData (), (folder
                                                                                    + "/caf\xef\xbf\xbd"
                                                                                      "E9")
                                                                                       .constData ());
  /* Qt cannot remove it. */
  unlink ((folder + "/caf\xe9").constData ());
}
END_TEST

START_TEST (groups_of_duplicates_open_and_close)
{
  for (int i = 0; i < 3; i++)
    make_file ("large" + QByteArray::number (i), 5000);
  for (int i = 0; i < 2; i++)
    make_file ("small" + QByteArray::number (i), 20, 'y');
  scan ();
  TreeList *const list = window->get_duplicates ()->get_list ();
  const QModelIndex first = list->model ()->index (0, 0);
  const QModelIndex second = list->model ()->index (1, 0);
  ck_assert_int_eq (list->model ()->rowCount (), 2);
  ck_assert_int_eq (list->model ()->rowCount (first), 3);
  ck_assert_int_eq (list->model ()->rowCount (second), 2);
  ck_assert_int_eq (list->model ()->rowCount (list->model ()->index (1, 0, first)), 0);
  ck_assert (list->model ()->index (1, 0, first).parent () == first);
  ck_assert_str_eq (qPrintable (cell (list, 0, 0)), "large0 and 2 more");
  ck_assert_str_eq (qPrintable (cell (list, 0, 3)), "10.0 kB");
  ck_assert_str_eq (qPrintable (list->model ()->index (2, 0, first).data ().toString ()), "large2");
  ck_assert (list->isExpanded (first));
  ck_assert (!list->isExpanded (second));
  list->setCurrentIndex (second);
  press (list, Qt::Key_Return);
  ck_assert (list->isExpanded (second));
  press (list, Qt::Key_Return);
  ck_assert (!list->isExpanded (second));
}
END_TEST

START_TEST (errors_are_listed_with_their_reason)
{
  ck_assert_int_eq (mkfifo ((folder + "/fifo").constData (), 0600), 0);
  scan ();
  const TableList *const list = window->get_errors ()->get_list ();
  run_until ([list] () { return list->model ()->rowCount () == 1; });
  ck_assert_str_eq (qPrintable (cell (list, 0, 0)), "fifo");
  ck_assert_str_eq (qPrintable (cell (list, 0, 1)), "special file: fifo");
}
END_TEST

/* ---- the window -------------------------------------------------------------------------------------------------- */

START_TEST (the_titles_tell_how_much_is_on_the_pages)
{
  static const char *const titles[] = { "&Files  2", "&Duplicates  1", "&Types  1", "&Errors  0" };
  make_file ("one.txt", 10);
  make_file ("two.txt", 10);
  scan ();
  for (int i = 0; i < 4; i++)
    ck_assert_str_eq (qPrintable (window->get_tabs ()->tabText (i)), titles[i]);
}
END_TEST

START_TEST (a_page_is_painted_in_light_and_dark)
{
  static const char *const pages[] = { "files", "duplicates", "types", "errors" };
  int lightness[2];
  make_file ("one.txt", 10);
  make_file ("two.txt", 10);
  ck_assert_int_eq (mkfifo ((folder + "/fifo").constData (), 0600), 0);
  options.page = pages[_i];
  for (const bool dark : { false, true })
    {
      std::set<QRgb> colours;
      options.dark = dark;
      scan ();
      const QImage picture = window->grab ().toImage ();
      ck_assert_int_eq (window->get_tabs ()->currentIndex (), _i);
      for (int y = 0; y < picture.height (); y += 2)
        for (int x = 0; x < picture.width (); x += 2)
          colours.insert (picture.pixel (x, y));
      ck_assert_int_gt (static_cast<int> (colours.size ()), 20);
      lightness[dark] = QColor (picture.pixel (picture.width () / 2, picture.height () - 80)).lightness ();
      window.reset ();
    }
  ck_assert_int_gt (lightness[false], 200);
  ck_assert_int_lt (lightness[true], 60);
}
END_TEST

START_TEST (a_cancel_keeps_what_was_found_and_then_the_button_closes)
{
  make_file ("a/small", 1);
  make_endless ();
  show_window ();
  const TableList *const list = window->get_files ()->get_list ();
  QPushButton *const button = window->get_bar ()->get_button ();
  run_until ([list] () { return list->model ()->rowCount () == 1; });
  ck_assert_str_eq (qPrintable (button->text ()), "&Cancel");
  button->click ();
  run_until (is_done);
  ck_assert_int_eq (list->model ()->rowCount (), 1);
  ck_assert (window->get_bar ()->get_state ()->text ().startsWith ("Cancelled after "));
  ck_assert_str_eq (qPrintable (button->text ()), "&Close");
  button->click ();
  ck_assert (!window->isVisible ());
}
END_TEST

/* Closes the window when it has the small file. */
static void
close_soon (LodgerPending *self, uint64_t, void *)
{
  if (window->get_files ()->get_list ()->model ()->rowCount () == 0)
    return;
  lodger_pending_return_nothing (self);
  window->close ();
}

START_TEST (closing_the_window_during_a_scan_ends_the_program)
{
  make_file ("a/small", 1);
  make_endless ();
  show_window ();
  lodger_repeat_unref (lodger_repeat_new (caller, 1000000, close_soon, nullptr, nullptr, nullptr));
  QCoreApplication::exec ();
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_STOPPED);
}
END_TEST

START_TEST (a_folder_that_is_dropped_is_scanned_instead)
{
  make_file ("other/sub/only", 1);
  make_endless ();
  show_window ();
  QMimeData dragged;
  dragged.setUrls ({ QUrl::fromLocalFile (QString::fromUtf8 (folder) + "/other") });
  QDragEnterEvent enter ({ 300, 300 }, Qt::CopyAction, &dragged, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent (window.get (), &enter);
  ck_assert (enter.isAccepted ());
  QDropEvent drop ({ 300, 300 }, Qt::CopyAction, &dragged, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent (window.get (), &drop);
  run_until (is_full);
  ck_assert_str_eq (session_get_folder (window->get_session ()), (folder + "/other").constData ());
  ck_assert_str_eq (qPrintable (cell (window->get_files ()->get_list (), 0, 0)), "only");
}
END_TEST

START_TEST (a_folder_that_cannot_be_scanned_is_told_in_the_window)
{
  make_file ("one", 1);
  scan ();
  window->open_folder (folder + "/missing");
  ck_assert_ptr_null (window->get_session ());
  ck_assert_str_eq (qPrintable (window->get_bar ()->get_state ()->text ()), "Nothing scanned");
  ck_assert (!window->cancel ());
  ck_assert (!window->get_files ()->open_selected ());
  window->open_folder (folder);
  run_until (is_full);
}
END_TEST

START_TEST (when_all_is_shown_frames_are_not_wanted_any_more)
{
  make_file ("one", 1);
  scan ();
  run_until ([] () { return !window->get_frames ()->are_wanted (); });
  ck_assert_uint_eq (window->get_frames ()->get_paints ()->last, 0);
}
END_TEST

int
main ()
{
  Suite *const suite = suite_create ("scan-qt");
  TCase *const tests = tcase_create ("parts");
  static const TTest *const all[] = {
    all_files_are_listed_with_what_is_known_of_them,
    a_click_on_a_title_sorts_and_the_third_one_undoes_it,
    rows_that_are_equal_stay_in_the_order_of_the_column_before,
    many_rows_come_in_portions_and_in_order,
    the_selected_row_stays_selected_while_others_come_before_it,
    the_path_of_a_file_can_be_copied,
    a_name_that_is_no_text_is_copied_as_it_is_shown,
    groups_of_duplicates_open_and_close,
    errors_are_listed_with_their_reason,
    the_titles_tell_how_much_is_on_the_pages,
    a_cancel_keeps_what_was_found_and_then_the_button_closes,
    closing_the_window_during_a_scan_ends_the_program,
    a_folder_that_is_dropped_is_scanned_instead,
    a_folder_that_cannot_be_scanned_is_told_in_the_window,
    when_all_is_shown_frames_are_not_wanted_any_more,
  };
  SRunner *const runner = srunner_create (suite);
  tcase_add_checked_fixture (tests, set_up, tear_down);
  for (const TTest *const test : all)
    tcase_add_test (tests, test);
  tcase_add_loop_test (tests, a_page_is_painted_in_light_and_dark, 0, 4);
  suite_add_tcase (suite, tests);
  srunner_run_all (runner, CK_NORMAL);
  const int failed = srunner_ntests_failed (runner);
  srunner_free (runner);
  return failed == 0 ? 0 : 1;
}
