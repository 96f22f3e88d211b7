/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "i18n.h"
#include "store.h"

#include <errno.h>
#include <string.h>

/* Why something is not scanned. */

/* NULL: it has only the words of the system. */
static const char *
own_words (int reason)
{
  switch (reason)
    {
    case REASON_BAD_NAME: return N_ ("the name is not UTF-8");
    case REASON_FIFO: return N_ ("special file: fifo");
    case REASON_SOCKET: return N_ ("special file: socket");
    case REASON_CHAR_DEVICE: return N_ ("special file: character device");
    case REASON_BLOCK_DEVICE: return N_ ("special file: block device");
    case REASON_UNKNOWN_KIND: return N_ ("special file: unknown kind");
    case REASON_BROKEN_LINK: return N_ ("broken link: it leads to nothing");
    case REASON_LINK_LOOP: return N_ ("link loop: it never leads to a file");
    case REASON_LINK_UP: return N_ ("link loop: it leads to a folder that it is in");
    case REASON_SEEN: return N_ ("not entered: this folder was scanned under another path");
    case REASON_CHANGED: return N_ ("changed while it was being compared");
    case REASON_NO_WORKER: return N_ ("not scanned: no thread or no memory for it");
    case EISDIR: return N_ ("a folder took its place while it was being scanned");
    case ENOENT: return N_ ("vanished while it was being scanned");
    case ELOOP:
    case ENOTDIR: return N_ ("a link or a file took its place while it was being scanned");
    default: return NULL;
    }
}

/* The system's words, which strerror() and g_strerror() say in the user's language. */
static const char *
words_of_errno (int reason)
{
#if defined __GLIBC__ && __GLIBC_PREREQ(2, 32)
  const char *words = strerrordesc_np (reason);
  if (words != NULL)
    return words;
#endif
  return g_strerror (reason);
}

const char *
store_reason_text (int reason)
{
  const char *words = own_words (reason);
  return words != NULL ? words : words_of_errno (reason);
}

const char *
store_reason_shown (int reason)
{
  const char *words = own_words (reason);
  return words != NULL ? _ (words) : g_strerror (reason);
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
