/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The optional operations of the host "tcl" on descriptors.
 *
 * Tcl serves file events before it is idle. A descriptor that is always ready would so keep Tk from drawing. So a file
 * event only asks to be called like the node, and Tcl looks away from the descriptor until Lodger has been told. */
#include "tcl-host.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/select.h>
#include <tcl.h>

#define READABLE (POLLIN | POLLRDNORM)
#define WRITABLE (POLLOUT | POLLWRNORM)

struct TclWatch {
  TclWatch *next;
  LodgerHostWatch *lodgers;
  struct pollfd poll;
  Tcl_TimerToken age;
};

static void tell (ClientData data);

static void file_ready (ClientData data, int mask) {
  TclWatch *watch = data;
  (void) mask;
  Tcl_CreateFileHandler (watch->poll.fd, 0, file_ready, watch);
  watch->age = Tcl_CreateTimerHandler (TCL_HOST_AGE, tell, watch);
  Tcl_DoWhenIdle (tell, watch);
}

static void look (TclWatch *watch) {
  int mask = (watch->poll.events & READABLE ? TCL_READABLE : 0) | (watch->poll.events & WRITABLE ? TCL_WRITABLE : 0);
  Tcl_CreateFileHandler (watch->poll.fd, mask, file_ready, watch);
}

static void forget (TclWatch *watch) {
  Tcl_CancelIdleCall (tell, watch);
  Tcl_DeleteTimerHandler (watch->age);
}

/* What select() has seen may be gone. It does not tell an error from an end either. */
static void tell (ClientData data) {
  TclWatch *watch = data;
  forget (watch);
  look (watch);
  poll (&watch->poll, 1, 0);
  lodger_host_fd_ready (watch->lodgers, (uint32_t) watch->poll.revents);
}

int tcl_watch_fd (void *impl, LodgerHostWatch *lodgers, int fd, uint32_t events) {
  TclWatch **watches = impl, *watch = *watches;
  if (fd >= FD_SETSIZE || (events & (READABLE | WRITABLE)) == 0)
    return LODGER_EINVAL;
  while (watch != NULL && watch->poll.fd != fd)
    watch = watch->next;
  if (watch != NULL)
    return LODGER_EBUSY;
  watch = malloc (sizeof *watch);
  if (watch == NULL)
    return LODGER_ENOMEM;
  *watch = (TclWatch) { .next = *watches, .lodgers = lodgers, .poll = { .fd = fd, .events = (short) events } };
  lodgers->host_data = *watches = watch;
  look (watch);
  return 0;
}

void tcl_unwatch_fd (void *impl, LodgerHostWatch *lodgers) {
  TclWatch **watches = impl, *watch = lodgers->host_data;
  while (*watches != watch)
    watches = &(*watches)->next;
  *watches = watch->next;
  forget (watch);
  Tcl_DeleteFileHandler (watch->poll.fd);
  free (watch);
}

void tcl_unwatch_all (TclWatch **watches) {
  while (*watches != NULL)
    tcl_unwatch_fd (watches, (*watches)->lodgers);
}
