/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The help and the manual page, made of the same table of options and the same texts.
 */
#ifndef LODGER_SCAN_USAGE_H
#define LODGER_SCAN_USAGE_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct UsageOption
{
  const char *name;  /* with its dashes; NULL: `help` is the title of those that follow */
  const char *value; /* what it takes, as "FILE"; NULL: nothing */
  gboolean optional; /* the value may be left out */
  const char *help;  /* NULL: it is not told */

  /* The rest is of whoever parses. */
  const char *(*set) (void *place, const char *value); /* NULL, or what is wrong with the value */
  gsize place;
  gboolean headless; /* there is nothing like it in a window */
} UsageOption;

/* A paragraph, or an entry of a list. */
typedef struct UsageText
{
  const char *title; /* of the section that begins here, in the manual page. Optional. */
  const char *term;  /* what the text explains; NULL: it is a paragraph */
  const char *text;
} UsageText;

typedef struct Usage
{
  const char *arguments;   /* behind the name of the program */
  const char *in_short;    /* what the program does: "tells what is in a folder" */
  const UsageText *before; /* the texts before the options and behind them; each ends with one that is all NULL */
  const UsageText *after;
  const UsageOption *options; /* the last one has no name and no help */
} Usage;

/* As lines of at most 80 columns. */
char *usage_help (const Usage *usage, const char *program);
/* For man(1). */
char *usage_man_page (const Usage *usage, const char *program, const char *version);

G_END_DECLS

#endif
