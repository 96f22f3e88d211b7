/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file metadata.h
 * Values of the program's own that are attached to a pending.
 */
#ifndef LODGER_METADATA_H
#define LODGER_METADATA_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/**
 * Attaches a value under @p key.
 *
 * Any thread; does not block. The key is copied. A value that is there already is replaced and destroyed. The value is
 * consumed. It is destroyed with the pending's last reference.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL @p pending or @p key), LODGER_ENOMEM (no memory).
 * Test: unit/pending edge_14_metadata_is_freed
 * Since: 0.1
 */
LODGER_API int lodger_pending_set_metadata (LodgerPending *pending, const char *key, void *value,
                                            LodgerDestroyFunc destroy);

/**
 * Returns the value under @p key, borrowed, or NULL.
 *
 * Any thread; does not block. The value lives until it is replaced or the pending is freed. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/pending edge_14_metadata_is_freed
 * Since: 0.1
 */
LODGER_API void *lodger_pending_get_metadata (LodgerPending *pending, const char *key);

LODGER_END_DECLS

#endif
