/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that the files of lodger_qt_run() share.
 *
 * Order, lowest first; a file calls only files before it: outcome.cpp, progress-bar.cpp, streams.cpp, cancel-button.cpp,
 * work.cpp, run.cpp. They use lodger-qt.h and scope.cpp, and none of the files in qt-private.h. To report upward, a file
 * calls functions that it was given. All is of the object's thread, unless it is said. */
#ifndef LODGER_QT_RUN_PRIVATE_H
#define LODGER_QT_RUN_PRIVATE_H

#include "lodger-qt.h"

#include <lodger/host.h>

#include <QObject>
#include <QPointer>

#include <memory>

/* ---- outcome.cpp ---- */

/* How long anything may be told or shown: as long as all of these last. Each may be NULL but the object's. */
class LodgerQtScopes {
public:
  LodgerQtScopes () = default;
  LodgerQtScopes (const LodgerQtScopes &other);
  LodgerQtScopes &operator= (const LodgerQtScopes &) = delete;
  ~LodgerQtScopes ();
  /* In any thread. */
  bool haveEnded () const;

  /* References. */
  LodgerScope *object = nullptr;
  LodgerScope *own = nullptr;   /* the program's */
  LodgerScope *place = nullptr; /* in a slot: ends when another run has it */
};

/* The functions of an outcome, with what they own. The data is destroyed with them. */
class LodgerQtFunctions {
public:
  LodgerQtFunctions () = default;
  LodgerQtFunctions (const LodgerQtFunctions &) = delete;
  LodgerQtFunctions &operator= (const LodgerQtFunctions &) = delete;
  ~LodgerQtFunctions ();
  /* Runs the function of this outcome, or of a cancellation that has come since. The object is there, and the object of
   * the program's scope is held. */
  void tell (LodgerPending *outcome) const;
  /* Tells that the time is over, outside of a bound call. */
  void tellLate () const;

  QObject *object = nullptr; /* valid as long as its scope lasts */
  LodgerQtScopes scopes;
  LodgerQtDoneFunc done = nullptr;
  LodgerQtErrorFunc failed = nullptr, cancelled = nullptr;
  void *data = nullptr;
  LodgerDestroyFunc destroy = nullptr;

private:
  void tellFunction (LodgerPending *outcome) const;
};

typedef std::unique_ptr<LodgerQtFunctions> LodgerQtFunctionsPtr;

/* Tells a refusal without a caller, unless a scope ends before. */
void lodger__qt_tell_refusal_later (LodgerQtFunctionsPtr functions, LodgerPending *refused);

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

/* ---- streams.cpp ---- */

class LodgerQtStreams;
typedef std::shared_ptr<LodgerQtStreams> LodgerQtStreamsPtr;

LodgerQtStreamsPtr lodger__qt_streams_new (const LodgerQtFunctions &functions, LodgerCaller *gui,
                                           const LodgerQtRunOptions *options);
/* From now on lodger_qt_report() and lodger_qt_send() find them. In the work's thread. */
void lodger__qt_streams_begin (const LodgerQtStreamsPtr &streams, LodgerPending *self);
/* Gives what waits to the functions now. */
void lodger__qt_streams_flush (LodgerQtStreamsPtr streams);
/* Gives them nothing from now on. */
void lodger__qt_streams_end (const LodgerQtStreamsPtr &streams);

/* ---- cancel-button.cpp ---- */

bool lodger__qt_is_button (const QObject *button);

/* A button that cancels a pending. It is enabled as long as there is something to cancel: several pieces of work may have
 * the same button. */
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

/* ---- work.cpp ---- */

/* Starts work whose places in `functions` are known. A new reference to the work's pending. */
LodgerPending *lodger__qt_start_work (LodgerQtFunctionsPtr functions, LodgerCaller *gui, LodgerCallFunc work,
                                      const LodgerQtRunOptions *options);

#endif
