/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "repeat/repeat.h"

#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "base/port.h"
#include "base/site.h"
#include "call/at.h"
#include "life/life.h"
#include "mailbox/post.h"

#include <lodger/scope.h>
#include <stdlib.h>

/* The life of a repeating call. Its pending is a call of the caller that defers its answer: so a stop, a scope and a
 * group have it as any other call. */

const char lodger__repeat_function[] = "lodger_repeat_new";

static bool
is_before_fork (const LodgerRepeat *repeat)
{
  return repeat->generation != (uint16_t) lodger__generation_now ();
}

static int
check (const LodgerRepeat *repeat, const char *function)
{
  if (repeat == NULL)
    return lodger__misuse (function, LODGER_EINVAL, "the repeating call is NULL");
  return is_before_fork (repeat) ? lodger__misuse (function, LODGER_ECHILD, lodger__before_fork_message) : 0;
}

void
lodger__repeat_hold (LodgerRepeat *repeat)
{
  atomic_fetch_add_explicit (&repeat->holds, 1, memory_order_relaxed);
}

void
lodger__repeat_release (LodgerRepeat *repeat)
{
  if (atomic_fetch_sub_explicit (&repeat->holds, 1, memory_order_acq_rel) != 1)
    return;
  lodger_pending_unref (repeat->pending);
  lodger_context_unref (repeat->context);
  lodger_scope_unref (repeat->options.scope);
  lodger_caller_unref (repeat->caller);
  if (!is_before_fork (repeat))
    pthread_mutex_destroy (&repeat->mutex);
  free (repeat);
}

void
lodger__repeat_end_use (LodgerRepeat *repeat)
{
  if (atomic_fetch_sub_explicit (&repeat->uses, 1, memory_order_acq_rel) == 1 && repeat->destroy != NULL)
    lodger__destroy (repeat->destroy, repeat->data);
}

static void
release (void *data)
{
  lodger__repeat_release (data);
}

static void
end_of_pending (void *data)
{
  lodger__repeat_end_use (data);
  lodger__repeat_release (data);
}

LodgerRepeat *
lodger_repeat_ref (LodgerRepeat *repeat)
{
  if (repeat != NULL)
    lodger__repeat_hold (repeat);
  return repeat;
}

void
lodger_repeat_unref (LodgerRepeat *repeat)
{
  if (repeat != NULL)
    lodger__repeat_release (repeat);
}

/* ---- its pending ------------------------------------------------------------------------------------------------- */

static void
on_cancel (LodgerPending *pending, const char *message, void *data)
{
  LodgerRepeat *repeat = data;
  LodgerPending *run = NULL;
  (void) pending;
  pthread_mutex_lock (&repeat->mutex);
  repeat->is_stopped = repeat->is_cancelled = true;
  if (repeat->run != NULL)
    run = lodger_pending_ref (repeat->run->pending);
  pthread_mutex_unlock (&repeat->mutex);
  lodger_pending_cancel (run, message);
  lodger_pending_unref (run);
  lodger__repeat_go_on (repeat);
}

static void
begin (LodgerPending *self, void *data)
{
  LodgerRepeat *repeat = data;
  LodgerReply *reply = lodger_pending_defer (self);
  if (reply == NULL)
    {
      lodger_pending_return_error (self, lodger_error_new (NULL, LODGER_ENOMEM, NULL));
      return;
    }
  repeat->context = lodger_context_ref (lodger_context_current ());
  pthread_mutex_lock (&repeat->mutex);
  repeat->reply = reply;
  pthread_mutex_unlock (&repeat->mutex);
  lodger__repeat_hold (repeat);
  lodger_pending_set_canceller (self, on_cancel, repeat, release);
  lodger__repeat_go_on (repeat);
}

static const char *
refusal (const LodgerCaller *caller, int64_t interval, LodgerRepeatFunc func, const LodgerRepeatOptions *options,
         int *ret_code)
{
  *ret_code = LODGER_EINVAL;
  if (caller == NULL || func == NULL)
    return "NULL given";
  if (interval <= 0 || options->delay < 0)
    return interval <= 0 ? "an interval of 0 or less" : "a delay below 0";
  *ret_code = LODGER_ECHILD;
  return lodger__is_before_fork (caller) ? lodger__before_fork_message : NULL;
}

static LodgerRepeat *
make (LodgerCaller *caller, const LodgerRepeatOptions *options)
{
  LodgerRepeat *repeat = calloc (1, sizeof *repeat);
  int64_t now;
  if (repeat == NULL)
    return NULL;
  now = lodger__host_now (caller);
  atomic_init (&repeat->holds, 2);
  atomic_init (&repeat->uses, 1);
  repeat->generation = (uint16_t) lodger__generation_now ();
  repeat->caller = lodger_caller_ref (caller);
  repeat->options = *options;
  lodger_scope_ref (options->scope);
  repeat->base = options->delay < LODGER_FOREVER - now ? now + options->delay : LODGER_FOREVER - 1;
  repeat->last = -1;
  lodger__port_mutex_init (&repeat->mutex);
  return repeat;
}

static LodgerRepeat *
refuse (int code, const char *reason, const LodgerRepeatOptions *options, void *data, LodgerDestroyFunc destroy)
{
  lodger__misuse_at (lodger__repeat_function, code, reason, options->file, options->line);
  if (destroy != NULL)
    destroy (data);
  return NULL;
}

/* At once, and also if the inbox is full. */
static LodgerPending *
submit (LodgerRepeat *repeat)
{
  const LodgerRepeatOptions *given = &repeat->options;
  const LodgerWork work = lodger__work (begin, repeat, end_of_pending);
  const LodgerCallOptions options = { .size = sizeof options,
                                      .name = given->name != NULL ? given->name : "a repeating call",
                                      .file = given->file,
                                      .line = given->line,
                                      .scope = given->scope };
  return lodger__submit_at (lodger__repeat_function, repeat->caller, lodger__host_now (repeat->caller), &work,
                            &options);
}

LodgerRepeat *
lodger_repeat_new (LodgerCaller *caller, int64_t interval, LodgerRepeatFunc func, void *data, LodgerDestroyFunc destroy,
                   const LodgerRepeatOptions *given)
{
  LodgerRepeatOptions own, options = { .size = sizeof options };
  LodgerRepeat *repeat;
  const char *reason;
  int code = LODGER_EINVAL;
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    options = *given;
  if (reason == NULL)
    reason = refusal (caller, interval, func, &options, &code);
  if (reason != NULL)
    return refuse (code, reason, &options, data, destroy);
  repeat = make (caller, &options);
  if (repeat == NULL)
    return refuse (LODGER_ENOMEM, "no memory", &options, data, destroy);
  repeat->interval = interval;
  repeat->func = func;
  repeat->data = data;
  repeat->destroy = destroy;
  repeat->pending = submit (repeat);
  return repeat;
}

/* ---- pause, resume, stop ----------------------------------------------------------------------------------------- */

int
lodger_repeat_pause (LodgerRepeat *repeat)
{
  LodgerPending *waiting;
  int code = check (repeat, __func__);
  if (code != 0)
    return code;
  pthread_mutex_lock (&repeat->mutex);
  repeat->pauses++;
  waiting = lodger__repeat_take_back (repeat);
  pthread_mutex_unlock (&repeat->mutex);
  lodger_pending_cancel (waiting, NULL);
  lodger_pending_unref (waiting);
  return 0;
}

int
lodger_repeat_resume (LodgerRepeat *repeat)
{
  bool was_paused;
  int code = check (repeat, __func__);
  if (code != 0)
    return code;
  pthread_mutex_lock (&repeat->mutex);
  was_paused = repeat->pauses > 0;
  repeat->pauses -= was_paused;
  pthread_mutex_unlock (&repeat->mutex);
  if (!was_paused)
    return lodger__misuse (__func__, LODGER_ESTATE, "it is not paused");
  lodger__repeat_go_on (repeat);
  return 0;
}

bool
lodger_repeat_is_paused (LodgerRepeat *repeat)
{
  bool is_paused;
  if (repeat == NULL || is_before_fork (repeat))
    return false;
  pthread_mutex_lock (&repeat->mutex);
  is_paused = repeat->pauses > 0;
  pthread_mutex_unlock (&repeat->mutex);
  return is_paused;
}

int
lodger_repeat_stop (LodgerRepeat *repeat)
{
  LodgerPending *waiting;
  int code = check (repeat, __func__);
  if (code != 0)
    return code;
  pthread_mutex_lock (&repeat->mutex);
  repeat->is_stopped = true;
  waiting = lodger__repeat_take_back (repeat);
  pthread_mutex_unlock (&repeat->mutex);
  lodger_pending_cancel (waiting, NULL);
  lodger_pending_unref (waiting);
  lodger__repeat_go_on (repeat);
  return 0;
}

LodgerPending *
lodger_repeat_get_pending (const LodgerRepeat *repeat)
{
  return repeat != NULL ? repeat->pending : NULL;
}
