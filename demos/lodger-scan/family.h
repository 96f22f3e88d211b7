/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a content type is, roughly: a picture, a film, and so on. Any thread.
 */
#ifndef LODGER_SCAN_FAMILY_H
#define LODGER_SCAN_FAMILY_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum Family
{
  FAMILY_ANY, /* no type is of it */
  FAMILY_IMAGES,
  FAMILY_VIDEO,
  FAMILY_AUDIO,
  FAMILY_DOCUMENTS,
  FAMILY_ARCHIVES,
  FAMILY_CODE,
  FAMILY_OTHER, /* none of those above */
  FAMILY_N
} Family;

/* `type` is a content type of GIO, as "image/png". */
Family family_of_type (const char *type);

G_END_DECLS

#endif
