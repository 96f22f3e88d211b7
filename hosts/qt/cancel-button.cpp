/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A button by its property and its signal, so that the library does without QtWidgets. The slot has no name: the signal is
 * connected to a number beyond the slots of QObject. */
#include "run-private.h"

#include <QMetaObject>
#include <QVariant>

static const char count_name[] = "lodger_cancels";

static int
signal_of (const QObject *button)
{
  for (const char *signature : { "clicked(bool)", "clicked()", "triggered(bool)", "triggered()" })
    {
      const int index = button->metaObject ()->indexOfSignal (signature);
      if (index >= 0)
        return index;
    }
  return -1;
}

bool
lodger__qt_is_button (const QObject *button)
{
  return signal_of (button) >= 0 && button->metaObject ()->indexOfProperty ("enabled") >= 0;
}

/* Changes and returns the number of pendings that the button can cancel. The outcome of cancelled work may still be on its
 * way when the next work begins. */
static int
count_of (QObject *button, int change)
{
  const int count = button->property (count_name).toInt () + change;
  button->setProperty (count_name, count);
  return count;
}

LodgerQtCancelButton::LodgerQtCancelButton (QObject *of, LodgerPending *cancels)
    : button (of), pending (lodger_pending_ref (cancels))
{
  QMetaObject::connect (of, signal_of (of), this, QObject::staticMetaObject.methodCount (), Qt::DirectConnection);
  count_of (of, 1);
  if (!button.isNull ())
    button->setProperty ("enabled", true);
}

LodgerQtCancelButton::~LodgerQtCancelButton ()
{
  unbind ();
  lodger_pending_unref (pending);
}

void
LodgerQtCancelButton::unbind ()
{
  const QPointer<QObject> was = button;
  button.clear ();
  if (was.isNull ())
    return;
  disconnect (was, nullptr, this, nullptr);
  if (count_of (was, -1) == 0 && !was.isNull ())
    was->setProperty ("enabled", false);
}

void
LodgerQtCancelButton::onClicked ()
{
  LodgerPending *cancelled = lodger_pending_ref (pending);
  unbind ();
  lodger_pending_cancel (cancelled, "the user has cancelled it");
  lodger_pending_unref (cancelled);
}

int
LodgerQtCancelButton::qt_metacall (QMetaObject::Call call, int id, void **arguments)
{
  id = QObject::qt_metacall (call, id, arguments);
  if (id < 0 || call != QMetaObject::InvokeMetaMethod)
    return id;
  if (id == 0)
    onClicked ();
  return id - 1;
}
