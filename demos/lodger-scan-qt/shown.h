/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text of the engine, which is UTF-8 in a GString, as text of Qt.
 */
#ifndef LODGER_SCAN_QT_SHOWN_H
#define LODGER_SCAN_QT_SHOWN_H

#include <text.h>

#include <QString>

class Shown {
public:
  Shown () = default;
  Shown (const Shown &) = delete;
  Shown &operator= (const Shown &) = delete;
  ~Shown ()
  {
    g_string_free (text, TRUE);
  }

  /* To append to. */
  operator GString * ()
  {
    return text;
  }
  const char *bytes () const
  {
    return text->str;
  }
  /* What was appended so far; it is forgotten. */
  QString take ()
  {
    const auto taken = QString::fromUtf8 (text->str, static_cast<qsizetype> (text->len));
    g_string_truncate (text, 0);
    return taken;
  }

private:
  GString *text = g_string_new (nullptr);
};

/* A name of the file system, for people. */
inline QString
shown (const char *bytes)
{
  Shown text;
  text_append_shown (text, bytes);
  return text.take ();
}

#endif
