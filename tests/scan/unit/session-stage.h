/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests of a session: a folder, its session in GLib's loop, and whether the report is as the disk. */
#ifndef LODGER_SCAN_SESSION_STAGE_H
#define LODGER_SCAN_SESSION_STAGE_H

#include "session.h"

typedef struct Stage
{
  LodgerCaller *caller;
  char *folder;
  char *hashes; /* the path of the cache */
  Session *session;
  guint reports; /* how many there were */
} Stage;

Stage stage_open (void);
/* Drops the session, and removes the folder. */
void stage_close (Stage *stage);
void stage_start (Stage *stage);
/* Starts, and returns when the folder is watched. */
void stage_watch (Stage *stage);

#define stage_run_until(stage, reached) stage_run_until_at (stage, reached, __LINE__)
void stage_run_until_at (Stage *stage, gboolean (*reached) (const Stage *stage), int line);
gboolean stage_is_done (const Stage *stage);
gboolean stage_is_watched (const Stage *stage);
gboolean stage_is_updating (const Stage *stage);
/* Whether the report has the files that are there, with what is in them. */
gboolean stage_is_as_the_disk (const Stage *stage);

/* `name` is relative to the folder. */
void stage_make_file (const Stage *stage, const char *name, const char *text);
void stage_make_folder (const Stage *stage, const char *name);
/* If it can be renamed. */
void stage_rename (const Stage *stage, const char *from, const char *to);
/* With all that is in it; if it is there. */
void stage_remove (const Stage *stage, const char *name);

#endif
