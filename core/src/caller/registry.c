/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "caller/caller.h"
#include "debug/debug.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/native.h"

#include <stdlib.h>
#include <string.h>

typedef struct Entry
{
  struct Entry *next;
  const char *name;
  const void *given, *thing; /* what the adapter gave, and the same as this version knows it */
} Entry;

/* The tables of an adapter of an older version, with the members that it lacks. Never freed: tables are static. */
typedef struct Copy
{
  struct Copy *next;
  const void *given;
  LodgerHostDriver driver;
  LodgerHostOps host;
  LodgerBackendOps backend;
} Copy;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Entry *hosts, *backends;
static Copy *copies;
static LodgerList known;
static LodgerList mains; /* the main thread's */
static LodgerHash by_id;
static uint64_t last_number;

static void
forget_callers (void)
{
  known = (LodgerList) { NULL, NULL };
  mains = (LodgerList) { NULL, NULL };
  by_id = (LodgerHash) { NULL, NULL, 0, 0 };
}

LODGER_FORK_LOCK (mutex, LODGER_RANK_REGISTRY, forget_callers);

static int
add (Entry **list, const char *name, const void *given, const void *thing, const char *function)
{
  Entry *entry;
  int code = 0;
  pthread_mutex_lock (&mutex);
  for (entry = *list; entry != NULL && strcmp (entry->name, name) != 0; entry = entry->next)
    ;
  if (entry != NULL)
    code = entry->given == given ? 0 : LODGER_EALREADY;
  else if ((entry = malloc (sizeof *entry)) == NULL)
    code = LODGER_ENOMEM;
  else
    {
      *entry = (Entry) { .next = *list, .name = name, .given = given, .thing = thing };
      *list = entry;
    }
  pthread_mutex_unlock (&mutex);
  return code == LODGER_EALREADY ? lodger__misuse (function, code, "another of that name is registered") : code;
}

static const void *
find (Entry *const *list, const char *name)
{
  const Entry *entry;
  pthread_mutex_lock (&mutex);
  for (entry = *list; entry != NULL && strcmp (entry->name, name) != 0; entry = entry->next)
    ;
  pthread_mutex_unlock (&mutex);
  return entry != NULL ? entry->thing : NULL;
}

/* The copy of the table that was given, made once. NULL without memory. */
static Copy *
keep (const void *given, const Copy *made)
{
  Copy *copy;
  pthread_mutex_lock (&mutex);
  for (copy = copies; copy != NULL && copy->given != given; copy = copy->next)
    ;
  if (copy == NULL && (copy = malloc (sizeof *copy)) != NULL)
    {
      *copy = *made;
      copy->given = given;
      copy->next = copies;
      copies = copy;
      copy->driver.ops = copy->driver.ops == &made->host ? &copy->host : copy->driver.ops;
    }
  pthread_mutex_unlock (&mutex);
  return copy;
}

static const char missing[] = "a mandatory operation is missing";

const LodgerHostDriver *
lodger__registry_driver (const LodgerHostDriver *given, const char *function, int *ret_code)
{
  Copy made = { .given = given };
  const char *reason;
  const LodgerHostDriver *driver = lodger__options (given, &made.driver, sizeof made.driver, &reason);
  const LodgerHostOps *ops = NULL;
  if (driver != NULL && reason == NULL)
    ops = lodger__options (driver->ops, &made.host, sizeof made.host, &reason);
  if (reason == NULL
      && (ops == NULL || driver->open == NULL || ops->name == NULL || ops->run_sync_soon_threadsafe == NULL
          || (ops->watch_fd != NULL && ops->unwatch_fd == NULL) || (ops->mainloop != NULL && ops->quit == NULL)))
    reason = missing;
  *ret_code = reason == NULL ? 0 : lodger__misuse (function, LODGER_EINVAL, reason);
  if (*ret_code == 0 && (driver != given || ops != given->ops))
    {
      const Copy *copy;
      made.driver = *driver;
      made.driver.ops = ops;
      copy = keep (given, &made);
      driver = copy != NULL ? &copy->driver : NULL;
      *ret_code = copy != NULL ? 0 : LODGER_ENOMEM;
    }
  return *ret_code == 0 ? driver : NULL;
}

int
lodger_host_register (const LodgerHostDriver *given)
{
  int code;
  const LodgerHostDriver *driver = lodger__registry_driver (given, __func__, &code);
  return driver != NULL ? add (&hosts, driver->ops->name, given, driver, __func__) : code;
}

static bool
can_be_worker (const LodgerBackendOps *ops)
{
  return ops->open != NULL && ops->host != NULL && ops->run != NULL && ops->quit != NULL && ops->close != NULL;
}

/* It may be a guest alone: then a worker's operations are all missing. */
static bool
is_complete (const LodgerBackendOps *ops)
{
  const bool is_guest = ops->guest_open != NULL, is_no_worker = ops->open == NULL && ops->host == NULL
                                                                && ops->run == NULL && ops->quit == NULL
                                                                && ops->close == NULL;
  if (is_guest && (ops->guest_prepare == NULL || ops->guest_dispatch == NULL || ops->guest_close == NULL))
    return false;
  return ops->name != NULL && (can_be_worker (ops) || (is_guest && is_no_worker));
}

int
lodger_backend_register (const LodgerBackendOps *given)
{
  Copy made = { .given = given };
  const char *reason;
  const LodgerBackendOps *ops = lodger__options (given, &made.backend, sizeof made.backend, &reason);
  if (reason == NULL && (ops == NULL || !is_complete (ops)))
    reason = missing;
  if (reason != NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, reason);
  if (ops != given)
    {
      const Copy *copy = keep (given, &made);
      if (copy == NULL)
        return LODGER_ENOMEM;
      ops = &copy->backend;
    }
  return add (&backends, ops->name, given, ops, __func__);
}

const LodgerHostDriver *
lodger__registry_host (const char *name)
{
  return find (&hosts, name);
}

const LodgerBackendOps *
lodger__registry_backend (const char *name)
{
  if (strcmp (name, lodger__native_backend.name) == 0)
    return &lodger__native_backend;
  return find (&backends, name);
}

const LodgerBackendOps *
lodger__registry_workers (const char *name, int *ret_code, const char **ret_reason)
{
  const LodgerBackendOps *backend = lodger__registry_backend (name);
  *ret_code = backend == NULL ? LODGER_ENOENT : LODGER_ENOSYS;
  *ret_reason = backend == NULL ? "no such backend" : "the backend can only be a guest";
  return backend != NULL && can_be_worker (backend) ? backend : NULL;
}

/* ---- callers: known from their making until they have stopped ------------------------------------------------------- */

/* Held, not referred to: whoever lets go of the last reference of a user stops the caller. */
LodgerCaller **
lodger__registry_hold_all (size_t *ret_count)
{
  LodgerCaller **list;
  size_t count = 0;
  pthread_mutex_lock (&mutex);
  lodger__list_for (caller, &known, LodgerCaller, setup.registered.known)
    count++;
  list = count > 0 ? malloc (count * sizeof (LodgerCaller *)) : NULL;
  count = 0;
  lodger__list_for (caller, &known, LodgerCaller, setup.registered.known)
    if (list != NULL && lodger__life_try_hold (caller))
      list[count++] = caller;
  pthread_mutex_unlock (&mutex);
  *ret_count = count;
  return list;
}

static const LodgerDebugOps debug_ops = { .hold_all = lodger__registry_hold_all, .describe = lodger_caller_describe };

void
lodger__registry_add (LodgerCaller *caller)
{
  lodger__fork_notice ();
  lodger__at_exit_notice ();
  pthread_mutex_lock (&mutex);
  lodger__life_set_number (caller, ++last_number);
  lodger__list_append (&known, &caller->setup.registered.known);
  if (lodger__is_main (caller))
    lodger__list_append (&mains, &caller->setup.registered.of_main);
  lodger__hash_insert (&by_id, &caller->setup.registered.by_id, lodger__hash_of_number (last_number));
  pthread_mutex_unlock (&mutex);
  lodger__debug_notice (&debug_ops);
}

void
lodger__registry_remove (LodgerCaller *caller)
{
  pthread_mutex_lock (&mutex);
  lodger__list_remove (&caller->setup.registered.known);
  lodger__list_remove (&caller->setup.registered.of_main);
  lodger__hash_remove (&by_id, &caller->setup.registered.by_id);
  pthread_mutex_unlock (&mutex);
}

/* A caller whose last reference is just going is still linked: it must not come back to life. Neither it nor one that is
 * stopping is ever found again, so it goes from the list: nobody passes it twice. */
LodgerCaller *
lodger__registry_find_mains (void)
{
  LodgerCaller *caller, *found = NULL;
  pthread_mutex_lock (&mutex);
  while (found == NULL && (caller = lodger__list_first (&mains, LodgerCaller, setup.registered.of_main)) != NULL)
    {
      if (lodger_caller_get_state (caller) < LODGER_CALLER_STOPPING)
        found = lodger__life_try_ref (caller);
      if (found == NULL)
        lodger__list_remove (&caller->setup.registered.of_main);
    }
  pthread_mutex_unlock (&mutex);
  return found;
}

LodgerCaller *
lodger_caller_find_id (uint64_t id)
{
  const LodgerCaller *current = id == 0 ? lodger_caller_current () : NULL;
  LodgerCaller *found = NULL;
  if (current != NULL)
    id = lodger_caller_get_id (current);
  pthread_mutex_lock (&mutex);
  lodger__hash_for (caller, &by_id, lodger__hash_of_number (id), LodgerCaller, setup.registered.by_id)
    if (lodger_caller_get_id (caller) == id && lodger_caller_is_running (caller))
      found = lodger__life_try_ref (caller);
  pthread_mutex_unlock (&mutex);
  return found;
}

LodgerCaller **
lodger_caller_list (bool running_only, size_t *ret_count)
{
  LodgerCaller **list;
  size_t count = 0;
  if (lodger__is_null (ret_count, __func__))
    return NULL;
  pthread_mutex_lock (&mutex);
  lodger__list_for (caller, &known, LodgerCaller, setup.registered.known)
    count++;
  list = count > 0 ? malloc (count * sizeof (LodgerCaller *)) : NULL;
  count = 0;
  lodger__list_for (caller, &known, LodgerCaller, setup.registered.known)
    if (list != NULL
        && (lodger_caller_is_running (caller) || (!running_only && lodger__phase (caller) != LODGER_PHASE_STOPPED))
        && lodger__life_try_ref (caller) != NULL)
      list[count++] = caller;
  pthread_mutex_unlock (&mutex);
  if (count == 0)
    {
      free (list);
      list = NULL;
    }
  *ret_count = count;
  return list;
}

void
lodger_caller_list_free (LodgerCaller **callers, size_t count)
{
  if (callers == NULL)
    return;
  for (size_t i = 0; i < count; i++)
    lodger_caller_unref (callers[i]);
  free (callers);
}
