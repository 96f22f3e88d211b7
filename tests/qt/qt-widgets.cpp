// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qt-widgets.h"

#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QEventLoop>
#include <QProgressBar>
#include <QPushButton>
#include <QTimer>
#include <QVariant>
#include <QWidget>

#include <cstdlib>

void
qt_widgets_start (bool with_glib)
{
  static int argc = 1;
  static char name[] = "test";
  static char *argv[] = { name, nullptr };
  if (!with_glib)
    setenv ("QT_NO_GLIB", "1", 1);
  setenv ("QT_QPA_PLATFORM", "offscreen", 1);
  QCoreApplication::setSetuidAllowed (true);
  new QApplication (argc, argv);
}

QObject *
qt_progress_bar_new (void)
{
  return new QProgressBar;
}

QObject *
qt_button_new (void)
{
  return new QPushButton;
}

void
qt_button_click (QObject *button)
{
  static_cast<QPushButton *> (button)->click ();
}

QObject *
qt_action_new (void)
{
  return new QAction;
}

void
qt_action_trigger (QObject *action)
{
  static_cast<QAction *> (action)->trigger ();
}

namespace {

struct Window : public QWidget
{
  QtFunc paint;
  void *data;
  bool again;

  void paintEvent (QPaintEvent *) override
  {
    paint (data);
    if (again)
      update ();
  }
};

} // namespace

QObject *
qt_window_new (QtFunc paint, void *data, bool again)
{
  auto *window = new Window;
  window->paint = paint;
  window->data = data;
  window->again = again;
  window->resize (20, 20);
  window->show ();
  return window;
}

void
qt_window_close (QObject *window)
{
  static_cast<QWidget *> (window)->close ();
}

int
qt_get_int (QObject *object, const char *property)
{
  return object->property (property).toInt ();
}

bool
qt_has_text (QObject *object, const char *property, const char *text)
{
  return object->property (property).toString () == QString::fromUtf8 (text);
}

namespace {

/* Looks now and then: the loop has other reasons to wake up. */
template <class F>
void
look_until (QTimer &timer, bool (*is_over) (void *data), void *data, F end)
{
  QObject::connect (&timer, &QTimer::timeout, [=] {
    if (is_over (data))
      end ();
  });
  timer.start (20);
}

}

void
qt_exec_until (QtExec how, bool (*is_over) (void *data), void *data)
{
  QTimer timer;
  if (how == QT_EXEC_DIALOG)
    {
      QDialog dialog;
      look_until (timer, is_over, data, [&dialog] { dialog.accept (); });
      dialog.exec ();
    }
  else if (how == QT_EXEC_ITERATE)
    while (!is_over (data))
      QCoreApplication::processEvents ();
  else
    {
      QEventLoop loop;
      look_until (timer, is_over, data, [&loop] { loop.quit (); });
      loop.exec (how == QT_EXEC_LOOP ? QEventLoop::AllEvents : QEventLoop::ExcludeSocketNotifiers);
    }
}
