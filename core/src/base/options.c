/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/options.h"

#include "base/log.h"

#include <lodger/host.h>
#include <string.h>

/* As the Linux kernel extends its structs. A shorter struct is of an older version: what it lacks is zero, which means the
 * default. A longer one is of a newer version. It may be used if it asks for nothing that this version does not know. */

/* More than that is no size, but memory that was never set. */
enum
{
  MOST = 4096
};

static bool
is_zero (const void *given, size_t from, size_t to)
{
  const unsigned char *bytes = given;
  while (from < to && bytes[from] == 0)
    from++;
  return from == to;
}

const void *
lodger__options_of_other_size (const void *given, void *own, size_t size, const char **ret_reason)
{
  const size_t given_size = *(const size_t *) given;
  size_t readable = given_size < size ? given_size : size;
  if (given_size == 0)
    *ret_reason = "the size of the options is 0: use LODGER_CALL_OPTIONS, or its sibling for these options";
  else if (given_size < sizeof given_size)
    *ret_reason = "the size of the options is too small";
  else if (given_size > MOST)
    *ret_reason = "the size of the options is absurd";
  else if (given_size >= size)
    {
      if (!is_zero (given, size, given_size))
        *ret_reason = "the options have members that this version does not know";
      return given;
    }
  if (*ret_reason != NULL)
    readable = 0;
  memset (own, 0, size);
  memcpy (own, given, readable);
  memcpy (own, &size, sizeof size);
  return own;
}

const void *
lodger_host_read_options (const void *given, void *own, size_t size, const char **ret_reason)
{
  const char *reason = "NULL, or a size without a member given";
  const void *options = NULL;
  if (own != NULL && ret_reason != NULL && size > sizeof size)
    options = lodger__options (given, own, size, &reason);
  else
    lodger__misuse (__func__, LODGER_EINVAL, reason);
  if (ret_reason != NULL)
    *ret_reason = reason;
  return options;
}
