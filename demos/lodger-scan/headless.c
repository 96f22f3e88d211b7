/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headless.h"

#include "engine.h"
#include "progress.h"
#include "report.h"
#include "scan.h"
#include "tidy.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum
{
  DESCRIPTORS_FOR_WORKERS = 64
};

typedef struct Headless
{
  const ScanOptions *options;
  const HeadlessLoop *loop;
  LodgerCaller *caller;
  Engine *engine;
  Progress *progress;
  Report *report;
  Tidy *tidy;    /* NULL: nothing is done about duplicates */
  gboolean over; /* the loop has to end, or has ended */
  int signal;
} Headless;

static void
make_report (Headless *headless)
{
  const ScanOptions *options = headless->options;
  headless->report = (options->duplicates_only ? report_new_duplicates : report_new) (
      engine_get_store (headless->engine), engine_get_root (headless->engine), engine_get_seconds (headless->engine),
      headless->signal != 0);
  report_set_folders (headless->report, options->what.folders);
}

/* ---- in the loop ------------------------------------------------------------------------------------------------ */

static void
end (void *data)
{
  Headless *headless = data;
  headless->over = TRUE;
  headless->loop->quit (headless->loop->data);
}

static void
on_progress (Engine *engine, void *data)
{
  Headless *headless = data;
  if (!headless->over)
    progress_show_scan (headless->progress, engine);
}

/* What an interrupted scan has found may lack the copy that was to stay: nothing is done about it. */
static void
on_finished (Engine *engine G_GNUC_UNUSED, void *data)
{
  Headless *headless = data;
  if (headless->over || headless->signal != 0 || !headless->options->act.wanted)
    {
      end (headless);
      return;
    }
  make_report (headless);
  progress_clear (headless->progress);
  headless->tidy
      = tidy_start (headless->caller, headless->options, headless->report, headless->progress, end, headless);
}

static void
on_patience_over (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  end (data);
}

/* The first signal cancels what goes on. A second signal, or a worker that does not notice, ends it with the results so
 * far. */
static void
on_signal (int number, void *data)
{
  Headless *headless = data;
  if (headless->signal != 0)
    end (headless);
  else
    {
      headless->signal = number;
      if (headless->tidy != NULL)
        tidy_cancel (headless->tidy);
      else
        engine_cancel (headless->engine);
      lodger_pending_unref (
          lodger_caller_call_later (headless->caller, SCAN_PATIENCE, on_patience_over, headless, NULL));
    }
}

/* ---- afterwards ------------------------------------------------------------------------------------------------- */

static gboolean
write_files (const Headless *headless)
{
  const ScanOptions *options = headless->options;
  int json_why = options->json == NULL ? 0 : report_write_json (headless->report, options->json);
  int csv_why = options->csv == NULL ? 0 : report_write_csv (headless->report, options->csv);
  if (json_why != 0)
    report_complain (options->json, json_why);
  if (csv_why != 0)
    report_complain (options->csv, csv_why);
  return json_why == 0 && csv_why == 0;
}

/* Prints the summary where it is in nobody's way. */
static gboolean
print (const Headless *headless)
{
  const ScanOptions *options = headless->options;
  gboolean taken = g_strcmp0 (options->json, "-") == 0 || g_strcmp0 (options->csv, "-") == 0;
  GString *last = NULL;
  gboolean printed;
  if (headless->tidy != NULL)
    {
      last = g_string_new (NULL);
      tidy_append_report (last, headless->tidy);
      if (last->len > 0 && last->str[last->len - 1] == '\n')
        g_string_truncate (last, last->len - 1);
    }
  printed = report_print_to (taken ? stderr : stdout, headless->report, last == NULL ? NULL : last->str);
  if (last != NULL)
    g_string_free (last, TRUE);
  return printed;
}

/* A signal that comes while files are written waits until they are complete. After that a signal ends the program,
 * which may be blocked by the reader of the summary. */
static int
deliver (Headless *headless)
{
  int status = write_files (headless) ? SCAN_OK : SCAN_CANNOT_WRITE;
  headless->loop->unwatch_signals (headless->loop->data);
  if (!print (headless))
    status = SCAN_CANNOT_WRITE;
  if (status == SCAN_OK && headless->tidy != NULL && tidy_has_failed (headless->tidy))
    status = SCAN_STAYED;
  return headless->signal != 0 ? SCAN_SIGNAL + headless->signal : status;
}

/* All of it, with one run of the loop: one that has ended may not be had again. */
static int
scan (Headless *headless, HashCache *cache)
{
  const ScanOptions *options = headless->options;
  const EngineEvents events = { on_progress, on_finished, headless };
  EngineOptions what = options->what;
  char *message = NULL;
  int status;

  what.cache = cache;
  headless->engine = engine_start (headless->caller, &what, &events, &message);
  if (headless->engine == NULL)
    {
      headless->loop->unwatch_signals (headless->loop->data);
      status = options_refuse_folder (options, message);
      g_free (message);
      return status;
    }
  headless->progress = progress_new (options->progress);
  if (!headless->over)
    headless->loop->run (headless->loop->data);
  progress_clear (headless->progress);
  if (headless->report == NULL)
    make_report (headless);
  if (headless->tidy != NULL)
    tidy_tell_report (headless->tidy);
  status = deliver (headless);
  /* Not to have what was learnt next time is no failure. */
  if (cache != NULL)
    (void) hash_cache_save (cache);
  return status;
}

/* A worker that starts beside one that opens files may find no descriptor, and then GLib ends the program. With so few
 * of them there is one worker, and none that loads the cache. */
static gboolean
has_descriptors (void)
{
  struct rlimit limit;
  return getrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= DESCRIPTORS_FOR_WORKERS;
}

int
headless_scan (const ScanOptions *options, const HeadlessLoop *loop)
{
  Headless headless = { .options = options, .loop = loop };
  HashCache *cache = NULL;
  char *message = NULL;
  int status;

  headless.caller = loop->attach (LODGER_CALLER_OPTIONS (.stop_deadline = SCAN_PATIENCE), &message, loop->data);
  if (headless.caller == NULL)
    {
      fprintf (stderr, "%s: cannot start: %s\n", g_get_prgname (), message);
      g_free (message);
      return SCAN_CANNOT_WRITE;
    }
  /* Before any worker: GLib ends the program when there is no descriptor left for what waits for signals. */
  loop->watch_signals (on_signal, &headless, loop->data);
  if (!options->no_cache && options->what.reading != ENGINE_COMPARE && has_descriptors ())
    cache = hash_cache_open (headless.caller, NULL);
  status = scan (&headless, cache);
  tidy_free (headless.tidy);
  report_free (headless.report);
  progress_free (headless.progress);
  /* A worker that will not end may still use the engine and what it was given. */
  if (lodger_caller_leave (headless.caller) == 0)
    {
      engine_free (headless.engine);
      hash_cache_unref (cache);
    }
  lodger_caller_unref (headless.caller);
  return status;
}
