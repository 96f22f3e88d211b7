/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-fiber.h"

#include "test-limits.h"

#include <string.h>

void
trail_note (Trail *trail, char letter)
{
  size_t length = strlen (trail->letters);
  test_check (length < sizeof trail->letters - 1);
  trail->letters[length] = letter;
}

void
trail_wait (LodgerPending *self, void *data)
{
  Trail *trail = data;
  trail_note (trail, 'a');
  trail->code
      = lodger_pending_wait (trail->awaited, trail->timeout != 0 ? trail->timeout : LODGER_FOREVER, trail->flags);
  trail->was_itself = lodger_pending_current () == self;
  trail_note (trail, 'c');
  lodger_pending_return_int (self, 7);
}

void
trail_wait_twice (LodgerPending *self, void *data)
{
  Trail *trail = data;
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  trail_wait (self, trail);
  trail->again = lodger_pending_wait (never, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  trail_note (trail, 'e');
  lodger_pending_unref (never);
}

void
trail_note_b (LodgerPending *self, void *data)
{
  (void) self;
  trail_note (data, 'b');
}

void
trail_destroy (void *data)
{
  Trail *trail = data;
  trail_note (trail, 'd');
  recorder_destroy (&trail->recorder);
}
