/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fork.h"
#include "base/log.h"
#include "caller/caller.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/native.h"

#include <stdlib.h>
#include <string.h>

typedef struct Entry
{
  struct Entry *next;
  const char *name;
  const void *thing;
} Entry;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Entry *hosts, *backends;
static LodgerList known;
static uint64_t last_number;

static void
forget_callers (void)
{
  known = (LodgerList) { NULL, NULL };
}

LODGER_FORK_LOCK (mutex, LODGER_RANK_REGISTRY, forget_callers);

static int
add (Entry **list, const char *name, const void *thing, const char *function)
{
  Entry *entry;
  int code = 0;
  pthread_mutex_lock (&mutex);
  for (entry = *list; entry != NULL && strcmp (entry->name, name) != 0; entry = entry->next)
    ;
  if (entry != NULL)
    code = entry->thing == thing ? 0 : LODGER_EALREADY;
  else if ((entry = malloc (sizeof *entry)) == NULL)
    code = LODGER_ENOMEM;
  else
    {
      *entry = (Entry) { .next = *list, .name = name, .thing = thing };
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

int
lodger_host_register (const LodgerHostDriver *driver)
{
  if (driver == NULL || driver->size < sizeof *driver || driver->open == NULL || driver->ops == NULL
      || driver->ops->size < sizeof *driver->ops || driver->ops->name == NULL
      || driver->ops->run_sync_soon_threadsafe == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "a mandatory operation or the size is missing");
  return add (&hosts, driver->ops->name, driver, __func__);
}

int
lodger_backend_register (const LodgerBackendOps *ops)
{
  if (ops == NULL || ops->size < sizeof *ops || ops->name == NULL || ops->open == NULL || ops->host == NULL
      || ops->run == NULL || ops->quit == NULL || ops->close == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "a mandatory operation or the size is missing");
  return add (&backends, ops->name, ops, __func__);
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

/* ---- callers: known from their making until they have stopped ------------------------------------------------------- */

void
lodger__registry_add (LodgerCaller *caller)
{
  lodger__fork_notice ();
  lodger__at_exit_notice ();
  pthread_mutex_lock (&mutex);
  lodger__life_set_number (caller, ++last_number);
  lodger__list_append (&known, &caller->setup.known);
  pthread_mutex_unlock (&mutex);
}

void
lodger__registry_remove (LodgerCaller *caller)
{
  pthread_mutex_lock (&mutex);
  lodger__list_remove (&caller->setup.known);
  pthread_mutex_unlock (&mutex);
}

/* A caller whose last reference is just going is still linked: it must not come back to life. */
LodgerCaller *
lodger__registry_find (bool (*matches) (const LodgerCaller *caller, const void *what), const void *what,
                       LodgerCallerState below)
{
  LodgerCaller *found = NULL;
  pthread_mutex_lock (&mutex);
  lodger__list_for (caller, &known, LodgerCaller, setup.known)
    if (found == NULL && lodger_caller_get_state (caller) < below && matches (caller, what))
      found = lodger__life_try_ref (caller);
  pthread_mutex_unlock (&mutex);
  return found;
}

static bool
has_id (const LodgerCaller *caller, const void *what)
{
  return lodger_caller_get_id (caller) == *(const uint64_t *) what && lodger_caller_is_running (caller);
}

LodgerCaller *
lodger_caller_find_id (uint64_t id)
{
  const LodgerCaller *current = id == 0 ? lodger_caller_current () : NULL;
  if (current != NULL)
    id = lodger_caller_get_id (current);
  return lodger__registry_find (has_id, &id, LODGER_CALLER_STOPPING);
}

LodgerCaller **
lodger_caller_list (bool running_only, size_t *ret_count)
{
  LodgerCaller **list;
  size_t count = 0;
  if (lodger__is_null (ret_count, __func__))
    return NULL;
  pthread_mutex_lock (&mutex);
  lodger__list_for (caller, &known, LodgerCaller, setup.known)
    count++;
  list = count > 0 ? malloc (count * sizeof (LodgerCaller *)) : NULL;
  count = 0;
  lodger__list_for (caller, &known, LodgerCaller, setup.known)
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
