/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_qt_run() as a program sees it: what it is given is read, and refused or started. */
#define LODGER_NO_CALL_SITES
#include "run-private.h"

#include <QByteArray>
#include <QThread>

static int
misuse (int code, const char *reason, const LodgerQtRunOptions *options)
{
  QByteArray text (reason != nullptr ? reason : lodger_error_code_string (code));
  if (options->file != nullptr)
    text += QByteArray (" (") + options->file + ':' + QByteArray::number (options->line) + ')';
  return lodger_host_misuse ("lodger_qt_run", code, text.constData ());
}

static LodgerPending *
refused_new (int code)
{
  LodgerPending *refused = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_error (refused, lodger_error_new (nullptr, code, nullptr));
  return refused;
}

static int
check (const QObject *object, LodgerCallFunc work, const LodgerQtRunOptions *options)
{
  if (object == nullptr)
    return misuse (LODGER_EINVAL, "the object is NULL", options);
  if (work == nullptr)
    return misuse (LODGER_EINVAL, "the work is NULL", options);
  if (object->thread () != QThread::currentThread ())
    return misuse (LODGER_EWRONGTHREAD, "the object lives in another thread", options);
  if (options->cancel_button != nullptr && !lodger__qt_is_button (options->cancel_button))
    return misuse (LODGER_EINVAL, "the cancel button is no button", options);
  if (options->progress_bar != nullptr && !lodger__qt_is_progress_bar (options->progress_bar))
    return misuse (LODGER_EINVAL, "the progress bar is none", options);
  if (options->limiter != nullptr && options->slot != nullptr)
    return misuse (LODGER_EINVAL, "a limiter and a slot", options);
  return 0;
}

/* 0, with the caller of this thread and the object's scope. The caller is a reference. */
static int
find_places (LodgerQtFunctions *functions, const LodgerQtRunOptions *options, LodgerCaller **ret_gui)
{
  const char *outer = lodger_host_speak_for ("lodger_qt_run");
  LodgerError *error = nullptr;
  int code = 0;
  *ret_gui = lodger_caller_find ("qt", nullptr);
  if (*ret_gui == nullptr)
    *ret_gui = lodger_qt_open_caller (nullptr, nullptr, &error);
  lodger_host_speak_for (outer);
  if (*ret_gui == nullptr)
    {
      code = misuse (lodger_error_get_code (error), lodger_error_get_message (error), options);
      lodger_error_unref (error);
      return code;
    }
  functions->scopes.object = lodger_scope_ref (lodger_qt_object_get_scope (functions->object));
  if (functions->scopes.object == nullptr)
    code = misuse (LODGER_ENOMEM, nullptr, options);
  return code;
}

/* The caller has no call left for this. Qt's loop may still run; otherwise the object's end frees the data. */
static LodgerPending *
refuse_late (LodgerQtFunctionsPtr functions, const LodgerQtRunOptions *options)
{
  LodgerPending *refused = refused_new (misuse (LODGER_ESHUTDOWN, "the caller of this thread is stopping", options));
  lodger__qt_tell_refusal_later (std::move (functions), refused);
  return refused;
}

static LodgerPending *
run_work (LodgerQtFunctionsPtr functions, LodgerCallFunc work, const LodgerQtRunOptions *options, const char *reason)
{
  LodgerCaller *gui = nullptr;
  LodgerPending *pending;
  int code = reason != nullptr ? misuse (LODGER_EINVAL, reason, options) : check (functions->object, work, options);
  if (code == 0)
    code = find_places (functions.get (), options, &gui);
  if (code != 0)
    pending = refused_new (code);
  else if (lodger_caller_get_state (gui) < LODGER_CALLER_STOPPING)
    pending = lodger__qt_start_work (std::move (functions), gui, work, options);
  else
    pending = refuse_late (std::move (functions), options);
  lodger_caller_unref (gui);
  return pending;
}

LodgerPending *
lodger_qt_run_full (QObject *object, LodgerCallFunc work, LodgerQtDoneFunc done, void *data,
                    const LodgerQtRunOptions *options)
{
  static const LodgerQtRunOptions defaults = [] {
    LodgerQtRunOptions all = {};
    all.size = sizeof all;
    return all;
  }();
  LodgerQtFunctionsPtr functions (new LodgerQtFunctions);
  LodgerQtRunOptions own;
  const char *reason;
  options = static_cast<const LodgerQtRunOptions *> (lodger_host_read_options (options, &own, sizeof own, &reason));
  if (options == nullptr)
    options = &defaults;
  functions->object = object;
  functions->done = done;
  functions->data = data;
  functions->failed = options->failed;
  functions->cancelled = options->cancelled;
  functions->destroy = options->destroy;
  functions->scopes.own = lodger_scope_ref (options->scope);
  return run_work (std::move (functions), work, options, reason);
}

void
lodger_qt_run (QObject *object, LodgerCallFunc work, LodgerQtDoneFunc done, void *data)
{
  lodger_pending_disown (lodger_qt_run_full (object, work, done, data, nullptr));
}
