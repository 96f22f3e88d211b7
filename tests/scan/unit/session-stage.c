/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-stage.h"

#include <check.h>
#include <glib/gstdio.h>
#include <lodger-glib.h>
#include <stdlib.h>
#include <string.h>

#include "test-limits.h"
#include "tree.h"

static void
on_progress (Session *session G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
}

static void
on_changed (Session *session, void *data)
{
  Stage *stage = data;
  if (session_get_state (session) == SESSION_DONE)
    {
      ck_assert_ptr_nonnull (session_get_report (session));
      stage->reports++;
    }
  else
    ck_assert_ptr_null (session_get_report (session));
}

void
stage_make_file (const Stage *stage, const char *name, const char *text)
{
  char *path = g_build_filename (stage->folder, name, NULL);
  ck_assert_msg (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL), "%s", name);
  g_free (path);
}

void
stage_make_folder (const Stage *stage, const char *name)
{
  char *path = g_build_filename (stage->folder, name, NULL);
  ck_assert_int_eq (g_mkdir (path, 0700), 0);
  g_free (path);
}

void
stage_rename (const Stage *stage, const char *from, const char *to)
{
  char *path_from = g_build_filename (stage->folder, from, NULL);
  char *path_to = g_build_filename (stage->folder, to, NULL);
  (void) g_rename (path_from, path_to);
  g_free (path_to);
  g_free (path_from);
}

void
stage_remove (const Stage *stage, const char *name)
{
  char *path = g_build_filename (stage->folder, name, NULL);
  tree_remove (path);
  g_free (path);
}

/* ---- what is on the disk, and what is in the report ------------------------------------------------------------- */

static void
append_disk (GString *text, const char *folder, const char *below)
{
  char *path = g_build_filename (folder, below, NULL);
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      char *inner = *below == '\0' ? g_strdup (name) : g_build_filename (below, name, NULL);
      char *full = g_build_filename (folder, inner, NULL);
      char *content = NULL;
      gsize length = 0;
      if (g_file_test (full, G_FILE_TEST_IS_DIR))
        append_disk (text, folder, inner);
      else if (g_file_get_contents (full, &content, &length, NULL))
        {
          char *sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guint8 *) content, length);
          g_string_append_printf (text, "%s %s\n", inner, sha256);
          g_free (sha256);
        }
      g_free (content);
      g_free (full);
      g_free (inner);
    }
  if (dir != NULL)
    g_dir_close (dir);
  g_free (path);
}

static int
compare_lines (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Its lines in order. */
static char *
sort_lines (GString *text)
{
  char **lines = g_strsplit (text->str, "\n", -1);
  char *sorted;
  qsort (lines, g_strv_length (lines), sizeof *lines, compare_lines);
  sorted = g_strjoinv ("\n", lines);
  g_strfreev (lines);
  g_string_free (text, TRUE);
  return sorted;
}

static char *
text_of_disk (const Stage *stage)
{
  GString *text = g_string_new (NULL);
  append_disk (text, stage->folder, "");
  return sort_lines (text);
}

static char *
text_of_report (const Stage *stage)
{
  const Report *report = session_get_report (stage->session);
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < report->files->len; i++)
    {
      const StoreFile *file = g_ptr_array_index (report->files, i);
      store_append_path (text, file->dir, file->name);
      g_string_append_c (text, ' ');
      for (guint j = 0; j < STORE_HASH_BYTES; j++)
        g_string_append_printf (text, "%02x", file->content[j]);
      g_string_append_c (text, '\n');
    }
  return sort_lines (text);
}

gboolean
stage_is_as_the_disk (const Stage *stage)
{
  char *disk, *report;
  gboolean same;
  if (session_get_report (stage->session) == NULL)
    return FALSE;
  disk = text_of_disk (stage);
  report = text_of_report (stage);
  same = strcmp (disk, report) == 0;
  g_free (report);
  g_free (disk);
  return same;
}

/* ---- running ---------------------------------------------------------------------------------------------------- */

/* The loop is not told of what changes on the disk or in a worker: it looks again and again. */
enum
{
  LOOK = 10 /* ms */
};

static gboolean
wake (void *data G_GNUC_UNUSED)
{
  return G_SOURCE_CONTINUE;
}

void
stage_run_until_at (Stage *stage, gboolean (*reached) (const Stage *stage), int line)
{
  int64_t until = test_now () + test_limit_ns ();
  guint look = g_timeout_add (LOOK, wake, NULL);
  while (!reached (stage))
    {
      g_main_context_iteration (NULL, TRUE);
      if (test_now () > until)
        {
          char *disk = text_of_disk (stage);
          char *report = session_get_report (stage->session) != NULL ? text_of_report (stage) : g_strdup ("(none)");
          ck_abort_msg ("line %d: it never comes. On the disk:%s\nIn the report:%s", line, disk, report);
        }
    }
  g_source_remove (look);
}

gboolean
stage_is_done (const Stage *stage)
{
  return stage->reports > 0;
}

gboolean
stage_is_watched (const Stage *stage)
{
  return session_get_watching (stage->session) == SESSION_WATCHED;
}

gboolean
stage_is_updating (const Stage *stage)
{
  return session_get_watching (stage->session) == SESSION_UPDATING;
}

void
stage_start (Stage *stage)
{
  char *folders[] = { stage->folder, NULL };
  HashCache *cache = hash_cache_open (stage->caller, stage->hashes);
  const EngineOptions what = { .folders = folders, .cache = cache };
  const SessionEvents events = { on_progress, on_changed, stage };
  char *message = NULL;
  stage->reports = 0;
  stage->session = session_start (stage->caller, &what, NULL, &events, &message);
  ck_assert_msg (stage->session != NULL, "%s", message);
  hash_cache_unref (cache);
}

Stage
stage_open (void)
{
  Stage stage
      = { .caller = lodger_glib_attach_full (NULL, LODGER_CALLER_OPTIONS (.stop_deadline = LODGER_SECONDS (5)), NULL) };
  ck_assert_ptr_nonnull (stage.caller);
  stage.folder = g_dir_make_tmp ("scan-session-XXXXXX", NULL);
  stage.hashes = g_strconcat (stage.folder, ".hashes", NULL);
  return stage;
}

void
stage_watch (Stage *stage)
{
  stage_start (stage);
  session_watch (stage->session);
  stage_run_until (stage, stage_is_watched);
}

void
stage_close (Stage *stage)
{
  session_drop (stage->session);
  lodger_caller_leave (stage->caller);
  lodger_caller_unref (stage->caller);
  stage_remove (stage, "");
  g_free (stage->folder);
  (void) g_remove (stage->hashes);
  g_free (stage->hashes);
}
