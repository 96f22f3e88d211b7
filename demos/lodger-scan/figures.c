/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "figures.h"

#include "i18n.h"
#include "text.h"

/* Numbers and sizes as text of their own: a sentence has them where its language wants them. Free it. */
static char *
count_text (guint64 count)
{
  GString *text = g_string_new (NULL);
  text_append_count (text, count);
  return g_string_free (text, FALSE);
}

static char *
size_text (guint64 bytes)
{
  GString *text = g_string_new (NULL);
  text_append_size (text, bytes);
  return g_string_free (text, FALSE);
}

static char *
files_text (guint64 files)
{
  char *count = count_text (files);
  char *text = g_strdup_printf (ngettext ("%s file", "%s files", (gulong) files), count);
  g_free (count);
  return text;
}

static char *
folders_text (guint64 folders)
{
  char *count = count_text (folders);
  char *text = g_strdup_printf (ngettext ("%s folder", "%s folders", (gulong) folders), count);
  g_free (count);
  return text;
}

void
figures_append_state (GString *text, const Session *session)
{
  GString *seconds;
  if (session == NULL)
    {
      g_string_append (text, _ ("Nothing scanned"));
      return;
    }
  switch (session_get_state (session))
    {
    case SESSION_SCANNING: g_string_append (text, _ ("Scanning")); return;
    case SESSION_CANCELLING: g_string_append (text, _ ("Cancelling…")); return;
    case SESSION_SORTING: g_string_append (text, _ ("Sorting…")); return;
    default: break;
    }
  seconds = g_string_new (NULL);
  text_append_seconds (seconds, session_get_report (session)->seconds);
  g_string_append_printf (text, session_was_cancelled (session) ? _ ("Cancelled after %s s") : _ ("Done in %s s"),
                          seconds->str);
  g_string_free (seconds, TRUE);
}

/* While a file is read its bytes are not in the store yet; and not all that is found is read. */
static guint64
get_bytes (const Session *session)
{
  guint64 found = session_get_store (session)->bytes;
  return session_get_state (session) >= SESSION_SORTING ? found
                                                        : MAX (found, engine_get_bytes (session_get_engine (session)));
}

void
figures_append_found (GString *text, const Session *session)
{
  const Store *store = session_get_store (session);
  char *files = files_text (store->n_files);
  char *folders = folders_text (store->folders);
  char *size = size_text (get_bytes (session));
  /* Translators: "6,700 files, 61.5 MB in 500 folders" */
  g_string_append_printf (text, C_ ("files, size, folders", "%s, %s in %s"), files, size, folders);
  g_free (files);
  g_free (folders);
  g_free (size);
}

void
figures_append_rates (GString *text, const Session *session)
{
  Engine *engine = session_get_engine (session);
  double seconds = MAX (engine_get_seconds (engine), 0.001);
  char *files = count_text ((guint64) ((double) session_get_store (session)->n_files / seconds));
  char *size = size_text ((guint64) ((double) engine_get_bytes (engine) / seconds));
  /* Translators: "9,876 files/s, 90.1 MB/s" */
  g_string_append_printf (text, _ ("%s files/s, %s/s"), files, size);
  g_free (files);
  g_free (size);
}

void
figures_append_speed (GString *text, const Session *session)
{
  figures_append_found (text, session);
  g_string_append (text, "  ·  ");
  figures_append_rates (text, session);
}

void
figures_append_current (GString *text, const Session *session)
{
  char *current = engine_get_current (session_get_engine (session));
  text_append_shown (text, *current == '\0' ? session_get_folder (session) : current);
  g_free (current);
}

void
figures_append_watching (GString *text, const Session *session)
{
  guint unwatched = session == NULL ? 0 : session_get_unwatched (session);
  char *count;
  switch (session == NULL ? SESSION_NOT_WATCHED : session_get_watching (session))
    {
    case SESSION_WATCH_BEGINS: g_string_append (text, _ ("Changes will be shown as they happen")); break;
    case SESSION_UPDATING: g_string_append (text, _ ("Something has changed: it is looked at")); break;
    case SESSION_WATCHED:
      if (unwatched == 0)
        {
          g_string_append (text, _ ("Changes are shown as they happen"));
          break;
        }
      count = count_text (unwatched);
      g_string_append_printf (text,
                              ngettext ("Changes are shown as they happen, but not those in %s folder",
                                        "Changes are shown as they happen, but not those in %s folders", unwatched),
                              count);
      g_free (count);
      break;
    default: break;
    }
}

/* After the report somebody may have freed some of it: the store knows. */
gboolean
figures_append_saving (GString *text, const Session *session)
{
  guint64 wasted = session_get_store (session)->wasted;
  char *size;
  if (wasted == 0)
    return FALSE;
  size = size_text (wasted);
  g_string_append_printf (
      text, session_get_state (session) < SESSION_SORTING ? _ ("%s could be saved so far") : _ ("%s could be saved"),
      size);
  g_free (size);
  return TRUE;
}

void
figures_append_waste (GString *text, guint64 wasted, ReportWhy why)
{
  if (wasted > 0)
    text_append_size (text, wasted);
  else
    g_string_append (text, _ (report_why_text (why)));
}

/* Why no group wastes anything. REPORT_COPIES: for several reasons. */
static ReportWhy
why_of_all (const Report *report)
{
  ReportWhy why = g_array_index (report->groups, ReportGroup, 0).why;
  for (guint i = 1; i < report->groups->len; i++)
    if (g_array_index (report->groups, ReportGroup, i).why != why)
      return REPORT_COPIES;
  return why;
}

/* Has places for the numbers of files and of groups. */
static const char *
say_why_nothing (const Report *report)
{
  guint n = report->groups->len;
  switch (why_of_all (report))
    {
    case REPORT_EMPTY:
      return ngettext ("Nothing could be saved: %s files in %s group are empty",
                       "Nothing could be saved: %s files in %s groups are empty", n);
    case REPORT_HARD_LINKS:
      return ngettext ("Nothing could be saved: %s names in %s group are hard links of one file",
                       "Nothing could be saved: %s names in %s groups are hard links, of one file in each group", n);
    case REPORT_SHARED:
      return ngettext ("Nothing could be saved: %s files in %s group share their blocks on the disk",
                       "Nothing could be saved: %s files in %s groups share their blocks on the disk", n);
    case REPORT_COPIES:
    default:
      return ngettext ("Nothing could be saved: %s files in %s group are empty, hard links, or share their blocks",
                       "Nothing could be saved: %s files in %s groups are empty, hard links, or share their blocks", n);
    }
}

void
figures_append_groups (GString *text, const Report *report)
{
  char *size = size_text (report->wasted);
  char *files = count_text (report->twins->len);
  char *groups = count_text (report->groups->len);
  if (report->wasted == 0)
    g_string_append_printf (text, say_why_nothing (report), files, groups);
  else
    g_string_append_printf (
        text,
        ngettext ("%s could be saved: %s files in %s group of the same content",
                  "%s could be saved: %s files in %s groups of the same content, those that waste most first",
                  report->groups->len),
        size, files, groups);
  g_free (size);
  g_free (files);
  g_free (groups);
}

void
figures_append_twins (GString *text, const Store *store)
{
  char *size;
  char *count;
  if (store->wasted == 0)
    {
      g_string_append (text, _ ("Nothing that takes space was found twice so far."));
      return;
    }
  size = size_text (store->wasted);
  count = count_text (store->twins);
  g_string_append_printf (text,
                          ngettext ("%s wasted so far, by %s file that is there already. They are listed when the scan "
                                    "is over.",
                                    "%s wasted so far, by %s files that are there already. They are listed when the "
                                    "scan is over.",
                                    (gulong) store->twins),
                          size, count);
  g_free (size);
  g_free (count);
}
