/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "option-values.h"

#include "options.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const char *const pages[] = { "files", "folders", "duplicates", "types", "errors", NULL };
/* In the order of the enumerations. */
static const char *const modes[] = { "auto", "always", "never", NULL };
static const char *const kinds[] = { "bin", "delete", "hardlink", "reflink", NULL };

/* The number of the word, or -1. */
static int
find_word (const char *const *words, const char *word)
{
  for (int i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], word) == 0)
      return i;
  return -1;
}

const char *
option_set_flag (void *place, const char *value G_GNUC_UNUSED)
{
  *(gboolean *) place = TRUE;
  return NULL;
}

const char *
option_set_file (void *place, const char *value)
{
  if (*value == '\0')
    return "no file is given to";
  *(const char **) place = value;
  return NULL;
}

const char *
option_set_page (void *place, const char *value)
{
  if (find_word (pages, value) < 0)
    return "there is no such page as in";
  *(const char **) place = value;
  return NULL;
}

const char *
option_set_size (void *place, const char *value)
{
  static const char units[] = "kMGTPE";
  static const char wrong[] = "not a size in";
  char *end;
  guint64 size = (errno = 0, g_ascii_strtoull (value, &end, 10));
  const char *unit;

  if (!g_ascii_isdigit (*value) || (size == G_MAXUINT64 && errno == ERANGE))
    return wrong;
  unit = *end == '\0' ? NULL : strchr (units, *end == 'K' ? 'k' : *end);
  if (unit != NULL)
    {
      gboolean binary = end[1] == 'i';
      end += binary ? 2 : 1;
      for (const char *at = units; at <= unit; at++)
        if (!g_uint64_checked_mul (&size, size, binary ? 1024 : 1000))
          return "too large a size in";
    }
  if (*end == 'B')
    end++;
  if (*end != '\0')
    return wrong;
  *(guint64 *) place = size;
  return NULL;
}

const char *
option_add (void *place, const char *value)
{
  GPtrArray **list = place;
  if (*value == '\0')
    return "no pattern is given to";
  if (*list == NULL)
    *list = g_ptr_array_new ();
  g_ptr_array_add (*list, g_strdup (value));
  return NULL;
}

const char *
option_set_stay (void *place, const char *value)
{
  ScanOptions *options = place;
  char *end;
  double seconds = value == NULL ? 0 : g_ascii_strtod (value, &end);
  if (value != NULL && (end == value || *end != '\0' || !isfinite (seconds) || seconds < 0 || seconds > 1e6))
    return "not a number of seconds in";
  options->exit_when_done = TRUE;
  options->stay = seconds;
  return NULL;
}

const char *
option_set_progress (void *place, const char *value)
{
  int mode = find_word (modes, value);
  if (mode < 0)
    return "neither auto, always nor never in";
  *(ProgressMode *) place = (ProgressMode) mode;
  return NULL;
}

const char *
option_set_act (void *place, const char *value)
{
  OptionsAct *act = place;
  int kind = value == NULL ? ACT_BIN : find_word (kinds, value);
  if (kind < 0)
    return "neither bin, delete, hardlink nor reflink in";
  act->wanted = TRUE;
  act->kind = (ActKind) kind;
  return NULL;
}

const char *
option_set_keep (void *place, const char *value)
{
  OptionsAct *act = place;
  act->keep_given = TRUE;
  return plan_rule_parse (value, &act->keep) ? NULL : "neither oldest, newest, shortest nor first in";
}
