/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How one file is read: its figures, its content type, its SHA-256. Any thread. Everything here may block on a slow
 * file system; reading ends early when the call is cancelled.
 */
#ifndef LODGER_SCAN_FILE_H
#define LODGER_SCAN_FILE_H

#include "store.h"

#include <lodger/lodger.h>
#include <stdatomic.h>

G_BEGIN_DECLS

/* What is known of a file. */
typedef struct FileInfo
{
  struct stat st;
  gint64 seen;  /* when `st` was taken, in ns since 1970 */
  guint64 size; /* what was read, else what `st` says */
  guint8 sha256[STORE_HASH_BYTES];
  gboolean hashed;
  gboolean steady; /* it did not change while it was read */
  char *type;      /* NULL: unknown */
  int reason;
} FileInfo;

enum
{
  FILE_BUFFER = 512 * 1024
};

/* A file that was found before. */
typedef struct FileRef
{
  int at;     /* the folder that `path` leads from */
  char *path; /* whoever made it frees it */
  guint64 dev, ino, size;
  gint64 mtime; /* ns since 1970 */
} FileRef;

/* What one worker reads files with. */
typedef struct FileReader
{
  LodgerPending *self;        /* the call that reads */
  _Atomic (guint64) *counted; /* all bytes that were read are added to it */
  gboolean stops_short;       /* whoever reads several files stops when there are too few descriptors */
  GChecksum *checksum;        /* NULL until one is needed */
  guint8 *buffer;             /* likewise */
} FileReader;

void file_reader_init (FileReader *reader, LodgerPending *self, _Atomic (guint64) *counted, gboolean stops_short);
void file_reader_clear (FileReader *reader);
/* FILE_BUFFER bytes. */
guint8 *file_reader_get_buffer (FileReader *reader);

/* In nanoseconds since 1970. */
gint64 file_time_of (const struct stat *st);

/* Asks for the figures of a file, without opening it. FALSE with a reason when it is no regular file. */
gboolean file_examine (int at, const char *name, FileInfo *ret_info);
/* Opens a file below the folder `at`, if it is a regular one. -1 with a reason. What has its name by now may be
 * anything: nothing here waits for a fifo's other end or follows a link. */
int file_open (int at, const char *path, FileInfo *ret_info);
/* Opens a file that was found before. -1 with a reason when it is not that one any more, or was changed. */
int file_open_again (const FileRef *ref, FileInfo *ret_info);
/* Whether it still is what it was. FALSE with a reason. */
gboolean file_check (const FileRef *ref, int fd, int *ret_reason);
/* Reads a file and finds out its type, if that is unknown, and its hash. FALSE when cancelled. */
gboolean file_read (FileReader *reader, int fd, const char *name, FileInfo *info);
/* The type, from the name if that is enough, else from the first bytes. */
void file_find_type (FileReader *reader, int at, const char *name, FileInfo *info);

G_END_DECLS

#endif
