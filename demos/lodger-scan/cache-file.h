/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file that keeps the hashes: a header, records in the order of their devices and inodes, and the names of the
 * types. It is as the machine has its numbers; a file of another kind of machine has another version. A checksum tells
 * whether anything in it has changed, so what was loaded is either what was written, or nothing.
 */
#ifndef LODGER_SCAN_CACHE_FILE_H
#define LODGER_SCAN_CACHE_FILE_H

#include <glib.h>
#include <stdatomic.h>

G_BEGIN_DECLS

enum
{
  CACHE_FILE_RECORDS = 4 * 1000 * 1000, /* at most */
  CACHE_FILE_TYPES = 4096,
  CACHE_FILE_TYPE_BYTES = 127 /* of one name */
};

typedef struct CacheRecord
{
  guint64 dev, ino, size;
  gint64 mtime, ctime; /* ns since 1970 */
  guint8 sha256[32];
  guint16 day;  /* when it was used last, in days since 1970 */
  guint16 type; /* the number of its name plus 1, or 0 */
  guint32 zero;
} CacheRecord;

/* A file that was loaded. Nobody changes it; only `used` is set by those who look something up. */
typedef struct CacheFile
{
  void *memory;
  const CacheRecord *records;
  guint count, n_types;
  char **types;
  atomic_uchar *used; /* for each record: whether it was found since */
} CacheFile;

/* Blocks. One without records when there is no such file, or it is damaged, of another version, or too large. */
CacheFile *cache_file_load (const char *path);
void cache_file_free (CacheFile *file);
const CacheRecord *cache_file_find (const CacheFile *file, guint64 dev, guint64 ino);
/* Less than 0, 0, or more: the order in the file. */
int cache_file_compare (const CacheRecord *a, const CacheRecord *b);
/* Whether a type may be in the file. */
gboolean cache_file_takes_type (const char *type);

typedef struct CacheWriter CacheWriter;

/* Begins a new file beside `path`, and makes its folder. Blocks. NULL with errno. */
CacheWriter *cache_writer_open (const char *path);
/* In order, each device and inode once. */
void cache_writer_add (CacheWriter *writer, const CacheRecord *record);
/* Puts the file into its place, or removes it. Consumes the writer. FALSE with errno: the old file is as it was. */
gboolean cache_writer_close (CacheWriter *writer, const char *const *types, guint n_types);

G_END_DECLS

#endif
