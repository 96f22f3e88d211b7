/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "base/log.h"
#include "pending/carry.h"
#include "pending/pending.h"
#include "wait/suspend.h"

#include <lodger/watch.h>
#include <poll.h>

/* A spawned call that waits for a descriptor: it has a watch of one run, in its own caller, and waits for that one's
 * pending. It goes on when the watch is over, so that nobody else uses the descriptor any more: after a cancel and the
 * end of the time, too. A plain call would block the loop that watches for it. */

static int
look_once (int fd, uint32_t events, uint32_t *ret_events)
{
  struct pollfd look = { .fd = fd, .events = (short) events };
  if (poll (&look, 1, 0) <= 0)
    return LODGER_ETIMEDOUT;
  *ret_events = (uint32_t) look.revents & 0xffff;
  return look.revents & POLLNVAL ? LODGER_EINVAL : 0;
}

static void
answer (LodgerPending *self, uint32_t revents, void *data)
{
  (void) data;
  lodger_pending_return_int (self, revents);
}

/* No group or manager of the call knows the watch: its end by a timeout is nothing to them. */
static LodgerPending *
watch_once (LodgerThread *thread, int fd, uint32_t events)
{
  const LodgerSite *site = lodger__pending_site (lodger__thread_pending (thread));
  const LodgerWatchOptions options = {
    .size = sizeof options, .name = "a wait for a descriptor", .file = site->file, .line = site->line, .times = 1
  };
  LodgerBracket bracket = { .ops = NULL };
  LodgerPending *watching;
  lodger__bracket_enter (thread, &bracket, NULL);
  watching = lodger_caller_watch_fd_full (lodger_caller_current (), fd, events, answer, NULL, NULL, &options);
  lodger__bracket_leave (thread, &bracket);
  return watching;
}

/* The time may be over just when the descriptor is ready: then that is the outcome. A cancel comes first. */
static int
wait_for_watch (LodgerPending *watching, int64_t timeout, uint32_t *ret_events)
{
  int64_t events;
  int code = lodger_pending_wait (watching, timeout, LODGER_WAIT_DEFAULT);
  if (code != 0 && !lodger_pending_is_cancelled (watching))
    lodger_pending_cancel (watching, "the wait was refused");
  if (!lodger_pending_is_done (watching))
    lodger_pending_wait (watching, LODGER_FOREVER, LODGER_WAIT_PROTECT | LODGER_WAIT_SHIELD);
  if (code != LODGER_ECANCELED && lodger_pending_is_done (watching) && lodger_pending_get_int (watching, &events) == 0)
    {
      *ret_events = (uint32_t) events;
      return 0;
    }
  return code == LODGER_EFAILED ? lodger_error_get_code (lodger_pending_get_error (watching)) : code;
}

static int
check (int fd, uint32_t events, const char *function)
{
  if (fd < 0)
    return lodger__misuse (function, LODGER_EINVAL, "a negative descriptor");
  if (events == 0 || events > UINT16_MAX / 2)
    return lodger__misuse (function, LODGER_EINVAL, events == 0 ? "no events" : "events that poll does not know");
  return 0;
}

int
lodger_wait_fd (int fd, uint32_t events, int64_t timeout, uint32_t *ret_events)
{
  LodgerThread *thread = lodger__thread_peek ();
  LodgerPending *watching;
  uint32_t revents = 0;
  int code = check (fd, events, __func__);
  if (code == 0 && timeout <= 0)
    code = look_once (fd, events, &revents);
  else if (code == 0 && (thread == NULL || thread->strand.fiber == NULL))
    code = lodger__misuse (__func__, LODGER_ESTATE, "only a spawned call waits for a descriptor: others watch it");
  else if (code == 0 && (code = lodger__suspend_refusal (thread, __func__)) == 0)
    {
      watching = watch_once (thread, fd, events);
      code = wait_for_watch (watching, timeout, &revents);
      lodger_pending_unref (watching);
    }
  if (ret_events != NULL)
    *ret_events = code == 0 ? revents : 0;
  return code;
}
