/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reporting.h"

#include <errno.h>
#include <stdatomic.h>

/* The call has it, and then the continuation. */
typedef struct Reporting
{
  atomic_int refs;
  ReportingOwner owner;
  ReportingWhat what;
  void (*made) (Report *report, int why, void *owner);

  const Report *report; /* that is written */
  ReportingFormat format;
  char *path;
  void (*written) (int why, void *owner);
} Reporting;

static Reporting *
reporting_new (const ReportingOwner *owner)
{
  Reporting *reporting = g_new0 (Reporting, 1);
  atomic_init (&reporting->refs, 1);
  reporting->owner = *owner;
  reporting->owner.ref (reporting->owner.owner);
  return reporting;
}

static void *
reporting_ref (Reporting *reporting)
{
  atomic_fetch_add (&reporting->refs, 1);
  return reporting;
}

static void
reporting_unref (void *data)
{
  Reporting *reporting = data;
  if (atomic_fetch_sub (&reporting->refs, 1) != 1)
    return;
  reporting->owner.unref (reporting->owner.owner);
  g_free (reporting->path);
  g_free (reporting);
}

/* Consumes the reference. That of the call is dropped in the caller's thread, too (`data_home`): the owner belongs to
 * it. */
static void
run (LodgerCaller *caller, const char *name, LodgerCallFunc func, LodgerThenFunc then, Reporting *reporting)
{
  LodgerPending *call = lodger_caller_to_thread_full (caller, func, reporting_ref (reporting), reporting_unref,
                                                      LODGER_CALL_OPTIONS (.name = name, .data_home = caller));
  lodger_pending_disown (lodger_pending_then (call, caller, then, reporting, reporting_unref));
  lodger_pending_unref (call);
}

/* ---- making ----------------------------------------------------------------------------------------------------- */

/* The outcome of the call that makes the report. */
typedef struct Made
{
  Report *report;
  int why;
} Made;

static void
made_free (void *data)
{
  Made *made = data;
  report_free (made->report);
  g_free (made);
}

static Made *
make (const ReportingWhat *what)
{
  Made *made = g_new0 (Made, 1);
  made->report = report_new (what->store, what->root, what->seconds, what->cancelled);
  if (what->folders[1] != NULL)
    report_set_folders (made->report, what->folders);
  if (what->json != NULL)
    made->why = report_write_json (made->report, what->json);
  if (made->why != 0)
    report_complain (what->json, made->why);
  return made;
}

static void
make_report (LodgerPending *self, void *data)
{
  const Reporting *reporting = data;
  (void) lodger_pending_return_pointer (self, make (&reporting->what), made_free);
}

/* Without a worker the caller's thread makes the report, although that blocks its window. */
static void
report_returned (LodgerPending *self G_GNUC_UNUSED, LodgerPending *done, void *data)
{
  const Reporting *reporting = data;
  void *value = NULL;
  Made *made = lodger_pending_take_pointer (done, &value) == LODGER_OK ? value : make (&reporting->what);
  reporting->made (g_steal_pointer (&made->report), made->why, reporting->owner.owner);
  made_free (made);
}

void
reporting_make (LodgerCaller *caller, const ReportingWhat *what, const ReportingOwner *owner,
                void (*made) (Report *report, int why, void *owner))
{
  Reporting *reporting = reporting_new (owner);
  reporting->what = *what;
  reporting->made = made;
  run (caller, "report", make_report, report_returned, reporting);
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static void
write_report (LodgerPending *self, void *data)
{
  const Reporting *reporting = data;
  int why = reporting->format == REPORTING_JSON ? report_write_json (reporting->report, reporting->path)
                                                : report_write_csv (reporting->report, reporting->path);
  (void) lodger_pending_return_int (self, why);
}

static void
write_returned (LodgerPending *self G_GNUC_UNUSED, LodgerPending *done, void *data)
{
  const Reporting *reporting = data;
  int64_t why = EAGAIN; /* there was no worker */
  (void) lodger_pending_get_int (done, &why);
  reporting->written ((int) why, reporting->owner.owner);
}

void
reporting_write (LodgerCaller *caller, const Report *report, ReportingFormat format, const char *path,
                 const ReportingOwner *owner, void (*written) (int why, void *owner))
{
  Reporting *reporting = reporting_new (owner);
  reporting->report = report;
  reporting->format = format;
  reporting->path = g_strdup (path);
  reporting->written = written;
  run (caller, "write the report", write_report, write_returned, reporting);
}
