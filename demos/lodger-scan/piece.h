/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A piece of the walk: a listing, which is at most so many entries of one folder, or a batch of files of one folder.
 * What a worker does with it.
 */
#ifndef LODGER_SCAN_PIECE_H
#define LODGER_SCAN_PIECE_H

#include "folder.h"
#include "job.h"
#include "update.h"

G_BEGIN_DECLS

typedef struct Entry
{
  FolderEntry found;
  FileInfo info;
  gboolean is_left_out;
} Entry;

/* A listing or a batch. */
typedef struct Piece
{
  Job job;
  const Root *root;
  Folder *above; /* NULL, or what `path` leads from, instead of the root */
  char *path;    /* of the folder, until it is open */
  char *below;   /* of the folder from its root; NULL if nobody needs it */
  Folder *folder;
  gboolean is_batch;
  gboolean loads_types; /* GIO's */
  gboolean is_update;   /* of a folder that is known */
  gboolean is_rest;     /* of a listing that was begun */
  Update *update;       /* NULL, or what is known of it */
  Entry *entries;
  guint count, done;
} Piece;

/* `folder` is optional, and is not consumed. */
Piece *piece_new (const JobKind *kind, Shared *shared, void *owner, StoreDir *dir, const Root *root, Folder *folder);
/* The name of the entry, and its type, are consumed. */
Entry *piece_add (Piece *piece, const Entry *entry);

/* For a JobKind: */

/* Reads entries, and finds out all that is wanted of them, or what their files are if they are to be read. */
void piece_list (Job *job, LodgerPending *self);
/* Reads files; so many that the main thread hears of them before long. */
void piece_scan (Job *job, LodgerPending *self);
gboolean piece_shrink (Job *job);
void piece_clear (Job *job);

G_END_DECLS

#endif
