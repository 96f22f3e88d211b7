/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Widgets for the tests, with a face in C. They are not seen on any screen. */
#ifndef LODGER_TEST_QT_WIDGETS_H
#define LODGER_TEST_QT_WIDGETS_H

#include "qt-program.h"

LODGER_BEGIN_DECLS

/* qt_application_start() of a QApplication. */
void qt_widgets_start (bool with_glib);
QObject *qt_progress_bar_new (void);
QObject *qt_button_new (void);
void qt_button_click (QObject *button);
/* A QAction. */
QObject *qt_action_new (void);
void qt_action_trigger (QObject *action);
/* A window that is shown, and that counts its paint events. While `again` is true, each asks for the next. */
QObject *qt_window_new (QtFunc paint, void *data, bool again);
void qt_window_close (QObject *window);
/* A property of the object. */
int qt_get_int (QObject *object, const char *property);
bool qt_has_text (QObject *object, const char *property, const char *text);

LODGER_END_DECLS

#endif
