/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a scan has found so far: folders, files, types, errors. It knows nothing of threads: one thread uses it at a
 * time. A file takes one record of 104 bytes and its name; a path is put together when somebody asks for it. Records
 * keep their numbers: a file that has gone is marked.
 */
#ifndef LODGER_SCAN_STORE_H
#define LODGER_SCAN_STORE_H

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

enum
{
  STORE_HASH_BYTES = 32
};

/* Why something is in the list of errors: an errno, which is positive, or one of these. */
enum
{
  REASON_NONE = 0,
  REASON_BAD_NAME = -1, /* the name is not UTF-8; what it names is scanned all the same */
  REASON_FIFO = -2,     /* special files: never opened */
  REASON_SOCKET = -3,
  REASON_CHAR_DEVICE = -4,
  REASON_BLOCK_DEVICE = -5,
  REASON_UNKNOWN_KIND = -6,
  REASON_BROKEN_LINK = -7, /* a symbolic link to nothing */
  REASON_LINK_LOOP = -8,   /* symbolic links that lead in a circle */
  REASON_LINK_UP = -9,     /* a symbolic link to a folder that it is in */
  REASON_SEEN = -10,       /* a folder that was scanned under another path */
  REASON_NO_WORKER = -11,  /* no thread or no memory for the work */
  REASON_CHANGED = -12,    /* while it was compared; it is in no group */
};

typedef struct StoreDir StoreDir;
struct StoreDir
{
  StoreDir *parent; /* NULL for the folder that is scanned */
  const char *name;
  guint64 dev, ino;             /* known once it was opened */
  guint64 files, bytes, disk;   /* in it and in all folders below it */
  StoreDir *first_child, *next; /* the folders in it; `next` is in the same folder */
  guint first_file;             /* the files in it: the number of one plus 1, or 0 */
  guint depth;
  guint links; /* in it alone */
  gboolean opened;
};

/* What `content` is. */
enum
{
  CONTENT_UNKNOWN, /* it was not read: nothing tells whether the file has a twin */
  CONTENT_SHA256,
  CONTENT_CLASS /* files have the same one if they were the same byte by byte */
};

typedef struct StoreFile
{
  guint8 content[STORE_HASH_BYTES];
  guint64 size;
  guint64 disk; /* bytes that it takes on disk */
  guint64 ino;
  gint64 mtime; /* ns since 1970 */
  StoreDir *dir;
  const char *name;
  guint dev;                 /* which file system: a number of the store's own */
  guint next_in_dir;         /* the number of the next file of the folder plus 1, or 0 */
  guint copies, inodes;      /* the store's own */
  guint blocks;              /* other files with this number have the same blocks on disk; 0: its blocks are its own */
  guint16 type;              /* index into `types` */
  guint8 content_kind;       /* CONTENT_… */
  guint8 has_more_names : 1; /* the inode has other names */
  guint8 gone : 1;           /* it is not there any more */
  guint8 blocks_known : 1;   /* nobody has to ask for `blocks` */
} StoreFile;

typedef struct StoreError
{
  const StoreDir *dir;
  const char *name; /* NULL: the folder itself */
  int reason;
} StoreError;

typedef struct StoreType
{
  char *name;
  guint64 files, bytes;
} StoreType;

/* Where files and errors stay in memory: up to how many. */
typedef struct StorePlaces
{
  guint room, files_end, errors_end;
  void (*moving) (void *data);
  void *data;
} StorePlaces;

typedef struct Store
{
  GArray *files;  /* StoreFile, in the order of arrival; those that have gone are among them */
  GArray *errors; /* StoreError, likewise; those that were resolved are not */
  GArray *types;  /* StoreType */
  guint n_files;  /* without those that have gone */
  guint resolved; /* how often errors were removed: others have their numbers then */
  guint64 bytes, disk, folders, links;
  /* Inodes whose content another one has, too, and their bytes. Those that have the same blocks count as one. */
  guint64 twins, wasted;

  /* The rest is the store's own. */
  GPtrArray *dirs;
  GStringChunk *names;
  GHashTable *opened;     /* StoreDir by device and inode */
  GHashTable *type_index; /* name to index + 1 */
  GHashTable *hard_links; /* inodes with several names, and blocks with several files: how many of them are here */
  GHashTable *blocks;     /* where they are, and their number */
  GArray *devices;        /* dev_t */
  guint32 *slots;         /* file index + 1 by hash, open addressing */
  guint n_slots;          /* a power of two */
  guint n_used;           /* slots that are not free, in both tables */
  guint32 *old_slots;     /* NULL, or the table before it grew, of which `n_moved` slots are in the new one */
  guint n_old_slots, n_moved;
  StorePlaces places;
} Store;

Store *store_new (void);
void store_free (Store *store);

/* A folder that has been heard of. The first one, without a parent, is the one that is scanned. */
StoreDir *store_add_dir (Store *store, StoreDir *parent, const char *name);
/* That first one, or NULL. */
StoreDir *store_get_root (const Store *store);
/* A folder that has been opened; FALSE if it was opened before under another path. */
gboolean store_open_dir (Store *store, StoreDir *dir, guint64 dev, guint64 ino);
/* The folder that was opened and has this inode; NULL: there is none. */
StoreDir *store_find_dir (const Store *store, guint64 dev, guint64 ino);
/* Whether that is the folder `dir` or one above it. */
gboolean store_is_above (const StoreDir *dir, guint64 dev, guint64 ino);

/* `file` without names and numbers of the store: those are given beside it. Returns its number. */
guint store_add_file (Store *store, const StoreFile *file, const char *name, const char *type, guint64 dev);
/* What is in a file whose content was unknown. */
void store_set_content (Store *store, guint number, guint8 kind, const guint8 *content);
/* Marks a file as gone. Its number and its record stay. */
void store_remove_file (Store *store, guint number);
/* Marks all files in the folder and below it as gone. The folders in it, and itself, count as never opened. */
void store_remove_dir (Store *store, StoreDir *dir);
/* The device that the file is on. */
guint64 store_get_device (const Store *store, const StoreFile *file);
/* Whether a file with the same content is there, too; another name of the same inode counts. */
gboolean store_has_twin (const Store *store, const StoreFile *file);
/* The number of the first file that had this content, the same for all that have it. FALSE: it has no twin. */
gboolean store_find_first_twin (const Store *store, const StoreFile *file, guint *ret_number);
/* Which blocks the file has: those of all other files with that mark on its device. 0: its own. */
void store_set_blocks (Store *store, guint number, guint64 mark);
/* They have to be asked for again, in this folder. */
StoreDir *store_forget_blocks (Store *store, guint number);
/* An order by what takes the space: 0 for two names of an inode, and for files that have the same blocks. */
int store_compare_places (const StoreFile *a, const StoreFile *b);
/* Whether there may be others in the same place. */
gboolean store_shares_place (const StoreFile *file);
/* A link that is not followed. */
void store_add_link (Store *store, StoreDir *dir);
/* The links of the folder are counted from 0 again. */
void store_reset_links (Store *store, StoreDir *dir);
void store_add_error (Store *store, const StoreDir *dir, const char *name, int reason);
/* Removes those that are none any more. The others may change their numbers, and only the store knows their places. */
void store_remove_errors (Store *store, gboolean (*is_resolved) (const StoreError *error, void *data), void *data);
gboolean store_has_error (const Store *store, const StoreDir *dir, const char *name, int reason);

/* From now on, `room` / 2 files and errors at least can come before those that are there change their places in memory.
 * Before that, also in this function, `moving` runs and forgets what points to them. */
void store_hold_places (Store *store, guint room, void (*moving) (void *data), void *data);
/* For the store's own files: one is about to be added. */
void store_before_add (Store *store);

/* The path below the scanned folder, in the bytes that the file system has; "" for the folder itself. */
void store_append_path (GString *path, const StoreDir *dir, const char *name);
/* Compares two such paths byte by byte, without making them. */
int store_compare_paths (const StoreDir *dir_a, const char *name_a, const StoreDir *dir_b, const char *name_b);

/* In words, for programs: the same in all languages. */
const char *store_reason_text (int reason);
/* In words, for people. */
const char *store_reason_shown (int reason);
/* The reason why a file of that mode is not read; REASON_NONE for a regular file. */
int store_reason_of_mode (mode_t mode);

G_END_DECLS

#endif
