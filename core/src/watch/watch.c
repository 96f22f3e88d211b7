/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "watch/watch.h"

#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "call/submit.h"
#include "life/life.h"

#include <lodger/channel.h>
#include <lodger/context.h>
#include <lodger/scope.h>
#include <stdlib.h>

/* The life of a watch. Its pending is a call of the caller that defers its answer: so a stop, a scope and a group have
 * it as any other call. Its item, which is a part of it, brings the owner to look what comes next: so its end needs no
 * memory.
 *
 * Those that are not over are in a table, so that a second one of the same descriptor is refused at once. A watch is
 * taken out just before its pending is done. One that was cancelled before it began is done while it is in the table,
 * and does not count. */

const char lodger__watch_function[] = "lodger_caller_watch_fd";

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static LodgerHash by_fd;

static void
forget_watches (void)
{
  by_fd = (LodgerHash) { NULL, NULL, 0, 0 };
}

LODGER_FORK_LOCK (mutex, LODGER_RANK_DESCRIPTORS, forget_watches);

static bool
is_before_fork (const LodgerFdWatch *watch)
{
  return watch->generation != (uint16_t) lodger__generation_now ();
}

void
lodger__fd_watch_hold (LodgerFdWatch *watch)
{
  atomic_fetch_add_explicit (&watch->holds, 1, memory_order_relaxed);
}

void
lodger__fd_watch_release (LodgerFdWatch *watch)
{
  if (atomic_fetch_sub_explicit (&watch->holds, 1, memory_order_acq_rel) != 1)
    return;
  lodger__fd_watch_forget (watch);
  lodger_pending_unref (watch->pending);
  lodger_pending_unref (watch->run);
  lodger_pending_unref (watch->last);
  lodger_context_unref (watch->context);
  lodger_scope_unref (watch->options.scope);
  lodger_channel_unref (watch->options.channel);
  if (!is_before_fork (watch))
    pthread_mutex_destroy (&watch->mutex);
  lodger__release (watch->caller);
  free (watch);
}

void
lodger__fd_watch_end_use (LodgerFdWatch *watch)
{
  if (atomic_fetch_sub_explicit (&watch->uses, 1, memory_order_acq_rel) == 1 && watch->destroy != NULL)
    lodger__destroy (watch->destroy, watch->data);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

static uint64_t
hash_of (const LodgerCaller *caller, int fd)
{
  return lodger__hash_of_number (lodger__hash_of_pointer (caller) ^ (uint64_t) fd);
}

void
lodger__fd_watch_forget (LodgerFdWatch *watch)
{
  if (is_before_fork (watch))
    return;
  pthread_mutex_lock (&mutex);
  lodger__hash_remove (&by_fd, &watch->by_fd);
  pthread_mutex_unlock (&mutex);
}

/* False: there is one already. */
static bool
enter (LodgerFdWatch *watch)
{
  uint64_t hash = hash_of (watch->caller, watch->fd);
  bool is_first = true;
  pthread_mutex_lock (&mutex);
  lodger__hash_for (other, &by_fd, hash, LodgerFdWatch, by_fd)
    if (other->caller == watch->caller && other->fd == watch->fd && other->events == watch->events
        && (other->pending == NULL || !(lodger__pending_state (other->pending) & P_DONE)))
      is_first = false;
  if (is_first)
    lodger__hash_insert (&by_fd, &watch->by_fd, hash);
  pthread_mutex_unlock (&mutex);
  return is_first;
}

static void
note_pending (LodgerFdWatch *watch, LodgerPending *pending)
{
  pthread_mutex_lock (&mutex);
  watch->pending = lodger_pending_ref (pending);
  pthread_mutex_unlock (&mutex);
}

/* ---- its pending ------------------------------------------------------------------------------------------------- */

static void
release (void *data)
{
  lodger__fd_watch_release (data);
}

static void
end_of_pending (void *data)
{
  lodger__fd_watch_forget (data);
  lodger__fd_watch_end_use (data);
  lodger__fd_watch_release (data);
}

static void
on_cancel (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  lodger__fd_watch_cancel (data, message);
}

/* It begins at once, not in the call: there the caller may be taken from its owner. */
static void
begin (LodgerPending *self, void *data)
{
  LodgerFdWatch *watch = data;
  LodgerReply *reply = lodger_pending_defer (self);
  if (reply == NULL)
    {
      lodger_pending_return_error (self, lodger_error_new (NULL, LODGER_ENOMEM, NULL));
      return;
    }
  watch->context = lodger_context_ref (lodger_context_current ());
  pthread_mutex_lock (&watch->mutex);
  watch->reply = reply;
  pthread_mutex_unlock (&watch->mutex);
  lodger__fd_watch_hold (watch);
  if (lodger_pending_set_canceller (self, on_cancel, watch, release) == LODGER_ENOMEM)
    {
      pthread_mutex_lock (&watch->mutex);
      watch->is_over = true;
      watch->code = LODGER_ENOMEM;
      pthread_mutex_unlock (&watch->mutex);
    }
  lodger__fd_watch_look (watch);
}

/* ---- made -------------------------------------------------------------------------------------------------------- */

static const char *
refusal (const LodgerCaller *caller, int fd, uint32_t events, LodgerWatchFunc func, const LodgerWatchOptions *options,
         int *ret_code)
{
  *ret_code = LODGER_EINVAL;
  if (caller == NULL)
    return "the caller is NULL";
  if ((func == NULL) == (options->channel == NULL))
    return func == NULL ? "the function is NULL" : "a function and a channel";
  if (fd < 0)
    return "a negative descriptor";
  if (events == 0 || events > UINT16_MAX / 2)
    return events == 0 ? "no events" : "events that poll does not know";
  *ret_code = LODGER_ECHILD;
  return lodger__is_before_fork (caller) ? lodger__before_fork_message : NULL;
}

static LodgerFdWatch *
make (LodgerCaller *caller, int fd, uint32_t events, const LodgerWatchOptions *options)
{
  LodgerFdWatch *watch = calloc (1, sizeof *watch);
  if (watch == NULL)
    return NULL;
  atomic_init (&watch->holds, 1);
  atomic_init (&watch->uses, 1);
  watch->generation = (uint16_t) lodger__generation_now ();
  watch->caller = caller;
  lodger__hold (caller);
  watch->fd = fd;
  watch->events = events;
  watch->options = *options;
  lodger_scope_ref (options->scope);
  lodger_channel_ref (options->channel);
  watch->loop = (LodgerWatch) {
    .caller = caller,
    .ready = lodger__fd_watch_ready,
    .forgotten = lodger__fd_watch_forgotten,
  };
  watch->is_resting = true;
  watch->item.ops = &lodger__fd_watch_ops;
  lodger__port_mutex_init (&watch->mutex);
  return watch;
}

static LodgerPending *
refuse (int code, const char *reason, const LodgerWatchOptions *options, void *data, LodgerDestroyFunc destroy)
{
  lodger__misuse_at (lodger__watch_function, code, reason, options->file, options->line);
  if (destroy != NULL)
    destroy (data);
  return lodger__pending_refused (code, NULL);
}

static LodgerPending *
submit (LodgerFdWatch *watch)
{
  const LodgerWatchOptions *given = &watch->options;
  const LodgerWork work = lodger__work (begin, watch, end_of_pending);
  const LodgerCallOptions options = { .size = sizeof options,
                                      .name = given->name != NULL ? given->name : "a watch",
                                      .file = given->file,
                                      .line = given->line,
                                      .scope = given->scope };
  LodgerPending *pending;
  lodger__fd_watch_hold (watch);
  pending = lodger__submit_soon (lodger__watch_function, watch->caller, &work, &options);
  note_pending (watch, pending);
  lodger__fd_watch_release (watch);
  return pending;
}

LodgerPending *
lodger_caller_watch_fd_full (LodgerCaller *caller, int fd, uint32_t events, LodgerWatchFunc func, void *data,
                             LodgerDestroyFunc destroy, const LodgerWatchOptions *given)
{
  LodgerWatchOptions own, options = { .size = sizeof options };
  LodgerFdWatch *watch;
  const char *reason;
  int code = LODGER_EINVAL;
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    options = *given;
  if (reason == NULL)
    reason = refusal (caller, fd, events, func, &options, &code);
  if (reason != NULL)
    return refuse (code, reason, &options, data, destroy);
  watch = make (caller, fd, events, &options);
  if (watch == NULL)
    return refuse (LODGER_ENOMEM, "no memory", &options, data, destroy);
  if (!enter (watch))
    {
      lodger__fd_watch_release (watch);
      return refuse (LODGER_EBUSY, "the caller has a watch of this descriptor and these events", &options, data,
                     destroy);
    }
  watch->func = func;
  watch->data = data;
  watch->destroy = destroy;
  return submit (watch);
}

LodgerPending *
lodger_caller_watch_fd (LodgerCaller *caller, int fd, uint32_t events, LodgerWatchFunc func, void *data,
                        LodgerDestroyFunc destroy)
{
  return lodger_caller_watch_fd_full (caller, fd, events, func, data, destroy, NULL);
}
