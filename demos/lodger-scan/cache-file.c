/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cache-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A machine that has its bytes in the other order reads another version. */
#define VERSION 0x0001fe01
#define MAGIC   "LodgScan"

enum
{
  BUFFER = 128 * 1024,
  TRIES = 100,
  STALE = 24 * 60 * 60 /* seconds after which a file that was never put into its place is removed */
};

typedef struct Header
{
  char magic[8];
  guint32 version, record_bytes;
  guint32 count, n_types;
  guint64 type_bytes; /* a multiple of 8 */
  guint64 checksum;   /* of the records, the types, and the header with a checksum of 0 */
} Header;

G_STATIC_ASSERT (sizeof (Header) == 40);
G_STATIC_ASSERT (sizeof (CacheRecord) == 80);

/* Each step maps the state one to one, and each word, too: a single word that has changed is always noticed.
 * `length` is a multiple of 8. */
static guint64
add_to_checksum (guint64 state, const void *data, gsize length)
{
  for (gsize at = 0; at < length; at += sizeof (guint64))
    {
      guint64 word;
      memcpy (&word, (const char *) data + at, sizeof word);
      state = (state ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      state ^= state >> 32;
    }
  return state;
}

static guint64
finish_checksum (guint64 state, const Header *header)
{
  Header plain = *header;
  plain.checksum = 0;
  return add_to_checksum (state, &plain, sizeof plain);
}

int
cache_file_compare (const CacheRecord *a, const CacheRecord *b)
{
  if (a->dev != b->dev)
    return a->dev < b->dev ? -1 : 1;
  return a->ino < b->ino ? -1 : a->ino > b->ino;
}

gboolean
cache_file_takes_type (const char *type)
{
  gsize length = strlen (type);
  if (length == 0 || length > CACHE_FILE_TYPE_BYTES)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (type[i]))
      return FALSE;
  return TRUE;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* Everything that is in a regular file of a bounded size. Not mapped: a file that is cut meanwhile would end the
 * program. */
static guint8 *
read_all (const char *path, gsize *ret_length)
{
  const gsize most = sizeof (Header) + (gsize) CACHE_FILE_RECORDS * sizeof (CacheRecord)
                     + (gsize) CACHE_FILE_TYPES * (CACHE_FILE_TYPE_BYTES + 1);
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  guint8 *memory = NULL;
  gsize length = 0;
  struct stat st;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_size >= (off_t) sizeof (Header)
      && (gsize) st.st_size <= most)
    memory = g_try_malloc ((gsize) st.st_size);
  while (memory != NULL && length < (gsize) st.st_size)
    {
      ssize_t got = read (fd, memory + length, (gsize) st.st_size - length);
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        g_clear_pointer (&memory, g_free);
      else
        length += (gsize) got;
    }
  close (fd);
  *ret_length = length;
  return memory;
}

/* The names lie one behind the other, each with its 0; what is left is 0, too. */
static gboolean
take_types (CacheFile *file, const Header *header, char *at)
{
  const char *end = at + header->type_bytes;
  file->types = g_new0 (char *, header->n_types + 1);
  for (; file->n_types < header->n_types; file->n_types++)
    {
      char *zero = memchr (at, 0, (gsize) (end - at));
      if (zero == NULL || !cache_file_takes_type (at))
        return FALSE;
      file->types[file->n_types] = at;
      at = zero + 1;
    }
  while (at < end)
    if (*at++ != 0)
      return FALSE;
  return TRUE;
}

static gboolean
take_records (CacheFile *file, const Header *header)
{
  file->records = (const CacheRecord *) (gconstpointer) ((const guint8 *) file->memory + sizeof *header);
  for (guint i = 1; i < header->count; i++)
    if (cache_file_compare (&file->records[i - 1], &file->records[i]) >= 0)
      return FALSE;
  file->count = header->count;
  return TRUE;
}

static gboolean
take (CacheFile *file, gsize length)
{
  const guint8 *bytes = file->memory;
  gsize records;
  Header header;

  memcpy (&header, bytes, sizeof header);
  if (memcmp (header.magic, MAGIC, sizeof header.magic) != 0 || header.version != VERSION
      || header.record_bytes != sizeof (CacheRecord) || header.count > CACHE_FILE_RECORDS
      || header.n_types > CACHE_FILE_TYPES || header.type_bytes % 8 != 0)
    return FALSE;
  records = header.count * sizeof (CacheRecord);
  if (header.type_bytes > length || length - header.type_bytes != sizeof header + records)
    return FALSE;
  if (header.checksum != finish_checksum (add_to_checksum (0, bytes + sizeof header, length - sizeof header), &header))
    return FALSE;
  return take_types (file, &header, (char *) file->memory + sizeof header + records) && take_records (file, &header);
}

CacheFile *
cache_file_load (const char *path)
{
  CacheFile *file = g_new0 (CacheFile, 1);
  gsize length = 0;
  file->memory = read_all (path, &length);
  if (file->memory != NULL && !take (file, length))
    {
      g_free (file->types);
      g_free (file->memory);
      memset (file, 0, sizeof *file);
    }
  file->used = g_new0 (atomic_uchar, file->count + 1);
  return file;
}

void
cache_file_free (CacheFile *file)
{
  if (file == NULL)
    return;
  g_free (file->used);
  g_free (file->types);
  g_free (file->memory);
  g_free (file);
}

const CacheRecord *
cache_file_find (const CacheFile *file, guint64 dev, guint64 ino)
{
  const CacheRecord wanted = { .dev = dev, .ino = ino };
  guint from = 0;
  guint to = file->count;
  while (from < to)
    {
      guint middle = from + (to - from) / 2;
      int order = cache_file_compare (&file->records[middle], &wanted);
      if (order == 0)
        return &file->records[middle];
      if (order < 0)
        from = middle + 1;
      else
        to = middle;
    }
  return NULL;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

struct CacheWriter
{
  char *path, *new_path;
  int fd, error; /* the first one, or 0 */
  Header header;
  guint64 state;
  gsize length; /* in `buffer` */
  guint8 buffer[BUFFER];
};

static void
put (CacheWriter *writer, const void *data, gsize length)
{
  const char *at = data;
  while (length > 0 && writer->error == 0)
    {
      ssize_t done = write (writer->fd, at, length);
      if (done < 0 && errno != EINTR)
        writer->error = errno;
      else if (done > 0)
        {
          at += done;
          length -= (gsize) done;
        }
    }
}

static void
flush (CacheWriter *writer)
{
  put (writer, writer->buffer, writer->length);
  writer->length = 0;
}

static void
append (CacheWriter *writer, const void *data, gsize length)
{
  if (writer->length + length > BUFFER)
    flush (writer);
  memcpy (writer->buffer + writer->length, data, length);
  writer->length += length;
}

/* A program that ended while it wrote has left its file. */
static void
remove_stale (const char *folder, const char *path)
{
  char *start = g_strconcat (strrchr (path, '/') + 1, ".new-", NULL);
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      char *stale = g_str_has_prefix (name, start) ? g_build_filename (folder, name, NULL) : NULL;
      struct stat st;
      if (stale != NULL && lstat (stale, &st) == 0 && st.st_mtime < g_get_real_time () / G_USEC_PER_SEC - STALE)
        (void) unlink (stale);
      g_free (stale);
    }
  if (dir != NULL)
    g_dir_close (dir);
  g_free (start);
}

static void
writer_free (CacheWriter *writer)
{
  g_free (writer->path);
  g_free (writer->new_path);
  g_free (writer);
}

CacheWriter *
cache_writer_open (const char *path)
{
  CacheWriter *writer = g_new (CacheWriter, 1);
  char *folder = g_path_get_dirname (path);
  int tries = TRIES;
  memset (writer, 0, G_STRUCT_OFFSET (CacheWriter, buffer));
  writer->path = g_build_filename (folder, strrchr (path, '/') == NULL ? path : strrchr (path, '/') + 1, NULL);
  (void) g_mkdir_with_parents (folder, 0700);
  remove_stale (folder, writer->path);
  do
    {
      g_free (writer->new_path);
      writer->new_path = g_strdup_printf ("%s.new-%d-%08x", writer->path, (int) getpid (), g_random_int ());
      writer->fd = open (writer->new_path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    }
  while (writer->fd < 0 && errno == EEXIST && --tries > 0);
  g_free (folder);
  if (writer->fd < 0)
    {
      int error = errno;
      writer_free (writer);
      errno = error;
      return NULL;
    }
  memcpy (writer->header.magic, MAGIC, sizeof writer->header.magic);
  writer->header.version = VERSION;
  writer->header.record_bytes = sizeof (CacheRecord);
  append (writer, &writer->header, sizeof writer->header);
  return writer;
}

void
cache_writer_add (CacheWriter *writer, const CacheRecord *record)
{
  writer->header.count++;
  writer->state = add_to_checksum (writer->state, record, sizeof *record);
  append (writer, record, sizeof *record);
}

static void
add_types (CacheWriter *writer, const char *const *types, guint n_types)
{
  static const char zeros[8];
  GString *names = g_string_new (NULL);
  for (guint i = 0; i < n_types; i++)
    g_string_append_len (names, types[i], (gssize) strlen (types[i]) + 1);
  g_string_append_len (names, zeros, (gssize) (-names->len % 8));
  writer->header.n_types = n_types;
  writer->header.type_bytes = names->len;
  writer->state = add_to_checksum (writer->state, names->str, names->len);
  flush (writer);
  put (writer, names->str, names->len);
  g_string_free (names, TRUE);
}

gboolean
cache_writer_close (CacheWriter *writer, const char *const *types, guint n_types)
{
  int error;
  add_types (writer, types, n_types);
  writer->header.checksum = finish_checksum (writer->state, &writer->header);
  if (writer->error == 0 && pwrite (writer->fd, &writer->header, sizeof (Header), 0) != sizeof (Header))
    writer->error = errno;
  if (close (writer->fd) < 0 && writer->error == 0)
    writer->error = errno;
  if (writer->error == 0 && rename (writer->new_path, writer->path) < 0)
    writer->error = errno;
  error = writer->error;
  if (error != 0)
    (void) unlink (writer->new_path);
  writer_free (writer);
  errno = error;
  return error == 0;
}
