/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crowds.h"

/* Each operation is under way before the first one comes back. */
int64_t
crowd_operations (size_t count)
{
  LodgerPending **operations = crowd_new (count);
  size_t done = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    operations[i] = lodger_glib_async_new (NULL, NULL, NULL, NULL);
  for (size_t i = 0; i < count; i++)
    {
      GTask *task = g_task_new (NULL, NULL, NULL, NULL);
      g_task_return_int (task, 1);
      lodger_glib_async_ready (NULL, G_ASYNC_RESULT (task), operations[i]);
      g_object_unref (task);
      done += lodger_pending_is_done (operations[i]);
      lodger_pending_unref (operations[i]);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  start = crowd_now () - start;
  crowd_expect ("operations", done, count);
  g_free (operations);
  return start;
}

static void
finish (GObject *source, GAsyncResult *result, gpointer number)
{
  (void) source;
  lodger_pending_unref (lodger_glib_pending_finish (result, NULL, NULL));
  crowd_count (number);
}

/* Each is finished before the next one is answered: all the others are still there. */
int64_t
crowd_offers (size_t count)
{
  LodgerPending **promises = crowd_new (count);
  size_t finished = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    {
      promises[i] = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_glib_pending_offer (promises[i], NULL, NULL, finish, &finished);
    }
  for (size_t i = 0; i < count; i++)
    {
      lodger_pending_return_int (promises[i], 1);
      lodger_pending_unref (promises[i]);
      crowd_iterate_until (&finished, i + 1);
    }
  start = crowd_now () - start;
  crowd_expect ("offers", finished, count);
  g_free (promises);
  return start;
}

int64_t
crowd_cancellable (size_t count)
{
  LodgerPending **promises = crowd_new (count);
  GCancellable *cancellable = g_cancellable_new ();
  size_t cancelled = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    {
      promises[i] = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_glib_pending_cancel_with (promises[i], cancellable);
    }
  for (size_t i = 0; i < count / 2; i++)
    lodger_pending_return_int (promises[i], 1);
  g_cancellable_cancel (cancellable);
  for (size_t i = 0; i < count; i++)
    {
      cancelled += lodger_pending_get_outcome (promises[i]) == LODGER_ECANCELED;
      lodger_pending_unref (promises[i]);
    }
  start = crowd_now () - start;
  crowd_expect ("cancelled promises", cancelled, count - count / 2);
  g_object_unref (cancellable);
  g_free (promises);
  return start;
}
