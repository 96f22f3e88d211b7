/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests of the cache: a folder for its file, and made-up files to be added and looked up. */
#ifndef LODGER_SCAN_CACHE_PLACE_H
#define LODGER_SCAN_CACHE_PLACE_H

#include "cache.h"

enum
{
  PLACE_FILES = 40
};

#define PLACE_NOW (INT64_C (1700000000) * 1000000000)

typedef struct Place
{
  char *folder;
  char *path; /* of the file: two folders below */
} Place;

Place place_new (void);
void place_free (Place *place);
/* The names in the folder of the file. */
guint place_count_names (const Place *place);

struct stat place_get_file (guint number);
/* Adds a file that has this content. */
void place_add (HashCache *cache, guint number, guint8 content);
/* What the cache says of a file: its content, or -1. */
int place_look (HashCache *cache, guint number);
/* Adds the first `count` files to the file, whose path may be NULL. */
void place_save (const char *path, guint count, guint8 content);
/* How many of the PLACE_FILES files a cache from the file knows; each has this content. */
guint place_count_known (const char *path, guint8 content);

#endif
