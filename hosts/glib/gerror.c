/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GError to LodgerError and back, without loss.
 *
 * A LodgerError carries a copy of the GError it was made from: only so can the private data of an unknown domain be
 * kept. A GError can carry a payload only if its domain was registered with it before the first error of that domain
 * was made. So all errors with a payload of another kind share one domain of Lodger's. */
#include "lodger-glib.h"

#include <lodger/host.h>
#include <string.h>

typedef struct LodgerGlibForeignErrorPrivate
{
  LodgerError *error; /* NULL in a GError of this domain that Lodger has not made */
} LodgerGlibForeignErrorPrivate;

static void
lodger_glib_foreign_error_private_init (LodgerGlibForeignErrorPrivate *private)
{
  private->error = NULL;
}

static void
lodger_glib_foreign_error_private_copy (const LodgerGlibForeignErrorPrivate *from, LodgerGlibForeignErrorPrivate *to)
{
  to->error = lodger_error_ref (from->error);
}

static void
lodger_glib_foreign_error_private_clear (LodgerGlibForeignErrorPrivate *private)
{
  lodger_error_unref (private->error);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual" /* in GLib's macro */
G_DEFINE_EXTENDED_ERROR (LodgerGlibForeignError, lodger_glib_foreign_error)
#pragma GCC diagnostic pop

GQuark
lodger_glib_error_quark (void)
{
  return g_quark_from_static_string (LODGER_ERROR_DOMAIN);
}

/* ---- GError to LodgerError --------------------------------------------------------------------------------------- */

static void
payload_free (void *payload)
{
  g_error_free (payload);
}

static const LodgerErrorPayloadOps gerror_ops
    = { .size = sizeof (LodgerErrorPayloadOps), .name = "GError", .destroy = payload_free };

/* The LodgerError in a GError of the foreign domain. NULL for another domain, or without one. */
static LodgerError *
foreign_error (const GError *error)
{
  return error->domain == LODGER_GLIB_FOREIGN_ERROR ? lodger_glib_foreign_error_get_private (error)->error : NULL;
}

/* Consumes the GError. */
static LodgerError *
error_new_take (GError *error)
{
  LodgerError *inner = foreign_error (error);
  LodgerError *result = NULL;
  if (inner != NULL && strcmp (lodger_error_get_message (inner), error->message) == 0)
    result = lodger_error_ref (inner);
  else if (error->domain == LODGER_GLIB_ERROR)
    result = lodger_error_new (NULL, error->code, error->message);
  if (result != NULL)
    {
      g_error_free (error);
      return result;
    }
  /* The program has changed the message on the way (g_prefix_error): the same error in other words. */
  if (inner != NULL)
    return lodger_error_new_with_payload (lodger_error_get_domain (inner), lodger_error_get_code (inner),
                                          error->message, &gerror_ops, error);
  return lodger_error_new_with_payload (g_quark_to_string (error->domain), error->code, error->message, &gerror_ops,
                                        error);
}

LodgerError *
lodger_glib_error_new_from_gerror (const GError *error)
{
  return error != NULL ? error_new_take (g_error_copy (error)) : NULL;
}

/* ---- LodgerError to GError --------------------------------------------------------------------------------------- */

GError *
lodger_glib_error_to_gerror (LodgerError *error)
{
  const GError *origin;
  GError *result;
  if (error == NULL)
    return NULL;
  origin = lodger_error_get_payload (error, &gerror_ops);
  if (origin != NULL)
    return g_error_copy (origin);
  if (lodger_error_get_payload (error, NULL) == NULL)
    return g_error_new_literal (g_quark_from_string (lodger_error_get_domain (error)), lodger_error_get_code (error),
                                lodger_error_get_message (error));
  result = g_error_new_literal (LODGER_GLIB_FOREIGN_ERROR, LODGER_EFOREIGN, lodger_error_get_message (error));
  lodger_glib_foreign_error_get_private (result)->error = lodger_error_ref (error);
  return result;
}

/* ---- outcomes ---------------------------------------------------------------------------------------------------- */

static int
refuse (GError *error, const char *function)
{
  g_clear_error (&error);
  return lodger_host_misuse (function, LODGER_EINVAL, "NULL given");
}

int
lodger_glib_pending_return_gerror (LodgerPending *self, GError *error)
{
  if (self == NULL || error == NULL)
    return refuse (error, __func__);
  return lodger_pending_return_error (self, error_new_take (error));
}

int
lodger_glib_reply_return_gerror (LodgerReply *reply, GError *error)
{
  if (reply == NULL || error == NULL)
    return refuse (error, __func__);
  return lodger_reply_return_error (reply, error_new_take (error));
}

gboolean
lodger_glib_pending_propagate_error (LodgerPending *done, GError **error)
{
  int outcome
      = done != NULL ? lodger_pending_get_outcome (done) : lodger_host_misuse (__func__, LODGER_EINVAL, "NULL given");
  LodgerError *reason;
  if (outcome == LODGER_OK)
    return FALSE;
  reason = done != NULL ? lodger_pending_get_error (done) : NULL;
  g_propagate_error (error, reason != NULL
                                ? lodger_glib_error_to_gerror (reason)
                                : g_error_new_literal (LODGER_GLIB_ERROR, outcome, lodger_error_code_string (outcome)));
  return TRUE;
}
