/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

#include <QPainter>
#include <QPalette>
#include <cmath>

static const int HEIGHT = 4;
static const int PERIOD = 2400; /* ms */

ProgressBar::ProgressBar ()
{
  setFixedHeight (HEIGHT);
  setAccessibleName ("Scan");
  since.start ();
}

void
ProgressBar::set_state (State another)
{
  if (another == state)
    return;
  if (another == MOVING)
    since.start ();
  state = another;
  update ();
}

void
ProgressBar::move_on ()
{
  update ();
}

void
ProgressBar::paintEvent (QPaintEvent *)
{
  static const double share = 0.2;
  static const double turn = 2 * 3.14159265358979;
  QPainter painter (this);
  QColor ground = palette ().color (QPalette::WindowText);
  QRectF bar = rect ();
  ground.setAlphaF (0.12F);
  painter.fillRect (rect (), ground);
  if (state == MOVING)
    {
      const double at = (1 - std::cos (turn * static_cast<double> (since.elapsed () % PERIOD) / PERIOD)) / 2;
      bar.setLeft (at * (1 - share) * width ());
      bar.setWidth (share * width ());
    }
  if (state != NOTHING)
    painter.fillRect (bar, palette ().color (QPalette::Highlight));
}
