/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long no change may come before the file is written. */
#define MOMENT LODGER_MILLISECONDS (700)

enum
{
  BYTES_MOST = 1 << 20, /* a larger file is none of ours */
  FOLDER_MODE = 0700
};

static const char group[] = "lodger-scan";

struct Settings
{
  GKeyFile *keys;
  char *path; /* NULL: in memory only */
  LodgerCaller *caller;
  LodgerSlot *later, *now; /* what waits for the last change; what is written now */
  LodgerPending *written;  /* the last write. Optional. */
  gboolean changed;        /* since it was begun */
};

/* ---- the file --------------------------------------------------------------------------------------------------- */

static gboolean
read_all (int fd, char *bytes, gsize *ret_length)
{
  gsize length = 0;
  ssize_t got;
  while ((got = read (fd, bytes + length, BYTES_MOST - length)) > 0 || (got < 0 && errno == EINTR))
    length += got > 0 ? (gsize) got : 0;
  *ret_length = length;
  return got == 0 && length < BYTES_MOST;
}

/* A fifo or a device in its place is not waited for. */
static void
load (Settings *settings)
{
  int fd = open (settings->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  struct stat st;
  char *bytes;
  gsize length;
  if (fd < 0)
    return;
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    {
      bytes = g_malloc (BYTES_MOST);
      /* A damaged file may have been read in part. */
      if (read_all (fd, bytes, &length) && g_utf8_validate (bytes, (gssize) length, NULL)
          && !g_key_file_load_from_data (settings->keys, bytes, length, G_KEY_FILE_NONE, NULL))
        {
          g_key_file_free (settings->keys);
          settings->keys = g_key_file_new ();
        }
      g_free (bytes);
    }
  (void) close (fd);
}

typedef struct Write
{
  char *path, *text;
} Write;

static void
write_free (void *data)
{
  Write *job = data;
  g_free (job->path);
  g_free (job->text);
  g_free (job);
}

/* In a worker. Where nothing can be written, nothing is kept: that is no reason to disturb anybody. */
static void
write_file (LodgerPending *self, void *data)
{
  const Write *job = data;
  char *folder = g_path_get_dirname (job->path);
  gboolean is_written
      = g_mkdir_with_parents (folder, FOLDER_MODE) == 0 && g_file_set_contents (job->path, job->text, -1, NULL);
  (void) lodger_pending_return_boolean (self, is_written);
  g_free (folder);
}

/* A write that has still to begin gives way to this one. One that goes on is waited for, so that two never meet. */
static void
begin_write (Settings *settings)
{
  Write *job = g_new (Write, 1);
  job->path = g_strdup (settings->path);
  job->text = g_key_file_to_data (settings->keys, NULL, NULL);
  settings->changed = FALSE;
  lodger_pending_unref (settings->written);
  settings->written = lodger_caller_to_thread_full (
      settings->caller, write_file, job, write_free,
      LODGER_CALL_OPTIONS (.name = "settings", .worker = "settings", .slot = settings->now));
}

static void
on_moment_over (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  lodger_pending_disown (settings_write (data));
}

/* Called after each change. */
static void
touch (Settings *settings)
{
  settings->changed = TRUE;
  if (settings->caller != NULL)
    lodger_pending_disown (
        lodger_caller_call_soon_full (settings->caller, on_moment_over, settings, NULL,
                                      LODGER_CALL_OPTIONS (.name = "settings", .slot = settings->later)));
}

LodgerPending *
settings_write (Settings *settings)
{
  LodgerPending *nothing;
  if (settings->caller != NULL && settings->changed)
    begin_write (settings);
  if (settings->written != NULL)
    return lodger_pending_ref (settings->written);
  nothing = lodger_pending_new (0);
  (void) lodger_pending_return_boolean (nothing, false);
  return nothing;
}

Settings *
settings_new (const char *path)
{
  Settings *settings = g_new0 (Settings, 1);
  settings->keys = g_key_file_new ();
  settings->path = g_strdup (path);
  if (path != NULL)
    load (settings);
  return settings;
}

char *
settings_get_default_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "lodger-scan", "settings", NULL);
}

void
settings_begin_to_write (Settings *settings, LodgerCaller *caller)
{
  if (settings->path == NULL || settings->caller != NULL)
    return;
  settings->caller = lodger_caller_ref (caller);
  settings->later = lodger_slot_new (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_LATEST, .debounce = MOMENT));
  settings->now = lodger_slot_new (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_NEXT));
}

void
settings_free (Settings *settings)
{
  if (settings == NULL)
    return;
  if (settings->later != NULL)
    lodger_slot_cancel (settings->later, NULL);
  lodger_pending_unref (settings->written);
  lodger_slot_unref (settings->later);
  lodger_slot_unref (settings->now);
  lodger_caller_unref (settings->caller);
  g_key_file_free (settings->keys);
  g_free (settings->path);
  g_free (settings);
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

gboolean
settings_get_boolean (const Settings *settings, const char *key, gboolean otherwise)
{
  GError *error = NULL;
  gboolean value = g_key_file_get_boolean (settings->keys, group, key, &error);
  if (error == NULL)
    return value;
  g_error_free (error);
  return otherwise;
}

void
settings_set_boolean (Settings *settings, const char *key, gboolean value)
{
  GError *error = NULL;
  gboolean old = g_key_file_get_boolean (settings->keys, group, key, &error);
  if (error == NULL && !old == !value)
    return;
  g_clear_error (&error);
  g_key_file_set_boolean (settings->keys, group, key, value);
  touch (settings);
}

int
settings_get_int (const Settings *settings, const char *key, int otherwise, int least, int most)
{
  GError *error = NULL;
  int value = g_key_file_get_integer (settings->keys, group, key, &error);
  if (error == NULL && value >= least && value <= most)
    return value;
  g_clear_error (&error);
  return otherwise;
}

void
settings_set_int (Settings *settings, const char *key, int value)
{
  GError *error = NULL;
  int old = g_key_file_get_integer (settings->keys, group, key, &error);
  if (error == NULL && old == value)
    return;
  g_clear_error (&error);
  g_key_file_set_integer (settings->keys, group, key, value);
  touch (settings);
}

char *
settings_get_string (const Settings *settings, const char *key, const char *otherwise)
{
  char *value = g_key_file_get_string (settings->keys, group, key, NULL);
  return value != NULL ? value : g_strdup (otherwise);
}

void
settings_set_string (Settings *settings, const char *key, const char *value)
{
  char *old = g_key_file_get_string (settings->keys, group, key, NULL);
  if (g_strcmp0 (old, value) != 0 && (value == NULL || g_utf8_validate (value, -1, NULL)))
    {
      if (value == NULL)
        (void) g_key_file_remove_key (settings->keys, group, key, NULL);
      else
        g_key_file_set_string (settings->keys, group, key, value);
      touch (settings);
    }
  g_free (old);
}

char **
settings_get_list (const Settings *settings, const char *key)
{
  char **values = g_key_file_get_string_list (settings->keys, group, key, NULL, NULL);
  return values != NULL ? values : g_new0 (char *, 1);
}

void
settings_set_list (Settings *settings, const char *key, const char *const *values)
{
  char **old = settings_get_list (settings, key);
  if (!g_strv_equal ((const char *const *) old, values))
    {
      g_key_file_set_string_list (settings->keys, group, key, values, g_strv_length ((char **) (gsize) values));
      touch (settings);
    }
  g_strfreev (old);
}

/* ---- paths ------------------------------------------------------------------------------------------------------ */

/* A key file is UTF-8, and a path is not: what is kept are URIs. */
char **
settings_get_paths (const Settings *settings, const char *key)
{
  char **uris = settings_get_list (settings, key);
  GStrvBuilder *paths = g_strv_builder_new ();
  char **result;
  for (char **uri = uris; *uri != NULL; uri++)
    {
      char *path = g_filename_from_uri (*uri, NULL, NULL);
      if (path != NULL && g_path_is_absolute (path))
        g_strv_builder_add (paths, path);
      g_free (path);
    }
  result = g_strv_builder_end (paths);
  g_strv_builder_unref (paths);
  g_strfreev (uris);
  return result;
}

void
settings_set_paths (Settings *settings, const char *key, const char *const *paths)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  char **uris;
  for (; *paths != NULL; paths++)
    {
      char *uri = g_filename_to_uri (*paths, NULL, NULL);
      if (uri != NULL)
        g_strv_builder_add (builder, uri);
      g_free (uri);
    }
  uris = g_strv_builder_end (builder);
  settings_set_list (settings, key, (const char *const *) uris);
  g_strfreev (uris);
  g_strv_builder_unref (builder);
}

void
settings_add_path (Settings *settings, const char *key, const char *path, guint most)
{
  char **old = settings_get_paths (settings, key);
  const char **paths = g_new0 (const char *, g_strv_length (old) + 2);
  guint count = 0;
  paths[count++] = path;
  for (char **other = old; *other != NULL && count < most; other++)
    if (strcmp (*other, path) != 0)
      paths[count++] = *other;
  settings_set_paths (settings, key, paths);
  g_free (paths);
  g_strfreev (old);
}
