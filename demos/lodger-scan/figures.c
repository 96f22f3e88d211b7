/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "figures.h"

#include "text.h"

void
figures_append_state (GString *text, const Session *session)
{
  static const char *const words[] = { "Scanning", "Cancelling…", "Sorting…", "Done in " };
  if (session == NULL)
    {
      g_string_append (text, "Nothing scanned");
      return;
    }
  if (session_get_state (session) == SESSION_DONE && session_was_cancelled (session))
    g_string_append (text, "Cancelled after ");
  else
    g_string_append (text, words[session_get_state (session)]);
  if (session_get_state (session) == SESSION_DONE)
    {
      text_append_seconds (text, session_get_report (session)->seconds);
      g_string_append (text, " s");
    }
}

static void
append_figure (GString *text, guint64 count, const char *one, const char *many)
{
  text_append_count (text, count);
  g_string_append (text, count == 1 ? one : many);
}

void
figures_append_speed (GString *text, const Session *session)
{
  const Store *store = session_get_store (session);
  Engine *engine = session_get_engine (session);
  double seconds = MAX (engine_get_seconds (engine), 0.001);
  guint64 bytes = engine_get_bytes (engine);

  append_figure (text, store->n_files, " file, ", " files, ");
  text_append_size (text, bytes);
  append_figure (g_string_append (text, " in "), store->folders, " folder", " folders");
  text_append_count (g_string_append (text, "  ·  "), (guint64) ((double) store->n_files / seconds));
  text_append_size (g_string_append (text, " files/s, "), (guint64) ((double) bytes / seconds));
  g_string_append (text, "/s");
}

void
figures_append_current (GString *text, const Session *session)
{
  char *current = engine_get_current (session_get_engine (session));
  text_append_shown (text, *current == '\0' ? session_get_folder (session) : current);
  g_free (current);
}

void
figures_append_groups (GString *text, const Report *report)
{
  text_append_size (text, report->wasted);
  g_string_append (text, " could be saved: ");
  text_append_count (text, report->twins->len);
  g_string_append (text, " files in ");
  text_append_count (text, report->groups->len);
  g_string_append (text, report->groups->len == 1 ? " group of the same content"
                                                  : " groups of the same content, those that waste most first");
}

void
figures_append_twins (GString *text, const Store *store)
{
  if (store->twins == 0)
    {
      g_string_append (text, "Nothing was found twice so far.");
      return;
    }
  text_append_size (text, store->wasted);
  g_string_append (text, " wasted so far, by ");
  append_figure (text, store->twins, " file that is", " files that are");
  g_string_append (text, " there already. They are listed when the scan is over.");
}
