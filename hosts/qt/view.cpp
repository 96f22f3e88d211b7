/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An object with the program's functions and data, for which the core does work: see lodger/host-view.h. */
#include "run-private.h"

#include <QCoreApplication>

LodgerQtView::LodgerQtView (QObject *of, LodgerQtDoneFunc done_func, void *func_data, const LodgerQtRunOptions *options)
    : object (of), done (done_func), failed (options->failed), cancelled (options->cancelled),
      progress (options->progress), items (options->items), data (func_data), destroy (options->destroy)
{
}

LodgerQtView::~LodgerQtView ()
{
  if (destroy != nullptr)
    destroy (data);
}

namespace {

LodgerQtView *
view_of (void *data)
{
  return static_cast<LodgerQtView *> (data);
}

void
view_free (void *data)
{
  delete view_of (data);
}

/* ---- what the program is told ------------------------------------------------------------------------------------ */

void
tell (void *data, LodgerHostTold told, LodgerPending *outcome)
{
  const LodgerQtView *view = view_of (data);
  LodgerError *error = lodger_error_ref (lodger_pending_get_error (outcome));
  if (told == LODGER_HOST_TOLD_DONE)
    view->done (view->object, outcome, view->data);
  else
    {
      if (error == nullptr)
        error = lodger_error_new (nullptr, lodger_pending_get_outcome (outcome), nullptr);
      (told == LODGER_HOST_TOLD_FAILED ? view->failed : view->cancelled) (view->object, error, view->data);
    }
  lodger_error_unref (error);
}

void
show (void *data, double fraction, const char *text)
{
  view_of (data)->bar.show (fraction, text);
}

void
progress (void *data, double fraction, const char *text)
{
  const LodgerQtView *view = view_of (data);
  if (view->progress != nullptr)
    view->progress (view->object, fraction, text, view->data);
}

void
take_items (void *data, void **items, size_t count)
{
  const LodgerQtView *view = view_of (data);
  view->items (view->object, items, count, view->data);
}

/* ---- the button and the application ------------------------------------------------------------------------------ */

void
bind (void *data, LodgerPending *work)
{
  LodgerQtView *view = view_of (data);
  if (!view->button.isNull ())
    view->binding.reset (new LodgerQtCancelButton (view->button, work));
}

/* The button's change may run user code. */
void
unbind (void *data)
{
  const std::unique_ptr<LodgerQtCancelButton> binding = std::move (view_of (data)->binding);
}

/* A QCoreApplication without windows would quit with the last locker: it holds by itself. */
void
keep_running (void *data, LodgerPending *work)
{
  (void) work;
  if (QCoreApplication::instance ()->inherits ("QGuiApplication"))
    view_of (data)->hold.reset (new QEventLoopLocker);
}

void
let_end (void *data)
{
  view_of (data)->hold.reset ();
}

/* ---- without a caller -------------------------------------------------------------------------------------------- */

struct Later
{
  void (*func) (void *data);
  void *data;
  LodgerDestroyFunc destroy;

  Later (void (*later_func) (void *data), void *later_data, LodgerDestroyFunc later_destroy)
      : func (later_func), data (later_data), destroy (later_destroy)
  {
  }
  Later (const Later &) = delete;
  Later &operator= (const Later &) = delete;
  ~Later ()
  {
    destroy (data);
  }
};

/* With the object Qt drops what was posted to it. */
void
soon (void *data, void (*func) (void *data), void *func_data, LodgerDestroyFunc destroy)
{
  const auto later = std::make_shared<Later> (func, func_data, destroy);
  QMetaObject::invokeMethod (
      view_of (data)->object, [later] { later->func (later->data); }, Qt::QueuedConnection);
}

LodgerHostViewOps
make_ops ()
{
  LodgerHostViewOps ops = {};
  ops.size = sizeof ops;
  ops.run_name = "lodger_qt_run";
  ops.report_name = "lodger_qt_report";
  ops.send_name = "lodger_qt_send";
  ops.destroy = view_free;
  ops.tell = tell;
  ops.show = show;
  ops.progress = progress;
  ops.items = take_items;
  ops.bind = bind;
  ops.unbind = unbind;
  ops.keep_running = keep_running;
  ops.let_end = let_end;
  ops.soon = soon;
  return ops;
}

} // namespace

const LodgerHostViewOps *
lodger__qt_view_ops ()
{
  static const LodgerHostViewOps ops = make_ops ();
  return &ops;
}
