/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that the files of the GTK adapter share.
 *
 * Order, lowest first; a file calls only files before it: windows.c, frames.c, caller.c, widget.c, hold.c, outcome.c,
 * streams.c, cancel-button.c, work.c, run.c, repeat.c. To report upward, a file calls functions that it was given. */
#ifndef LODGER_GTK_PRIVATE_H
#define LODGER_GTK_PRIVATE_H

#include "lodger-gtk4.h"

#include <lodger/host.h>

/* ---- windows.c ---- */

/* Waits for the destruction of a window. In the GUI thread only, like the functions. */
typedef struct LodgerGtkWindowWatch LodgerGtkWindowWatch;
struct LodgerGtkWindowWatch
{
  GList link;
  GQueue *queue; /* the window's; NULL: it watches none */
  void (*gone) (LodgerGtkWindowWatch *watch);
};

/* Runs `func` with each window of GTK's list, and with each that comes into it later. For one function only. */
void lodger__gtk_hear_windows (void (*func) (GtkWindow *window));
/* Whether the root is a window that was destroyed, also if somebody still refers to it. */
gboolean lodger__gtk_is_destroyed (GtkRoot *root);
/* Watches this window instead of the one before. A root that is no window, or NULL, is not watched. */
void lodger__gtk_watch_window (LodgerGtkWindowWatch *watch, GtkRoot *root);
void lodger__gtk_unwatch_window (LodgerGtkWindowWatch *watch);

/* ---- frames.c ---- */

/* How long a slice may take now, in nanoseconds. */
int64_t lodger__gtk_slice (void *data);

/* ---- caller.c ---- */

/* The GUI thread's caller. NULL if there is none; none is made. */
LodgerCaller *lodger__gtk_peek_caller (void);

/* lodger_gtk_default_caller() with an error instead of a line of its own. The core's lines name `function`. */
LodgerCaller *lodger__gtk_find_caller (const char *function, GError **error);

/* Runs `over` in the GUI thread when the pending is done, or when the caller stops. */
void lodger__gtk_when_over (LodgerPending *pending, LodgerCaller *gui, void *data, LodgerDestroyFunc over);

/* ---- widget.c ---- */

/* lodger_gtk_widget_get_scope() of a widget, in the GUI thread, which has a caller; with a code and a reason instead of a
 * line. */
LodgerScope *lodger__gtk_find_scope (GtkWidget *widget, int *ret_code, const char **ret_reason);

/* ---- hold.c ---- */

/* Holds the application of the widget's window until the work is done. */
void lodger__gtk_hold (GtkWidget *widget, LodgerPending *work, LodgerCaller *caller, const char *reason);

/* ---- outcome.c ---- */

/* How long anything may be told or shown: as long as all of these last. References. */
typedef struct LodgerGtkScopes
{
  LodgerScope *widget;
  LodgerScope *own;   /* the program's; may be NULL */
  LodgerScope *place; /* in a slot: ends when another run has it; may be NULL */
} LodgerGtkScopes;

/* In any thread. */
gboolean lodger__gtk_has_ended (const LodgerGtkScopes *scopes);
void lodger__gtk_scopes_ref (const LodgerGtkScopes *scopes);
void lodger__gtk_scopes_unref (const LodgerGtkScopes *scopes);

/* The functions of an outcome, with what they own. */
typedef struct LodgerGtkFunctions
{
  GtkWidget *widget; /* valid as long as its scope lasts */
  LodgerGtkScopes scopes;
  LodgerGtkDoneFunc done;
  LodgerGtkErrorFunc failed, cancelled;
  void *data;
  LodgerDestroyFunc destroy;
  GCancellable *cancellable; /* may be NULL */
} LodgerGtkFunctions;

/* Destroys the data, and drops the references. */
void lodger__gtk_functions_clear (LodgerGtkFunctions *functions);
/* Runs the function of this outcome, or of a cancellation that has come since. In the GUI thread; the widget is there, and
 * the object of the program's scope is held. */
void lodger__gtk_tell (const LodgerGtkFunctions *functions, LodgerPending *outcome);
/* Tells that the time is over, outside of a call. */
void lodger__gtk_tell_late (const LodgerGtkFunctions *functions);
/* Tells a refusal without a caller, unless a scope ends before. Consumes the functions. */
void lodger__gtk_tell_refusal_later (LodgerGtkFunctions *functions, LodgerPending *refused);

/* ---- streams.c ---- */

typedef struct LodgerGtkStreams LodgerGtkStreams;

/* In the GUI thread. */
LodgerGtkStreams *lodger__gtk_streams_new (const LodgerGtkFunctions *functions, LodgerCaller *gui,
                                           const LodgerGtkRunOptions *options);
/* Any thread. */
void lodger__gtk_streams_unref (void *streams);
/* From now on lodger_gtk_report() and lodger_gtk_send() find them. In the work's thread. */
void lodger__gtk_streams_begin (LodgerGtkStreams *streams, LodgerPending *self);
/* Gives what waits to the functions now. In the GUI thread. */
void lodger__gtk_streams_flush (LodgerGtkStreams *streams);
/* Gives them nothing from now on. In the GUI thread. */
void lodger__gtk_streams_end (LodgerGtkStreams *streams);

/* ---- cancel-button.c ---- */

typedef struct LodgerGtkCancelButton
{
  GtkButton *button; /* weak; NULL: none, or none any more */
  gulong clicked_handler;
  LodgerPending *pending; /* its owner's */
} LodgerGtkCancelButton;

/* The button cancels the pending. It may be NULL. In the GUI thread, also the next. */
void lodger__gtk_bind_button (LodgerGtkCancelButton *binding, GtkButton *button, LodgerPending *pending);
void lodger__gtk_unbind_button (LodgerGtkCancelButton *binding);

/* ---- work.c ---- */

/* Starts work whose places in `functions` are known. The functions are consumed. A new reference to the work's pending. */
LodgerPending *lodger__gtk_start_work (const LodgerGtkFunctions *functions, LodgerCaller *gui, LodgerCallFunc work,
                                       const LodgerGtkRunOptions *options);

#endif
