/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/context.h"
#include "call/admission.h"
#include "call/spawn.h"
#include "caller/caller.h"
#include "children/children.h"
#include "life/life.h"
#include "loop/native.h"
#include "loop/turn.h"
#include "mailbox/post.h"
#include "pending/pending.h"
#include "pool/pool.h"
#include "stop/stop.h"

#include <stdlib.h>
#include <string.h>

/* A caller's memory: its parts are put together here, and taken apart. */

static void
caller_free (LodgerCaller *caller)
{
  lodger__registry_remove (caller);
  lodger__mailbox_clear (caller);
  if (caller->setup.hook_destroy != NULL)
    caller->setup.hook_destroy (caller->setup.hooks.data);
  lodger_context_unref (caller->setup.context);
  lodger__children_clear (caller);
  lodger__pool_clear (caller);
  lodger__admission_free (caller);
  lodger__turn_clear (caller);
  lodger_pending_unref (lodger_caller_get_started (caller));
  lodger_pending_unref (lodger_caller_get_stopping (caller));
  lodger_pending_unref (lodger_caller_get_stopped (caller));
  lodger__life_clear (caller);
  free (caller);
}

/* Nobody else would end it. */
static void
forgotten (LodgerCaller *caller)
{
  lodger_caller_stop (caller, true);
}

static const LodgerLifeOps life_ops = { .forgotten = forgotten, .free = caller_free };

/* All that needs memory; false: there is none, and nothing is left. */
static bool
make_parts (LodgerCaller *caller, const LodgerCallerOptions *options, const LodgerSpec *spec, LodgerBirth *birth)
{
  char thread_name[16];
  lodger__port_thread_name (thread_name);
  birth->name = strdup (options->name != NULL ? options->name : thread_name);
  birth->started = lodger__pending_new_owned ();
  birth->stopping = lodger__pending_new_owned ();
  birth->stopped = lodger__pending_new_owned ();
  if (birth->name != NULL && birth->started != NULL && birth->stopping != NULL && birth->stopped != NULL
      && lodger__admission_make (caller, options->inbox_limit) && (!spec->is_worker || lodger__worker_init (caller))
      && lodger__mailbox_init (caller) == 0)
    {
      lodger__spawn_set_stack_size (caller, options->stack_size);
      return true;
    }
  free (birth->name);
  lodger_pending_unref (birth->started);
  lodger_pending_unref (birth->stopping);
  lodger_pending_unref (birth->stopped);
  lodger__pool_clear (caller);
  lodger__admission_free (caller);
  return false;
}

static void
set_up (LodgerSetup *setup, LodgerCallerOptions *options, const LodgerSpec *spec)
{
  setup->backend = spec->backend;
  setup->backend_options = options->backend_options;
  setup->host_options = options->host_options;
  setup->worker_backend = spec->worker_backend;
  setup->nice = options->nice;
  setup->file = options->file;
  setup->line = options->line;
  setup->usual_nice = lodger__port_get_nice ();
  setup->context
      = lodger_context_ref (spec->is_worker ? lodger__root (spec->parent)->setup.context : lodger_context_current ());
  if (spec->hooks_from != NULL)
    {
      setup->hooks = spec->hooks_from->setup.hooks;
      return;
    }
  setup->hooks
      = (LodgerHooks) { .on_start = options->on_start, .on_stop = options->on_stop, .data = options->hook_data };
  setup->hook_destroy = options->hook_destroy;
  options->hook_destroy = NULL;
}

LodgerCaller *
lodger__caller_create (LodgerCallerOptions *options, const LodgerSpec *spec)
{
  LodgerCaller *caller = aligned_alloc (64, (sizeof *caller + 63) / 64 * 64);
  LodgerBirth birth = { .ops = &life_ops,
                        .parent = spec->parent,
                        .is_driven = spec->backend != NULL,
                        .is_main = spec->is_main,
                        .is_protected = options->is_protected,
                        .is_hidden = options->no_debug };
  if (caller == NULL)
    return NULL;
  memset (caller, 0, sizeof *caller);
  if (!make_parts (caller, options, spec, &birth))
    {
      free (caller);
      return NULL;
    }
  lodger__life_init (caller, &birth);
  lodger__turn_init (caller, spec->is_worker ? &lodger__worker_plan : &lodger__caller_plan);
  lodger__stop_init (caller, lodger__stop_plan, options->stop_deadline);
  lodger__pool_init (caller, options->max_workers, options->max_threads, lodger__caller_spawn_worker);
  set_up (&caller->setup, options, spec);
  return caller;
}

void
lodger__caller_return_hook_data (LodgerCaller *caller, LodgerCallerOptions *options)
{
  if (caller->setup.hook_destroy == NULL)
    return;
  options->hook_destroy = caller->setup.hook_destroy;
  caller->setup.hook_destroy = NULL;
}
