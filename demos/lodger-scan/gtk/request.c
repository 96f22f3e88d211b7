/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "request.h"

static void
replace (char ***strings, const char *const *with)
{
  GStrvBuilder *copy = g_strv_builder_new ();
  for (; with != NULL && *with != NULL; with++)
    g_strv_builder_add (copy, *with);
  g_strfreev (*strings);
  *strings = g_strv_builder_end (copy);
  g_strv_builder_unref (copy);
}

Request *
request_new (const EngineOptions *what, const char *page, gboolean dark)
{
  Request *request = g_new0 (Request, 1);
  request->what = *what;
  request->what.cache = NULL;
  request->what.folders = g_strdupv (what->folders);
  request->what.exclude = g_strdupv (what->exclude);
  request->page = g_strdup (page);
  request->dark = dark;
  return request;
}

Request *
request_copy (const Request *request)
{
  Request *copy = request_new (&request->what, request->page, request->dark);
  copy->no_cache = request->no_cache;
  return copy;
}

void
request_free (Request *request)
{
  if (request == NULL)
    return;
  g_strfreev (request->what.folders);
  g_strfreev (request->what.exclude);
  g_free (request->page);
  g_free (request);
}

void
request_set_folders (Request *request, const char *const *folders)
{
  replace (&request->what.folders, folders);
}

void
request_add_folders (Request *request, const char *const *folders)
{
  GStrvBuilder *all = g_strv_builder_new ();
  for (char **each = request->what.folders; *each != NULL; each++)
    g_strv_builder_add (all, *each);
  for (; *folders != NULL; folders++)
    if (!g_strv_contains ((const char *const *) request->what.folders, *folders))
      g_strv_builder_add (all, *folders);
  g_strfreev (request->what.folders);
  request->what.folders = g_strv_builder_end (all);
  g_strv_builder_unref (all);
}

void
request_remove_folder (Request *request, const char *folder)
{
  GStrvBuilder *rest = g_strv_builder_new ();
  for (char **each = request->what.folders; *each != NULL; each++)
    if (!g_str_equal (*each, folder))
      g_strv_builder_add (rest, *each);
  g_strfreev (request->what.folders);
  request->what.folders = g_strv_builder_end (rest);
  g_strv_builder_unref (rest);
}

void
request_set_exclude (Request *request, const char *const *patterns)
{
  replace (&request->what.exclude, patterns);
}

/* ---- as a message ----------------------------------------------------------------------------------------------- */

static void
add_strings (GVariantDict *message, const char *key, char **strings)
{
  /* Names of files are bytes, which a message's own strings cannot hold. */
  if (strings != NULL && *strings != NULL)
    g_variant_dict_insert_value (message, key, g_variant_new_bytestring_array ((const char *const *) strings, -1));
}

GVariant *
request_to_message (const Request *request)
{
  GVariantDict message;
  g_variant_dict_init (&message, NULL);
  add_strings (&message, "folders", request->what.folders);
  add_strings (&message, "exclude", request->what.exclude);
  g_variant_dict_insert (&message, "reading", "u", (guint32) request->what.reading);
  g_variant_dict_insert (&message, "min-size", "t", request->what.min_size);
  g_variant_dict_insert (&message, "no-hidden", "b", request->what.no_hidden);
  g_variant_dict_insert (&message, "one-file-system", "b", request->what.one_file_system);
  g_variant_dict_insert (&message, "no-cache", "b", request->no_cache);
  g_variant_dict_insert (&message, "dark", "b", request->dark);
  if (request->page != NULL)
    g_variant_dict_insert (&message, "page", "s", request->page);
  return g_variant_dict_end (&message);
}

Request *
request_from_message (GVariant *message)
{
  GVariantDict dict;
  EngineOptions what = { 0 };
  Request *request = NULL;
  guint32 reading = ENGINE_READ_ALL;
  gboolean dark = FALSE;
  gboolean no_cache = FALSE;
  char *page = NULL;

  g_variant_dict_init (&dict, message);
  (void) g_variant_dict_lookup (&dict, "folders", "^aay", &what.folders);
  (void) g_variant_dict_lookup (&dict, "exclude", "^aay", &what.exclude);
  (void) g_variant_dict_lookup (&dict, "reading", "u", &reading);
  (void) g_variant_dict_lookup (&dict, "min-size", "t", &what.min_size);
  (void) g_variant_dict_lookup (&dict, "no-hidden", "b", &what.no_hidden);
  (void) g_variant_dict_lookup (&dict, "one-file-system", "b", &what.one_file_system);
  (void) g_variant_dict_lookup (&dict, "no-cache", "b", &no_cache);
  (void) g_variant_dict_lookup (&dict, "dark", "b", &dark);
  (void) g_variant_dict_lookup (&dict, "page", "s", &page);
  g_variant_dict_clear (&dict);
  what.reading = reading <= ENGINE_COMPARE ? (EngineReading) reading : ENGINE_READ_ALL;
  if (what.folders != NULL && what.folders[0] != NULL && g_path_is_absolute (what.folders[0]))
    {
      request = request_new (&what, page, dark);
      request->no_cache = no_cache;
    }
  g_strfreev (what.folders);
  g_strfreev (what.exclude);
  g_free (page);
  return request;
}

char **
request_paths_of_files (GFile *const *files, gsize count)
{
  GStrvBuilder *paths = g_strv_builder_new ();
  char **all;
  for (gsize i = 0; i < count; i++)
    {
      char *path = g_file_get_path (files[i]);
      char *name = path != NULL ? NULL : g_file_get_uri (files[i]);
      g_strv_builder_add (paths, path != NULL ? path : name);
      g_free (path);
      g_free (name);
    }
  all = g_strv_builder_end (paths);
  g_strv_builder_unref (paths);
  return all;
}
