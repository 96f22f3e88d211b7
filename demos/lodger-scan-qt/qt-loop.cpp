/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qt-loop.h"

#include "application.h"

#include <headless.h>
#include <lodger-qt.h>

#include <QSocketNotifier>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

/* A handler of a signal may only write to a pipe: the loop reads the number from there. */
static int pipe_ends[2] = { -1, -1 };

struct Loop
{
  std::unique_ptr<QSocketNotifier> notifier;
  HeadlessSignalFunc on_signal = nullptr;
  void *signal_data = nullptr;
};

static LodgerCaller *
attach (const LodgerCallerOptions *options, char **ret_message, void *)
{
  LodgerError *error = nullptr;
  LodgerCaller *caller = lodger_qt_attach_full (nullptr, options, &error);
  if (caller == nullptr)
    *ret_message = g_strdup (lodger_error_get_message (error));
  lodger_error_unref (error);
  return caller;
}

static void
run (void *)
{
  QCoreApplication::exec ();
}

static void
quit (void *)
{
  QCoreApplication::quit ();
}

/* ---- signals ----------------------------------------------------------------------------------------------------- */

static void
on_signal (int number)
{
  const int saved = errno;
  const char byte = static_cast<char> (number);
  /* A pipe that is full has signals enough in it. */
  [[maybe_unused]] const auto written = write (pipe_ends[1], &byte, 1);
  errno = saved;
}

static void
pass_on (const Loop *loop)
{
  char number;
  while (read (pipe_ends[0], &number, 1) == 1)
    loop->on_signal (number, loop->signal_data);
}

static void
watch_signals (HeadlessSignalFunc func, void *signal_data, void *data)
{
  const auto loop = static_cast<Loop *> (data);
  loop->on_signal = func;
  loop->signal_data = signal_data;
  if (pipe2 (pipe_ends, O_CLOEXEC | O_NONBLOCK) < 0)
    return; /* then a signal ends the program, and nothing is lost but the summary */
  loop->notifier = std::make_unique<QSocketNotifier> (pipe_ends[0], QSocketNotifier::Read);
  QObject::connect (loop->notifier.get (), &QSocketNotifier::activated, [loop] () { pass_on (loop); });
  signal (SIGINT, on_signal);
  signal (SIGTERM, on_signal);
}

static void
unwatch_signals (void *data)
{
  const auto loop = static_cast<Loop *> (data);
  if (loop->notifier == nullptr)
    return;
  pass_on (loop);
  loop->notifier.reset ();
  signal (SIGINT, SIG_DFL);
  signal (SIGTERM, SIG_DFL);
}

/* ---- the face ---------------------------------------------------------------------------------------------------- */

int
qt_loop_scan (const ScanOptions *options)
{
  const auto application = application_new_without_window ();
  Loop loop;
  HeadlessLoop headless_loop = {};
  headless_loop.attach = attach;
  headless_loop.run = run;
  headless_loop.quit = quit;
  headless_loop.watch_signals = watch_signals;
  headless_loop.unwatch_signals = unwatch_signals;
  headless_loop.data = &loop;
  return headless_scan (options, &headless_loop);
}
