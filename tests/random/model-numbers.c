/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of numbers, in order. */
#include "model-private.h"

#include <string.h>

void
numbers_add (Numbers *numbers, int number)
{
  numbers->at[numbers->count++] = number;
}

void
numbers_add_first (Numbers *numbers, int number)
{
  memmove (numbers->at + 1, numbers->at, (size_t) numbers->count++ * sizeof numbers->at[0]);
  numbers->at[0] = number;
}

static int
index_of (const Numbers *numbers, int number)
{
  for (int i = 0; i < numbers->count; i++)
    if (numbers->at[i] == number)
      return i;
  return -1;
}

bool
numbers_have (const Numbers *numbers, int number)
{
  return index_of (numbers, number) >= 0;
}

bool
numbers_remove (Numbers *numbers, int number)
{
  int i = index_of (numbers, number);
  if (i < 0)
    return false;
  numbers->count--;
  memmove (numbers->at + i, numbers->at + i + 1, (size_t) (numbers->count - i) * sizeof numbers->at[0]);
  return true;
}

int
numbers_pop (Numbers *numbers)
{
  int first = numbers->count > 0 ? numbers->at[0] : NOBODY;
  if (first != NOBODY)
    numbers_remove (numbers, first);
  return first;
}
