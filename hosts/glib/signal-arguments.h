/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The arguments of an emission, as the outcome of a pending. */
#ifndef LODGER_GLIB_SIGNAL_ARGUMENTS_H
#define LODGER_GLIB_SIGNAL_ARGUMENTS_H

#include "lodger-glib.h"

/* Answers the pending with copies of the values. */
void lodger__glib_arguments_return (LodgerPending *pending, guint count, const GValue *values);

/* Whether lodger_glib_signal_get_int() reads that type. */
bool lodger__glib_is_number (GType type);

/* The code with which the pending has failed, if Lodger itself gave it; otherwise `code`. */
int lodger__glib_own_code (LodgerPending *pending, int code);

#endif
