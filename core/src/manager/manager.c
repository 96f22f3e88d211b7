/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/context.h"
#include "base/fork.h"
#include "base/log.h"
#include "life/life.h"
#include "members/members.h"
#include "pending/carry.h"

#include <lodger/manager.h>
#include <stdlib.h>

/* A manager, and its activations. An activation is the value of the manager's key in a context; it knows the one that it
 * hides. */

struct LodgerManager
{
  LodgerMembers members; /* first */
  atomic_uint refs;      /* users, activations, pendings */
  uint16_t generation;
  const LodgerContextKey *key;
  LodgerList pendings; /* under the mutex of the members */
};

typedef struct Activation Activation;
struct Activation
{
  atomic_uint refs;
  LodgerManager *manager; /* a reference */
  Activation *outer;      /* a reference, or NULL */
  uint64_t number;
};

static atomic_uint_fast64_t activations;

/* ---- life -------------------------------------------------------------------------------------------------------------- */

static bool
is_before_fork (const LodgerManager *manager)
{
  return manager->generation != (uint16_t) lodger__generation_now ();
}

static int
check (const LodgerManager *manager, const char *function)
{
  if (manager == NULL)
    return lodger__misuse (function, LODGER_EINVAL, "the manager is NULL");
  return is_before_fork (manager) ? lodger__misuse (function, LODGER_ECHILD, lodger__before_fork_message) : 0;
}

LodgerManager *
lodger_manager_ref (LodgerManager *manager)
{
  if (manager != NULL)
    atomic_fetch_add_explicit (&manager->refs, 1, memory_order_relaxed);
  return manager;
}

void
lodger_manager_unref (LodgerManager *manager)
{
  if (manager == NULL || atomic_fetch_sub_explicit (&manager->refs, 1, memory_order_acq_rel) != 1)
    return;
  lodger__members_clear (&manager->members, is_before_fork (manager));
  free (manager);
}

static void
hold (LodgerMembers *members)
{
  lodger_manager_ref ((LodgerManager *) members);
}

static void
release (LodgerMembers *members)
{
  lodger_manager_unref ((LodgerManager *) members);
}

static LodgerList *
admit (LodgerMembers *members, bool *ret_tells)
{
  (void) ret_tells;
  return &((LodgerManager *) members)->pendings;
}

static const LodgerMembersOps members_ops = { .hold = hold, .release = release, .admit = admit };

LodgerManager *
lodger_manager_new (const LodgerContextKey *key)
{
  LodgerManager *manager;
  if (lodger__is_null (key, __func__))
    return NULL;
  manager = calloc (1, sizeof *manager);
  if (manager == NULL)
    {
      lodger__misuse (__func__, LODGER_ENOMEM, "no memory");
      return NULL;
    }
  lodger__members_init (&manager->members, &members_ops);
  atomic_init (&manager->refs, 1);
  manager->generation = (uint16_t) lodger__generation_now ();
  manager->key = key;
  return manager;
}

const LodgerContextKey *
lodger_manager_get_key (const LodgerManager *manager)
{
  return manager != NULL ? manager->key : NULL;
}

/* ---- activations ------------------------------------------------------------------------------------------------------- */

static Activation *
activation_ref (Activation *activation)
{
  if (activation != NULL)
    atomic_fetch_add_explicit (&activation->refs, 1, memory_order_relaxed);
  return activation;
}

/* The outer ones may be many. */
static void
activation_unref (void *data)
{
  Activation *activation = data;
  while (activation != NULL && atomic_fetch_sub_explicit (&activation->refs, 1, memory_order_acq_rel) == 1)
    {
      Activation *outer = activation->outer;
      lodger_manager_unref (activation->manager);
      free (activation);
      activation = outer;
    }
}

static bool
prepare (void *value, LodgerPending *pending)
{
  return lodger__members_prepare (&((Activation *) value)->manager->members, pending);
}

static const LodgerTrackerOps tracker = { .prepare = prepare, .kind = LODGER_TRACKED_MANAGERS };

static Activation *
current (const LodgerContextKey *key)
{
  return lodger__context_value (lodger_context_current (), key, &tracker);
}

LodgerManager *
lodger_manager_current (const LodgerContextKey *key)
{
  const Activation *activation = current (key);
  return activation != NULL ? activation->manager : NULL;
}

int
lodger_manager_activate (LodgerManager *manager, LodgerManagerToken *ret_token)
{
  Activation *activation;
  uint64_t number;
  int code = check (manager, __func__);
  if (code == 0 && lodger__is_null (ret_token, __func__))
    code = LODGER_EINVAL;
  if (code != 0)
    return code;
  activation = calloc (1, sizeof *activation);
  if (activation == NULL)
    return lodger__misuse (__func__, LODGER_ENOMEM, "no memory");
  number = atomic_fetch_add (&activations, 1) + 1;
  atomic_init (&activation->refs, 1);
  activation->manager = lodger_manager_ref (manager);
  activation->outer = activation_ref (current (manager->key));
  activation->number = number;
  code = lodger__context_set (manager->key, activation, activation_unref, &tracker, __func__);
  if (code == 0)
    *ret_token = (LodgerManagerToken) { manager, number };
  return code;
}

int
lodger_manager_deactivate (LodgerManager *manager, LodgerManagerToken token)
{
  const Activation *activation;
  int code = check (manager, __func__);
  if (code == 0 && token.manager != manager)
    code = lodger__misuse (__func__, LODGER_EINVAL, "the token of another manager");
  if (code != 0)
    return code;
  activation = current (manager->key);
  if (activation == NULL || activation->manager != manager || activation->number != token.number)
    return lodger__misuse (__func__, LODGER_ESTATE, "it is not the activation that holds here");
  return lodger__context_set (manager->key, activation_ref (activation->outer), activation_unref,
                              activation->outer != NULL ? &tracker : NULL, __func__);
}

/* ---- its pendings ------------------------------------------------------------------------------------------------------ */

int
lodger_manager_add (LodgerManager *manager, LodgerPending *pending)
{
  int code = check (manager, __func__);
  if (code == 0)
    code = lodger__pendings_check (&pending, 1, __func__);
  if (code != 0 || lodger_pending_is_done (pending))
    return code;
  code = lodger__members_add (&manager->members, pending);
  return code != 0 ? lodger__misuse (__func__, code, "no memory") : 0;
}

bool
lodger_manager_remove (LodgerManager *manager, LodgerPending *pending)
{
  return check (manager, __func__) == 0 && !lodger__is_null (pending, __func__)
         && lodger__members_remove (&manager->members, pending);
}

size_t
lodger_manager_count (LodgerManager *manager)
{
  return manager != NULL && !is_before_fork (manager) ? lodger__members_count (&manager->members) : 0;
}

LodgerPending **
lodger_manager_list (LodgerManager *manager, size_t *ret_count)
{
  LodgerPending **pendings;
  size_t count = 0;
  if (manager == NULL || is_before_fork (manager))
    return NULL;
  pthread_mutex_lock (&manager->members.mutex);
  pendings = malloc ((manager->members.count + 1) * sizeof (LodgerPending *));
  if (pendings != NULL)
    {
      count = lodger__members_list (&manager->pendings, pendings);
      pendings[count] = NULL;
    }
  pthread_mutex_unlock (&manager->members.mutex);
  if (ret_count != NULL)
    *ret_count = count;
  return pendings;
}

void
lodger_manager_list_free (LodgerPending **pendings, size_t count)
{
  for (size_t i = 0; pendings != NULL && i < count; i++)
    lodger_pending_unref (pendings[i]);
  free (pendings);
}
