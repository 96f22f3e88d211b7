/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

#include "text.h"

#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BETWEEN_LINES (10 * G_USEC_PER_SEC)

struct Progress
{
  gboolean wanted, terminal;
  gboolean there; /* a line is on the terminal */
  gint64 next;    /* when the next line may be written to what is no terminal */
};

Progress *
progress_new (ProgressMode mode)
{
  Progress *progress = g_new0 (Progress, 1);
  progress->terminal = isatty (STDERR_FILENO) == 1;
  progress->wanted = mode == PROGRESS_ALWAYS || (mode == PROGRESS_AUTO && progress->terminal);
  return progress;
}

void
progress_free (Progress *progress)
{
  if (progress == NULL)
    return;
  progress_clear (progress);
  g_free (progress);
}

/* Whether a line can be written without waiting for whoever reads it. */
static gboolean
is_writable (void)
{
  struct pollfd error = { .fd = STDERR_FILENO, .events = POLLOUT };
  return poll (&error, 1, 0) == 1 && (error.revents & POLLOUT) != 0;
}

static gboolean
is_due (const Progress *progress)
{
  return progress->wanted && (progress->terminal || g_get_monotonic_time () >= progress->next) && is_writable ();
}

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

/* Consumes the text. */
static void
show (Progress *progress, GString *text)
{
  if (progress->terminal)
    {
      cut_to_terminal (text);
      fprintf (stderr, "\r%s\033[K", text->str);
      progress->there = TRUE;
    }
  else
    {
      fprintf (stderr, "%s: %s\n", g_get_prgname (), text->str);
      progress->next = g_get_monotonic_time () + BETWEEN_LINES;
    }
  g_string_free (text, TRUE);
}

void
progress_show_scan (Progress *progress, Engine *engine)
{
  const Store *store = engine_get_store (engine);
  double seconds = MAX (engine_get_seconds (engine), 0.001);
  GString *text;
  char *current;

  if (!is_due (progress))
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
  show (progress, text);
}

void
progress_show_act (Progress *progress, const char *what, guint done, guint count)
{
  GString *text;
  if (!is_due (progress))
    return;
  text = g_string_new (NULL);
  text_append_count (text, done);
  g_string_append (text, " of ");
  text_append_count (text, count);
  g_string_append_printf (text, " files %s", what);
  show (progress, text);
}

void
progress_clear (Progress *progress)
{
  if (progress->there)
    fputs ("\r\033[K", stderr);
  progress->there = FALSE;
}
