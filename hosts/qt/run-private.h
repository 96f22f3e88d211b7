/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that the files of lodger_qt_run() share.
 *
 * Order, lowest first; a file calls only files before it: progress-bar.cpp, cancel-button.cpp, view.cpp, run.cpp.
 * They use lodger-qt.h and scope.cpp, and none of the files in qt-private.h. To report upward, a file calls
 * functions that it was given. All is of the object's thread, unless it is said. */
#ifndef LODGER_QT_RUN_PRIVATE_H
#define LODGER_QT_RUN_PRIVATE_H

#include "lodger-qt.h"

#include <lodger/host-view.h>
#include <lodger/host.h>

#include <QEventLoopLocker>
#include <QObject>
#include <QPointer>

#include <memory>

/* ---- progress-bar.cpp ---- */

bool lodger__qt_is_progress_bar (const QObject *bar);

/* A progress bar by its properties. */
class LodgerQtProgressBar {
public:
  explicit LodgerQtProgressBar (QObject *object) : bar (object)
  {
  }
  /* A slot of the bar's may destroy it. */
  void show (double fraction, const char *text);

private:
  void setBusy (bool on);

  QPointer<QObject> bar;
  bool is_busy = false;
  int minimum = 0, maximum = 100; /* while it is busy */
};

/* ---- cancel-button.cpp ---- */

bool lodger__qt_is_button (const QObject *button);

/* A button that cancels a pending. It is enabled as long as there is something to cancel: several pieces of work may
 * have the same button. */
class LodgerQtCancelButton final : public QObject {
public:
  LodgerQtCancelButton (QObject *button, LodgerPending *pending);
  ~LodgerQtCancelButton () override;
  /* A slot of the change may make the program destroy the button, and end the work's owner. */
  void unbind ();

  int qt_metacall (QMetaObject::Call call, int id, void **arguments) override;

private:
  void onClicked ();

  QPointer<QObject> button;
  LodgerPending *const pending;
};

/* ---- view.cpp ---- */

class LodgerQtView {
public:
  LodgerQtView (QObject *object, LodgerQtDoneFunc done, void *data, const LodgerQtRunOptions *options);
  LodgerQtView (const LodgerQtView &) = delete;
  LodgerQtView &operator= (const LodgerQtView &) = delete;
  /* Destroys the data. */
  ~LodgerQtView ();

  QObject *const object; /* valid as long as its scope lasts */
  const LodgerQtDoneFunc done;
  const LodgerQtErrorFunc failed, cancelled;
  const LodgerQtProgressFunc progress;
  const LodgerQtItemsFunc items;
  void *const data;
  const LodgerDestroyFunc destroy;
  LodgerQtProgressBar bar { nullptr };
  QPointer<QObject> button;
  std::unique_ptr<LodgerQtCancelButton> binding;
  std::unique_ptr<QEventLoopLocker> hold; /* until the work is done */
};

const LodgerHostViewOps *lodger__qt_view_ops ();

#endif
