/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The window of lodger-scan-qt. */
#include "parts.h"

#include <QCoreApplication>
#include <QDropEvent>
#include <QMimeData>
#include <QUrl>
#include <set>
#include <sys/stat.h>

START_TEST (the_titles_tell_how_much_is_on_the_pages)
{
  static const char *const titles[] = { "&Files  2", "&Duplicates  1", "&Types  1", "&Errors  0" };
  make_file ("one.txt", 10);
  make_file ("two.txt", 10);
  scan ();
  for (int i = 0; i < 4; i++)
    expect_text (fixture.window->get_tabs ()->tabText (i), titles[i]);
}
END_TEST

START_TEST (a_page_is_painted_in_light_and_dark)
{
  static const char *const pages[] = { "files", "duplicates", "types", "errors" };
  int lightness[2];
  make_file ("one.txt", 10);
  make_file ("two.txt", 10);
  ck_assert_int_eq (mkfifo ((fixture.folder + "/fifo").constData (), 0600), 0);
  fixture.options.page = pages[_i];
  for (const bool dark : { false, true })
    {
      std::set<QRgb> colours;
      fixture.options.dark = dark;
      scan ();
      const QImage picture = fixture.window->grab ().toImage ();
      ck_assert_int_eq (fixture.window->get_tabs ()->currentIndex (), _i);
      for (int y = 0; y < picture.height (); y += 2)
        for (int x = 0; x < picture.width (); x += 2)
          colours.insert (picture.pixel (x, y));
      ck_assert_int_gt (static_cast<int> (colours.size ()), 20);
      lightness[dark] = QColor (picture.pixel (picture.width () / 2, picture.height () - 80)).lightness ();
      fixture.window.reset ();
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
  const TableList *const list = fixture.window->get_files ()->get_list ();
  QPushButton *const button = fixture.window->get_bar ()->get_button ();
  run_until ([list] () { return list->model ()->rowCount () == 1; });
  expect_text (button->text (), "&Cancel");
  button->click ();
  run_until (is_done);
  ck_assert_int_eq (list->model ()->rowCount (), 1);
  ck_assert (fixture.window->get_bar ()->get_state ()->text ().startsWith ("Cancelled after "));
  expect_text (button->text (), "&Close");
  button->click ();
  ck_assert (!fixture.window->isVisible ());
}
END_TEST

/* Closes the window when it has the small file. */
static void
close_soon (LodgerPending *self, uint64_t, void *)
{
  if (fixture.window->get_files ()->get_list ()->model ()->rowCount () == 0)
    return;
  lodger_pending_return_nothing (self);
  fixture.window->close ();
}

START_TEST (closing_the_window_during_a_scan_ends_the_program)
{
  make_file ("a/small", 1);
  make_endless ();
  show_window ();
  lodger_repeat_unref (lodger_repeat_new (fixture.caller, 1000000, close_soon, nullptr, nullptr, nullptr));
  QCoreApplication::exec ();
  ck_assert_int_eq (lodger_caller_get_state (fixture.caller), LODGER_CALLER_STOPPED);
}
END_TEST

START_TEST (a_folder_that_is_dropped_is_scanned_instead)
{
  make_file ("other/sub/only", 1);
  make_endless ();
  show_window ();
  QMimeData dragged;
  dragged.setUrls ({ QUrl::fromLocalFile (QString::fromUtf8 (fixture.folder) + "/other") });
  QDragEnterEvent enter ({ 300, 300 }, Qt::CopyAction, &dragged, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent (fixture.window.get (), &enter);
  ck_assert (enter.isAccepted ());
  QDropEvent drop ({ 300, 300 }, Qt::CopyAction, &dragged, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent (fixture.window.get (), &drop);
  run_until (is_full);
  expect_text (session_get_folder (fixture.window->get_session ()), fixture.folder + "/other");
  expect_text (cell (fixture.window->get_files ()->get_list (), 0, 0), "only");
}
END_TEST

START_TEST (a_folder_that_cannot_be_scanned_is_told_in_the_window)
{
  make_file ("one", 1);
  scan ();
  fixture.window->open_folder (fixture.folder + "/missing");
  ck_assert_ptr_null (fixture.window->get_session ());
  expect_text (fixture.window->get_bar ()->get_state ()->text (), "Nothing scanned");
  ck_assert (!fixture.window->cancel ());
  ck_assert (!fixture.window->get_files ()->open_selected ());
  fixture.window->open_folder (fixture.folder);
  run_until (is_full);
}
END_TEST

START_TEST (when_all_is_shown_frames_are_not_wanted_any_more)
{
  make_file ("one", 1);
  scan ();
  run_until ([] () { return !fixture.window->get_frames ()->are_wanted (); });
  ck_assert_uint_eq (fixture.window->get_frames ()->get_paints ()->last, 0);
}
END_TEST

void
add_tests_of_the_window (TCase *tests)
{
  tcase_add_test (tests, the_titles_tell_how_much_is_on_the_pages);
  tcase_add_loop_test (tests, a_page_is_painted_in_light_and_dark, 0, 4);
  tcase_add_test (tests, a_cancel_keeps_what_was_found_and_then_the_button_closes);
  tcase_add_test (tests, closing_the_window_during_a_scan_ends_the_program);
  tcase_add_test (tests, a_folder_that_is_dropped_is_scanned_instead);
  tcase_add_test (tests, a_folder_that_cannot_be_scanned_is_told_in_the_window);
  tcase_add_test (tests, when_all_is_shown_frames_are_not_wanted_any_more);
}
