/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headless.h"

#include "engine.h"
#include "report.h"
#include "scan.h"
#include "text.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef struct Headless
{
  LodgerCaller *caller;
  Engine *engine;
  const HeadlessLoop *loop;
  gboolean terminal, over;
  int signal;
} Headless;

/* Cuts the text to one line of the terminal. */
static void
cut_to_terminal (GString *text)
{
  struct winsize size;
  int columns = ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  const char *at = text->str;
  while (*at != '\0')
    {
      gunichar character = g_utf8_get_char (at);
      columns -= g_unichar_iszerowidth (character) ? 0 : g_unichar_iswide (character) ? 2 : 1;
      if (columns < 1)
        break;
      at += g_utf8_skip[(guint8) *at];
    }
  g_string_truncate (text, (gsize) (at - text->str));
}

static void
on_progress (Engine *engine, void *data)
{
  Headless *headless = data;
  const Store *store = engine_get_store (engine);
  double seconds = MAX (engine_get_seconds (engine), 0.001);
  GString *text;
  char *current;

  if (!headless->terminal || headless->over)
    return;
  text = g_string_new (NULL);
  text_append_count (text, store->n_files);
  g_string_append (text, " files, ");
  text_append_size (text, engine_get_bytes (engine));
  g_string_append (text, ", ");
  text_append_size (text, (guint64) ((double) engine_get_bytes (engine) / seconds));
  g_string_append (text, "/s, ");
  text_append_count (text, store->errors->len);
  g_string_append (text, " errors  ");
  current = engine_get_current (engine);
  text_append_shown (text, current);
  g_free (current);
  cut_to_terminal (text);
  fprintf (stderr, "\r%s\033[K", text->str);
  g_string_free (text, TRUE);
}

static void
end (Headless *headless)
{
  headless->over = TRUE;
  headless->loop->quit (headless->loop->data);
}

static void
on_finished (Engine *engine G_GNUC_UNUSED, void *data)
{
  end (data);
}

static void
on_patience_over (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  end (data);
}

/* The first signal cancels the scan. A second signal, or a worker that does not notice, ends it with the results so
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
      engine_cancel (headless->engine);
      lodger_pending_unref (
          lodger_caller_call_later (headless->caller, SCAN_PATIENCE, on_patience_over, headless, NULL));
    }
}

/* A signal that comes while the file is written waits until the file is complete. After that a signal ends the program,
 * which may be blocked by the reader of the summary. */
static int
deliver (Headless *headless, const ScanOptions *options)
{
  Report *report = report_new (engine_get_store (headless->engine), engine_get_root (headless->engine),
                               engine_get_seconds (headless->engine), headless->signal != 0);
  int status = SCAN_OK;
  if (options->json != NULL && !report_write_json (report, options->json))
    status = SCAN_CANNOT_WRITE;
  headless->loop->unwatch_signals (headless->loop->data);
  if (!report_print (report, NULL))
    status = SCAN_CANNOT_WRITE;
  report_free (report);
  return headless->signal != 0 ? SCAN_SIGNAL + headless->signal : status;
}

int
headless_scan (const ScanOptions *options, const HeadlessLoop *loop)
{
  Headless headless = { .loop = loop, .terminal = isatty (STDERR_FILENO) == 1 };
  EngineEvents events = { on_progress, on_finished, &headless };
  char *message = NULL;
  int status;

  headless.caller = loop->attach (LODGER_CALLER_OPTIONS (.stop_deadline = SCAN_PATIENCE), &message, loop->data);
  if (headless.caller == NULL)
    {
      fprintf (stderr, "%s: cannot start: %s\n", g_get_prgname (), message);
      g_free (message);
      return SCAN_CANNOT_WRITE;
    }
  headless.engine = engine_start (headless.caller, &options->what, &events, &message);
  if (headless.engine == NULL)
    status = options_refuse_folder (options, message);
  else
    {
      loop->watch_signals (on_signal, &headless, loop->data);
      if (!headless.over)
        loop->run (loop->data);
      if (headless.terminal)
        fputs ("\r\033[K", stderr);
      status = deliver (&headless, options);
    }
  g_free (message);
  /* A worker that will not end may still use the engine. */
  if (lodger_caller_leave (headless.caller) == 0)
    engine_free (headless.engine);
  lodger_caller_unref (headless.caller);
  return status;
}
