/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pending-private.h"

#include "caller-private.h"

#include <lodger/scope.h>
#include <stdlib.h>

/* The side record of a pending: what few of them have, made when it is first needed. */

LodgerSide *
lodger__pending_side (LodgerPending *pending)
{
  if (pending->side == NULL)
    {
      pending->side = calloc (1, sizeof *pending->side);
      if (pending->side != NULL)
        pending->side->owner = pending;
    }
  return pending->side;
}

bool
lodger__side_set (LodgerPending *pending, const LodgerCallOptions *options)
{
  LodgerSide *side;
  if (options->result_home == NULL && options->data_home == NULL && options->scope == NULL)
    return true;
  side = lodger__pending_side (pending);
  if (side == NULL)
    return false;
  if (options->result_home != NULL)
    side->home = lodger__home_new (options->result_home);
  if (options->data_home != NULL)
    side->data_home = lodger__home_new (options->data_home);
  side->scope = lodger_scope_ref (options->scope);
  lodger__pending_add_state (pending, P_SIDED);
  return (options->result_home == NULL || side->home != NULL)
         && (options->data_home == NULL || side->data_home != NULL);
}

void
lodger__side_free (LodgerSide *side)
{
  if (side == NULL)
    return;
  if (side->home != NULL)
    lodger__home_send (side->home, NULL, NULL);
  if (side->data_home != NULL)
    lodger__home_send (side->data_home, NULL, NULL);
  lodger_scope_unref (side->scope);
  if (side->has_canceller && side->canceller_destroy != NULL)
    side->canceller_destroy (side->canceller_data);
  while (side->metadata != NULL)
    {
      LodgerMetadata *metadata = side->metadata;
      side->metadata = metadata->next;
      if (metadata->destroy != NULL)
        metadata->destroy (metadata->value);
      free (metadata);
    }
  lodger_error_unref (side->cancelled_error);
  free (side->message);
  free (side);
}
