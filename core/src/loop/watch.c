/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/watch.h"

#include "mailbox/post.h"

int
lodger__watch_begin (LodgerWatch *watch, int fd, uint32_t events)
{
  const LodgerHostOps *ops = lodger__host_ops (watch->caller);
  watch->host.host_data = NULL;
  if (!lodger__host_is_attached (watch->caller))
    return LODGER_ESHUTDOWN;
  if (ops->watch_fd == NULL)
    return LODGER_ENOSYS;
  return ops->watch_fd (lodger__host_impl (watch->caller), &watch->host, fd, events);
}

void
lodger__watch_end (LodgerWatch *watch)
{
  const LodgerHostOps *ops = lodger__host_ops (watch->caller);
  if (lodger__host_is_attached (watch->caller))
    ops->unwatch_fd (lodger__host_impl (watch->caller), &watch->host);
}
