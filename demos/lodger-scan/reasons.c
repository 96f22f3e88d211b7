/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

#include <errno.h>

/* Why something is not scanned. */

const char *
store_reason_text (int reason)
{
  switch (reason)
    {
    case REASON_BAD_NAME: return "the name is not UTF-8";
    case REASON_FIFO: return "special file: fifo";
    case REASON_SOCKET: return "special file: socket";
    case REASON_CHAR_DEVICE: return "special file: character device";
    case REASON_BLOCK_DEVICE: return "special file: block device";
    case REASON_UNKNOWN_KIND: return "special file: unknown kind";
    case REASON_BROKEN_LINK: return "broken link: it leads to nothing";
    case REASON_LINK_LOOP: return "link loop: it never leads to a file";
    case REASON_LINK_UP: return "link loop: it leads to a folder that it is in";
    case REASON_SEEN: return "not entered: this folder was scanned under another path";
    case REASON_CHANGED: return "changed while it was being compared";
    case REASON_NO_WORKER: return "not scanned: no thread or no memory for it";
    case EISDIR: return "a folder took its place while it was being scanned";
    case ENOENT: return "vanished while it was being scanned";
    case ELOOP:
    case ENOTDIR: return "a link or a file took its place while it was being scanned";
    default: return g_strerror (reason);
    }
}

int
store_reason_of_mode (mode_t mode)
{
  if (S_ISREG (mode))
    return REASON_NONE;
  if (S_ISFIFO (mode))
    return REASON_FIFO;
  if (S_ISSOCK (mode))
    return REASON_SOCKET;
  if (S_ISCHR (mode))
    return REASON_CHAR_DEVICE;
  if (S_ISBLK (mode))
    return REASON_BLOCK_DEVICE;
  if (S_ISLNK (mode) || S_ISDIR (mode)) /* it was a file before */
    return S_ISLNK (mode) ? ELOOP : EISDIR;
  return REASON_UNKNOWN_KIND;
}
