/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "view/view.h"

#include "base/log.h"

#include <lodger/channel.h>
#include <lodger/metadata.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a piece of work sends to its view while it runs: its progress, of which the newest report counts, and its
 * items. Both are channels that are delivered to the view's thread, bound to the view. */

/* About a frame. */
#define INTERVAL INT64_C (16000000)

static const char mark[] = "lodger-view";

/* ---- progress ---------------------------------------------------------------------------------------------------- */

typedef struct Report
{
  double fraction;
  char *text;
} Report;

static void
report_free (void *data)
{
  free (((Report *) data)->text);
  free (data);
}

static Report *
report_new (double fraction, const char *text)
{
  Report *report = calloc (1, sizeof *report);
  if (report == NULL)
    return NULL;
  report->fraction = fraction;
  if (text != NULL && (report->text = strdup (text)) == NULL)
    {
      free (report);
      return NULL;
    }
  return report;
}

/* A report without a text leaves the earlier one. */
static void
report_merge (void *last, void *item, void *data)
{
  Report *waiting = last, *newer = item;
  (void) data;
  waiting->fraction = newer->fraction;
  if (newer->text != NULL)
    {
      free (waiting->text);
      waiting->text = newer->text;
      newer->text = NULL;
    }
}

/* The bar may make the program destroy the view. */
static void
show (LodgerPending *self, void **items, size_t count, void *data)
{
  LodgerViewRun *run = data;
  (void) self;
  if (lodger__view_is_over (run))
    return;
  lodger__view_use (run);
  for (size_t i = 0; i < count; i++)
    {
      const Report *report = items[i];
      if (run->ops->show != NULL && !lodger__view_is_over (run))
        run->ops->show (run->view, report->fraction, report->text);
      if (run->ops->progress != NULL && !lodger__view_is_over (run))
        run->ops->progress (run->view, report->fraction, report->text);
    }
  lodger__view_end_use (run);
}

/* ---- items ------------------------------------------------------------------------------------------------------- */

static void
give (LodgerPending *self, void **items, size_t count, void *data)
{
  LodgerViewRun *run = data;
  (void) self;
  if (lodger__view_is_over (run))
    return;
  lodger__view_use (run);
  run->ops->items (run->view, items, count);
  lodger__view_end_use (run);
}

/* ---- both -------------------------------------------------------------------------------------------------------- */

static LodgerPending *
deliver (LodgerViewRun *run, LodgerChannel *channel, LodgerBatchFunc func)
{
  const LodgerHostViewOptions *options = &run->options;
  const LodgerCallOptions bound = { .size = sizeof bound,
                                    .name = options->name,
                                    .file = options->file,
                                    .line = options->line,
                                    .flags = LODGER_PENDING_MAY_FAIL,
                                    .scope = run->view_scope,
                                    .trackers = LODGER_TRACK_NONE };
  lodger__view_hold (run);
  return lodger_channel_deliver_full (channel, options->home, func, run, lodger__view_release, &bound);
}

bool
lodger__view_begin_streams (LodgerViewRun *run)
{
  const LodgerHostViewOptions *options = &run->options;
  LodgerChannelOptions channel = { .size = sizeof channel, .file = options->file, .line = options->line };
  if ((options->flags & LODGER_HOST_VIEW_ITEMS) != 0)
    {
      channel.destroy = options->item_destroy;
      run->items = lodger_channel_new (&channel);
      if (run->items == NULL)
        return false;
      run->taken = deliver (run, run->items, give);
    }
  if ((options->flags & LODGER_HOST_VIEW_PROGRESS) != 0)
    {
      channel.destroy = report_free;
      channel.limit = 1;
      channel.overflow = LODGER_CHANNEL_MERGE;
      channel.merge = report_merge;
      channel.interval = INTERVAL;
      run->reports = lodger_channel_new (&channel);
      if (run->reports == NULL)
        return false;
      run->shown = deliver (run, run->reports, show);
    }
  return true;
}

void
lodger__view_find_by (LodgerViewRun *run, LodgerPending *self)
{
  lodger__view_hold (run);
  lodger_pending_set_metadata (self, mark, run, lodger__view_release);
}

void
lodger__view_flush (LodgerViewRun *run)
{
  if (run->items != NULL && !lodger_pending_is_done (run->taken))
    lodger_channel_flush (run->items);
  if (run->reports != NULL && !lodger_pending_is_done (run->shown))
    lodger_channel_flush (run->reports);
}

void
lodger__view_end_streams (LodgerViewRun *run)
{
  static const char message[] = "its work has ended";
  if (run->shown != NULL)
    lodger_pending_cancel (run->shown, message);
  if (run->taken != NULL)
    lodger_pending_cancel (run->taken, message);
}

/* ---- in the work's thread ---------------------------------------------------------------------------------------- */

/* The work holds the run as long as it is not done. */
static LodgerViewRun *
find (const LodgerHostViewOps *ops, LodgerPending *self)
{
  LodgerViewRun *run = lodger_pending_is_done (self) ? NULL : lodger_pending_get_metadata (self, mark);
  return run != NULL && run->ops == ops ? run : NULL;
}

static int
refuse (const LodgerHostViewOps *ops, const char *function, const char *with)
{
  char reason[128];
  snprintf (reason, sizeof reason, "this is no work of %s()%s that is being done", ops->run_name, with);
  return lodger__misuse (function, LODGER_ESTATE, reason);
}

static int
send_for (const char *function, LodgerChannel *channel, void *item)
{
  const char *outer = lodger_host_speak_for (function);
  int code = lodger_channel_send (channel, item);
  lodger_host_speak_for (outer);
  return code;
}

/* The view may be gone, and the work go on. */
int
lodger_host_report (const LodgerHostViewOps *ops, LodgerPending *self, double fraction, const char *text)
{
  const LodgerViewRun *run;
  Report *report;
  int code;
  if (ops == NULL || ops->size < sizeof *ops)
    return lodger__misuse (__func__, LODGER_EINVAL, "no operations");
  if (self == NULL)
    return lodger__misuse (ops->report_name, LODGER_EINVAL, "NULL given");
  if (lodger_pending_is_cancelled (self))
    return LODGER_ECANCELED;
  run = find (ops, self);
  if (run == NULL)
    return refuse (ops, ops->report_name, "");
  if (run->reports == NULL)
    return 0;
  report = report_new (fraction, text);
  if (report == NULL)
    return LODGER_ENOMEM;
  code = send_for (ops->report_name, run->reports, report);
  return code == LODGER_ECANCELED ? 0 : code;
}

int
lodger_host_send (const LodgerHostViewOps *ops, LodgerPending *self, void *item)
{
  const LodgerViewRun *run;
  if (ops == NULL || ops->size < sizeof *ops)
    return lodger__misuse (__func__, LODGER_EINVAL, "no operations");
  if (self == NULL || item == NULL)
    return lodger__misuse (ops->send_name, LODGER_EINVAL, "NULL given");
  run = find (ops, self);
  if (run == NULL || run->items == NULL)
    return refuse (ops, ops->send_name, " with items");
  if (lodger_pending_is_cancelled (self))
    lodger_channel_leave (run->items);
  return send_for (ops->send_name, run->items, item);
}
