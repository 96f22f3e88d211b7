/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The filter: which files it wants. */
#include "filter.h"
#include "made-store.h"
#include "test-suite.h"

typedef struct Stage
{
  Store *store;
  const char *types[64];
} Stage;

static Stage
stage_new (void)
{
  return (Stage) { .store = made_store_new () };
}

static void
stage_free (Stage *stage)
{
  store_free (stage->store);
}

/* Asks about one file. */
static gboolean
wants (Stage *stage, const Filter *filter, guint number)
{
  const StoreFile *file = &g_array_index (stage->store->files, StoreFile, number);
  FilterFile asked = { .name = file->name,
                       .dir = file->dir,
                       .size = file->size,
                       .mtime = file->mtime,
                       .number = number,
                       .type = file->type,
                       .twice = store_has_twin (stage->store, file) };
  FilterPass *pass;
  gboolean wanted;
  for (guint i = 0; i < stage->store->types->len; i++)
    stage->types[i] = g_array_index (stage->store->types, StoreType, i).name;
  pass = filter_pass_new (filter, stage->types, stage->store->types->len);
  wanted = filter_pass_wants (pass, &asked);
  filter_pass_free (pass);
  return wanted;
}

/* Whether a file of that name in the folder "Some/Where" is found by the text. */
static gboolean
finds (const char *text, const char *name)
{
  FilterCriteria criteria = FILTER_CRITERIA_NONE;
  Stage stage = stage_new ();
  StoreDir *dir = made_store_add_dir (stage.store, made_store_add_dir (stage.store, NULL, "Some"), "Where");
  guint number = made_store_add_to (stage.store, dir, name);
  Filter *filter;
  gboolean found;
  criteria.text = text;
  filter = filter_new (&criteria);
  found = filter == NULL || wants (&stage, filter, number);
  filter_unref (filter);
  stage_free (&stage);
  return found;
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

START_TEST (nothing_to_look_for_is_no_filter)
{
  FilterCriteria criteria = FILTER_CRITERIA_NONE;
  ck_assert_ptr_null (filter_new (&criteria));
  criteria.text = "  \t\xe2\x80\x83 ";
  ck_assert_ptr_null (filter_new (&criteria));
  ck_assert_ptr_null (filter_ref (NULL));
  filter_unref (NULL);
  ck_assert (!filter_needs_twice (NULL));
}
END_TEST

START_TEST (each_word_has_to_be_in_the_name_or_the_folder)
{
  ck_assert (finds ("report", "my report.txt"));
  ck_assert (finds ("report my", "my report.txt"));
  ck_assert (finds ("report where", "my report.txt"));
  ck_assert (finds ("some where", "x"));
  ck_assert (finds ("some/where", "x"));
  ck_assert (finds ("where/my", "my report.txt"));
  ck_assert (finds ("e/m", "my report.txt"));
  ck_assert (!finds ("report his", "my report.txt"));
  ck_assert (!finds ("where/report", "my report.txt"));
  ck_assert (!finds ("where/x report", "my report.txt"));
  ck_assert (!finds ("reports", "report"));
}
END_TEST

START_TEST (upper_and_lower_case_are_the_same_in_all_of_unicode)
{
  ck_assert (finds ("REPORT", "rePort"));
  ck_assert (finds ("SOME", "x"));
  ck_assert (finds ("straße", "STRASSE"));
  ck_assert (finds ("STRASSE", "die Straße.txt"));
  ck_assert (finds ("ÄRGER", "kein ärger"));
  ck_assert (finds ("жук", "ЖУК"));
  ck_assert (finds ("ΣΊΣΥΦΟΣ", "σίσυφος"));
  ck_assert (finds ("k", "\xe2\x84\xaa")); /* the sign of kelvin */
  ck_assert (!finds ("ж", "report"));
}
END_TEST

START_TEST (accents_may_be_composed_or_not_and_may_be_left_out)
{
  ck_assert (finds ("caf\xc3\xa9", "cafe\xcc\x81.txt"));
  ck_assert (finds ("cafe\xcc\x81", "CAF\xc3\x89.txt"));
  ck_assert (finds ("cafe", "caf\xc3\xa9.txt"));
  ck_assert (!finds ("caf\xc3\xa9", "cafe.txt"));
  ck_assert (finds ("file", "\xef\xac\x81le")); /* the ligature fi */
}
END_TEST

START_TEST (a_name_that_is_not_utf_8_is_found_as_it_is_shown)
{
  ck_assert (finds ("caf", "caf\xe9.txt"));
  ck_assert (finds ("TXT", "caf\xe9.txt"));
  ck_assert (finds ("\xef\xbf\xbd"
                    "E9",
                    "caf\xe9.txt"));
  ck_assert (!finds ("\xef\xbf\xbd"
                     "E8",
                     "caf\xe9.txt"));
  ck_assert (finds ("caf\xe9", "caf\xe9.txt"));
}
END_TEST

START_TEST (more_words_than_fit_are_not_looked_for)
{
  GString *text = g_string_new (NULL);
  for (int i = 0; i < 32; i++)
    g_string_append (text, "re ");
  ck_assert (finds (text->str, "report"));
  g_string_append (text, "nowhere");
  ck_assert (finds (text->str, "report"));
  g_string_free (text, TRUE);
}
END_TEST

START_TEST (a_long_name_is_found_too)
{
  char name[700];
  memset (name, 'a', sizeof name);
  memcpy (name + 600, "REPORT", 6);
  name[sizeof name - 1] = '\0';
  ck_assert (finds ("report", name));
  ck_assert (!finds ("reports", name));
  name[254] = '\0';
  ck_assert (finds ("aaa", name));
  name[254] = 'a';
  name[255] = '\0';
  ck_assert (finds ("aaa", name));
  name[255] = 'a';
  name[256] = '\0';
  ck_assert (finds ("aaa", name));
}
END_TEST

START_TEST (a_pass_knows_one_folder_from_the_other)
{
  FilterCriteria criteria = FILTER_CRITERIA_NONE;
  Stage stage = stage_new ();
  StoreDir *dirs[2] = { made_store_add_dir (stage.store, NULL, "good"), made_store_add_dir (stage.store, NULL, "bad") };
  Filter *filter;
  FilterPass *pass;
  criteria.text = "good x";
  filter = filter_new (&criteria);
  pass = filter_pass_new (filter, NULL, 0);
  for (guint i = 0; i < 20; i++)
    {
      FilterFile file = { .name = i % 3 == 0 ? "x" : "y", .dir = dirs[i / 2 % 2] };
      ck_assert_int_eq (filter_pass_wants (pass, &file), i % 3 == 0 && i / 2 % 2 == 0);
    }
  filter_pass_free (pass);
  filter_unref (filter);
  stage_free (&stage);
}
END_TEST

/* ---- the rest --------------------------------------------------------------------------------------------------- */

static gboolean
is_wanted (Stage *stage, const FilterCriteria *criteria, guint number)
{
  Filter *filter = filter_new (criteria);
  gboolean wanted;
  ck_assert_ptr_nonnull (filter);
  wanted = wants (stage, filter, number);
  filter_unref (filter);
  return wanted;
}

START_TEST (sizes_are_at_least_and_at_most)
{
  Stage stage = stage_new ();
  for (guint64 size = 0; size < 6; size++)
    (void) made_store_add (stage.store, "x", size == 5 ? G_MAXUINT64 : size, "text/plain", 0);
  for (guint i = 0; i < 6; i++)
    {
      FilterCriteria least = FILTER_CRITERIA_NONE, most = FILTER_CRITERIA_NONE, both = FILTER_CRITERIA_NONE;
      least.min_size = 3;
      most.max_size = 3;
      both.min_size = 2;
      both.max_size = 3;
      ck_assert_int_eq (is_wanted (&stage, &least, i), i >= 3);
      ck_assert_int_eq (is_wanted (&stage, &most, i), i <= 3);
      ck_assert_int_eq (is_wanted (&stage, &both, i), i == 2 || i == 3);
    }
  stage_free (&stage);
}
END_TEST

START_TEST (ages_are_since_and_before)
{
  Stage stage = stage_new ();
  const gint64 times[] = { G_MININT64, -1, 0, 1, 2, G_MAXINT64 };
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    (void) made_store_add (stage.store, "x", 0, "text/plain", times[i]);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      FilterCriteria since = FILTER_CRITERIA_NONE, before = FILTER_CRITERIA_NONE;
      since.since = 1;
      before.before = 1;
      ck_assert_int_eq (is_wanted (&stage, &since, i), i >= 3);
      ck_assert_int_eq (is_wanted (&stage, &before, i), i < 3);
    }
  stage_free (&stage);
}
END_TEST

START_TEST (a_type_is_one_or_a_whole_family)
{
  static const struct
  {
    const char *type;
    Family family;
  } rows[] = {
    { "image/png", FAMILY_IMAGES },
    { "image/vnd.djvu", FAMILY_DOCUMENTS },
    { "video/mp4", FAMILY_VIDEO },
    { "audio/flac", FAMILY_AUDIO },
    { "application/ogg", FAMILY_AUDIO },
    { "application/pdf", FAMILY_DOCUMENTS },
    { "application/vnd.oasis.opendocument.text", FAMILY_DOCUMENTS },
    { "text/plain", FAMILY_DOCUMENTS },
    { "application/zip", FAMILY_ARCHIVES },
    { "application/x-xz-compressed-tar", FAMILY_ARCHIVES },
    { "application/vnd.debian.binary-package", FAMILY_ARCHIVES },
    { "text/x-csrc", FAMILY_CODE },
    { "text/css", FAMILY_CODE },
    { "application/json", FAMILY_CODE },
    { "application/x-python-code", FAMILY_OTHER },
    { "application/octet-stream", FAMILY_OTHER },
    { "inode/x-empty", FAMILY_OTHER },
    { "", FAMILY_OTHER },
  };
  Stage stage = stage_new ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    (void) made_store_add (stage.store, "x", 0, rows[i].type, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ck_assert_msg (family_of_type (rows[i].type) == rows[i].family, "%s", rows[i].type);
      for (Family family = FAMILY_IMAGES; family < FAMILY_N; family++)
        {
          FilterCriteria criteria = FILTER_CRITERIA_NONE;
          criteria.family = family;
          ck_assert_int_eq (is_wanted (&stage, &criteria, i), rows[i].family == family);
        }
      for (guint j = 0; j < G_N_ELEMENTS (rows); j++)
        {
          FilterCriteria criteria = FILTER_CRITERIA_NONE;
          criteria.type = rows[j].type;
          ck_assert_int_eq (is_wanted (&stage, &criteria, i), i == j);
        }
    }
  stage_free (&stage);
}
END_TEST

START_TEST (only_duplicates_are_those_with_a_twin)
{
  FilterCriteria criteria = FILTER_CRITERIA_NONE;
  Stage stage = stage_new ();
  Filter *filter;
  criteria.only_duplicates = TRUE;
  made_store_grow (stage.store, 30);
  filter = filter_new (&criteria);
  ck_assert (filter_needs_twice (filter));
  filter_unref (filter);
  for (guint i = 0; i < 30; i++)
    ck_assert_int_eq (is_wanted (&stage, &criteria, i), i % 10 >= 8);
  stage_free (&stage);
}
END_TEST

START_TEST (all_that_is_asked_for_has_to_hold)
{
  Stage stage = stage_new ();
  const guint number = made_store_add (stage.store, "report", 10, "text/plain", 10);
  for (guint wrong = 0; wrong < 5; wrong++)
    {
      FilterCriteria criteria = FILTER_CRITERIA_NONE;
      criteria.text = wrong == 1 ? "letter" : "report";
      criteria.min_size = wrong == 2 ? 11 : 10;
      criteria.before = wrong == 3 ? 10 : 11;
      criteria.family = wrong == 4 ? FAMILY_CODE : FAMILY_DOCUMENTS;
      ck_assert_int_eq (is_wanted (&stage, &criteria, number), wrong == 0);
    }
  stage_free (&stage);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("scan-filter");
  test_add (suite, nothing_to_look_for_is_no_filter);
  test_add (suite, each_word_has_to_be_in_the_name_or_the_folder);
  test_add (suite, upper_and_lower_case_are_the_same_in_all_of_unicode);
  test_add (suite, accents_may_be_composed_or_not_and_may_be_left_out);
  test_add (suite, a_name_that_is_not_utf_8_is_found_as_it_is_shown);
  test_add (suite, more_words_than_fit_are_not_looked_for);
  test_add (suite, a_long_name_is_found_too);
  test_add (suite, a_pass_knows_one_folder_from_the_other);
  test_add (suite, sizes_are_at_least_and_at_most);
  test_add (suite, ages_are_since_and_before);
  test_add (suite, a_type_is_one_or_a_whole_family);
  test_add (suite, only_duplicates_are_those_with_a_twin);
  test_add (suite, all_that_is_asked_for_has_to_hold);
  return test_main (suite, argc, argv);
}
