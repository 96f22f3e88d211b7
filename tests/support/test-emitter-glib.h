/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An object for tests of signals. It emits
 *
 *     told (int, string, object)                        with a default handler, which runs last
 *     asked (boolean, GTypeFlags, uint, double) -> boolean  whose first TRUE ends the emission
 *     response (int)                                    as a dialog does
 *
 * and has the properties "level" and "other". */
#ifndef LODGER_TEST_EMITTER_GLIB_H
#define LODGER_TEST_EMITTER_GLIB_H

#include <glib-object.h>

GObject *emitter_new (void);
/* The same, but its dispose does not reach GObject's own. */
GObject *stubborn_emitter_new (void);
/* An object whose "response" has a string. */
GObject *wordy_emitter_new (void);
/* How many handlers are connected to the signals above, but at most one for each. */
int emitter_handlers (GObject *emitter);
/* How often the default handler of "told" has run. */
int emitter_defaults (GObject *emitter);
/* Blocks until a handler is connected. */
#define emitter_wait_handler(emitter) emitter_wait_handler_at (emitter, __FILE__, __LINE__)
void emitter_wait_handler_at (GObject *emitter, const char *file, int line);
/* Drops the reference. Fails the test if that was not the last one. */
#define emitter_expect_end(emitter) emitter_expect_end_at (emitter, __FILE__, __LINE__)
void emitter_expect_end_at (GObject *emitter, const char *file, int line);

#endif
