/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

/* An array keeps its memory when it becomes shorter. What is reserved is not touched, so it takes no memory yet. */
static guint
reserve (GArray *array, guint room)
{
  guint length = array->len;
  g_array_set_size (array, length + room);
  g_array_set_size (array, length);
  return length + room;
}

static void
move (Store *store)
{
  StorePlaces *places = &store->places;
  places->moving (places->data);
  places->files_end = reserve (store->files, places->room);
  places->errors_end = reserve (store->errors, places->room);
}

void
store_hold_places (Store *store, guint room, void (*moving) (void *data), void *data)
{
  gboolean has_room = store->places.moving != NULL && store->files->len + room / 2 <= store->places.files_end
                      && store->errors->len + room / 2 <= store->places.errors_end;
  store->places.room = room;
  store->places.moving = moving;
  store->places.data = data;
  if (!has_room)
    move (store);
}

void
store_before_add (Store *store)
{
  const StorePlaces *places = &store->places;
  if (places->moving != NULL && (store->files->len >= places->files_end || store->errors->len >= places->errors_end))
    move (store);
}
