/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a scan of a folder finds, without an engine: each file is read, by the test's own thread. */
#ifndef LODGER_SCAN_TEST_FOUND_H
#define LODGER_SCAN_TEST_FOUND_H

#include "report.h"

typedef struct Found
{
  Store *store;
  Report *report;
} Found;

/* `kind` is CONTENT_SHA256 or CONTENT_CLASS. With CONTENT_CLASS, files of the same size count as the same. */
Found found_in (const char *folder, guint8 kind);
/* Several folders, as the engine has them: below "/", with their whole paths as names. NULL after the last one. */
Found found_in_several (char *const *folders);
void found_clear (Found *found);
/* The number of that path, below the folder, in the report's twins. It has to be one of them. */
guint found_twin (const Found *found, const char *path);

#endif
