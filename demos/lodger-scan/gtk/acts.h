/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can be done with what a window has found: the page of duplicates, acts on files of any page, the list that is
 * saved to a file; and how the scan follows.
 */
#ifndef LODGER_SCAN_ACTS_H
#define LODGER_SCAN_ACTS_H

#include "../session.h"
#include "duplicates-view.h"
#include "files-menu.h"

typedef struct Acts Acts;

/* The window's part. Both functions get `data`. */
typedef struct ActsTarget
{
  GtkWindow *window;
  LodgerCaller *caller;
  void (*show_page) (const char *name, void *data);
  void (*wake) (void *data); /* asks for frames */
  void *data;
} ActsTarget;

Acts *acts_new (const ActsTarget *target);
/* Before the window is destroyed: what goes on ends behind the file that it is at. */
void acts_end (Acts *acts);
/* After acts_end(), and after its widgets have gone. */
void acts_free (Acts *acts);
/* The page. Belongs to the acts. */
DuplicatesView *acts_get_duplicates (Acts *acts);
/* The bar that tells what is being done. */
GtkWidget *acts_get_bar (Acts *acts);
/* For the page of files. */
FilesActions acts_get_files_actions (Acts *acts);

/* What has been found, from now on. NULL: nothing. What is done to files of another session is cancelled. */
void acts_set_session (Acts *acts, Session *session);
/* Its state, or its report, has changed. `folders` are those that are scanned. */
void acts_refresh (Acts *acts, char *const *folders);
/* Ends an act. FALSE: there is none. */
gboolean acts_cancel (Acts *acts);
/* Asks for a file, and saves the list there. */
void acts_save (Acts *acts);

#endif
