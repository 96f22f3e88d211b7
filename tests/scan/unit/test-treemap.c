/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The map of a folder: what has a rectangle in it, and where. */
#include "test-suite.h"
#include "treemap-find.h"

#include <string.h>

enum
{
  WIDTH = 800,
  HEIGHT = 600,
  HEADER = 18,
  MANY = 100000
};

typedef struct Place
{
  Store *store;
  StoreDir *root;
  TreemapLayout *layout;
  guint64 ino;
} Place;

static Place
place_open (void)
{
  Place place = { .store = store_new (), .layout = treemap_layout_new () };
  place.root = store_add_dir (place.store, NULL, "");
  return place;
}

static void
place_close (Place *place)
{
  treemap_layout_free (place->layout);
  store_free (place->store);
}

static guint
add_file (Place *place, StoreDir *dir, const char *name, guint64 size)
{
  StoreFile file = { .dir = dir, .size = size, .disk = size * 2, .ino = ++place->ino };
  return store_add_file (place->store, &file, name, "text/plain", 1);
}

static void
add_many (Place *place, StoreDir *dir, guint count, guint64 size)
{
  for (guint i = 0; i < count; i++)
    {
      char name[16];
      g_snprintf (name, sizeof name, "f%06u", i);
      add_file (place, dir, name, size);
    }
}

static void
lay_out (Place *place, const StoreDir *dir, gboolean on_disk)
{
  treemap_layout_begin (place->layout, place->store, dir, &(TreemapOptions) { WIDTH, HEIGHT, HEADER, on_disk });
  while (treemap_layout_go_on (place->layout, 64))
    ;
}

static guint
count_tiles (const Place *place)
{
  return treemap_layout_get_tiles (place->layout)->len;
}

static const TreemapTile *
get_tile (const Place *place, guint number)
{
  return &g_array_index (treemap_layout_get_tiles (place->layout), TreemapTile, number);
}

static const TreemapTile *
tile_of_file (const Place *place, guint file)
{
  TreemapPart part = { .kind = TREEMAP_FILE, .file = file };
  int found;
  part.dir = g_array_index (place->store->files, StoreFile, file).dir;
  found = treemap_find_part (place->layout, &part);
  return found == TREEMAP_NO_TILE ? NULL : get_tile (place, (guint) found);
}

static const TreemapTile *
tile_of_dir (const Place *place, const StoreDir *dir)
{
  int found = treemap_find_part (place->layout, &(TreemapPart) { .kind = TREEMAP_FOLDER, .dir = dir });
  return found == TREEMAP_NO_TILE ? NULL : get_tile (place, (guint) found);
}

static double
area_of (const TreemapTile *tile)
{
  return tile->width * tile->height;
}

/* Each tile lies in the one that it is in, after that, and beside its neighbours. */
static void
expect_sound (const Place *place)
{
  ck_assert_uint_le (count_tiles (place), TREEMAP_MOST_TILES);
  for (guint i = 0; i < count_tiles (place); i++)
    {
      const TreemapTile *tile = get_tile (place, i);
      TreemapTile whole = { .width = WIDTH, .height = HEIGHT };
      const TreemapTile *outer = tile->parent == TREEMAP_NO_TILE ? &whole : get_tile (place, (guint) tile->parent);
      ck_assert_int_lt (tile->parent, (int) i);
      ck_assert_double_ge (tile->x, outer->x - 1e-6);
      ck_assert_double_ge (tile->y, outer->y - 1e-6);
      ck_assert_double_le (tile->x + tile->width, outer->x + outer->width + 1e-6);
      ck_assert_double_le (tile->y + tile->height, outer->y + outer->height + 1e-6);
      for (guint j = 0; j < i; j++)
        {
          const TreemapTile *other = get_tile (place, j);
          gboolean apart = other->parent != tile->parent || other->x + other->width <= tile->x + 1e-6
                           || tile->x + tile->width <= other->x + 1e-6 || other->y + other->height <= tile->y + 1e-6
                           || tile->y + tile->height <= other->y + 1e-6;
          ck_assert (apart);
        }
    }
}

START_TEST (areas_are_in_proportion_to_bytes)
{
  Place place = place_open ();
  guint large = add_file (&place, place.root, "large", 3000);
  guint small = add_file (&place, place.root, "small", 1000);
  StoreDir *dir = store_add_dir (place.store, place.root, "dir");
  guint inner = add_file (&place, dir, "inner", 4000);
  lay_out (&place, place.root, FALSE);
  expect_sound (&place);
  ck_assert_double_eq_tol (area_of (tile_of_dir (&place, dir)), WIDTH * HEIGHT / 2.0, 1);
  ck_assert_double_eq_tol (area_of (tile_of_file (&place, large)), WIDTH * HEIGHT * 3 / 8.0, 1);
  ck_assert_double_eq_tol (area_of (tile_of_file (&place, small)), WIDTH * HEIGHT / 8.0, 1);
  ck_assert_int_eq (tile_of_file (&place, inner)->parent, 0);
  ck_assert_double_ge (tile_of_file (&place, inner)->y, tile_of_dir (&place, dir)->y + HEADER);
  ck_assert (tile_of_dir (&place, dir)->open);
  ck_assert_uint_eq (treemap_layout_get_weight (place.layout), 8000);
  place_close (&place);
}
END_TEST

START_TEST (the_space_on_disk_counts_if_that_is_asked_for)
{
  Place place = place_open ();
  add_file (&place, place.root, "a", 3000);
  lay_out (&place, place.root, TRUE);
  ck_assert_uint_eq (get_tile (&place, 0)->part.weight, 6000);
  ck_assert_uint_eq (treemap_layout_get_weight (place.layout), 6000);
  place_close (&place);
}
END_TEST

START_TEST (it_is_the_same_each_time_and_in_whatever_order_files_were_found)
{
  static const char *const names[] = { "a", "b", "c", "d", "e" };
  Place place = place_open ();
  Place other = place_open ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      add_file (&place, place.root, names[i], 1000);
      add_file (&other, other.root, names[G_N_ELEMENTS (names) - 1 - i], 1000);
    }
  lay_out (&place, place.root, FALSE);
  lay_out (&other, other.root, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const TreemapTile *a = get_tile (&place, i);
      const TreemapTile *b = get_tile (&other, i);
      ck_assert_str_eq (g_array_index (place.store->files, StoreFile, a->part.file).name,
                        g_array_index (other.store->files, StoreFile, b->part.file).name);
      ck_assert (a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height);
    }
  place_close (&place);
  place_close (&other);
}
END_TEST

START_TEST (of_many_files_the_largest_are_shown_and_all_others_are_one)
{
  Place place = place_open ();
  const TreemapPart *last;
  const GArray *parts;
  guint large;
  add_many (&place, place.root, MANY / 2, 10);
  large = add_file (&place, place.root, "large", MANY);
  add_many (&place, place.root, MANY / 2, 20);
  lay_out (&place, place.root, FALSE);
  expect_sound (&place);
  parts = treemap_layout_get_parts (place.layout);
  ck_assert_uint_eq (parts->len, TREEMAP_MOST_PARTS + 1);
  last = &g_array_index (parts, TreemapPart, TREEMAP_MOST_PARTS);
  ck_assert_int_eq (last->kind, TREEMAP_OTHERS);
  ck_assert_uint_eq (last->count, MANY + 1 - TREEMAP_MOST_PARTS);
  ck_assert_uint_eq (g_array_index (parts, TreemapPart, 0).file, large);
  for (guint i = 1; i < TREEMAP_MOST_PARTS; i++)
    ck_assert_uint_eq (g_array_index (parts, TreemapPart, i).weight, 20);
  ck_assert_uint_eq (treemap_layout_get_weight (place.layout), place.root->bytes);
  place_close (&place);
}
END_TEST

START_TEST (what_is_too_small_to_be_seen_is_among_the_others)
{
  Place place = place_open ();
  guint tiny;
  add_file (&place, place.root, "huge", G_GUINT64_CONSTANT (1) << 63);
  tiny = add_file (&place, place.root, "tiny", 1);
  add_file (&place, place.root, "empty", 0);
  lay_out (&place, place.root, FALSE);
  expect_sound (&place);
  ck_assert_ptr_null (tile_of_file (&place, tiny));
  ck_assert_uint_eq (treemap_layout_get_parts (place.layout)->len, 3);
  ck_assert_uint_eq (count_tiles (&place), 2);
  ck_assert_int_eq (get_tile (&place, 1)->part.kind, TREEMAP_OTHERS);
  place_close (&place);
}
END_TEST

START_TEST (a_folder_of_empty_files_has_no_tiles)
{
  Place place = place_open ();
  add_file (&place, place.root, "empty", 0);
  store_add_dir (place.store, place.root, "dir")->opened = TRUE;
  store_add_dir (place.store, place.root, "gone");
  lay_out (&place, place.root, FALSE);
  ck_assert_uint_eq (count_tiles (&place), 0);
  ck_assert_uint_eq (treemap_layout_get_parts (place.layout)->len, 2);
  ck_assert_int_eq (treemap_find_tile (place.layout, 5, 5), TREEMAP_NO_TILE);
  ck_assert_int_eq (treemap_find_beside (place.layout, TREEMAP_NO_TILE, 1, 0), TREEMAP_NO_TILE);
  place_close (&place);
}
END_TEST

START_TEST (a_file_that_has_gone_is_not_shown)
{
  Place place = place_open ();
  guint gone = add_file (&place, place.root, "gone", 1000);
  guint stays = add_file (&place, place.root, "stays", 1000);
  store_remove_file (place.store, gone);
  lay_out (&place, place.root, FALSE);
  ck_assert_ptr_null (tile_of_file (&place, gone));
  ck_assert_double_eq_tol (area_of (tile_of_file (&place, stays)), WIDTH * HEIGHT, 1);
  place_close (&place);
}
END_TEST

START_TEST (many_folders_in_folders_are_bounded)
{
  Place place = place_open ();
  for (guint i = 0; i < 40; i++)
    {
      StoreDir *dir = store_add_dir (place.store, place.root, "outer");
      for (guint j = 0; j < 40; j++)
        add_many (&place, store_add_dir (place.store, dir, "inner"), 30, 1000 + j);
    }
  lay_out (&place, place.root, FALSE);
  expect_sound (&place);
  ck_assert_uint_gt (count_tiles (&place), TREEMAP_MOST_TILES / 4);
  place_close (&place);
}
END_TEST

START_TEST (folders_may_be_as_deep_as_they_like)
{
  Place place = place_open ();
  StoreDir *dir = place.root;
  for (guint i = 0; i < 5000; i++)
    dir = store_add_dir (place.store, dir, "deeper");
  add_file (&place, dir, "bottom", 1000);
  lay_out (&place, place.root, FALSE);
  expect_sound (&place);
  ck_assert_uint_gt (count_tiles (&place), 5);
  place_close (&place);
}
END_TEST

START_TEST (it_may_be_made_while_the_store_grows)
{
  Place place = place_open ();
  add_many (&place, place.root, 1000, 500);
  treemap_layout_begin (place.layout, place.store, place.root, &(TreemapOptions) { WIDTH, HEIGHT, HEADER, FALSE });
  for (guint i = 0; treemap_layout_go_on (place.layout, 10); i++)
    {
      StoreDir *dir = store_add_dir (place.store, place.root, "new");
      add_file (&place, dir, "new", 100000 + i);
    }
  expect_sound (&place);
  ck_assert_uint_eq (treemap_layout_get_weight (place.layout), 500000);
  place_close (&place);
}
END_TEST

START_TEST (the_innermost_tile_is_found)
{
  Place place = place_open ();
  StoreDir *dir = store_add_dir (place.store, place.root, "dir");
  guint inner = add_file (&place, dir, "inner", 1000);
  const TreemapTile *outer;
  const TreemapTile *tile;
  add_file (&place, place.root, "beside", 1000);
  lay_out (&place, place.root, FALSE);
  outer = tile_of_dir (&place, dir);
  tile = tile_of_file (&place, inner);
  ck_assert_ptr_eq (get_tile (&place, (guint) treemap_find_tile (place.layout, outer->x + 5, outer->y + 5)), outer);
  ck_assert_ptr_eq (get_tile (&place, (guint) treemap_find_tile (place.layout, tile->x + 5, tile->y + 5)), tile);
  ck_assert_int_eq (treemap_find_tile (place.layout, -1, 5), TREEMAP_NO_TILE);
  ck_assert_int_eq (treemap_find_tile (place.layout, WIDTH + 1, 5), TREEMAP_NO_TILE);
  place_close (&place);
}
END_TEST

START_TEST (keys_lead_from_tile_to_tile)
{
  Place place = place_open ();
  int at = TREEMAP_NO_TILE;
  guint seen = 0;
  add_many (&place, place.root, 16, 1000);
  lay_out (&place, place.root, FALSE);
  at = treemap_find_beside (place.layout, at, 1, 0);
  ck_assert_int_eq (at, 0);
  for (int next = 0;; seen++)
    {
      next = treemap_find_beside (place.layout, at, 1, 0);
      if (next == at)
        break;
      ck_assert_double_gt (get_tile (&place, (guint) next)->x, get_tile (&place, (guint) at)->x);
      at = next;
    }
  ck_assert_uint_ge (seen, 3);
  ck_assert_double_eq_tol (get_tile (&place, (guint) at)->x + get_tile (&place, (guint) at)->width, WIDTH, 1e-6);
  while (treemap_find_beside (place.layout, at, 0, 1) != at)
    {
      int next = treemap_find_beside (place.layout, at, 0, 1);
      ck_assert_double_gt (get_tile (&place, (guint) next)->y, get_tile (&place, (guint) at)->y);
      at = next;
    }
  ck_assert_double_eq_tol (get_tile (&place, (guint) at)->y + get_tile (&place, (guint) at)->height, HEIGHT, 1e-6);
  place_close (&place);
}
END_TEST

START_TEST (a_map_of_no_size_has_no_tiles)
{
  Place place = place_open ();
  add_many (&place, place.root, 3, 1000);
  treemap_layout_begin (place.layout, place.store, place.root, &(TreemapOptions) { 0, 0, HEADER, FALSE });
  while (treemap_layout_go_on (place.layout, 64))
    ;
  for (guint i = 0; i < count_tiles (&place); i++)
    ck_assert_double_eq (area_of (get_tile (&place, i)), 0);
  ck_assert_uint_eq (treemap_layout_get_parts (place.layout)->len, 3);
  place_close (&place);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("treemap");
  test_add (suite, areas_are_in_proportion_to_bytes);
  test_add (suite, the_space_on_disk_counts_if_that_is_asked_for);
  test_add (suite, it_is_the_same_each_time_and_in_whatever_order_files_were_found);
  test_add (suite, of_many_files_the_largest_are_shown_and_all_others_are_one);
  test_add (suite, what_is_too_small_to_be_seen_is_among_the_others);
  test_add (suite, a_folder_of_empty_files_has_no_tiles);
  test_add (suite, a_file_that_has_gone_is_not_shown);
  test_add (suite, many_folders_in_folders_are_bounded);
  test_add (suite, folders_may_be_as_deep_as_they_like);
  test_add (suite, it_may_be_made_while_the_store_grows);
  test_add (suite, the_innermost_tile_is_found);
  test_add (suite, keys_lead_from_tile_to_tile);
  test_add (suite, a_map_of_no_size_has_no_tiles);
  return test_main (suite, argc, argv);
}
