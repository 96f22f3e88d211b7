/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lists of lodger-scan-qt. */
#include "parts.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QMouseEvent>
#include <sys/stat.h>
#include <unistd.h>

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

START_TEST (all_files_are_listed_with_what_is_known_of_them)
{
  make_file ("sub/one.txt", 1500);
  make_file ("sub/deeper/two.txt", 1500);
  make_file ("three.c", 10);
  scan ();
  const TableList *const list = fixture.window->get_files ()->get_list ();
  fixture.window->get_files ()->get_list ()->sortByColumn (0, Qt::AscendingOrder);
  run_until (is_full);
  expect_text (cell (list, 0, 0), "one.txt");
  expect_text (cell (list, 0, 1), "sub");
  expect_text (cell (list, 0, 2), "1.5 kB");
  expect_text (cell (list, 0, 4), "duplicate");
  expect_text (cell (list, 1, 0), "three.c");
  expect_text (cell (list, 1, 1), "");
  expect_text (cell (list, 1, 4), "");
  expect_text (cell (list, 2, 1), "sub/deeper");
}
END_TEST

START_TEST (a_click_on_a_title_sorts_and_the_third_one_undoes_it)
{
  for (int i = 0; i < 60; i++)
    make_file (QByteArray::number (i * 37 % 60), i * 11 % 60, static_cast<char> ('a' + i % 3));
  scan ();
  const TableList *const list = fixture.window->get_files ()->get_list ();
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
            expect_text (cell (list, row, 2), QStringLiteral ("%1 B").arg (clicks == 1 ? row : 59 - row));
        }
      ck_assert_int_eq (names == arrived, clicks == 3);
    }
}
END_TEST

/* Somewhat more than a frame shows at once, each made by one request: a slow machine has little time for thousands. */
START_TEST (a_long_list_can_be_sorted_when_the_scan_is_over)
{
  constexpr int count = 4100;
  for (int i = 0; i < count; i++)
    ck_assert_int_eq (mknod ((fixture.folder + '/' + QByteArray::number (i)).constData (), S_IFREG | 0600, 0), 0);
  scan ();
  TableList *const list = fixture.window->get_files ()->get_list ();
  run_until ([] () { return !fixture.window->get_frames ()->are_wanted (); });
  list->sortByColumn (0, Qt::AscendingOrder);
  ck_assert_int_lt (list->model ()->rowCount (), count);
  run_until (is_full);
  expect_text (cell (list, 0, 0), "0");
  expect_text (cell (list, count - 1, 0), "999");
}
END_TEST

START_TEST (rows_that_are_equal_stay_in_the_order_of_the_column_before)
{
  for (int i = 0; i < 40; i++)
    make_file (QByteArray::number (100 + i * 17 % 40), i % 2);
  scan ();
  TableList *const list = fixture.window->get_files ()->get_list ();
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
  TableList *const list = fixture.window->get_files ()->get_list ();
  ck_assert (!fixture.window->get_files ()->copy_selected ());
  list->setCurrentIndex (list->model ()->index (0, 0));
  ck_assert (fixture.window->get_files ()->copy_selected ());
  expect_text (QGuiApplication::clipboard ()->text (), fixture.folder + "/sub/one.txt");
}
END_TEST

START_TEST (a_name_that_is_no_text_is_copied_as_it_is_shown)
{
  make_file ("caf\xe9", 1);
  scan ();
  TableList *const list = fixture.window->get_files ()->get_list ();
  list->setCurrentIndex (list->model ()->index (0, 0));
  ck_assert (fixture.window->get_files ()->copy_selected ());
  expect_text (QGuiApplication::clipboard ()->text (), fixture.folder + "/caf\xef\xbf\xbd" + "E9");
  /* Qt cannot remove it. */
  unlink ((fixture.folder + "/caf\xe9").constData ());
}
END_TEST

START_TEST (groups_of_duplicates_open_and_close)
{
  for (int i = 0; i < 3; i++)
    make_file ("large" + QByteArray::number (i), 5000);
  for (int i = 0; i < 2; i++)
    make_file ("small" + QByteArray::number (i), 20, 'y');
  scan ();
  TreeList *const list = fixture.window->get_duplicates ()->get_list ();
  const QModelIndex first = list->model ()->index (0, 0);
  const QModelIndex second = list->model ()->index (1, 0);
  ck_assert_int_eq (list->model ()->rowCount (), 2);
  ck_assert_int_eq (list->model ()->rowCount (first), 3);
  ck_assert_int_eq (list->model ()->rowCount (second), 2);
  ck_assert_int_eq (list->model ()->rowCount (list->model ()->index (1, 0, first)), 0);
  ck_assert (list->model ()->index (1, 0, first).parent () == first);
  expect_text (cell (list, 0, 0), "large0 and 2 more");
  expect_text (cell (list, 0, 3), "10.0 kB");
  expect_text (list->model ()->index (2, 0, first).data ().toString (), "large2");
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
  ck_assert_int_eq (mkfifo ((fixture.folder + "/fifo").constData (), 0600), 0);
  scan ();
  const TableList *const list = fixture.window->get_errors ()->get_list ();
  run_until ([list] () { return list->model ()->rowCount () == 1; });
  expect_text (cell (list, 0, 0), "fifo");
  expect_text (cell (list, 0, 1), "special file: fifo");
}
END_TEST

void
add_tests_of_lists (TCase *tests)
{
  tcase_add_test (tests, all_files_are_listed_with_what_is_known_of_them);
  tcase_add_test (tests, a_click_on_a_title_sorts_and_the_third_one_undoes_it);
  tcase_add_test (tests, a_long_list_can_be_sorted_when_the_scan_is_over);
  tcase_add_test (tests, rows_that_are_equal_stay_in_the_order_of_the_column_before);
  tcase_add_test (tests, many_rows_come_in_portions_and_in_order);
  tcase_add_test (tests, the_selected_row_stays_selected_while_others_come_before_it);
  tcase_add_test (tests, the_path_of_a_file_can_be_copied);
  tcase_add_test (tests, a_name_that_is_no_text_is_copied_as_it_is_shown);
  tcase_add_test (tests, groups_of_duplicates_open_and_close);
  tcase_add_test (tests, errors_are_listed_with_their_reason);
}
