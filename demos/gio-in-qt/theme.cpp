/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "theme.h"

#include <QApplication>
#include <QPalette>
#include <QStyle>

struct Colors
{
  QRgb window, base, alternate, button, text, faint, accent;
};

static const Colors light = { 0xf6f5f4, 0xffffff, 0xfafafa, 0xffffff, 0x242424, 0x77767b, 0x3584e4 };
static const Colors dark = { 0x232427, 0x2f3034, 0x35363b, 0x44464b, 0xeeeeec, 0xa9abad, 0x3584e4 };

/* The same style in light and dark: one that takes all its colours from the palette. */
void
theme_set (bool is_dark)
{
  const Colors &colors = is_dark ? dark : light;
  QPalette palette { QColor (colors.button), QColor (colors.window) };
  for (const auto role : { QPalette::WindowText, QPalette::Text, QPalette::ButtonText })
    {
      palette.setColor (role, QColor (colors.text));
      palette.setColor (QPalette::Disabled, role, QColor (colors.faint));
    }
  palette.setColor (QPalette::PlaceholderText, QColor (colors.faint));
  palette.setColor (QPalette::Base, QColor (colors.base));
  palette.setColor (QPalette::AlternateBase, QColor (colors.alternate));
  palette.setColor (QPalette::ToolTipBase, QColor (colors.button));
  palette.setColor (QPalette::ToolTipText, QColor (colors.text));
  palette.setColor (QPalette::Highlight, QColor (colors.accent));
  palette.setColor (QPalette::HighlightedText, Qt::white);
  QApplication::setStyle (QStringLiteral ("fusion"));
  QApplication::setPalette (palette);
}
