/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tests of the poll, with its form of a spawned call. */
#define POLL_FIBER
#include "test-poll.c"
