/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptors of a main context as one descriptor: an epoll set that is readable when one of them is ready.
 *
 * A context tells only numbers. Between two looks a descriptor may be closed, and its number used again. So the set is
 * not kept by comparing numbers: each update registers every number again. EPOLL_CTL_MOD finds out whether the number
 * still means the registered file, and ENOENT says that it means another.
 *
 * A registration belongs to a file, and outlives the number if a duplicate of the descriptor lives. Nothing can remove it
 * then, and it may report for ever. So each registration carries a number of its own. Where one may have been left
 * behind, an update looks for events of registrations that are not in the set, and makes a new set if there are any.
 *
 * This file uses nothing of the adapter's. All functions are for one thread at a time. */
#ifndef LODGER_GLIB_FD_SET_H
#define LODGER_GLIB_FD_SET_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What is known of a number. */
typedef struct LodgerGlibFdSlot
{
  uint32_t round;        /* the last update in which it was wanted */
  uint32_t registration; /* 0: it is not registered */
  uint32_t events;       /* all that its entries ask for */
} LodgerGlibFdSlot;

typedef struct LodgerGlibFdSet
{
  int epoll; /* readable, level-triggered, while a descriptor is ready */
  uint32_t round;
  uint32_t last_registration;
  bool may_have_stale;     /* a registration may have been left behind */
  LodgerGlibFdSlot *slots; /* by number */
  size_t n_slots;
  int *numbers; /* that are registered */
  size_t n_numbers;
  size_t capacity;
} LodgerGlibFdSet;

/* How the loop may sleep after an update. The worse one is greater. */
typedef enum LodgerGlibFdSetState
{
  LODGER_GLIB_FD_SET_WATCHED, /* the set tells */
  LODGER_GLIB_FD_SET_SHORT,   /* for want of memory or the like it may not tell: the loop looks again soon */
  LODGER_GLIB_FD_SET_READY,   /* a descriptor is ready for poll that epoll refuses, like a regular file */
} LodgerGlibFdSetState;

/* 0, or a negative code. */
int lodger__glib_fd_set_open (LodgerGlibFdSet *set);
void lodger__glib_fd_set_close (LodgerGlibFdSet *set);
/* Makes the set of these descriptors. Several entries may have one number; negative numbers are left out. It may change
 * `epoll`: the new number always differs from the old one, which is closed then. */
LodgerGlibFdSetState lodger__glib_fd_set_update (LodgerGlibFdSet *set, const GPollFD *fds, size_t n_fds);

#endif
