/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Places in the program that a line has been logged about. */
#ifndef LODGER_SITE_H
#define LODGER_SITE_H

#include <stdbool.h>

/* What the line is about. */
typedef enum LodgerSiteKind
{
  LODGER_SITE_UNREAD,
  LODGER_SITE_LATE,
} LodgerSiteKind;

/* True once for each kind and place; no place is one of them. Any thread, without a lock. */
bool lodger__site_is_new (LodgerSiteKind kind, const char *file, int line);

#endif
