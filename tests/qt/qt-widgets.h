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
/* A loop inside of whatever runs, until that is over. */
typedef enum QtExec
{
  QT_EXEC_DIALOG,          /* QDialog::exec */
  QT_EXEC_LOOP,            /* QEventLoop::exec */
  QT_EXEC_WITHOUT_SOCKETS, /* the same, with QEventLoop::ExcludeSocketNotifiers */
  QT_EXEC_ITERATE,         /* processEvents() again and again, which does not sleep */
  QT_EXEC_WAYS
} QtExec;
void qt_exec_until (QtExec how, bool (*is_over) (void *data), void *data);
/* A property of the object. */
int qt_get_int (QObject *object, const char *property);
bool qt_has_text (QObject *object, const char *property, const char *text);

LODGER_END_DECLS

#endif
