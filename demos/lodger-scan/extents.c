/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "extents.h"

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

enum
{
  EXTENTS = 64
};

/* Those of them that no header of the kernel has. */
#define MAGIC_XFS      0x58465342
#define MAGIC_OCFS2    0x7461636f
#define MAGIC_BCACHEFS 0xca451a4e

/* Nothing is known of the place of such an extent. */
#define UNPLACED                                                                                                       \
  (FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_NOT_ALIGNED | FIEMAP_EXTENT_DATA_INLINE)

/* Neighbours on the disk that are neighbours in the file, too, are one: file systems cut them as they like. */
typedef struct Stretch
{
  guint64 logical, physical, length;
} Stretch;

gboolean
extents_can_be_shared (int fd)
{
  struct statfs st;
  if (fstatfs (fd, &st) < 0)
    return FALSE;
  switch ((guint32) st.f_type)
    {
    case BTRFS_SUPER_MAGIC:
    case OVERLAYFS_SUPER_MAGIC:
    case MAGIC_XFS:
    case MAGIC_OCFS2:
    case MAGIC_BCACHEFS: return TRUE;
    default: return FALSE;
    }
}

static guint64
mix (guint64 mark, guint64 word)
{
  mark = (mark ^ word) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
  return mark ^ (mark >> 32);
}

static guint64
mix_stretch (guint64 mark, const Stretch *stretch)
{
  return mix (mix (mix (mark, stretch->logical), stretch->physical), stretch->length);
}

/* Takes an extent. FALSE: it is not shared. */
static gboolean
add_extent (const struct fiemap_extent *extent, Stretch *stretch, guint64 *mark)
{
  if ((extent->fe_flags & UNPLACED) != 0 || (extent->fe_flags & FIEMAP_EXTENT_SHARED) == 0 || extent->fe_physical == 0)
    return FALSE;
  if ((extent->fe_flags & FIEMAP_EXTENT_ENCODED) == 0 && stretch->length > 0
      && extent->fe_logical == stretch->logical + stretch->length
      && extent->fe_physical == stretch->physical + stretch->length)
    {
      stretch->length += extent->fe_length;
      return TRUE;
    }
  *mark = mix_stretch (*mark, stretch);
  *stretch = (Stretch) { extent->fe_logical, extent->fe_physical, extent->fe_length };
  return TRUE;
}

guint64
extents_get_mark (int fd)
{
  struct fiemap *map = g_malloc (sizeof (struct fiemap) + EXTENTS * sizeof (struct fiemap_extent));
  Stretch stretch = { 0, 0, 0 };
  guint64 mark = 0;
  gboolean shared = TRUE;
  gboolean last = FALSE;
  for (guint64 at = 0; shared && !last;)
    {
      memset (map, 0, sizeof *map);
      map->fm_start = at;
      map->fm_length = FIEMAP_MAX_OFFSET - at;
      map->fm_extent_count = EXTENTS;
      shared = ioctl (fd, FS_IOC_FIEMAP, map) == 0 && map->fm_mapped_extents > 0;
      for (guint i = 0; shared && i < map->fm_mapped_extents; i++)
        {
          const struct fiemap_extent *extent = &map->fm_extents[i];
          shared = add_extent (extent, &stretch, &mark);
          at = extent->fe_logical + extent->fe_length;
          last = (extent->fe_flags & FIEMAP_EXTENT_LAST) != 0;
        }
    }
  mark = mix_stretch (mark, &stretch);
  g_free (map);
  return !shared ? 0 : MAX (mark, 1);
}
