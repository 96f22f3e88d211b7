/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backend "glib" as a guest: a main context that Lodger turns inside another loop.
 *
 * A main context repeats prepare, poll, check, dispatch. Here the host sleeps between prepare and poll, so the order is
 * kept in two halves. `guest_prepare` leaves the context prepared, and has a set of descriptors watched instead of the
 * poll. `guest_dispatch` polls without blocking, checks and dispatches. A second `guest_prepare` without a dispatch
 * first checks with nothing ready: a source may hold something from its prepare until its check, as Wayland's source
 * holds a lock of the display. What is found to be ready then is kept by GLib until the next dispatch.
 *
 * The thread owns the context for the guest's life. So another thread that attaches a source wakes the context by its
 * descriptor. This thread's own changes are seen by the next `guest_prepare`, which comes before the host sleeps.
 *
 * The context is the thread's default only inside its own dispatches and calls. */
#include "fd-set.h"
#include "glib-private.h"
#include "hand-over.h"

/* How soon a guest is looked after that lacks memory or descriptors. */
#define SHORT_SLEEP INT64_C (10000000)

typedef struct Guest
{
  GMainContext *context; /* a reference */
  LodgerGlibFdSet set;
  bool is_own;
  bool is_prepared; /* and not checked yet; then the next three are valid */
  int priority;
  int n_fds;
  GPollFD *fds;
  int capacity;
} Guest;

/* ---- which context ----------------------------------------------------------------------------------------------- */

/* The one in which the thread's asynchronous functions of GIO complete, if nothing is said. */
static GMainContext *
context_of (const LodgerGlibGuestOptions *options)
{
  GMainContext *context = options != NULL ? options->context : NULL;
  if (context == NULL)
    context = g_main_context_get_thread_default ();
  return context != NULL ? context : g_main_context_default ();
}

static bool
is_own (const LodgerGlibGuestOptions *options)
{
  return options != NULL && (options->flags & LODGER_GLIB_GUEST_OWN) != 0;
}

/* Each caller has one guest with a context of its own: any address that no context has stands for it. GLib cannot make
 * the default context without a descriptor; `open` refuses the guest then. */
const void *
lodger__glib_guest_identify (const void *given)
{
  static const char own_context, no_context;
  LodgerGlibGuestOptions own;
  const char *reason;
  const LodgerGlibGuestOptions *options = lodger_host_read_options (given, &own, sizeof own, &reason);
  if (is_own (options))
    return &own_context;
  return lodger__glib_has_descriptor () ? (const void *) context_of (options) : &no_context;
}

static const char *
fault_of (const LodgerGlibGuestOptions *options)
{
  if (options == NULL)
    return NULL;
  if ((options->flags & ~(unsigned) LODGER_GLIB_GUEST_OWN) != 0)
    return "unknown flags";
  if (is_own (options) && options->context != NULL)
    return "a context is given together with LODGER_GLIB_GUEST_OWN";
  return NULL;
}

/* ---- beginning and ending ---------------------------------------------------------------------------------------- */

static int
take_context (Guest *guest, const LodgerGlibGuestOptions *options)
{
  if (!lodger__glib_has_descriptor ())
    return LODGER_EAGAIN;
  guest->is_own = is_own (options);
  guest->context = guest->is_own ? g_main_context_new () : g_main_context_ref (context_of (options));
  if (g_main_context_acquire (guest->context))
    return 0;
  g_main_context_unref (guest->context);
  return LODGER_EWRONGTHREAD;
}

int
lodger__glib_guest_open (const void *given, void **ret_impl)
{
  LodgerGlibGuestOptions own;
  const char *reason;
  const LodgerGlibGuestOptions *options = lodger_host_read_options (given, &own, sizeof own, &reason);
  Guest *guest;
  int code;
  if (reason == NULL)
    reason = fault_of (options);
  if (reason != NULL)
    return lodger_host_misuse ("the options of a guest \"glib\"", LODGER_EINVAL, reason);
  guest = g_try_new0 (Guest, 1);
  if (guest == NULL)
    return LODGER_ENOMEM;
  code = lodger__glib_fd_set_open (&guest->set);
  if (code == 0)
    {
      code = take_context (guest, options);
      if (code == 0)
        {
          *ret_impl = guest;
          return 0;
        }
      lodger__glib_fd_set_close (&guest->set);
    }
  g_free (guest);
  return code;
}

/* Ends a round whose descriptors nobody has polled. True if a source is ready all the same. */
static bool
check_nothing (Guest *guest)
{
  if (!guest->is_prepared)
    return false;
  guest->is_prepared = false;
  for (int i = 0; i < guest->n_fds; i++)
    guest->fds[i].revents = 0;
  return g_main_context_check (guest->context, guest->priority, guest->fds, guest->n_fds);
}

/* A context keeps references to the sources that it found ready, until the next prepare. An own context has none. */
void
lodger__glib_guest_close (void *impl)
{
  Guest *guest = impl;
  if (check_nothing (guest) && guest->is_own)
    g_main_context_prepare (guest->context, &guest->priority);
  g_main_context_release (guest->context);
  lodger__glib_context_unref (guest->context);
  lodger__glib_fd_set_close (&guest->set);
  g_free (guest->fds);
  g_free (guest);
}

/* ---- one iteration ----------------------------------------------------------------------------------------------- */

/* Returns the timeout in milliseconds; -1: none. */
static int
query (Guest *guest, bool *ret_is_short)
{
  int timeout = -1, needed;
  *ret_is_short = false;
  for (;;)
    {
      GPollFD *grown;
      needed = g_main_context_query (guest->context, guest->priority, &timeout, guest->fds, guest->capacity);
      if (needed <= guest->capacity)
        break;
      grown = g_try_renew (GPollFD, guest->fds, (gsize) needed);
      if (grown == NULL)
        {
          *ret_is_short = true;
          needed = guest->capacity;
          break;
        }
      guest->fds = grown;
      guest->capacity = needed;
    }
  guest->n_fds = needed;
  return timeout;
}

static int64_t
now_ns (void)
{
  return g_get_monotonic_time () * 1000;
}

int64_t
lodger__glib_guest_prepare (void *impl, int *ret_fd)
{
  Guest *guest = impl;
  LodgerGlibFdSetState state;
  int64_t until = LODGER_FOREVER;
  bool is_ready, is_short;
  int timeout;
  check_nothing (guest);
  is_ready = g_main_context_prepare (guest->context, &guest->priority);
  timeout = query (guest, &is_short);
  guest->is_prepared = true;
  *ret_fd = guest->set.epoll;
  if (is_ready || timeout == 0)
    return 0;
  state = lodger__glib_fd_set_update (&guest->set, guest->fds, (size_t) guest->n_fds);
  *ret_fd = guest->set.epoll;
  if (state == LODGER_GLIB_FD_SET_READY)
    return 0;
  if (timeout > 0)
    until = now_ns () + timeout * INT64_C (1000000);
  if (state == LODGER_GLIB_FD_SET_SHORT || is_short)
    until = MIN (until, now_ns () + SHORT_SLEEP);
  return until;
}

/* GLib gives up a check when a descriptor was added or removed since the prepare. The round is then made again. So it
 * is after a mere wake-up, and that finds nothing. The context may be iterated here again by what is dispatched. */
bool
lodger__glib_guest_dispatch (void *impl)
{
  Guest *guest = impl;
  if (guest->is_prepared)
    {
      int ready = g_main_context_get_poll_func (guest->context) (guest->fds, (guint) guest->n_fds, 0);
      guest->is_prepared = false;
      if (g_main_context_check (guest->context, guest->priority, guest->fds, guest->n_fds))
        {
          g_main_context_dispatch (guest->context);
          return true;
        }
      if (ready == 0)
        return false;
    }
  return g_main_context_iteration (guest->context, FALSE);
}

void
lodger__glib_guest_enter (void *impl)
{
  g_main_context_push_thread_default (((Guest *) impl)->context);
}

void
lodger__glib_guest_leave (void *impl)
{
  g_main_context_pop_thread_default (((Guest *) impl)->context);
}
