/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a piece of work sends to the screen while it runs: its progress, of which the newest report counts, and its items. Both
 * are channels that are delivered to the GUI thread, bound to the widget. */
#include "gtk-private.h"

#include <stdatomic.h>

/* About a frame. */
#define INTERVAL INT64_C (16000000)

static const char mark[] = "lodger-gtk-streams";

struct LodgerGtkStreams
{
  atomic_uint refs;
  LodgerChannel *reports, *items; /* NULL: nobody looks at them */
  LodgerPending *shown, *taken;   /* their deliveries */
};

/* The GUI thread's side of both: the data of their deliveries. */
typedef struct Screen
{
  GtkWidget *widget; /* valid as long as its scope lasts, to which the delivery is bound */
  LodgerGtkScopes scopes;
  GtkProgressBar *bar; /* weak */
  LodgerGtkProgressFunc progress;
  LodgerGtkItemsFunc items;
  void *data;
} Screen;

static Screen *
screen_new (const LodgerGtkFunctions *functions, const LodgerGtkRunOptions *options)
{
  Screen *screen = g_new0 (Screen, 1);
  screen->widget = functions->widget;
  screen->scopes = functions->scopes;
  lodger__gtk_scopes_ref (&screen->scopes);
  screen->progress = options->progress;
  screen->items = options->items;
  screen->data = functions->data;
  g_set_weak_pointer (&screen->bar, options->progress_bar);
  return screen;
}

static void
screen_free (void *data)
{
  Screen *screen = data;
  g_clear_weak_pointer (&screen->bar);
  lodger__gtk_scopes_unref (&screen->scopes);
  g_free (screen);
}

static gboolean
is_over (const Screen *screen)
{
  return lodger__gtk_has_ended (&screen->scopes);
}

/* ---- progress ------------------------------------------------------------------------------------------------------ */

typedef struct Report
{
  double fraction;
  char *text;
} Report;

static void
report_free (void *data)
{
  Report *report = data;
  g_free (report->text);
  g_free (report);
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
      g_free (waiting->text);
      waiting->text = g_steal_pointer (&newer->text);
    }
}

/* A signal of the bar may make the program destroy the bar, or the window. */
static void
show_report (const Screen *screen, const Report *report)
{
  GtkProgressBar *bar = screen->bar != NULL ? g_object_ref (screen->bar) : NULL;
  if (bar != NULL)
    {
      if (!(report->fraction >= 0))
        gtk_progress_bar_pulse (bar);
      else
        gtk_progress_bar_set_fraction (bar, CLAMP (report->fraction, 0, 1));
      if (report->text != NULL)
        {
          gtk_progress_bar_set_show_text (bar, TRUE);
          gtk_progress_bar_set_text (bar, report->text);
        }
      g_object_unref (bar);
    }
  if (screen->progress != NULL && !is_over (screen))
    screen->progress (screen->widget, report->fraction, report->text, screen->data);
}

static void
show (LodgerPending *self, void **items, size_t count, void *data)
{
  (void) self;
  for (size_t i = 0; i < count; i++)
    if (!is_over (data))
      show_report (data, items[i]);
}

/* ---- items --------------------------------------------------------------------------------------------------------- */

static void
give (LodgerPending *self, void **items, size_t count, void *data)
{
  const Screen *screen = data;
  (void) self;
  if (!is_over (screen))
    screen->items (screen->widget, items, count, screen->data);
}

/* ---- both ---------------------------------------------------------------------------------------------------------- */

LodgerGtkStreams *
lodger__gtk_streams_new (const LodgerGtkFunctions *functions, LodgerCaller *gui, const LodgerGtkRunOptions *options)
{
  const LodgerCallOptions bound = { .size = sizeof bound,
                                    .name = options->name,
                                    .file = options->file,
                                    .line = options->line,
                                    .flags = LODGER_PENDING_MAY_FAIL,
                                    .scope = functions->scopes.widget,
                                    .trackers = LODGER_TRACK_NONE };
  LodgerGtkStreams *streams = g_new0 (LodgerGtkStreams, 1);
  atomic_init (&streams->refs, 1);
  if (options->progress != NULL || options->progress_bar != NULL)
    {
      streams->reports = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = report_free, .limit = 1,
                                                                     .overflow = LODGER_CHANNEL_MERGE,
                                                                     .merge = report_merge, .interval = INTERVAL));
      streams->shown = lodger_channel_deliver_full (streams->reports, gui, show, screen_new (functions, options),
                                                    screen_free, &bound);
    }
  if (options->items != NULL)
    {
      streams->items = lodger_channel_new (LODGER_CHANNEL_OPTIONS (.destroy = options->item_destroy));
      streams->taken = lodger_channel_deliver_full (streams->items, gui, give, screen_new (functions, options),
                                                    screen_free, &bound);
    }
  return streams;
}

static LodgerGtkStreams *
streams_ref (LodgerGtkStreams *streams)
{
  atomic_fetch_add_explicit (&streams->refs, 1, memory_order_relaxed);
  return streams;
}

void
lodger__gtk_streams_unref (void *data)
{
  LodgerGtkStreams *streams = data;
  if (atomic_fetch_sub_explicit (&streams->refs, 1, memory_order_acq_rel) != 1)
    return;
  lodger_channel_unref (streams->reports);
  lodger_channel_unref (streams->items);
  lodger_pending_unref (streams->shown);
  lodger_pending_unref (streams->taken);
  g_free (streams);
}

void
lodger__gtk_streams_begin (LodgerGtkStreams *streams, LodgerPending *self)
{
  lodger_pending_set_metadata (self, mark, streams_ref (streams), lodger__gtk_streams_unref);
}

void
lodger__gtk_streams_flush (LodgerGtkStreams *streams)
{
  streams_ref (streams);
  if (streams->items != NULL && !lodger_pending_is_done (streams->taken))
    lodger_channel_flush (streams->items);
  if (streams->reports != NULL && !lodger_pending_is_done (streams->shown))
    lodger_channel_flush (streams->reports);
  lodger__gtk_streams_unref (streams);
}

void
lodger__gtk_streams_end (LodgerGtkStreams *streams)
{
  if (streams->shown != NULL)
    lodger_pending_cancel (streams->shown, "its work has ended");
  if (streams->taken != NULL)
    lodger_pending_cancel (streams->taken, "its work has ended");
}

/* ---- in the work's thread ------------------------------------------------------------------------------------------ */

static LodgerGtkStreams *
find_streams (LodgerPending *self)
{
  return lodger_pending_is_done (self) ? NULL : lodger_pending_get_metadata (self, mark);
}

static int
send_for (const char *function, LodgerChannel *channel, void *item)
{
  const char *outer = lodger_host_speak_for (function);
  int code = lodger_channel_send (channel, item);
  lodger_host_speak_for (outer);
  return code;
}

/* The widget may be gone, and the work go on. */
int
lodger_gtk_report (LodgerPending *self, double fraction, const char *text)
{
  LodgerGtkStreams *streams;
  Report *report;
  int code;
  if (self == NULL)
    return lodger_host_misuse (__func__, LODGER_EINVAL, "NULL given");
  if (lodger_pending_is_cancelled (self))
    return LODGER_ECANCELED;
  streams = find_streams (self);
  if (streams == NULL)
    return lodger_host_misuse (__func__, LODGER_ESTATE, "this is no work of lodger_gtk_run() that is being done");
  if (streams->reports == NULL)
    return 0;
  report = g_new (Report, 1);
  *report = (Report) { fraction, g_strdup (text) };
  code = send_for (__func__, streams->reports, report);
  return code == LODGER_ECANCELED ? 0 : code;
}

int
lodger_gtk_send (LodgerPending *self, void *item)
{
  LodgerGtkStreams *streams;
  if (self == NULL || item == NULL)
    return lodger_host_misuse (__func__, LODGER_EINVAL, "NULL given");
  streams = find_streams (self);
  if (streams == NULL || streams->items == NULL)
    return lodger_host_misuse (__func__, LODGER_ESTATE,
                               "this is no work of lodger_gtk_run() with items that is being done");
  if (lodger_pending_is_cancelled (self))
    lodger_channel_leave (streams->items);
  return send_for (__func__, streams->items, item);
}
