/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SHA-256 of a file, as an asynchronous function of GIO's kind. */
#ifndef GIO_IN_QT_DIGEST_H
#define GIO_IN_QT_DIGEST_H

#include <gio/gio.h>

void digest_file_async (GFile *file, GCancellable *cancellable, GAsyncReadyCallback ready, gpointer data);
/* Returns the digits, which are the caller's; or NULL with an error. */
char *digest_file_finish (GFile *file, GAsyncResult *result, GError **error);

#endif
