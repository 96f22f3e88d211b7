/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Qt's application object, made so that it fits the program: the program's messages and status when there is no display,
 * and summaries that do not depend on the locale.
 */
#ifndef LODGER_SCAN_QT_APPLICATION_H
#define LODGER_SCAN_QT_APPLICATION_H

#include <QApplication>
#include <memory>

/* Each makes the application of the process. Without a display the second one ends the process, as the program does when
 * it is used in a wrong way. */
std::unique_ptr<QCoreApplication> application_new_without_window ();
std::unique_ptr<QApplication> application_new ();

/* A dark window, or one as the system's theme is. */
void application_set_dark (bool dark);

#endif
