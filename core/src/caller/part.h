/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of a caller that says how it was set up: its thread's backend, its host, its hooks. */
#ifndef LODGER_CALLER_PART_H
#define LODGER_CALLER_PART_H

#include "base/hash.h"

#include <lodger/backend.h>
#include <lodger/caller.h>

typedef struct LodgerHooks
{
  LodgerStartHook on_start;
  LodgerStopHook on_stop;
  void *data;
} LodgerHooks;

/* registry.c */
typedef struct LodgerRegistered
{
  LodgerLink known;
  LodgerLink of_main;
  LodgerHashLink by_id;
} LodgerRegistered;

typedef struct LodgerSetup
{
  const LodgerBackendOps *backend; /* NULL: somebody else runs its loop */
  const void *backend_options;
  void *backend_impl;
  const void *host_options;
  const LodgerBackendOps *worker_backend;
  int nice; /* added in its threads to `usual_nice` of its root: the level of the thread that made the root */
  int usual_nice;
  LodgerHooks hooks;
  LodgerDestroyFunc hook_destroy; /* its own hooks', not inherited ones' */
  LodgerContext *context;         /* of its hooks: where it was opened; a worker's is its root's */
  const char *file;               /* where it was made, or NULL */
  int line;
  bool has_hooked; /* owner: the start hook has run */
  LodgerRegistered registered;
} LodgerSetup;

#endif
