/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text.h"

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

static void
append_bytes_escaped (GString *text, const char *bytes, gsize count)
{
  for (gsize i = 0; i < count; i++)
    g_string_append_printf (text, REPLACEMENT "%02X", (guint8) bytes[i]);
}

/* Control characters, those of the C1 set included, and what JavaScript takes for the end of a line. */
static gboolean
needs_escape (gunichar character)
{
  return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x2028 || character == 0x2029;
}

static void
append_character (GString *text, gunichar character, const char *bytes, gsize count)
{
  switch (character)
    {
    case '"': g_string_append (text, "\\\""); break;
    case '\\': g_string_append (text, "\\\\"); break;
    case '\n': g_string_append (text, "\\n"); break;
    case '\t': g_string_append (text, "\\t"); break;
    case 0xfffd: append_bytes_escaped (text, bytes, count); break;
    default:
      if (needs_escape (character))
        g_string_append_printf (text, "\\u%04x", character);
      else
        g_string_append_len (text, bytes, (gssize) count);
    }
}

void
text_append_shown (GString *text, const char *bytes)
{
  const char *end = bytes + strlen (bytes);
  while (bytes < end)
    {
      const char *valid_end;
      g_utf8_validate (bytes, end - bytes, &valid_end);
      while (bytes < valid_end)
        {
          const char *plain = bytes;
          while (plain < valid_end && *plain >= 0x20 && *plain < 0x7f && *plain != '"' && *plain != '\\')
            plain++;
          g_string_append_len (text, bytes, plain - bytes);
          bytes = plain;
          if (bytes < valid_end)
            {
              const char *next = bytes + g_utf8_skip[(guint8) *bytes];
              append_character (text, g_utf8_get_char (bytes), bytes, (gsize) (next - bytes));
              bytes = next;
            }
        }
      if (bytes < end)
        append_bytes_escaped (text, bytes++, 1);
    }
}

void
text_append_json (GString *text, const char *bytes)
{
  g_string_append_c (text, '"');
  text_append_shown (text, bytes);
  g_string_append_c (text, '"');
}

void
text_append_count (GString *text, guint64 count)
{
  gsize start = text->len;
  g_string_append_printf (text, "%" G_GUINT64_FORMAT, count);
  for (gsize i = text->len; i > start + 3; i -= 3)
    g_string_insert_c (text, (gssize) (i - 3), ',');
}

void
text_append_size (GString *text, guint64 bytes)
{
  static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  double value = (double) bytes / 1000;
  guint unit = 0;

  if (bytes < 1000)
    {
      g_string_append_printf (text, "%u B", (guint) bytes);
      return;
    }
  while (value >= 999.95 && unit + 1 < G_N_ELEMENTS (units))
    {
      value /= 1000;
      unit++;
    }
  g_ascii_formatd (number, sizeof number, "%.1f", value);
  g_string_append_printf (text, "%s %s", number, units[unit]);
}

void
text_append_seconds (GString *text, double seconds)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append (text, g_ascii_formatd (number, sizeof number, "%.3f", seconds));
}

void
text_append_tenths (GString *text, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append (text, g_ascii_formatd (number, sizeof number, "%.1f", value));
}
