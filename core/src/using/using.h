/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which loop is meant by a backend's name and options, seen from a caller's thread. */
#ifndef LODGER_USING_H
#define LODGER_USING_H

#include "guest/guest.h"

/* ---- start.c ---- */

/* 0 and *ret_backend; or what speaks against it, before it is known which loop is meant. */
int lodger__using_check (const char *backend, const LodgerBackendOps **ret_backend, const char **ret_reason);
/* Any thread: it is the backend of that caller's own host, and no other loop is named. */
bool lodger__using_is_own (const LodgerCaller *caller, const LodgerBackendOps *backend, const void *options);
/* Owner: a host of this thread runs that loop. */
bool lodger__using_is_host (const LodgerCaller *caller, const LodgerBackendOps *backend, const void *options);
/* Owner, at work: the guest of that loop, a new reference, and whether it was made for this. NULL, and the code. */
LodgerGuest *lodger__using_find_or_start (LodgerCaller *caller, const LodgerBackendOps *backend, const void *options,
                                          bool *ret_is_new, int *ret_code);

#endif
