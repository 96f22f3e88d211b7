/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors, and what a program is told: all of it is fine with NULL. */
#include "misuse.h"

#include <lodger/trace.h>
#include <string.h>

static const char *const volatile no_format = NULL;

static bool
is_failed (LodgerError *error)
{
  bool is = lodger_error_matches (error, NULL, LODGER_EFAILED) && lodger_error_get_message (error)[0] != '\0';
  lodger_error_unref (error);
  return is;
}

CELL (lodger_error_new, null_domain, FINE (is_failed (lodger_error_new (NULL, LODGER_EFAILED, "message"))));
CELL (lodger_error_new, null_message, FINE (is_failed (lodger_error_new (LODGER_ERROR_DOMAIN, LODGER_EFAILED, NULL))));
CELL (lodger_error_newf, null_domain, FINE (is_failed (lodger_error_newf (NULL, LODGER_EFAILED, "%d", 1))));
CELL (lodger_error_newf, null_format,
      FINE (is_failed (lodger_error_newf (LODGER_ERROR_DOMAIN, LODGER_EFAILED, no_format))));

static const LodgerErrorPayloadOps ops = { .size = sizeof ops, .name = "misuse", .destroy = recorder_destroy };
static const LodgerErrorPayloadOps quiet_ops = { .size = sizeof quiet_ops, .name = "quiet" };
static const LodgerErrorPayloadOps no_size = { .name = "misuse", .destroy = recorder_destroy };

#define WITH_PAYLOAD(domain, message, ops, payload)                                                                    \
  lodger_error_new_with_payload (domain, LODGER_EFAILED, message, ops, payload)

static bool
has_payload (LodgerError *error, const LodgerErrorPayloadOps *kind, const void *payload)
{
  return lodger_error_get_payload (error, kind) == payload && is_failed (error);
}

CELL (lodger_error_new_with_payload, null_domain, FINE (is_failed (WITH_PAYLOAD (NULL, "message", &ops, DATA))));
CELL (lodger_error_new_with_payload, null_message,
      FINE (is_failed (WITH_PAYLOAD (LODGER_ERROR_DOMAIN, NULL, &ops, DATA))));
CELL (lodger_error_new_with_payload, null_ops, FINE (has_payload (WITH_PAYLOAD (NULL, NULL, NULL, s), NULL, NULL)));
CELL (lodger_error_new_with_payload, size_ops,
      WARNS (has_payload (WITH_PAYLOAD (NULL, NULL, &no_size, s), NULL, NULL)));
CELL (lodger_error_new_with_payload, null_payload,
      FINE (has_payload (WITH_PAYLOAD (NULL, NULL, &quiet_ops, NULL), NULL, NULL)));

CELL (lodger_error_ref, null_error, FINE (lodger_error_ref (NULL) == NULL));
CELL (lodger_error_unref, null_error, FINE (DOES (lodger_error_unref (NULL))));
CELL (lodger_error_get_domain, null_error, FINE (lodger_error_get_domain (NULL) == NULL));
CELL (lodger_error_get_code, null_error, FINE (lodger_error_get_code (NULL) == 0));
CELL (lodger_error_get_message, null_error, FINE (strcmp (lodger_error_get_message (NULL), "") == 0));
CELL (lodger_error_get_payload, null_error, FINE (lodger_error_get_payload (NULL, &ops) == NULL));
CELL (lodger_error_get_payload, null_ops, FINE (has_payload (WITH_PAYLOAD (NULL, NULL, &quiet_ops, s), NULL, s)));
CELL (lodger_error_get_payload, size_ops,
      FINE (has_payload (WITH_PAYLOAD (NULL, NULL, &quiet_ops, s), &no_size, NULL)));
CELL (lodger_error_matches, null_error, FINE (!lodger_error_matches (NULL, NULL, 0)));
CELL (lodger_error_matches, null_domain, FINE (is_failed (lodger_error_new (NULL, LODGER_EFAILED, NULL))));
CELL (lodger_free, null_memory, FINE (DOES (lodger_free (NULL))));

/* ---- the log and the trace --------------------------------------------------------------------------------------------- */

static void
ignore_line (LodgerLogLevel level, const char *line, void *data)
{
  (void) level;
  (void) line;
  (void) data;
}

static void
ignore_event (const LodgerTraceEvent *event, void *data)
{
  (void) event;
  (void) data;
}

CELL (lodger_set_log_func, null_func, FINE (DOES (lodger_set_log_func (NULL, s))));
CELL (lodger_set_log_func, null_data, FINE (DOES (lodger_set_log_func (ignore_line, NULL))),
      FINE (lodger_pending_get_outcome (NULL) == LODGER_EINVAL));
CELL (lodger_set_trace_func, null_func, FINE (DOES (lodger_set_trace_func (NULL, s))));
CELL (lodger_set_trace_func, null_data, FINE (DOES (lodger_set_trace_func (ignore_event, NULL))),
      ACCEPTS (lodger_pending_ref (CALL)), FINE (DOES (lodger_set_trace_func (NULL, NULL))));

/* ---- the watch and the dump --------------------------------------------------------------------------------------------- */

CELL (lodger_watch_stalls, null_options, FINE (lodger_watch_stalls (NULL) == 0),
      FINE (DOES (lodger_unwatch_stalls ())));
CELL (lodger_watch_stalls, size_options,
      ANSWERS (lodger_watch_stalls (&(LodgerStallOptions) { .loop_limit = 1 }), LODGER_EINVAL));
