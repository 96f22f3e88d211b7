/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of types, as small numbers. */
#ifndef LODGER_TAG_H
#define LODGER_TAG_H

/* The number of a name, never 0; or 0 without memory. Any thread, without a lock. */
unsigned lodger__tag (const char *name);
/* The name behind a number that is not 0. */
const char *lodger__tag_name (unsigned tag);

#endif
