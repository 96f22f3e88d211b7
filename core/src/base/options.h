/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Structs that begin with their size, given by a program that was built with another version. */
#ifndef LODGER_OPTIONS_PRIVATE_H
#define LODGER_OPTIONS_PRIVATE_H

#include <lodger/options.h>

const void *lodger__options_of_other_size (const void *given, void *own, size_t size, const char **ret_reason);

/* The struct as this version knows it: `given` itself if it is long enough, else a copy in `own`, followed by zeros. Both
 * structs begin with a size_t. NULL stays NULL. *ret_reason is NULL, or says why the struct is to be refused. Then as much
 * of it as can be read may still be read, so that data can be destroyed. */
static inline const void *
lodger__options (const void *given, void *own, size_t size, const char **ret_reason)
{
  *ret_reason = NULL;
  if (given == NULL || *(const size_t *) given == size)
    return given;
  return lodger__options_of_other_size (given, own, size, ret_reason);
}

#endif
