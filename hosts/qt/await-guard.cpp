/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a spawned call must not be suspended, in Qt's view: inside of a nested QEventLoop, such as that of
 * QDialog::exec(), which lies on the stack of the call that has entered it. */
#include "qt-private.h"

#include <QThread>

/* A host was opened in this thread. Elsewhere nothing of Qt's is asked: Qt would adopt the thread. */
static thread_local bool is_watched = false;

static uintptr_t
level ()
{
  return is_watched ? static_cast<uintptr_t> (QThread::currentThread ()->loopLevel ()) : 0;
}

static void
note (uintptr_t state[2])
{
  state[0] = level ();
}

static const char *
refusal (const uintptr_t state[2])
{
  return level () > state[0] ? "the call is inside of a nested QEventLoop" : nullptr;
}

int
lodger__qt_guard_awaits ()
{
  static const LodgerAwaitGuard guard = { sizeof guard, "qt", note, refusal };
  return lodger_host_guard_awaits (&guard);
}

void
lodger__qt_guard_this_thread ()
{
  is_watched = true;
}
