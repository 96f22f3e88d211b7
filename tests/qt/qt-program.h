/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program of Qt's around the tests, with a face in C: its loops, its objects, a redraw and a timer of its own. */
#ifndef LODGER_TEST_QT_PROGRAM_H
#define LODGER_TEST_QT_PROGRAM_H

#include <lodger-qt.h>
#include <stdbool.h>

LODGER_BEGIN_DECLS

typedef void (*QtFunc) (void *data);

/* ---- the application --------------------------------------------------------------------------------------------- */

/* This thread becomes Qt's main thread. The dispatcher is Qt's own, or GLib's. It may be repeated. */
void qt_application_start (bool with_glib);
/* Another thread becomes Qt's main thread, for as long as the process. */
void qt_application_start_elsewhere (void);
void qt_application_free (void);
/* QCoreApplication::exec(), with `func` as its first event. */
void qt_application_exec (QtFunc func, void *data);
void qt_application_quit (void);
/* `func` is a slot of aboutToQuit. */
void qt_application_hear_quit (QtFunc func, void *data);

/* ---- other loops ------------------------------------------------------------------------------------------------- */

/* One round, which does not sleep. */
void qt_process_events (bool with_sockets);
/* A QEventLoop, until `qt_loop_quit`. */
void qt_loop_exec (void);
void qt_loop_quit (void);
/* `func` runs as a posted event of the usual priority. */
void qt_post (QtFunc func, void *data);
/* The same in Qt's main thread. Any thread. */
void qt_post_to_main (QtFunc func, void *data);

/* While on, the adapter finds no memory for the event of a post. */
void qt_refuse_memory (bool on);

/* A QThread that runs `func`, and then its event loop until the join. */
typedef struct QtThread QtThread;
QtThread *qt_thread_start (QtFunc func, void *data);
void qt_thread_join (QtThread *thread);

/* ---- objects ----------------------------------------------------------------------------------------------------- */

QObject *qt_object_new (void);
void qt_object_free (QObject *object);
void qt_object_free_later (QObject *object);
void qt_object_move (QObject *object, QtThread *thread);
/* `func` is a slot of destroyed. */
void qt_object_hear_destroyed (QObject *object, QtFunc func, void *data);

/* ---- a redraw and a timer ---------------------------------------------------------------------------------------- */

typedef struct QtProgram QtProgram;

/* In the thread of the loop, like all others. `redraw` runs as a posted event of the priority of paint events. `tick` runs
 * each millisecond while the timer is on. */
QtProgram *qt_program_new (QtFunc redraw, QtFunc tick, void *data);
void qt_program_free (QtProgram *program);
void qt_program_request_redraw (QtProgram *program);
void qt_program_set_timer (QtProgram *program, bool on);
/* One round of the loop. It sleeps only if nothing has been done: see qt_program_note(). */
void qt_program_turn (QtProgram *program);
/* Something is being done in this round. */
void qt_program_note (QtProgram *program);

LODGER_END_DECLS

#endif
