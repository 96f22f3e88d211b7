/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lower edge of the window: what goes on, how far and how fast it is, and the button that ends it.
 */
#ifndef LODGER_SCAN_QT_STATUS_BAR_H
#define LODGER_SCAN_QT_STATUS_BAR_H

#include "cut-label.h"
#include "progress.h"

#include <paints.h>
#include <session.h>

#include <QLabel>
#include <QPushButton>

class StatusBar : public QWidget {
public:
  StatusBar ();

  /* The state has changed. `session` is NULL when there is no scan. */
  void set (const Session *session);
  /* The figures; at most ten times a second. */
  void refresh (const Session *session, const Paints *paints);

  /* Its text becomes "Close" when nothing is left to cancel. */
  QPushButton *get_button () const
  {
    return button;
  }
  ProgressBar *get_progress () const
  {
    return progress;
  }
  QLabel *get_state () const
  {
    return state;
  }

private:
  ProgressBar *const progress;
  QLabel *const state;
  CutLabel *const current;
  CutLabel *const figures;
  CutLabel *const frames;
  QPushButton *const button;
};

#endif
