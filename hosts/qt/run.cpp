/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_qt_run() as a program sees it: what it is given is read, and handed to the core, which does the rest. */
#define LODGER_NO_CALL_SITES
#include "run-private.h"

#include <QThread>

namespace {

/* What is wrong with it: a code and a reason, or 0. */
int
check (const QObject *object, const LodgerQtRunOptions *options, const char **ret_reason)
{
  if (object == nullptr)
    *ret_reason = "the object is NULL";
  else if (object->thread () != QThread::currentThread ())
    {
      *ret_reason = "the object lives in another thread";
      return LODGER_EWRONGTHREAD;
    }
  else if (options->cancel_button != nullptr && !lodger__qt_is_button (options->cancel_button))
    *ret_reason = "the cancel button is no button";
  else if (options->progress_bar != nullptr && !lodger__qt_is_progress_bar (options->progress_bar))
    *ret_reason = "the progress bar is none";
  return *ret_reason != nullptr ? LODGER_EINVAL : 0;
}

unsigned
flags_of (LodgerQtDoneFunc done, const LodgerQtRunOptions *options)
{
  unsigned flags = done != nullptr ? LODGER_HOST_VIEW_DONE : 0;
  if (options->failed != nullptr)
    flags |= LODGER_HOST_VIEW_FAILED;
  if (options->cancelled != nullptr)
    flags |= LODGER_HOST_VIEW_CANCELLED;
  if (options->progress != nullptr || options->progress_bar != nullptr)
    flags |= LODGER_HOST_VIEW_PROGRESS;
  if (options->items != nullptr)
    flags |= LODGER_HOST_VIEW_ITEMS;
  return flags;
}

/* The caller of this thread, a reference, and the object's scope; or a refusal. The error lives as long as its
 * message is needed. */
void
find_places (QObject *object, LodgerHostViewOptions *places, LodgerError **ret_error)
{
  const char *outer = lodger_host_speak_for ("lodger_qt_run");
  places->home = lodger_caller_find ("qt", nullptr);
  if (places->home == nullptr)
    places->home = lodger_qt_open_caller (nullptr, nullptr, ret_error);
  lodger_host_speak_for (outer);
  if (places->home == nullptr)
    {
      places->refusal = lodger_error_get_code (*ret_error);
      places->reason = lodger_error_get_message (*ret_error);
      return;
    }
  places->view_scope = lodger_qt_object_get_scope (object);
  if (places->view_scope == nullptr)
    places->refusal = LODGER_ENOMEM;
}

LodgerHostViewOptions
read (const LodgerQtRunOptions *options)
{
  LodgerHostViewOptions given = {};
  given.size = sizeof given;
  given.scope = options->scope;
  given.name = options->name;
  given.file = options->file;
  given.line = options->line;
  given.caller = options->caller;
  given.worker = options->worker;
  given.timeout = options->timeout;
  given.hold = options->hold;
  given.limiter = options->limiter;
  given.priority = options->priority;
  given.slot = options->slot;
  given.item_destroy = options->item_destroy;
  return given;
}

} // namespace

LodgerPending *
lodger_qt_run_full (QObject *object, LodgerCallFunc work, LodgerQtDoneFunc done, void *data,
                    const LodgerQtRunOptions *options)
{
  LodgerQtRunOptions defaults = {}, own;
  LodgerHostViewOptions given;
  LodgerError *error = nullptr;
  LodgerPending *pending;
  const char *reason;
  options = static_cast<const LodgerQtRunOptions *> (lodger_host_read_options (options, &own, sizeof own, &reason));
  if (options == nullptr)
    options = &defaults;
  given = read (options);
  given.work = work;
  given.data = data;
  given.flags = flags_of (done, options);
  given.reason = reason;
  given.refusal = reason != nullptr ? LODGER_EINVAL : check (object, options, &given.reason);
  if (given.refusal == 0)
    find_places (object, &given, &error);
  auto *view = new LodgerQtView (object, done, data, options);
  if (given.refusal == 0)
    {
      view->bar = LodgerQtProgressBar (options->progress_bar);
      view->button = options->cancel_button;
    }
  pending = lodger_host_run_work (lodger__qt_view_ops (), view, &given);
  lodger_caller_unref (given.home);
  lodger_error_unref (error);
  return pending;
}

void
lodger_qt_run (QObject *object, LodgerCallFunc work, LodgerQtDoneFunc done, void *data)
{
  lodger_pending_disown (lodger_qt_run_full (object, work, done, data, nullptr));
}

int
lodger_qt_report (LodgerPending *self, double fraction, const char *text)
{
  return lodger_host_report (lodger__qt_view_ops (), self, fraction, text);
}

int
lodger_qt_send (LodgerPending *self, void *item)
{
  return lodger_host_send (lodger__qt_view_ops (), self, item);
}
