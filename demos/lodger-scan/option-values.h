/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the options of the command line take. Each function sets the place, and returns NULL; or it returns what is
 * wrong with the value, as the beginning of a sentence: "not a size in".
 */
#ifndef LODGER_SCAN_OPTION_VALUES_H
#define LODGER_SCAN_OPTION_VALUES_H

#include <glib.h>

G_BEGIN_DECLS

/* A gboolean; there is no value. */
const char *option_set_flag (void *place, const char *value);
/* A const char *, the name of a file. */
const char *option_set_file (void *place, const char *value);
/* A const char *, the name of a page. */
const char *option_set_page (void *place, const char *value);
/* A guint64: "1000", "10k" or "10kB" (10,000), "10Ki" or "10KiB" (10,240), and likewise with M, G, T, P, E. */
const char *option_set_size (void *place, const char *value);
/* A GPtrArray *, which gets a copy, and is made for the first one. */
const char *option_add (void *place, const char *value);
/* A ScanOptions: for how long the window stays. */
const char *option_set_stay (void *place, const char *value);
/* A ProgressMode. */
const char *option_set_progress (void *place, const char *value);
/* An OptionsAct: what is done, and which copy is kept. */
const char *option_set_act (void *place, const char *value);
const char *option_set_keep (void *place, const char *value);

G_END_DECLS

#endif
