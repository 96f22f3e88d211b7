/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "test-threads.h"

#include "test-limits.h"

#include <pthread.h>
#include <stddef.h>

/* A stack that no address space has room for. */
static const size_t MONSTROUS = (size_t) 1 << 50;

void
threads_refuse (bool on)
{
  static size_t usual;
  pthread_attr_t attr;
  test_check (pthread_getattr_default_np (&attr) == 0);
  if (usual == 0)
    test_check (pthread_attr_getstacksize (&attr, &usual) == 0);
  test_check (pthread_attr_setstacksize (&attr, on ? MONSTROUS : usual) == 0);
  test_check (pthread_setattr_default_np (&attr) == 0);
  pthread_attr_destroy (&attr);
}
