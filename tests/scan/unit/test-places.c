/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The store's files keep their places in memory as long as it promises that. */
#include "store.h"
#include "test-suite.h"

enum
{
  ROOM = 8
};

typedef struct Stage
{
  Store *store;
  StoreDir *root;
  guint moved;
} Stage;

static Stage
stage_open (void)
{
  Stage stage = { .store = store_new () };
  stage.root = store_add_dir (stage.store, NULL, NULL);
  return stage;
}

static void
on_moving (void *data)
{
  ((Stage *) data)->moved++;
}

static void
add (Stage *stage, guint count)
{
  const StoreFile file = { .dir = stage->root };
  for (guint i = 0; i < count; i++)
    (void) store_add_file (stage->store, &file, "name", "type", 1);
}

START_TEST (files_keep_their_places_as_long_as_there_is_room)
{
  Stage stage = stage_open ();
  const char *before;
  add (&stage, 1000);
  store_hold_places (stage.store, ROOM, on_moving, &stage);
  ck_assert_uint_eq (stage.moved, 1);
  before = stage.store->files->data;
  add (&stage, ROOM);
  ck_assert_uint_eq (stage.moved, 1);
  ck_assert_ptr_eq (before, stage.store->files->data);
  add (&stage, 1);
  ck_assert_uint_eq (stage.moved, 2);
  add (&stage, ROOM);
  ck_assert_uint_eq (stage.moved, 3);
  store_free (stage.store);
}
END_TEST

START_TEST (errors_keep_theirs_likewise)
{
  Stage stage = stage_open ();
  store_hold_places (stage.store, ROOM, on_moving, &stage);
  for (guint i = 0; i < ROOM; i++)
    store_add_error (stage.store, stage.root, "name", REASON_FIFO);
  ck_assert_uint_eq (stage.moved, 1);
  store_add_error (stage.store, stage.root, "name", REASON_FIFO);
  ck_assert_uint_eq (stage.moved, 2);
  store_free (stage.store);
}
END_TEST

START_TEST (places_are_not_held_anew_while_half_of_the_room_is_left)
{
  Stage stage = stage_open ();
  store_hold_places (stage.store, ROOM, on_moving, &stage);
  add (&stage, ROOM / 2);
  store_hold_places (stage.store, ROOM, on_moving, &stage);
  ck_assert_uint_eq (stage.moved, 1);
  add (&stage, 1);
  store_hold_places (stage.store, ROOM, on_moving, &stage);
  ck_assert_uint_eq (stage.moved, 2);
  store_free (stage.store);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("places");
  test_add (suite, files_keep_their_places_as_long_as_there_is_room);
  test_add (suite, errors_keep_theirs_likewise);
  test_add (suite, places_are_not_held_anew_while_half_of_the_room_is_left);
  return test_main (suite, argc, argv);
}
