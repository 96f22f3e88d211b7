/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "pending/pending.h"

#include <lodger/fiber.h>
#include <lodger/wait.h>

/* A wait for a pending that nobody else needs. */

static int
await (LodgerPending *pending)
{
  return lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
}

/* Tells how it ended, and drops the pending. Where that has no error, it is the wait that has failed. */
static int
end (LodgerPending *pending, int code, LodgerError **ret_error)
{
  LodgerError *error = NULL;
  if (ret_error != NULL && code != 0)
    {
      if (pending != NULL && lodger_pending_is_done (pending))
        error = lodger_error_ref (lodger_pending_get_error (pending));
      if (error == NULL)
        error = lodger_error_new (NULL, code, NULL);
    }
  if (ret_error != NULL)
    *ret_error = error;
  lodger_pending_unref (pending);
  return code;
}

int
lodger_await (LodgerPending *pending, LodgerError **ret_error)
{
  return end (pending, await (pending), ret_error);
}

int
lodger_await_int (LodgerPending *pending, int64_t *ret_number, LodgerError **ret_error)
{
  int code = ret_number != NULL ? await (pending)
                                : lodger__misuse (__func__, LODGER_EINVAL, "there is no place for the number");
  if (ret_number != NULL)
    *ret_number = 0;
  if (code == 0)
    code = lodger_pending_get_int (pending, ret_number);
  return end (pending, code, ret_error);
}

int
lodger_await_pointer (LodgerPending *pending, void **ret_pointer, LodgerError **ret_error)
{
  int code = ret_pointer != NULL ? await (pending)
                                 : lodger__misuse (__func__, LODGER_EINVAL, "there is no place for the pointer");
  if (ret_pointer != NULL)
    *ret_pointer = NULL;
  if (code == 0)
    code = lodger_pending_take_pointer (pending, ret_pointer);
  return end (pending, code, ret_error);
}
