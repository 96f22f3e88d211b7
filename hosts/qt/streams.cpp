/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a piece of work sends to the screen while it runs: its progress, of which the newest report counts, and its items. Both
 * are channels that are delivered to the object's thread, bound to the object. */
#include "run-private.h"

#include <cstdlib>
#include <cstring>
#include <new>

/* About a frame. */
static const int64_t interval = 16000000;

static const char mark[] = "lodger-qt-streams";

class LodgerQtStreams {
public:
  LodgerQtStreams () = default;
  LodgerQtStreams (const LodgerQtStreams &) = delete;
  LodgerQtStreams &operator= (const LodgerQtStreams &) = delete;
  ~LodgerQtStreams ()
  {
    lodger_channel_unref (reports);
    lodger_channel_unref (items);
    lodger_pending_unref (shown);
    lodger_pending_unref (taken);
  }

  LodgerChannel *reports = nullptr, *items = nullptr; /* NULL: nobody looks at them */
  LodgerPending *shown = nullptr, *taken = nullptr;   /* their deliveries */
};

namespace {

/* The data of a delivery. */
struct Screen
{
  QObject *object; /* valid as long as its scope lasts, to which the delivery is bound */
  LodgerQtScopes scopes;
  LodgerQtProgressBar bar;
  LodgerQtProgressFunc progress;
  LodgerQtItemsFunc items;
  void *data;
};

Screen *
screen_new (const LodgerQtFunctions &functions, const LodgerQtRunOptions *options)
{
  return new Screen { functions.object,  functions.scopes, LodgerQtProgressBar (options->progress_bar),
                      options->progress, options->items,   functions.data };
}

void
screen_free (void *data)
{
  delete static_cast<Screen *> (data);
}

/* ---- progress ------------------------------------------------------------------------------------------------------ */

struct Report
{
  double fraction;
  char *text;
};

void
report_free (void *data)
{
  auto *report = static_cast<Report *> (data);
  std::free (report->text);
  delete report;
}

/* A report without a text leaves the earlier one. */
void
report_merge (void *last, void *item, void *data)
{
  auto *waiting = static_cast<Report *> (last), *newer = static_cast<Report *> (item);
  (void) data;
  waiting->fraction = newer->fraction;
  if (newer->text != nullptr)
    std::swap (waiting->text, newer->text);
}

/* A slot of the bar's may make the program destroy the object. */
void
show (LodgerPending *self, void **items, size_t count, void *data)
{
  auto *screen = static_cast<Screen *> (data);
  (void) self;
  for (size_t i = 0; i < count; i++)
    {
      const auto *report = static_cast<const Report *> (items[i]);
      if (!screen->scopes.haveEnded ())
        screen->bar.show (report->fraction, report->text);
      if (screen->progress != nullptr && !screen->scopes.haveEnded ())
        screen->progress (screen->object, report->fraction, report->text, screen->data);
    }
}

/* ---- items --------------------------------------------------------------------------------------------------------- */

void
give (LodgerPending *self, void **items, size_t count, void *data)
{
  const auto *screen = static_cast<const Screen *> (data);
  (void) self;
  if (!screen->scopes.haveEnded ())
    screen->items (screen->object, items, count, screen->data);
}

} // namespace

/* ---- both ---------------------------------------------------------------------------------------------------------- */

LodgerQtStreamsPtr
lodger__qt_streams_new (const LodgerQtFunctions &functions, LodgerCaller *gui, const LodgerQtRunOptions *options)
{
  LodgerCallOptions bound = {};
  auto streams = std::make_shared<LodgerQtStreams> ();
  bound.size = sizeof bound;
  bound.name = options->name;
  bound.file = options->file;
  bound.line = options->line;
  bound.flags = LODGER_PENDING_MAY_FAIL;
  bound.scope = functions.scopes.object;
  bound.trackers = LODGER_TRACK_NONE;
  if (options->progress != nullptr || options->progress_bar != nullptr)
    {
      LodgerChannelOptions channel = {};
      channel.size = sizeof channel;
      channel.destroy = report_free;
      channel.limit = 1;
      channel.overflow = LODGER_CHANNEL_MERGE;
      channel.merge = report_merge;
      channel.interval = interval;
      streams->reports = lodger_channel_new (&channel);
      streams->shown = lodger_channel_deliver_full (streams->reports, gui, show, screen_new (functions, options),
                                                    screen_free, &bound);
    }
  if (options->items != nullptr)
    {
      LodgerChannelOptions channel = {};
      channel.size = sizeof channel;
      channel.destroy = options->item_destroy;
      streams->items = lodger_channel_new (&channel);
      streams->taken = lodger_channel_deliver_full (streams->items, gui, give, screen_new (functions, options),
                                                    screen_free, &bound);
    }
  return streams;
}

static void
drop (void *data)
{
  delete static_cast<LodgerQtStreamsPtr *> (data);
}

void
lodger__qt_streams_begin (const LodgerQtStreamsPtr &streams, LodgerPending *self)
{
  lodger_pending_set_metadata (self, mark, new LodgerQtStreamsPtr (streams), drop);
}

void
lodger__qt_streams_flush (LodgerQtStreamsPtr streams)
{
  if (streams->items != nullptr && !lodger_pending_is_done (streams->taken))
    lodger_channel_flush (streams->items);
  if (streams->reports != nullptr && !lodger_pending_is_done (streams->shown))
    lodger_channel_flush (streams->reports);
}

void
lodger__qt_streams_end (const LodgerQtStreamsPtr &streams)
{
  if (streams->shown != nullptr)
    lodger_pending_cancel (streams->shown, "its work has ended");
  if (streams->taken != nullptr)
    lodger_pending_cancel (streams->taken, "its work has ended");
}

/* ---- in the work's thread ------------------------------------------------------------------------------------------ */

static LodgerQtStreams *
find_streams (LodgerPending *self)
{
  void *found = lodger_pending_is_done (self) ? nullptr : lodger_pending_get_metadata (self, mark);
  return found != nullptr ? static_cast<LodgerQtStreamsPtr *> (found)->get () : nullptr;
}

static int
send_for (const char *function, LodgerChannel *channel, void *item)
{
  const char *outer = lodger_host_speak_for (function);
  const int code = lodger_channel_send (channel, item);
  lodger_host_speak_for (outer);
  return code;
}

/* The object may be gone, and the work go on. */
int
lodger_qt_report (LodgerPending *self, double fraction, const char *text)
{
  LodgerQtStreams *streams;
  Report *report;
  int code;
  if (self == nullptr)
    return lodger_host_misuse (__func__, LODGER_EINVAL, "NULL given");
  if (lodger_pending_is_cancelled (self))
    return LODGER_ECANCELED;
  streams = find_streams (self);
  if (streams == nullptr)
    return lodger_host_misuse (__func__, LODGER_ESTATE, "this is no work of lodger_qt_run() that is being done");
  if (streams->reports == nullptr)
    return 0;
  report = new (std::nothrow) Report { fraction, text != nullptr ? strdup (text) : nullptr };
  if (report == nullptr)
    return LODGER_ENOMEM;
  code = send_for (__func__, streams->reports, report);
  return code == LODGER_ECANCELED ? 0 : code;
}

int
lodger_qt_send (LodgerPending *self, void *item)
{
  LodgerQtStreams *streams;
  if (self == nullptr || item == nullptr)
    return lodger_host_misuse (__func__, LODGER_EINVAL, "NULL given");
  streams = find_streams (self);
  if (streams == nullptr || streams->items == nullptr)
    return lodger_host_misuse (__func__, LODGER_ESTATE,
                               "this is no work of lodger_qt_run() with items that is being done");
  if (lodger_pending_is_cancelled (self))
    lodger_channel_leave (streams->items);
  return send_for (__func__, streams->items, item);
}
