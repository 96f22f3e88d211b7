/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger.h The header for programs: it includes everything that a program needs. Authors of hosts and backends
 * also include host.h and backend.h.
 */
#ifndef LODGER_H
#define LODGER_H

#include <lodger/answer.h>
#include <lodger/call.h>
#include <lodger/caller.h>
#include <lodger/channel.h>
#include <lodger/completed.h>
#include <lodger/context.h>
#include <lodger/debug.h>
#include <lodger/error.h>
#include <lodger/fiber.h>
#include <lodger/group.h>
#include <lodger/guest.h>
#include <lodger/lifecycle.h>
#include <lodger/limiter.h>
#include <lodger/manager.h>
#include <lodger/options.h>
#include <lodger/pending.h>
#include <lodger/promise.h>
#include <lodger/queue.h>
#include <lodger/repeat.h>
#include <lodger/run.h>
#include <lodger/scope.h>
#include <lodger/slot.h>
#include <lodger/task.h>
#include <lodger/trace.h>
#include <lodger/typed.h>
#include <lodger/types.h>
#include <lodger/version.h>
#include <lodger/wait.h>
#include <lodger/watch.h>

#endif
