/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"
#include "fork.h"
#include "quit.h"

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
static LodgerCaller *first_caller, *last_caller;
static uint64_t last_id;

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
  lodger__quit_notice ();
  pthread_mutex_lock (&mutex);
  caller->id = ++last_id;
  caller->prev_known = last_caller;
  if (last_caller != NULL)
    last_caller->next_known = caller;
  else
    first_caller = caller;
  last_caller = caller;
  pthread_mutex_unlock (&mutex);
}

void
lodger__registry_remove (LodgerCaller *caller)
{
  pthread_mutex_lock (&mutex);
  if (caller->prev_known != NULL)
    caller->prev_known->next_known = caller->next_known;
  else if (first_caller == caller)
    first_caller = caller->next_known;
  if (caller->next_known != NULL)
    caller->next_known->prev_known = caller->prev_known;
  else if (last_caller == caller)
    last_caller = caller->prev_known;
  caller->prev_known = caller->next_known = NULL;
  pthread_mutex_unlock (&mutex);
}

/* Under the mutex. A caller whose last reference is just going is still linked: it must not come back to life. */
static LodgerCaller *
try_ref (LodgerCaller *caller)
{
  unsigned holds = atomic_load (&caller->holds);
  while (holds > 0)
    if (atomic_compare_exchange_weak (&caller->holds, &holds, holds + 1))
      {
        atomic_fetch_add (&caller->refs, 1);
        return caller;
      }
  return NULL;
}

LodgerCaller *
lodger__registry_find (bool (*matches) (const LodgerCaller *caller, const void *what), const void *what,
                       LodgerCallerState below)
{
  LodgerCaller *caller;
  LodgerCaller *found = NULL;
  pthread_mutex_lock (&mutex);
  for (caller = first_caller; caller != NULL && found == NULL; caller = caller->next_known)
    if (lodger_caller_get_state (caller) < below && matches (caller, what))
      found = try_ref (caller);
  pthread_mutex_unlock (&mutex);
  return found;
}

static bool
has_id (const LodgerCaller *caller, const void *what)
{
  return caller->id == *(const uint64_t *) what && lodger_caller_is_running (caller);
}

LodgerCaller *
lodger_caller_get_existing (uint64_t id)
{
  const LodgerCaller *current = id == 0 ? lodger_caller_current () : NULL;
  if (current != NULL)
    id = current->id;
  return lodger__registry_find (has_id, &id, LODGER_CALLER_STOPPING);
}

LodgerCaller **
lodger_caller_list (bool running_only, size_t *ret_count)
{
  LodgerCaller **list;
  LodgerCaller *caller;
  size_t count = 0;
  if (ret_count == NULL)
    {
      lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
      return NULL;
    }
  pthread_mutex_lock (&mutex);
  for (caller = first_caller; caller != NULL; caller = caller->next_known)
    count++;
  list = count > 0 ? malloc (count * sizeof (LodgerCaller *)) : NULL;
  count = 0;
  if (list != NULL)
    for (caller = first_caller; caller != NULL; caller = caller->next_known)
      if ((lodger_caller_is_running (caller)
           || (!running_only && lodger_caller_get_state (caller) != LODGER_CALLER_STOPPED))
          && try_ref (caller) != NULL)
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

void
lodger__registry_lock (void)
{
  pthread_mutex_lock (&mutex);
}

void
lodger__registry_unlock (bool in_child)
{
  if (in_child)
    first_caller = last_caller = NULL;
  pthread_mutex_unlock (&mutex);
}
