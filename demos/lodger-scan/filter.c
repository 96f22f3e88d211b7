/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter.h"

#include "text.h"

#include <stdatomic.h>
#include <string.h>

enum
{
  WORDS_MOST = 32,  /* more are not looked for */
  PLAIN_BYTES = 256 /* a name of the system, and the byte after it */
};

typedef struct Word
{
  char *text; /* folded */
  gsize length;
  gboolean is_ascii, has_slash;
} Word;

struct Filter
{
  atomic_int refs;
  Word words[WORDS_MOST];
  guint n_words;
  char *type;
  FilterCriteria criteria; /* `text` and `type` in it are not used */
};

struct FilterPass
{
  const Filter *filter;
  guint8 *wanted_types; /* by number; NULL: all are */
  guint n_types;
  const StoreDir *dir; /* the folder that was asked last */
  guint32 dir_has;     /* the words that are in its path, as bits */
  GString *path;
};

/* ---- words ------------------------------------------------------------------------------------------------------ */

/* In the form in which texts are compared: without case, and with accents behind their letters. */
static char *
fold (const char *text)
{
  GString *shown = NULL;
  char *apart, *folded, *result;
  if (!g_utf8_validate (text, -1, NULL))
    {
      shown = g_string_new (NULL);
      text_append_shown (shown, text);
      text = shown->str;
    }
  apart = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);
  folded = g_utf8_casefold (apart, -1);
  result = g_utf8_normalize (folded, -1, G_NORMALIZE_ALL);
  g_free (folded);
  g_free (apart);
  if (shown != NULL)
    g_string_free (shown, TRUE);
  return result;
}

static gboolean
is_ascii (const char *text)
{
  guint8 all = 0;
  for (; *text != '\0'; text++)
    all |= (guint8) *text;
  return all < 0x80;
}

static void
add_words (Filter *filter, const char *text)
{
  char *folded = fold (text);
  const char *next = folded;
  while (filter->n_words < WORDS_MOST)
    {
      const char *start;
      Word *word = &filter->words[filter->n_words];
      while (*next != '\0' && g_unichar_isspace (g_utf8_get_char (next)))
        next += g_utf8_skip[(guint8) *next];
      for (start = next; *next != '\0' && !g_unichar_isspace (g_utf8_get_char (next));)
        next += g_utf8_skip[(guint8) *next];
      if (next == start)
        break;
      word->length = (gsize) (next - start);
      word->text = g_strndup (start, word->length);
      word->is_ascii = is_ascii (word->text);
      word->has_slash = strchr (word->text, '/') != NULL;
      filter->n_words++;
    }
  g_free (folded);
}

Filter *
filter_new (const FilterCriteria *criteria)
{
  const FilterCriteria none = FILTER_CRITERIA_NONE;
  Filter *filter = g_new0 (Filter, 1);
  atomic_init (&filter->refs, 1);
  filter->criteria = *criteria;
  filter->criteria.text = NULL;
  filter->criteria.type = NULL;
  filter->type = g_strdup (criteria->type);
  if (criteria->text != NULL)
    add_words (filter, criteria->text);
  if (filter->n_words > 0 || filter->type != NULL || criteria->family != none.family
      || criteria->min_size > none.min_size || criteria->max_size < none.max_size || criteria->since > none.since
      || criteria->before < none.before || criteria->only_duplicates)
    return filter;
  filter_unref (filter);
  return NULL;
}

Filter *
filter_ref (Filter *filter)
{
  if (filter != NULL)
    atomic_fetch_add (&filter->refs, 1);
  return filter;
}

void
filter_unref (void *data)
{
  Filter *filter = data;
  if (filter == NULL || atomic_fetch_sub (&filter->refs, 1) != 1)
    return;
  for (guint i = 0; i < filter->n_words; i++)
    g_free (filter->words[i].text);
  g_free (filter->type);
  g_free (filter);
}

gboolean
filter_needs_twice (const Filter *filter)
{
  return filter != NULL && filter->criteria.only_duplicates;
}

/* ---- a pass ----------------------------------------------------------------------------------------------------- */

FilterPass *
filter_pass_new (const Filter *filter, const char *const *types, guint n_types)
{
  FilterPass *pass = g_new0 (FilterPass, 1);
  Family family = filter->criteria.family;
  pass->filter = filter;
  pass->path = g_string_new (NULL);
  if (filter->type == NULL && family == FAMILY_ANY)
    return pass;
  pass->n_types = n_types;
  pass->wanted_types = g_new0 (guint8, MAX (n_types, 1));
  for (guint i = 0; i < n_types; i++)
    pass->wanted_types[i] = (filter->type == NULL || strcmp (filter->type, types[i]) == 0)
                            && (family == FAMILY_ANY || family_of_type (types[i]) == family);
  return pass;
}

void
filter_pass_free (FilterPass *pass)
{
  g_free (pass->wanted_types);
  g_string_free (pass->path, TRUE);
  g_free (pass);
}

/* In small letters. Returns the length, or 0 when the text is not ASCII, is longer than that, or is empty. */
static gsize
make_plain (const char *text, char *plain)
{
  guint8 all = 0;
  gsize length;
  for (length = 0; text[length] != '\0'; length++)
    {
      guint8 byte = (guint8) text[length];
      if (length == PLAIN_BYTES)
        return 0;
      all |= byte;
      plain[length] = (char) (byte + ((guint8) (byte - 'A') < 26 ? 'a' - 'A' : 0));
    }
  return all < 0x80 ? length : 0;
}

/* Those of the words `asked`, which are bits, that are in the text. */
static guint32
find_words (const Filter *filter, const char *text, guint32 asked)
{
  char plain[PLAIN_BYTES];
  char *folded = NULL;
  const char *looked_at = plain;
  gsize length = make_plain (text, plain);
  guint32 found = 0;
  if (length == 0)
    {
      looked_at = folded = fold (text);
      length = strlen (folded);
    }
  for (guint i = 0; i < filter->n_words; i++)
    {
      const Word *word = &filter->words[i];
      if ((asked >> i & 1) != 0 && word->length <= length && (folded != NULL || word->is_ascii)
          && memmem (looked_at, length, word->text, word->length) != NULL)
        found |= 1U << i;
    }
  g_free (folded);
  return found;
}

static gboolean
has_words (FilterPass *pass, const FilterFile *file)
{
  const Filter *filter = pass->filter;
  guint32 missing = filter->n_words == WORDS_MOST ? G_MAXUINT32 : (1U << filter->n_words) - 1;
  guint32 in_path = 0;
  if (missing == 0)
    return TRUE;
  if (pass->dir != file->dir)
    {
      g_string_truncate (pass->path, 0);
      store_append_path (pass->path, file->dir, NULL);
      pass->dir_has = find_words (filter, pass->path->str, missing);
      pass->dir = file->dir;
    }
  missing &= ~pass->dir_has;
  if (missing == 0)
    return TRUE;
  missing &= ~find_words (filter, file->name, missing);
  for (guint i = 0; i < filter->n_words; i++)
    if ((missing >> i & 1) != 0 && filter->words[i].has_slash)
      in_path |= 1U << i;
  if (missing != 0 && missing == in_path)
    {
      g_string_truncate (pass->path, 0);
      store_append_path (pass->path, file->dir, file->name);
      missing &= ~find_words (filter, pass->path->str, missing);
    }
  return missing == 0;
}

gboolean
filter_pass_wants (FilterPass *pass, const FilterFile *file)
{
  const FilterCriteria *criteria = &pass->filter->criteria;
  if (file->size < criteria->min_size || file->size > criteria->max_size || file->mtime < criteria->since)
    return FALSE;
  if (file->mtime >= criteria->before && criteria->before != G_MAXINT64)
    return FALSE;
  if (criteria->only_duplicates && !file->twice)
    return FALSE;
  if (pass->wanted_types != NULL && (file->type >= pass->n_types || !pass->wanted_types[file->type]))
    return FALSE;
  return has_words (pass, file);
}
