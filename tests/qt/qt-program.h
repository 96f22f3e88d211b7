/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program of Qt's around the tests, with a face in C: its loop, a redraw and a timer of its own. */
#ifndef LODGER_TEST_QT_PROGRAM_H
#define LODGER_TEST_QT_PROGRAM_H

#include <lodger-qt.h>
#include <stdbool.h>

LODGER_BEGIN_DECLS

/* This thread becomes Qt's main thread, and stays it as long as the process. The dispatcher is Qt's own, or GLib's. */
void qt_application_start (bool with_glib);
/* Another thread becomes Qt's main thread. */
void qt_application_start_elsewhere (void);

typedef struct QtProgram QtProgram;

/* In the thread of the loop, like all others. `redraw` runs as a posted event of the priority of paint events. `tick` runs
 * each millisecond while the timer is on. */
QtProgram *qt_program_new (void (*redraw) (void *data), void (*tick) (void *data), void *data);
void qt_program_free (QtProgram *program);
void qt_program_request_redraw (QtProgram *program);
void qt_program_set_timer (QtProgram *program, bool on);
/* One round of the loop. It sleeps only if nothing has been done: see qt_program_note(). */
void qt_program_turn (QtProgram *program);
/* One round, which does not sleep. */
void qt_program_nest (QtProgram *program);
/* Something is being done in this round. */
void qt_program_note (QtProgram *program);

LODGER_END_DECLS

#endif
