/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that the files of the GTK adapter share.
 *
 * Order, lowest first; a file calls only files before it: windows.c, frames.c, caller.c, widget.c, hold.c,
 * cancel-button.c, view.c, run.c, repeat.c. To report upward, a file calls functions that it was given. */
#ifndef LODGER_GTK_PRIVATE_H
#define LODGER_GTK_PRIVATE_H

#include "lodger-gtk4.h"

#include <lodger/host-view.h>
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

/* lodger_gtk_widget_get_scope() of a widget, in the GUI thread, which has a caller; with a code and a reason instead
 * of a line. */
LodgerScope *lodger__gtk_find_scope (GtkWidget *widget, int *ret_code, const char **ret_reason);

/* ---- hold.c ---- */

typedef struct LodgerGtkHold LodgerGtkHold;

/* Holds the application of the widget's window until the work is done, and inhibits a logout until the end of the
 * hold. NULL: nothing is inhibited. */
LodgerGtkHold *lodger__gtk_hold (GtkWidget *widget, LodgerPending *work, const char *reason);
void lodger__gtk_end_hold (LodgerGtkHold *hold);

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

/* ---- view.c ---- */

typedef struct LodgerGtkView
{
  GtkWidget *widget; /* valid as long as its scope lasts */
  LodgerGtkDoneFunc done;
  LodgerGtkErrorFunc failed, cancelled;
  LodgerGtkProgressFunc progress;
  LodgerGtkItemsFunc items;
  void *data;
  LodgerDestroyFunc destroy;
  GCancellable *cancellable; /* a reference; may be NULL */
  GtkProgressBar *bar;       /* weak; NULL: none, or none any more */
  GtkButton *button;         /* as the next, valid during the start only; may be NULL */
  const char *hold_reason;
  LodgerGtkCancelButton binding;
  LodgerGtkHold *hold; /* NULL: no logout is inhibited */
} LodgerGtkView;

extern const LodgerHostViewOps lodger__gtk_view_ops;

/* Without a bar. The core frees it. */
LodgerGtkView *lodger__gtk_view_new (GtkWidget *widget, LodgerGtkDoneFunc done, void *data,
                                     const LodgerGtkRunOptions *options);

#endif
