/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest that the test drives by its operations, as the smallest host there can be: prepare, poll, dispatch. */
#ifndef LODGER_TEST_DIRECT_GUEST_H
#define LODGER_TEST_DIRECT_GUEST_H

#include <lodger/backend.h>
#include <stdbool.h>

typedef struct DirectGuest
{
  const LodgerBackendOps *ops;
  void *impl;
  /* Of the last prepare. */
  int64_t until;
  int fd;
} DirectGuest;

/* Returns a code. */
int direct_guest_open (DirectGuest *guest, const LodgerBackendOps *ops, const void *options);
void direct_guest_close (DirectGuest *guest);
/* Returns until when it may sleep; 0: it may not. */
int64_t direct_guest_prepare (DirectGuest *guest);
/* Whether the descriptor of the last prepare is readable. */
bool direct_guest_is_readable (const DirectGuest *guest);
/* One iteration, with the guest entered. */
bool direct_guest_dispatch (DirectGuest *guest);
/* Iterates until there is nothing to do now. Returns how often something was dispatched. */
int direct_guest_run (DirectGuest *guest);
/* Sleeps until there is something to do, or until the time of test_now(). Then iterates. */
int direct_guest_turn (DirectGuest *guest, int64_t until);

#endif
