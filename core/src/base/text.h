/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A text that grows, for people. Without memory it ends up as NULL. */
#ifndef LODGER_TEXT_H
#define LODGER_TEXT_H

#include "base/site.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct LodgerText
{
  char *string; /* NULL: nothing yet */
  size_t length, size;
  bool failed;
} LodgerText;

enum
{
  LODGER_TEXT_MOST = 16 /* lines of a list; the rest is counted */
};

void lodger__text_add (LodgerText *text, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
/* Begins a line, indented by so many levels, whose contents begin in the same column as those of all other lines. */
void lodger__text_label (LodgerText *text, unsigned level, const char *label);
/* `name (file:line)`, with `unnamed` for a name that there is not. */
void lodger__text_site (LodgerText *text, const LodgerSite *site, const char *unnamed);
/* `1.25 s`, `350 ms` or `80 us`. */
void lodger__text_duration (LodgerText *text, int64_t ns);
/* After the lines of a list with so many elements: how many of them were not written. */
void lodger__text_rest (LodgerText *text, unsigned level, const char *label, unsigned count);
/* The string, given, never NULL but without memory. The text is empty afterwards. */
char *lodger__text_take (LodgerText *text);

#endif
