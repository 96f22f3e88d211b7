/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests in the thread of Qt, while a call runs a loop of its own. */
#include "qt-suite.h"
#include "qt-widgets.h"
#include "test-ticks-glib.h"

typedef struct Modal
{
  Ticks ticks;
  QtExec how;
  bool is_entered;
} Modal;

static bool
have_come (void *data)
{
  return ticks_have_come (data);
}

static void
exec_loop (LodgerPending *self, void *data)
{
  Modal *modal = data;
  (void) self;
  ck_assert (!modal->is_entered);
  modal->is_entered = true;
  ticks_mark (&modal->ticks);
  qt_exec_until (modal->how, have_come, &modal->ticks);
}

static bool
is_done (void *data)
{
  return lodger_pending_is_done (data);
}

static void
go_on_during (QtExec how, bool with_glib)
{
  Modal modal = { .how = how };
  LodgerCaller *caller;
  LodgerPending *pending;
  qt_widgets_start (with_glib);
  caller = lodger_qt_attach (NULL);
  ticks_begin (&modal.ticks, caller);
  qt_exec_until (QT_EXEC_LOOP, have_come, &modal.ticks);
  pending = lodger_caller_call_soon (caller, exec_loop, &modal, NULL);
  qt_exec_until (QT_EXEC_LOOP, is_done, pending);
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  ticks_mark (&modal.ticks);
  qt_exec_until (QT_EXEC_LOOP, have_come, &modal.ticks);
  ticks_end (&modal.ticks);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
}

START_TEST (edge_73_guests_go_on_during_a_dialog)
{
  go_on_during (QT_EXEC_DIALOG, _i);
}
END_TEST

START_TEST (edge_73_guests_go_on_in_a_nested_loop)
{
  go_on_during (QT_EXEC_LOOP, _i);
}
END_TEST

START_TEST (edge_73_guests_go_on_in_a_loop_without_sockets)
{
  go_on_during (QT_EXEC_WITHOUT_SOCKETS, _i);
}
END_TEST

START_TEST (edge_73_guests_go_on_while_events_are_processed)
{
  go_on_during (QT_EXEC_ITERATE, _i);
}
END_TEST

int
main (int argc, char **argv)
{
  static const TTest *const *const tests[] = {
    &edge_73_guests_go_on_during_a_dialog,
    &edge_73_guests_go_on_in_a_nested_loop,
    &edge_73_guests_go_on_in_a_loop_without_sockets,
    &edge_73_guests_go_on_while_events_are_processed,
  };
  return qt_test_main ("qt-glib-modal", tests, sizeof tests / sizeof *tests, argc, argv);
}
