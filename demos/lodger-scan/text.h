/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names and numbers as text. File names are bytes; what a terminal, a window or JSON wants is UTF-8 without control
 * characters. Nothing here depends on the locale. Any thread.
 */
#ifndef LODGER_SCAN_TEXT_H
#define LODGER_SCAN_TEXT_H

#include <glib.h>

G_BEGIN_DECLS

/* Appends `bytes` as a JSON string with its quotes. A byte that is not part of valid UTF-8 becomes U+FFFD and its two
 * hexadecimal digits in capitals; so does each of the three bytes of a U+FFFD that is in the name itself. Whoever
 * replaces every U+FFFD and the two digits behind it with that byte therefore has the name back, whatever it was. */
void text_append_json (GString *text, const char *bytes);
/* The same without the quotes, for people. */
void text_append_shown (GString *text, const char *bytes);

/* 1234567 as "1,234,567". */
void text_append_count (GString *text, guint64 count);
/* 1234567 as "1.2 MB". */
void text_append_size (GString *text, guint64 bytes);
/* With a point, whatever the locale says, as the next. */
void text_append_seconds (GString *text, double seconds);
void text_append_tenths (GString *text, double value);

G_END_DECLS

#endif
