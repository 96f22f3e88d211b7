/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "signal-arguments.h"

#include <lodger/host.h>

static const char type_name[] = "LodgerGlibArguments";

typedef struct Arguments
{
  guint count;
  GValue values[];
} Arguments;

static void
arguments_free (void *data)
{
  Arguments *arguments = data;
  for (guint i = 0; i < arguments->count; i++)
    g_value_unset (&arguments->values[i]);
  g_free (arguments);
}

void
lodger__glib_arguments_return (LodgerPending *pending, guint count, const GValue *values)
{
  Arguments *arguments = g_try_malloc0 (sizeof (Arguments) + count * sizeof (GValue));
  if (arguments == NULL)
    {
      lodger_pending_return_new_error (pending, NULL, LODGER_ENOMEM, NULL);
      return;
    }
  arguments->count = count;
  for (guint i = 0; i < count; i++)
    {
      g_value_init (&arguments->values[i], values[i].g_type);
      g_value_copy (&values[i], &arguments->values[i]);
    }
  lodger_pending_return_typed (pending, type_name, arguments, arguments_free);
}

const GValue *
lodger_glib_signal_get_argument (LodgerPending *done, guint index)
{
  void *pointer = NULL;
  const Arguments *arguments;
  if (done == NULL || lodger_pending_get_outcome (done) != 0
      || lodger_pending_get_typed (done, type_name, &pointer) != 0)
    return NULL;
  arguments = pointer;
  return arguments != NULL && index < arguments->count ? &arguments->values[index] : NULL;
}

bool
lodger__glib_is_number (GType type)
{
  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_BOOLEAN:
    case G_TYPE_CHAR:
    case G_TYPE_UCHAR:
    case G_TYPE_INT:
    case G_TYPE_UINT:
    case G_TYPE_LONG:
    case G_TYPE_ULONG:
    case G_TYPE_INT64:
    case G_TYPE_UINT64:
    case G_TYPE_ENUM:
    case G_TYPE_FLAGS: return true;
    default: return false;
    }
}

/* GLib transforms each of these types to an int64. */
int
lodger_glib_signal_get_int (LodgerPending *done, guint index, int64_t *ret_value)
{
  GValue number = G_VALUE_INIT;
  const GValue *argument;
  void *pointer = NULL;
  int code;
  if (done == NULL || ret_value == NULL)
    return lodger_host_misuse (__func__, LODGER_EINVAL, "NULL given");
  code = lodger_pending_get_outcome (done);
  if (code == 0)
    code = lodger_pending_get_typed (done, type_name, &pointer);
  if (code != 0)
    return code;
  argument = lodger_glib_signal_get_argument (done, index);
  if (argument == NULL)
    return lodger_host_misuse (__func__, LODGER_EINVAL, "the signal has fewer arguments");
  if (!lodger__glib_is_number (argument->g_type))
    return lodger_host_misuse (__func__, LODGER_ETYPE, "the argument is no number");
  g_value_init (&number, G_TYPE_INT64);
  g_value_transform (argument, &number);
  *ret_value = g_value_get_int64 (&number);
  g_value_unset (&number);
  return 0;
}

int
lodger__glib_own_code (LodgerPending *pending, int code)
{
  LodgerError *error = code == LODGER_EFAILED ? lodger_pending_get_error (pending) : NULL;
  int own = error != NULL ? lodger_error_get_code (error) : 0;
  return own < 0 && lodger_error_matches (error, NULL, own) ? own : code;
}
