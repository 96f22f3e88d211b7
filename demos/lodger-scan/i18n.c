/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "i18n.h"

#include <locale.h>

/* Beside the program, as it was installed: an installed tree may be moved. */
static char *
find_translations (void)
{
  const char *given = g_getenv ("LODGER_SCAN_LOCALEDIR");
  char *program, *bin, *translations;
  if (given != NULL && *given != '\0')
    return g_strdup (given);
  program = g_file_read_link ("/proc/self/exe", NULL);
  if (program == NULL)
    return g_strdup ("/usr/share/locale");
  bin = g_path_get_dirname (program);
  translations = g_build_filename (bin, "..", "share", "locale", NULL);
  g_free (bin);
  g_free (program);
  return translations;
}

/* LC_NUMERIC is not set: numbers are printed and read as they are in C. */
void
i18n_begin (void)
{
  char *translations = find_translations ();
  (void) setlocale (LC_CTYPE, "");
  (void) setlocale (LC_MESSAGES, "");
  (void) bindtextdomain (GETTEXT_PACKAGE, translations);
  (void) bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  (void) textdomain (GETTEXT_PACKAGE);
  g_free (translations);
}
