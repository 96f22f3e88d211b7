/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  FIRST_SIZE = 1024,
  LABEL_WIDTH = 12
};

/* Room for so many more characters and the end. */
static bool
has_room (LodgerText *text, size_t more)
{
  size_t size = text->size > 0 ? text->size : FIRST_SIZE;
  char *string;
  while (size < text->length + more + 1)
    size *= 2;
  if (size == text->size)
    return true;
  string = realloc (text->string, size);
  if (string == NULL)
    return false;
  text->string = string;
  text->size = size;
  return true;
}

void
lodger__text_add (LodgerText *text, const char *format, ...)
{
  va_list args;
  int length;
  va_start (args, format);
  length = vsnprintf (NULL, 0, format, args);
  va_end (args);
  text->failed = text->failed || length < 0 || !has_room (text, (size_t) length);
  if (text->failed)
    return;
  va_start (args, format);
  vsnprintf (text->string + text->length, text->size - text->length, format, args);
  va_end (args);
  text->length += (size_t) length;
}

void
lodger__text_label (LodgerText *text, unsigned level, const char *label)
{
  lodger__text_add (text, "%*s%-*s ", 2 * (int) level, "", LABEL_WIDTH - 2 * (int) level, label);
}

void
lodger__text_site (LodgerText *text, const LodgerSite *site, const char *unnamed)
{
  lodger__text_add (text, "%s", site->name != NULL ? site->name : unnamed);
  if (site->file != NULL)
    lodger__text_add (text, " (%s:%d)", site->file, site->line);
}

void
lodger__text_duration (LodgerText *text, int64_t ns)
{
  if (ns >= INT64_C (1000000000))
    lodger__text_add (text, "%lld.%02d s", (long long) (ns / 1000000000), (int) (ns % 1000000000 / 10000000));
  else if (ns >= 1000000)
    lodger__text_add (text, "%d ms", (int) (ns / 1000000));
  else
    lodger__text_add (text, "%d us", (int) (ns / 1000));
}

void
lodger__text_rest (LodgerText *text, unsigned level, const char *label, unsigned count)
{
  if (count <= LODGER_TEXT_MOST)
    return;
  lodger__text_label (text, level, label);
  lodger__text_add (text, "and %u more\n", count - LODGER_TEXT_MOST);
}

char *
lodger__text_take (LodgerText *text)
{
  char *string = text->string;
  if (text->failed)
    {
      free (string);
      string = NULL;
    }
  *text = (LodgerText) { 0 };
  return string;
}
