/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A main context that is kicked as a guest, and another one that has it as a guest. */
#include "caller/caller.h"
#include "test-kicks.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <lodger-glib.h>
#include <lodger/backend.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- the guest --------------------------------------------------------------------------------------------------- */

enum
{
  EVENTS = 6,
  COPIES = 4, /* duplicates of closed descriptors */
  NEVER = 100000000
};

static const int priorities[] = { G_PRIORITY_HIGH, G_PRIORITY_DEFAULT, G_PRIORITY_DEFAULT_IDLE, G_PRIORITY_LOW };

typedef struct Loop Loop;

/* A source on an event of its own. */
typedef struct Event
{
  Loop *loop;
  int fd;
  GSource *source;
  atomic_ulong number;
} Event;

struct Loop
{
  Kicks *kicks;
  GMainContext *context;
  LodgerGlibGuestOptions options;
  Event events[EVENTS];
  int copies[COPIES];
  unsigned next_copy;
  GSource *sleeper; /* has a ready time only if it is kicked */
  atomic_ulong sleeper_number;
  GSource *muted; /* its descriptor is ready, and it does not ask for it */
  gpointer muted_tag;
  int muted_fd;
  atomic_ulong muted_number;
  GSource *decoy; /* a timer that never comes */
  GSource *stays[G_N_ELEMENTS (priorities)];
};

/* ThreadSanitizer does not see the locks by which GLib hands a source to the loop's thread. */
static atomic_ulong handed_over;

static void
hand_over (void)
{
  atomic_fetch_add (&handed_over, 1);
}

static void
take_over (void)
{
  atomic_load (&handed_over);
}

static gboolean
event_dispatch (int fd, GIOCondition condition, void *data)
{
  Event *event = data;
  uint64_t value;
  (void) condition;
  take_over ();
  /* Nothing is there if the number was that of a descriptor that has been closed meanwhile. */
  if (read (fd, &value, sizeof value) == sizeof value)
    kicks_arrive (event->loop->kicks, atomic_load (&event->number));
  else
    test_check (errno == EAGAIN);
  return G_SOURCE_CONTINUE;
}

static void
event_signal (int fd)
{
  uint64_t one = 1;
  test_check (write (fd, &one, sizeof one) == sizeof one);
}

static void
event_begin (Event *event)
{
  event->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  test_check (event->fd >= 0);
  event->source = g_unix_fd_source_new (event->fd, G_IO_IN);
  g_source_set_callback (event->source, G_SOURCE_FUNC (event_dispatch), event, NULL);
  hand_over ();
  g_source_attach (event->source, event->loop->context);
}

static void
source_end (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static gboolean
sleeper_dispatch (void *data)
{
  Loop *loop = data;
  g_source_set_ready_time (loop->sleeper, -1);
  kicks_arrive (loop->kicks, atomic_load (&loop->sleeper_number));
  return G_SOURCE_CONTINUE;
}

static gboolean
muted_dispatch (int fd, GIOCondition condition, void *data)
{
  Loop *loop = data;
  (void) fd;
  (void) condition;
  g_source_modify_unix_fd (loop->muted, loop->muted_tag, (GIOCondition) 0);
  kicks_arrive (loop->kicks, atomic_load (&loop->muted_number));
  return G_SOURCE_CONTINUE;
}

static gboolean
plain_dispatch (GSource *source, GSourceFunc func, void *data)
{
  (void) source;
  return func (data);
}

static GSourceFuncs plain_funcs = { .dispatch = plain_dispatch };

static gboolean
muted_source_dispatch (GSource *source, GSourceFunc func, void *data)
{
  (void) source;
  (void) func;
  return muted_dispatch (-1, (GIOCondition) 0, data);
}

static GSourceFuncs muted_funcs = { .dispatch = muted_source_dispatch };

static gboolean
never (void *data)
{
  (void) data;
  test_fail ("a source that is never ready was dispatched");
}

static void
decoy_begin (Loop *loop)
{
  loop->decoy = g_timeout_source_new (NEVER);
  g_source_set_callback (loop->decoy, never, NULL, NULL);
  hand_over ();
  g_source_attach (loop->decoy, loop->context);
}

/* A context has a list of each priority while it has sources of it. Whichever thread attaches the first one makes the
 * list, and the one that destroys the last one frees it, under a lock that ThreadSanitizer does not see. So each has one
 * that stays. */
static void
lists_begin (Loop *loop)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      loop->stays[i] = g_source_new (&plain_funcs, sizeof (GSource));
      g_source_set_priority (loop->stays[i], priorities[i]);
      g_source_set_callback (loop->stays[i], never, NULL, NULL);
      g_source_attach (loop->stays[i], loop->context);
    }
}

/* ---- one-shot sources -------------------------------------------------------------------------------------------- */

typedef struct Shot
{
  Loop *loop;
  unsigned long number;
  int fd; /* closed with the shot; -1: none */
} Shot;

static gboolean
shot_dispatch (void *data)
{
  Shot *shot = data;
  take_over ();
  kicks_arrive (shot->loop->kicks, shot->number);
  return G_SOURCE_REMOVE;
}

static gboolean
shot_fd_dispatch (int fd, GIOCondition condition, void *data)
{
  (void) fd;
  (void) condition;
  return shot_dispatch (data);
}

static void
shot_free (void *data)
{
  Shot *shot = data;
  if (shot->fd >= 0)
    close (shot->fd);
  g_free (shot);
}

static void
shoot (Loop *loop, GSource *source, int priority, unsigned long number, int fd)
{
  Shot *shot = g_new (Shot, 1);
  *shot = (Shot) { .loop = loop, .number = number, .fd = fd };
  g_source_set_priority (source, priority);
  g_source_set_callback (source, fd >= 0 ? G_SOURCE_FUNC (shot_fd_dispatch) : shot_dispatch, shot, shot_free);
  hand_over ();
  g_source_attach (source, loop->context);
  g_source_unref (source);
}

/* ---- kinds of kicks ---------------------------------------------------------------------------------------------- */

enum
{
  ATTACH,
  READY_TIME,
  LATER,
  TIMER,
  EVENT,
  MODIFY,
  DESTROY,
  WAKE_UP,
  REUSE,
  REUSE_WITH_DUP,
  REGULAR_FILE,
};

static const KickKind kinds[] = {
  [ATTACH] = { "attach a source", true },
  [READY_TIME] = { "set a source's ready time to now", true },
  [LATER] = { "set a source's ready time", true },
  [TIMER] = { "attach a timer", true },
  [EVENT] = { "signal an event", true },
  [MODIFY] = { "modify what is asked of a descriptor", true },
  [DESTROY] = { "destroy a source, and signal an event", true },
  [WAKE_UP] = { "wake up for nothing, and attach a source", true },
  [REUSE] = { "close a descriptor, use its number, and signal", false },
  [REUSE_WITH_DUP] = { "close a descriptor whose duplicate is ready, use its number, and signal", false },
  [REGULAR_FILE] = { "attach a source on a regular file", false },
  { NULL, false },
};

static Event *
signal_some (Loop *loop, unsigned long number, TestRandom *random)
{
  Event *event = &loop->events[test_random_below (random, EVENTS)];
  atomic_store (&event->number, number);
  event_signal (event->fd);
  return event;
}

static void
reuse (Loop *loop, unsigned long number, TestRandom *random, bool keeps_dup)
{
  Event *event = &loop->events[test_random_below (random, EVENTS)];
  if (keeps_dup)
    {
      int *copy = &loop->copies[loop->next_copy++ % COPIES];
      if (*copy >= 0)
        close (*copy);
      *copy = dup (event->fd);
      event_signal (*copy);
    }
  source_end (event->source);
  close (event->fd);
  event_begin (event);
  atomic_store (&event->number, number);
  event_signal (event->fd);
}

static void
guest_kick (void *impl, unsigned kind, unsigned long number, TestRandom *random)
{
  Loop *loop = impl;
  int priority = priorities[test_random_below (random, G_N_ELEMENTS (priorities))];
  switch (kind)
    {
    case WAKE_UP: g_main_context_wakeup (loop->context); /* fall through */
    case ATTACH: shoot (loop, g_idle_source_new (), priority, number, -1); break;
    case READY_TIME:
      atomic_store (&loop->sleeper_number, number);
      g_source_set_ready_time (loop->sleeper, 0);
      break;
    case LATER:
      atomic_store (&loop->sleeper_number, number);
      g_source_set_ready_time (loop->sleeper, g_get_monotonic_time () + test_random_below (random, 300));
      break;
    case TIMER: shoot (loop, g_timeout_source_new (test_random_below (random, 2)), priority, number, -1); break;
    case EVENT: signal_some (loop, number, random); break;
    case MODIFY:
      atomic_store (&loop->muted_number, number);
      g_source_modify_unix_fd (loop->muted, loop->muted_tag, G_IO_IN);
      break;
    case DESTROY:
      source_end (loop->decoy);
      decoy_begin (loop);
      signal_some (loop, number, random);
      break;
    case REUSE: reuse (loop, number, random, false); break;
    case REUSE_WITH_DUP: reuse (loop, number, random, true); break;
    default:
      {
        int fd = open ("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        test_check (fd >= 0);
        shoot (loop, g_unix_fd_source_new (fd, G_IO_IN), priority, number, fd);
      }
    }
}

static void *
guest_open (Kicks *kicks, const void **ret_options)
{
  Loop *loop = g_new0 (Loop, 1);
  test_check (lodger_glib_register () == 0);
  loop->kicks = kicks;
  loop->context = g_main_context_new ();
  loop->options = (LodgerGlibGuestOptions) { .size = sizeof loop->options, .context = loop->context };
  for (unsigned i = 0; i < COPIES; i++)
    loop->copies[i] = -1;
  lists_begin (loop);
  for (unsigned i = 0; i < EVENTS; i++)
    {
      loop->events[i].loop = loop;
      event_begin (&loop->events[i]);
    }
  loop->sleeper = g_source_new (&plain_funcs, sizeof (GSource));
  g_source_set_callback (loop->sleeper, sleeper_dispatch, loop, NULL);
  g_source_attach (loop->sleeper, loop->context);
  loop->muted_fd = eventfd (1, EFD_CLOEXEC);
  loop->muted = g_source_new (&muted_funcs, sizeof (GSource));
  loop->muted_tag = g_source_add_unix_fd (loop->muted, loop->muted_fd, (GIOCondition) 0);
  g_source_set_callback (loop->muted, G_SOURCE_FUNC (muted_dispatch), loop, NULL);
  g_source_attach (loop->muted, loop->context);
  decoy_begin (loop);
  *ret_options = &loop->options;
  return loop;
}

static void
guest_nudge (void *impl)
{
  g_main_context_wakeup (((Loop *) impl)->context);
}

static void
guest_close (void *impl)
{
  Loop *loop = impl;
  for (unsigned i = 0; i < EVENTS; i++)
    {
      source_end (loop->events[i].source);
      close (loop->events[i].fd);
    }
  for (unsigned i = 0; i < COPIES; i++)
    if (loop->copies[i] >= 0)
      close (loop->copies[i]);
  source_end (loop->sleeper);
  source_end (loop->muted);
  close (loop->muted_fd);
  source_end (loop->decoy);
  for (unsigned i = 0; i < G_N_ELEMENTS (priorities); i++)
    source_end (loop->stays[i]);
  g_main_context_unref (loop->context);
  g_free (loop);
}

const KickGuest kick_guest_glib = { "glib", "glib", kinds, guest_open, NULL, guest_kick, guest_nudge, guest_close };

/* ---- the control: a set that is kept by comparing numbers -------------------------------------------------------- */

typedef struct DiffGuest
{
  const LodgerBackendOps *real;
  void *impl;
  GMainContext *context;
  int epoll;
  int numbers[64];
  int count;
} DiffGuest;

static LodgerBackendOps diff_ops;
static const LodgerBackendOps *real_ops;

static int
diff_open (const void *options, void **ret_impl)
{
  DiffGuest *guest = g_new0 (DiffGuest, 1);
  guest->context = ((const LodgerGlibGuestOptions *) options)->context;
  guest->epoll = epoll_create1 (EPOLL_CLOEXEC);
  test_check (guest->epoll >= 0);
  test_check (real_ops->guest_open (options, &guest->impl) == 0);
  *ret_impl = guest;
  return 0;
}

static bool
has_number (const int *numbers, int count, int fd)
{
  for (int i = 0; i < count; i++)
    if (numbers[i] == fd)
      return true;
  return false;
}

static int64_t
diff_prepare (void *impl, int *ret_fd)
{
  DiffGuest *guest = impl;
  GPollFD fds[G_N_ELEMENTS (guest->numbers)];
  int64_t until = real_ops->guest_prepare (guest->impl, ret_fd);
  int timeout, count, wanted[G_N_ELEMENTS (guest->numbers)];
  *ret_fd = guest->epoll;
  if (until == 0)
    return 0;
  count = g_main_context_query (guest->context, G_MAXINT, &timeout, fds, G_N_ELEMENTS (fds));
  test_check (count <= (int) G_N_ELEMENTS (fds));
  for (int i = 0; i < count; i++)
    {
      struct epoll_event event = { .events = fds[i].events };
      wanted[i] = fds[i].fd;
      if (!has_number (guest->numbers, guest->count, fds[i].fd))
        epoll_ctl (guest->epoll, EPOLL_CTL_ADD, fds[i].fd, &event);
      else if (event.events == 0 || fds[i].events != G_IO_IN)
        epoll_ctl (guest->epoll, EPOLL_CTL_MOD, fds[i].fd, &event);
    }
  for (int i = 0; i < guest->count; i++)
    if (!has_number (wanted, count, guest->numbers[i]))
      epoll_ctl (guest->epoll, EPOLL_CTL_DEL, guest->numbers[i], NULL);
  memcpy (guest->numbers, wanted, sizeof wanted);
  guest->count = count;
  return until;
}

static bool
diff_dispatch (void *impl)
{
  return real_ops->guest_dispatch (((DiffGuest *) impl)->impl);
}

static void
diff_enter (void *impl)
{
  real_ops->guest_enter (((DiffGuest *) impl)->impl);
}

static void
diff_leave (void *impl)
{
  real_ops->guest_leave (((DiffGuest *) impl)->impl);
}

static void
diff_close (void *impl)
{
  DiffGuest *guest = impl;
  real_ops->guest_close (guest->impl);
  close (guest->epoll);
  g_free (guest);
}

static void *
diff_guest_open (Kicks *kicks, const void **ret_options)
{
  void *loop = guest_open (kicks, ret_options);
  real_ops = lodger__registry_backend ("glib");
  diff_ops = *real_ops;
  diff_ops.name = "glib-by-diff";
  diff_ops.guest_open = diff_open;
  diff_ops.guest_prepare = diff_prepare;
  diff_ops.guest_dispatch = diff_dispatch;
  diff_ops.guest_enter = diff_enter;
  diff_ops.guest_leave = diff_leave;
  diff_ops.guest_close = diff_close;
  test_check (lodger_backend_register (&diff_ops) == 0);
  return loop;
}

const KickGuest kick_guest_glib_by_diff
    = { "glib-by-diff", "glib-by-diff", kinds, diff_guest_open, NULL, guest_kick, guest_nudge, guest_close };

/* ---- the host ---------------------------------------------------------------------------------------------------- */

typedef struct Place
{
  Kicks *kicks;
  GMainContext *context;
  LodgerCaller *caller;
  LodgerGuest *guest;
} Place;

static gboolean
call_back (void *data)
{
  kicks_do (data);
  return G_SOURCE_REMOVE;
}

static void
host_call_back (void *impl)
{
  Place *place = impl;
  GSource *source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, call_back, place->kicks, NULL);
  g_source_attach (source, place->context);
  g_source_unref (source);
}

static void *
host_open (Kicks *kicks, const char *backend, const void *options)
{
  Place *place = g_new0 (Place, 1);
  LodgerError *error = NULL;
  place->kicks = kicks;
  place->context = g_main_context_new ();
  place->caller = kicks->caller = lodger_glib_attach (place->context, NULL);
  test_check (place->caller != NULL);
  /* The thread that is said to own it is woken by others' sources. */
  test_check (g_main_context_acquire (place->context));
  place->guest = lodger_guest_start (place->caller, backend, options, &error);
  if (place->guest == NULL)
    test_fail ("no guest: %s", lodger_error_get_message (error));
  return place;
}

static void
host_run (void *impl)
{
  Place *place = impl;
  kicks_begin (place->kicks);
  while (!kicks_are_over (place->kicks))
    g_main_context_iteration (place->context, TRUE);
}

static void
host_close (void *impl)
{
  Place *place = impl;
  test_check (lodger_guest_end (place->guest) == 0);
  lodger_guest_unref (place->guest);
  test_check (lodger_caller_leave (place->caller) == 0);
  lodger_caller_unref (place->caller);
  g_main_context_release (place->context);
  g_main_context_unref (place->context);
  g_free (place);
}

const KickHost kick_host_glib = { "glib", host_open, host_run, host_call_back, host_close };
