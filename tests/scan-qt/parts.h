/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A window of lodger-scan-qt and the folder that it scans, on Qt's platform "offscreen". */
#ifndef LODGER_TEST_SCAN_QT_PARTS_H
#define LODGER_TEST_SCAN_QT_PARTS_H

#include "window.h"

#include <check.h>
#undef fail /* C++ has functions of that name. */

/* One at a time. Before each test there is a folder, and no window yet. */
struct Fixture
{
  QByteArray folder;
  char *folders[2]; /* that one, and NULL */
  ScanOptions options;
  LodgerCaller *caller;
  std::unique_ptr<Window> window;
};
extern Fixture fixture;

void set_up ();
void tear_down ();

/* A file in the folder, of so many bytes, which are all the same. */
void make_file (const QByteArray &name, int size, char content = 'x');
/* A file that no scan comes to the end of. */
void make_endless ();

/* Shows a window that scans the folder. */
void show_window ();
/* The same, until the list shows all files. */
void scan ();
void run_until (const std::function<bool ()> &reached);
bool is_done ();
bool is_full ();

QString cell (const QAbstractItemView *view, int row, int column);

/* Compares texts of any class. */
QByteArray bytes_of (const QString &text);
QByteArray bytes_of (const QByteArray &text);
QByteArray bytes_of (const char *text);

#define expect_text(actual, expected)                                                                                  \
  do                                                                                                                   \
    {                                                                                                                  \
      const QByteArray actual_ = bytes_of (actual);                                                                    \
      const QByteArray expected_ = bytes_of (expected);                                                                \
      ck_assert_str_eq (actual_.constData (), expected_.constData ());                                                 \
    }                                                                                                                  \
  while (0)

void add_tests_of_lists (TCase *tests);
void add_tests_of_the_window (TCase *tests);

#endif
