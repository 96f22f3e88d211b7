/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest.h"

#include <lodger-glib.h>
#include <lodger-qt.hpp>

#include <QEventLoop>

/* A call without options is one in the default context. It starts the guest, unless Qt runs that context already. */
static void
say_where (LodgerPending *self, void *)
{
  lodger_pending_return_boolean (self, lodger_guest_current () != nullptr);
}

static int
quit (LodgerPending *, void *loop)
{
  static_cast<QEventLoop *> (loop)->quit ();
  return 0;
}

std::string
guest_start (LodgerCaller *caller)
{
  QEventLoop loop;
  LodgerPending *pending;
  LodgerError *error;
  bool is_guest = false;
  lodger_glib_register ();
  pending = lodger_caller_call_using_backend (caller, "glib", nullptr, say_where, nullptr, nullptr);
  lodger_pending_add_done_callback (pending, quit, &loop, nullptr);
  if (!lodger_pending_is_done (pending))
    loop.exec ();
  lodger_pending_get_boolean (pending, &is_guest);
  error = lodger_error_ref (lodger_pending_get_error (pending));
  lodger_pending_unref (pending);
  if (error != nullptr)
    throw lodger::Error (error);
  return is_guest ? "GLib is a guest in Qt's own dispatcher" : "Qt's dispatcher runs GLib by itself";
}
