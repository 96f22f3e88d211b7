/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a test has made on the disk goes with it. */
#ifndef LODGER_SCAN_TEST_TREE_H
#define LODGER_SCAN_TEST_TREE_H

/* Removes a file, or a folder with all that is in it, if it is there. Links are removed, and not followed. */
void tree_remove (const char *path);

#endif
