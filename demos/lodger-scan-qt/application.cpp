/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "application.h"

#include <options.h>

#include <QAbstractItemView>
#include <QPalette>
#include <QProxyStyle>
#include <clocale>
#include <cstdio>
#include <unistd.h>

enum
{
  ROOM = 7
};

/* ---- making ------------------------------------------------------------------------------------------------------ */

/* Qt aborts the process when it finds no display. What it has to say about a locale without UTF-8 does not matter: names
 * of files are bytes here. */
static void
on_message (QtMsgType type, const QMessageLogContext &, const QString &)
{
  if (type != QtFatalMsg)
    return;
  fprintf (stderr, "%s: no display can be opened; use --headless\n", g_get_prgname ());
  _exit (SCAN_WRONG);
}

template <typename Application>
static std::unique_ptr<Application>
make ()
{
  static char name[] = "lodger-scan-qt";
  static char *arguments[] = { name, nullptr };
  static int count = 1;
  const auto before = qInstallMessageHandler (on_message);
  auto application = std::make_unique<Application> (count, arguments);
  qInstallMessageHandler (before);
  /* The summary is the same with a window and without one. */
  setlocale (LC_MESSAGES, "C");
  setlocale (LC_NUMERIC, "C");
  return application;
}

std::unique_ptr<QCoreApplication>
application_new_without_window ()
{
  return make<QCoreApplication> ();
}

std::unique_ptr<QApplication>
application_new ()
{
  auto application = make<QApplication> ();
  QApplication::setApplicationDisplayName ("Lodger Scan");
  QApplication::setDesktopFileName ("lodger-scan-qt");
  application_set_dark (false);
  return application;
}

/* ---- appearance -------------------------------------------------------------------------------------------------- */

/* Qt 6.4 cannot be asked for a dark theme, so these are the colours of one. */
static QPalette
make_dark_palette ()
{
  const QColor text (0xee, 0xee, 0xec);
  const QColor faint (0x8b, 0x8d, 0x8f);
  const QColor window (0x2d, 0x2e, 0x31);
  const QColor base (0x1f, 0x20, 0x22);
  const QColor button (0x3b, 0x3d, 0x41);
  const QColor accent (0x35, 0x84, 0xe4);
  QPalette palette (button, window);
  palette.setColor (QPalette::WindowText, text);
  palette.setColor (QPalette::Text, text);
  palette.setColor (QPalette::ButtonText, text);
  palette.setColor (QPalette::BrightText, Qt::white);
  palette.setColor (QPalette::PlaceholderText, QColor (0xa9, 0xab, 0xad));
  palette.setColor (QPalette::Base, base);
  palette.setColor (QPalette::AlternateBase, QColor (0x27, 0x28, 0x2b));
  palette.setColor (QPalette::ToolTipBase, button);
  palette.setColor (QPalette::ToolTipText, text);
  palette.setColor (QPalette::Highlight, accent);
  palette.setColor (QPalette::HighlightedText, Qt::white);
  palette.setColor (QPalette::Link, accent.lighter (130));
  for (const auto role : { QPalette::WindowText, QPalette::Text, QPalette::ButtonText })
    palette.setColor (QPalette::Disabled, role, faint);
  return palette;
}

/* The texts in lists have some room beside them. */
class RoomyStyle : public QProxyStyle {
public:
  using QProxyStyle::QProxyStyle;

  int pixelMetric (PixelMetric metric, const QStyleOption *option, const QWidget *widget) const override
  {
    if (metric == PM_HeaderMargin
        || (metric == PM_FocusFrameHMargin && qobject_cast<const QAbstractItemView *> (widget)))
      return ROOM;
    return QProxyStyle::pixelMetric (metric, option, widget);
  }
};

void
application_set_dark (bool dark)
{
  static const QString own_style = QApplication::style ()->name ();
  QApplication::setStyle (new RoomyStyle (dark ? QStringLiteral ("fusion") : own_style));
  QApplication::setPalette (dark ? make_dark_palette () : QPalette ());
}
