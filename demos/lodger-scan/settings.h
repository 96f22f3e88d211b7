/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is kept from one run of the program to the next: a file of keys and values in the user's folder for
 * configuration. A value that is missing, damaged, or out of range is as if it had never been set; a file that cannot
 * be read is as if it were not there, and one that cannot be written changes nothing else.
 *
 * A worker writes the file, a moment after the last change, beside its place and then into it. All functions belong
 * to one thread, that of the caller; only settings_new() blocks.
 */
#ifndef LODGER_SCAN_SETTINGS_H
#define LODGER_SCAN_SETTINGS_H

#include <glib.h>
#include <lodger/lodger.h>

G_BEGIN_DECLS

typedef struct Settings Settings;

/* Blocks: before there is a window. NULL: they are kept in memory only, and begin empty. */
Settings *settings_new (const char *path);
/* In the user's folder for configuration. Free it. */
char *settings_get_default_path (void);
/* From now on changes are written, by a worker of the caller. */
void settings_begin_to_write (Settings *settings, LodgerCaller *caller);
/* Writes now what was not written yet. Returns a new reference to a pending that is done when no write is left,
 * successful or not; it is done already when there is nothing to write. */
LODGER_GIVEN LodgerPending *settings_write (Settings *settings);
/* What was not written is lost. NULL is ignored. */
void settings_free (Settings *settings);

/* A key is of letters, digits and hyphens. Each function that gets a value has a default in `otherwise`. */
gboolean settings_get_boolean (const Settings *settings, const char *key, gboolean otherwise);
void settings_set_boolean (Settings *settings, const char *key, gboolean value);
/* A value that is less than `least`, or more than `most`, is not taken. */
int settings_get_int (const Settings *settings, const char *key, int otherwise, int least, int most);
void settings_set_int (Settings *settings, const char *key, int value);
/* Free it. `otherwise` is optional. The text is UTF-8. */
char *settings_get_string (const Settings *settings, const char *key, const char *otherwise);
/* NULL removes it. */
void settings_set_string (Settings *settings, const char *key, const char *value);
/* Never NULL. Free it with g_strfreev(). */
char **settings_get_list (const Settings *settings, const char *key);
void settings_set_list (Settings *settings, const char *key, const char *const *values);

/* Absolute paths in the bytes of the file system, the newest first; those that are no absolute paths are left out.
 * Free it with g_strfreev(). */
char **settings_get_paths (const Settings *settings, const char *key);
void settings_set_paths (Settings *settings, const char *key, const char *const *paths);
/* Puts a path in front of the others, which are not more than `most` then, and where it is not a second time. */
void settings_add_path (Settings *settings, const char *key, const char *path, guint most);

G_END_DECLS

#endif
