/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file as it was scanned, opened again: that file, and no other that has its name by now. Any thread; everything
 * blocks.
 */
#ifndef LODGER_SCAN_ACT_OPEN_H
#define LODGER_SCAN_ACT_OPEN_H

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/* Why a file stayed: an errno, which is positive, or one of these. */
enum
{
  ACT_DONE = 0,
  ACT_WAITING = -1,      /* not begun, or cancelled before it was */
  ACT_CHANGED = -2,      /* it is not the file that was scanned */
  ACT_DIFFERS = -3,      /* it is not the same as the copy that stays */
  ACT_KEPT_GONE = -4,    /* the copy that was to stay has gone or was changed */
  ACT_NO_BIN = -5,       /* its file system has no Bin, or the Bin is a link or another user's */
  ACT_SAME = -6,         /* it is a further name of the copy that stays, or shares its bytes: nothing to gain */
  ACT_CANNOT = -7,       /* its file system cannot do that */
  ACT_OTHER_RIGHTS = -8, /* a link would change its owner, permissions or attributes */
  /* It was exchanged at the last moment, and could not be put back since its name was taken again. It is not lost: */
  ACT_LEFT_IN_BIN = -9, /* it is in the Bin */
  ACT_LEFT_ASIDE = -10, /* it is in its folder, under another name */
};

/* A folder that the scan was given. */
typedef struct ActFolder
{
  char *path;       /* absolute */
  guint64 dev, ino; /* 0: unknown */
} ActFolder;

/* The same, opened. */
typedef struct ActBase
{
  int fd;     /* -1: it cannot be opened */
  int reason; /* why */
  char *path; /* where it is */
} ActBase;

/* A file as it was scanned. The strings are not owned. */
typedef struct ActFile
{
  const char *full; /* its absolute path */
  const char *path; /* below its base */
  guint base;       /* the number of that */
  guint64 dev, ino, size;
  gint64 mtime; /* ns since 1970 */
} ActFile;

typedef struct ActOpened
{
  int folder, fd;   /* the folder that it is in, and the file itself, for reading */
  const char *name; /* in the folder */
  struct stat st;
} ActOpened;

/* Links that lead to the folder are followed, as when it was scanned; and it has to be the same one. To be closed, and its
 * path freed. */
ActBase act_open_base (const ActFolder *folder);
/* The folder that the file is in, if no link is in its path below the base. -1 with *ret_reason. *ret_name is the
 * file's name, and points into its path. */
int act_open_folder (const ActBase *bases, const ActFile *file, const char **ret_name, int *ret_reason);
/* Opens the file there. ACT_DONE, ACT_CHANGED or an errno. It is to be closed in any case. */
int act_open (const ActBase *bases, const ActFile *file, ActOpened *ret_opened);
/* The same for a copy that stays: ACT_KEPT_GONE rather than what is wrong with it. */
int act_open_kept (const ActBase *bases, const ActFile *kept, ActOpened *ret_opened);
/* The reason for an errno of an open. */
int act_open_reason (int error);
void act_close (ActOpened *opened);

/* The same inode of a regular file; with the same size and time of the last change; and with the same names, owner and
 * permissions. */
gboolean act_is_inode (const struct stat *a, const struct stat *b);
gboolean act_is_unchanged (const struct stat *a, const struct stat *b);
gboolean act_is_untouched (const struct stat *a, const struct stat *b);

G_END_DECLS

#endif
