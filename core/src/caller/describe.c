/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "caller/caller.h"
#include "life/life.h"
#include "pool/pool.h"
#include "stop/entries.h"

#include <stdio.h>

/* What a caller is, for people. */

const char *
lodger_caller_get_backend (const LodgerCaller *caller)
{
  return caller != NULL && caller->setup.backend != NULL ? caller->setup.backend->name : NULL;
}

char *
lodger_caller_describe (LodgerCaller *caller)
{
  static const char *const states[] = { "initial", "starting", "running", "stopping", "stopped" };
  const char *host = lodger_caller_get_host (caller);
  const char *backend = lodger_caller_get_backend (caller);
  unsigned workers, entries;
  char *line = NULL, place[256] = "", inside[64] = "";
  if (caller == NULL)
    return NULL;
  if (caller->setup.file != NULL)
    snprintf (place, sizeof place, " (%s:%d)", caller->setup.file, caller->setup.line);
  workers = lodger__pool_worker_count (caller);
  entries = lodger__entries_count (caller);
  if (entries > 0)
    snprintf (inside, sizeof inside, ", entered by calls %u time%s", entries, entries == 1 ? "" : "s");
  if (asprintf (&line, "%s #%llu%s: %s%s%s%s%s, %u worker%s%s%s", lodger__name (caller),
                (unsigned long long) lodger_caller_get_id (caller), place, states[lodger_caller_get_state (caller)],
                host != NULL ? ", host " : "", host != NULL ? host : "", backend != NULL ? ", backend " : "",
                backend != NULL ? backend : "", workers, workers == 1 ? "" : "s", inside,
                lodger_caller_is_protected (caller) ? ", protected" : "")
      < 0)
    return NULL;
  return line;
}
