/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Places in the program: where a call was submitted, and whether a line has been logged about it. */
#ifndef LODGER_SITE_H
#define LODGER_SITE_H

#include <stdbool.h>

typedef struct LodgerSite
{
  const char *file;
  const char *name;
  int line;
} LodgerSite;

/* `name (file:line)` in a format, and its arguments. */
#define LODGER_SITE_FORMAT "%s (%s:%d)"
#define LODGER_SITE_ARGS(site_)                                                                                        \
  ((site_)->name != NULL ? (site_)->name : "a call"), ((site_)->file != NULL ? (site_)->file : "?"), (site_)->line

/* What the line is about. */
typedef enum LodgerSiteKind
{
  LODGER_SITE_UNREAD,
  LODGER_SITE_LATE,
} LodgerSiteKind;

/* True once for each kind and place; no place is one of them. Any thread, without a lock. */
bool lodger__site_is_new (LodgerSiteKind kind, const LodgerSite *site);

#endif
