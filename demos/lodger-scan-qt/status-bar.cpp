/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "status-bar.h"

#include "shown.h"

#include <figures.h>

#include <QGridLayout>

StatusBar::StatusBar ()
    : progress (new ProgressBar), state (new QLabel),
      current (new CutLabel (Qt::ElideMiddle, Qt::AlignLeft, QPalette::PlaceholderText)),
      figures (new CutLabel (Qt::ElideRight, Qt::AlignLeft, QPalette::WindowText)),
      frames (new CutLabel (Qt::ElideRight, Qt::AlignRight, QPalette::PlaceholderText)), button (new QPushButton)
{
  const auto box = new QVBoxLayout (this);
  const auto grid = new QGridLayout;
  QFont bold = font ();
  bold.setBold (true);
  state->setFont (bold);
  frames->setToolTip ("How often this window was painted during the scan, and the longest time between two frames");
  button->setMinimumWidth (96);
  grid->setContentsMargins (12, 8, 12, 8);
  grid->setHorizontalSpacing (12);
  grid->setVerticalSpacing (2);
  grid->addWidget (state, 0, 0);
  grid->addWidget (current, 0, 1, 1, 2);
  grid->addWidget (figures, 1, 0, 1, 2);
  grid->addWidget (frames, 1, 2);
  grid->addWidget (button, 0, 3, 2, 1, Qt::AlignVCenter);
  grid->setColumnStretch (1, 1);
  grid->setColumnStretch (2, 1);
  box->setContentsMargins (0, 0, 0, 0);
  box->setSpacing (0);
  box->addWidget (progress);
  box->addLayout (grid);
}

void
StatusBar::set (const Session *session)
{
  const SessionState now = session == nullptr ? SESSION_DONE : session_get_state (session);
  Shown text;
  figures_append_state (text, session);
  state->setText (text.take ());
  if (now != SESSION_SCANNING)
    current->set_text ({});
  if (session == nullptr)
    {
      figures->set_text ({});
      frames->set_text ({});
    }
  if (now != SESSION_DONE)
    progress->set_state (ProgressBar::MOVING);
  else
    progress->set_state (session != nullptr && !session_was_cancelled (session) ? ProgressBar::WHOLE
                                                                                : ProgressBar::NOTHING);
  button->setText (now == SESSION_DONE ? "&Close" : "&Cancel");
}

void
StatusBar::refresh (const Session *session, const Paints *paints)
{
  Shown text;
  figures_append_speed (text, session);
  figures->set_text (text.take ());
  g_string_append (text, "Frames: ");
  const bool any = paints_append (paints, text);
  frames->set_text (any ? text.take () : QString ());
  if (session_get_state (session) == SESSION_SCANNING)
    {
      g_string_truncate (text, 0);
      figures_append_current (text, session);
      current->set_text (text.take ());
    }
}
