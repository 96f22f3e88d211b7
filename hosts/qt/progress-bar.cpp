/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A progress bar by its properties, so that the library does without QtWidgets. */
#include "run-private.h"

#include <QMetaObject>
#include <QVariant>

bool
lodger__qt_is_progress_bar (const QObject *bar)
{
  for (const char *name : { "minimum", "maximum", "value" })
    if (bar->metaObject ()->indexOfProperty (name) < 0)
      return false;
  return true;
}

/* A QProgressBar is busy while its range is 0 to 0. */
void
LodgerQtProgressBar::setBusy (bool on)
{
  if (on == is_busy)
    return;
  is_busy = on;
  if (on)
    {
      minimum = bar->property ("minimum").toInt ();
      maximum = bar->property ("maximum").toInt ();
    }
  bar->setProperty ("minimum", on ? 0 : minimum);
  if (!bar.isNull ())
    bar->setProperty ("maximum", on ? 0 : maximum);
}

void
LodgerQtProgressBar::show (double fraction, const char *text)
{
  if (!bar.isNull ())
    setBusy (!(fraction >= 0));
  if (!bar.isNull () && fraction >= 0)
    {
      const double from = bar->property ("minimum").toInt (), to = bar->property ("maximum").toInt ();
      bar->setProperty ("value", int (from + (to - from) * qMin (fraction, 1.0)));
    }
  if (text == nullptr || bar.isNull ())
    return;
  bar->setProperty ("format", QString::fromUtf8 (text));
  if (!bar.isNull ())
    bar->setProperty ("textVisible", true);
}
