/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lodger in the loop of Tcl and Tk. docs/porting-a-host.md explains the port. */
#ifndef TCL_HOST_H
#define TCL_HOST_H

#include <lodger/host.h>
#include <lodger/lodger.h>

/* How long Tcl may be busy before Lodger is served all the same, in milliseconds. */
enum {
  TCL_HOST_AGE = 10
};

/* Registers the host "tcl", which has no options. Any thread. It returns 0, or a negative code.
 *
 * The thread of a caller on it has an interpreter, and runs Tcl's loop: with Tk_MainLoop(), `vwait`, `update`,
 * Tcl_DoOneEvent() or lodger_run(). */
int tcl_host_register (void);

/* tcl-watch.c: the optional operations on descriptors. The host's state begins with the list of its watches. Tcl has one
 * handler for each descriptor, so Lodger cannot watch the descriptor of a Tcl channel. */
typedef struct TclWatch TclWatch;
int tcl_watch_fd (void *impl, LodgerHostWatch *lodgers, int fd, uint32_t events);
void tcl_unwatch_fd (void *impl, LodgerHostWatch *lodgers);
void tcl_unwatch_all (TclWatch **watches);

#endif
