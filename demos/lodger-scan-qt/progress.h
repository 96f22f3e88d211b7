/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thin bar. How much of a scan is left nobody knows before its end, so it moves to and fro until then.
 */
#ifndef LODGER_SCAN_QT_PROGRESS_H
#define LODGER_SCAN_QT_PROGRESS_H

#include <QElapsedTimer>
#include <QWidget>

class ProgressBar : public QWidget {
public:
  enum State
  {
    NOTHING,
    MOVING,
    WHOLE
  };

  ProgressBar ();

  void set_state (State another);
  /* A frame begins: what moves is painted anew. */
  void move_on ();

protected:
  void paintEvent (QPaintEvent *event) override;

private:
  State state = NOTHING;
  QElapsedTimer since;
};

#endif
