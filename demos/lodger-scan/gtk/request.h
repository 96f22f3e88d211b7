/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What somebody wants to have scanned, and how it is to be shown: kept as long as a window needs it, and put into a
 * message to the program that runs already.
 */
#ifndef LODGER_SCAN_REQUEST_H
#define LODGER_SCAN_REQUEST_H

#include "../engine.h"

#include <gio/gio.h>

typedef struct Request
{
  EngineOptions what; /* owned; without a cache */
  char *page;         /* the page that is shown first. Optional. */
  gboolean dark;
  gboolean no_cache; /* what the last scan has found in the files is neither used nor kept */
} Request;

/* A copy. `page` is optional. */
Request *request_new (const EngineOptions *what, const char *page, gboolean dark);
Request *request_copy (const Request *request);
void request_free (Request *request);

/* All of the folders give way to these; `folders` is copied. */
void request_set_folders (Request *request, const char *const *folders);
/* Those that are not among them yet. */
void request_add_folders (Request *request, const char *const *folders);
void request_remove_folder (Request *request, const char *folder);
void request_set_exclude (Request *request, const char *const *patterns);

/* The type of the message. */
#define REQUEST_TYPE "a{sv}"

/* Floating. */
GVariant *request_to_message (const Request *request);
/* What is missing in it, or has another type, is as if nobody had said it. NULL when it has no folder. */
Request *request_from_message (GVariant *message);

/* The paths of GFiles: of those that have none, what they are called instead. Free it with g_strfreev(). */
char **request_paths_of_files (GFile *const *files, gsize count);

#endif
