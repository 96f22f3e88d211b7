/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GLib's default context in the thread of Qt. */
#ifndef GIO_IN_QT_GUEST_H
#define GIO_IN_QT_GUEST_H

#include <lodger/types.h>
#include <string>

/* From now on, GIO's asynchronous functions complete in this thread. Throws lodger::Error. Returns who runs them. */
std::string guest_start (LodgerCaller *caller);

#endif
