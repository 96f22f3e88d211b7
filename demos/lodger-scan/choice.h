/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is scanned, and what is left out: the options of a scan, as all threads read them.
 */
#ifndef LODGER_SCAN_CHOICE_H
#define LODGER_SCAN_CHOICE_H

#include "engine.h"

G_BEGIN_DECLS

/* A copy, with a reference to the cache. */
EngineOptions choice_copy (const EngineOptions *what);
void choice_clear (EngineOptions *what);

/* Whether one of the patterns needs the path of a folder. */
gboolean choice_needs_paths (const EngineOptions *what);
/* Whether that name in a folder is to be scanned. `below` is the path of the folder from the given one, "" for that
 * itself. */
gboolean choice_takes (const EngineOptions *what, const char *below, const char *name);

/* The folders that are left when those are left out that another one holds: absolute, as given, and NULL after the last
 * one. Free it with g_strfreev(). */
char **choice_outermost (char **folders);

G_END_DECLS

#endif
