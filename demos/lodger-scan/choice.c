/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "choice.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

EngineOptions
choice_copy (const EngineOptions *what)
{
  EngineOptions copy = *what;
  copy.folders = choice_outermost (what->folders);
  copy.exclude = g_strdupv (what->exclude);
  copy.cache = what->cache == NULL ? NULL : hash_cache_ref (what->cache);
  return copy;
}

void
choice_clear (EngineOptions *what)
{
  g_strfreev (what->folders);
  g_strfreev (what->exclude);
  hash_cache_unref (what->cache);
}

gboolean
choice_needs_paths (const EngineOptions *what)
{
  for (guint i = 0; what->exclude != NULL && what->exclude[i] != NULL; i++)
    if (strchr (what->exclude[i], '/') != NULL)
      return TRUE;
  return FALSE;
}

/* A slash in front of a pattern only says that it is one of a path. */
static gboolean
path_matches (const char *pattern, const char *below, const char *name)
{
  char *path = *below == '\0' ? NULL : g_strconcat (below, "/", name, NULL);
  int no_match = fnmatch (pattern + (*pattern == '/'), path == NULL ? name : path, FNM_PATHNAME);
  g_free (path);
  return no_match == 0;
}

gboolean
choice_takes (const EngineOptions *what, const char *below, const char *name)
{
  if (what->no_hidden && *name == '.')
    return FALSE;
  for (guint i = 0; what->exclude != NULL && what->exclude[i] != NULL; i++)
    {
      const char *pattern = what->exclude[i];
      if (strchr (pattern, '/') == NULL ? fnmatch (pattern, name, 0) == 0 : path_matches (pattern, below, name))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_below (const char *path, const char *folder)
{
  gsize length = strlen (folder);
  if (*path == '\0' || *folder == '\0') /* one that cannot be found */
    return FALSE;
  if (strcmp (folder, "/") == 0)
    return TRUE;
  return strncmp (path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The paths are compared as they are without links. Of two that are the same, the first one is left. */
char **
choice_outermost (char **folders)
{
  guint count = g_strv_length (folders);
  char **real = g_new0 (char *, count + 1);
  GPtrArray *left = g_ptr_array_new ();
  for (guint i = 0; i < count; i++)
    {
      char *resolved = realpath (folders[i], NULL);
      real[i] = g_strdup (resolved != NULL ? resolved : "");
      free (resolved);
    }
  for (guint i = 0; i < count; i++)
    {
      gboolean held = FALSE;
      for (guint other = 0; other < count && !held; other++)
        held = other != i && is_below (real[i], real[other]) && (other < i || !is_below (real[other], real[i]));
      if (!held)
        g_ptr_array_add (left, g_strdup (folders[i]));
    }
  g_strfreev (real);
  g_ptr_array_add (left, NULL);
  return (char **) g_ptr_array_free (left, FALSE);
}
