/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The main of a test program of which each test runs with Qt's own dispatcher (_i is 0) and with GLib's (_i is 1). */
#ifndef LODGER_TEST_QT_SUITE_H
#define LODGER_TEST_QT_SUITE_H

#include "qt-program.h"
#include "test-suite.h"

int qt_test_main (const char *name, const TTest *const *const *tests, size_t count, int argc, char **argv);

#endif
