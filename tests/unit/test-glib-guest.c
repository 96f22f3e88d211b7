/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backend "glib" as a guest, by its operations. */
#include "glib-private.h"
#include "test-direct-guest.h"
#include "test-suite.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#define MS INT64_C (1000000)

typedef struct Setup
{
  DirectGuest guest;
  GMainContext *context;
} Setup;

static Setup
set_up (void)
{
  Setup setup = { .context = g_main_context_new () };
  LodgerGlibGuestOptions options = { .size = sizeof options, .context = setup.context };
  expect_code (direct_guest_open (&setup.guest, &lodger__glib_backend, &options), 0);
  return setup;
}

static void
tear_down (Setup *setup)
{
  direct_guest_close (&setup->guest);
  g_main_context_unref (setup->context);
}

static gboolean
note_once (void *data)
{
  recorder_direct (data);
  return G_SOURCE_REMOVE;
}

static gboolean
note_event (int fd, GIOCondition condition, void *data)
{
  uint64_t value;
  (void) condition;
  if (read (fd, &value, sizeof value) < 0)
    test_check (errno == EAGAIN);
  g_source_set_ready_time (g_main_current_source (), -1);
  recorder_direct (data);
  return G_SOURCE_CONTINUE;
}

/* Attaches the source, and drops it. */
static GSource *
add (GMainContext *context, GSource *source, int priority, GSourceFunc func, void *data)
{
  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, context);
  g_source_unref (source);
  return source;
}

static GSource *
add_idle (GMainContext *context, int priority, void *recorder)
{
  return add (context, g_idle_source_new (), priority, note_once, recorder);
}

static GSource *
add_fd (GMainContext *context, int fd, void *recorder)
{
  return add (context, g_unix_fd_source_new (fd, G_IO_IN), G_PRIORITY_DEFAULT, G_SOURCE_FUNC (note_event), recorder);
}

static int
new_event (void)
{
  int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  ck_assert_int_ge (fd, 0);
  return fd;
}

static void
signal_event (int fd)
{
  uint64_t one = 1;
  ck_assert_int_eq (write (fd, &one, sizeof one), sizeof one);
}

/* ---- which context ----------------------------------------------------------------------------------------------- */

START_TEST (without_options_it_is_the_context_in_which_gio_completes)
{
  GMainContext *context = g_main_context_new ();
  const LodgerGlibGuestOptions none = { .size = sizeof none }, given = { .size = sizeof given, .context = context };
  ck_assert_ptr_eq (lodger__glib_guest_identify (NULL), g_main_context_default ());
  ck_assert_ptr_eq (lodger__glib_guest_identify (&none), g_main_context_default ());
  ck_assert_ptr_eq (lodger__glib_guest_identify (&given), context);
  ck_assert_ptr_eq (lodger__glib_guest_identify (&given), lodger__glib_driver.identify (&given));
  g_main_context_push_thread_default (context);
  ck_assert_ptr_eq (lodger__glib_guest_identify (NULL), context);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}
END_TEST

static void *
identify_own (void *data)
{
  const LodgerGlibGuestOptions options = { .size = sizeof options, .flags = LODGER_GLIB_GUEST_OWN };
  *(const void **) data = lodger__glib_guest_identify (&options);
  return NULL;
}

START_TEST (a_context_of_its_own_is_one_guest)
{
  const void *first, *second;
  identify_own (&first);
  identify_own (&second);
  ck_assert_ptr_eq (first, second);
  ck_assert_ptr_ne (first, g_main_context_default ());
}
END_TEST

START_TEST (wrong_options_are_refused)
{
  GMainContext *context = g_main_context_new ();
  const LodgerGlibGuestOptions wrong[] = {
    { .size = 1 },
    { .size = sizeof wrong[0], .flags = (LodgerGlibGuestFlags) 2 },
    { .size = sizeof wrong[0], .context = context, .flags = LODGER_GLIB_GUEST_OWN },
  };
  DirectGuest guest;
  log_capture_begin ();
  expect_code (direct_guest_open (&guest, &lodger__glib_backend, &wrong[_i]), LODGER_EINVAL);
  ck_assert_uint_eq (log_capture_count (), 1);
  log_capture_end ();
  g_main_context_unref (context);
}
END_TEST

typedef struct Occupier
{
  GMainContext *context;
  Latch is_owner, may_go;
  bool was_free;
} Occupier;

static void *
occupy (void *data)
{
  Occupier *occupier = data;
  occupier->was_free = g_main_context_acquire (occupier->context);
  latch_open (&occupier->is_owner);
  latch_wait (&occupier->may_go);
  if (occupier->was_free)
    g_main_context_release (occupier->context);
  return NULL;
}

static bool
is_free_for_another_thread (GMainContext *context)
{
  Occupier occupier = { .context = context };
  latch_init (&occupier.is_owner);
  latch_init (&occupier.may_go);
  latch_open (&occupier.may_go);
  thread_join (thread_start (occupy, &occupier));
  latch_clear (&occupier.is_owner);
  latch_clear (&occupier.may_go);
  return occupier.was_free;
}

START_TEST (a_context_of_another_thread_is_refused)
{
  Occupier occupier = { .context = g_main_context_new () };
  LodgerGlibGuestOptions options = { .size = sizeof options, .context = occupier.context };
  DirectGuest guest;
  pthread_t thread;
  ProcCount before = proc_count ();
  latch_init (&occupier.is_owner);
  latch_init (&occupier.may_go);
  thread = thread_start (occupy, &occupier);
  latch_wait (&occupier.is_owner);
  expect_code (direct_guest_open (&guest, &lodger__glib_backend, &options), LODGER_EWRONGTHREAD);
  latch_open (&occupier.may_go);
  thread_join (thread);
  proc_expect_restored (before);
  latch_clear (&occupier.is_owner);
  latch_clear (&occupier.may_go);
  g_main_context_unref (occupier.context);
}
END_TEST

START_TEST (the_thread_owns_the_context_for_the_guests_life)
{
  DirectGuest guest;
  expect_code (direct_guest_open (&guest, &lodger__glib_backend, NULL), 0);
  ck_assert (!is_free_for_another_thread (g_main_context_default ()));
  direct_guest_run (&guest);
  ck_assert (!is_free_for_another_thread (g_main_context_default ()));
  direct_guest_close (&guest);
  ck_assert (is_free_for_another_thread (g_main_context_default ()));
}
END_TEST

START_TEST (the_context_is_the_threads_default_inside_the_guest_only)
{
  Setup setup = set_up ();
  ck_assert_ptr_null (g_main_context_get_thread_default ());
  lodger__glib_guest_enter (setup.guest.impl);
  ck_assert_ptr_eq (g_main_context_get_thread_default (), setup.context);
  lodger__glib_guest_enter (setup.guest.impl);
  lodger__glib_guest_leave (setup.guest.impl);
  ck_assert_ptr_eq (g_main_context_get_thread_default (), setup.context);
  lodger__glib_guest_leave (setup.guest.impl);
  ck_assert_ptr_null (g_main_context_get_thread_default ());
  tear_down (&setup);
}
END_TEST

START_TEST (a_guest_without_a_descriptor_is_refused)
{
  LodgerGlibGuestOptions options = { .size = sizeof options, .flags = LODGER_GLIB_GUEST_OWN };
  struct rlimit before, none;
  DirectGuest guest;
  int free_fd = new_event ();
  close (free_fd);
  ck_assert_int_eq (getrlimit (RLIMIT_NOFILE, &before), 0);
  none = before;
  none.rlim_cur = (rlim_t) free_fd + (rlim_t) _i;
  ck_assert_int_eq (setrlimit (RLIMIT_NOFILE, &none), 0);
  expect_code (direct_guest_open (&guest, &lodger__glib_backend, &options), LODGER_EAGAIN);
  ck_assert_ptr_nonnull (lodger__glib_guest_identify (NULL));
  ck_assert_int_eq (setrlimit (RLIMIT_NOFILE, &before), 0);
  expect_code (direct_guest_open (&guest, &lodger__glib_backend, &options), 0);
  direct_guest_close (&guest);
}
END_TEST

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static void
count_end (void *data)
{
  recorder_destroy (data);
}

static void
add_ending (GMainContext *context, Recorder *recorder)
{
  GSource *source = g_idle_source_new ();
  g_source_set_callback (source, note_once, recorder, count_end);
  g_source_attach (source, context);
  g_source_unref (source);
}

/* A source that is ready, and was found to be so, goes with the context. */
START_TEST (an_own_context_ends_with_its_guest)
{
  LodgerGlibGuestOptions options = { .size = sizeof options, .flags = LODGER_GLIB_GUEST_OWN };
  Recorder recorder = { 0 };
  DirectGuest guest;
  ProcCount before;
  g_main_context_default ();
  before = proc_count ();
  expect_code (direct_guest_open (&guest, &lodger__glib_backend, &options), 0);
  lodger__glib_guest_enter (guest.impl);
  add_ending (g_main_context_get_thread_default (), &recorder);
  lodger__glib_guest_leave (guest.impl);
  ck_assert_int_eq (direct_guest_prepare (&guest), 0);
  direct_guest_close (&guest);
  recorder_expect (&recorder, 0, 1);
  proc_expect_restored (before);
}
END_TEST

START_TEST (a_borrowed_context_lives_on)
{
  Setup setup = set_up ();
  Recorder recorder = { 0 };
  add_ending (setup.context, &recorder);
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), 0);
  direct_guest_close (&setup.guest);
  recorder_expect (&recorder, 0, 0);
  ck_assert (g_main_context_iteration (setup.context, FALSE));
  recorder_expect (&recorder, 1, 1);
  g_main_context_unref (setup.context);
}
END_TEST

/* ---- iterations -------------------------------------------------------------------------------------------------- */

START_TEST (a_guest_with_nothing_to_do_may_sleep_for_ever)
{
  Setup setup = set_up ();
  for (int i = 0; i < 3; i++)
    {
      ck_assert_int_eq (direct_guest_prepare (&setup.guest), LODGER_FOREVER);
      ck_assert (!direct_guest_is_readable (&setup.guest));
      ck_assert (!direct_guest_dispatch (&setup.guest));
    }
  tear_down (&setup);
}
END_TEST

START_TEST (a_timer_limits_the_sleep)
{
  Setup setup = set_up ();
  Recorder recorder = { 0 };
  int64_t before = test_now (), until;
  add (setup.context, g_timeout_source_new (20), G_PRIORITY_DEFAULT, note_once, &recorder);
  until = direct_guest_prepare (&setup.guest);
  ck_assert (until > before || test_now () >= before + 20 * MS);
  ck_assert_int_le (until, test_now () + 20 * MS);
  while (atomic_load (&recorder.ran) == 0)
    direct_guest_turn (&setup.guest, LODGER_FOREVER);
  ck_assert_int_ge (test_now (), before + 20 * MS);
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), LODGER_FOREVER);
  tear_down (&setup);
}
END_TEST

/* One iteration runs what has the best priority of those that are ready, as a loop of its own does. */
START_TEST (priorities_are_kept)
{
  Setup setup = set_up ();
  Journal journal;
  Recorder recorders[4];
  static const int priorities[] = { 200, 0, -100, 0 };
  int event = new_event ();
  journal_init (&journal);
  for (int i = 0; i < 4; i++)
    recorders[i] = (Recorder) { .journal = &journal, .number = i };
  for (int i = 0; i < 3; i++)
    add_idle (setup.context, priorities[i], &recorders[i]);
  signal_event (event);
  g_source_destroy (add_fd (setup.context, event, &recorders[3]));
  add_fd (setup.context, event, &recorders[3]);
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), 0);
  ck_assert_int_eq (direct_guest_run (&setup.guest), 3);
  journal_expect (&journal, 2, 1, 3, 0);
  journal_clear (&journal);
  close (event);
  tear_down (&setup);
}
END_TEST

/* A source that counts its operations: prepare and check take turns, as for Wayland's source that holds a lock. */
typedef struct LockSource
{
  GSource source;
  int locked;
  int prepared;
  int ready; /* how often check finds it ready, without a descriptor */
  int dispatched;
} LockSource;

static gboolean
lock_prepare (GSource *source, int *timeout)
{
  LockSource *lock = (LockSource *) source;
  *timeout = -1;
  ck_assert_int_eq (lock->locked, 0);
  lock->locked++;
  lock->prepared++;
  return FALSE;
}

static gboolean
lock_check (GSource *source)
{
  LockSource *lock = (LockSource *) source;
  ck_assert_int_eq (lock->locked, 1);
  lock->locked--;
  if (lock->ready == 0)
    return FALSE;
  lock->ready--;
  return TRUE;
}

static gboolean
lock_dispatch (GSource *source, GSourceFunc func, void *data)
{
  (void) func;
  (void) data;
  ((LockSource *) source)->dispatched++;
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs lock_funcs = { .prepare = lock_prepare, .check = lock_check, .dispatch = lock_dispatch };

static LockSource *
add_lock (GMainContext *context)
{
  GSource *source = g_source_new (&lock_funcs, sizeof (LockSource));
  g_source_attach (source, context);
  return (LockSource *) source;
}

START_TEST (a_check_comes_before_a_second_prepare)
{
  Setup setup = set_up ();
  LockSource *lock = add_lock (setup.context);
  Recorder recorder = { 0 };
  for (int i = 0; i < 5; i++)
    direct_guest_prepare (&setup.guest);
  ck_assert_int_eq (lock->prepared, 5);
  add_idle (setup.context, G_PRIORITY_DEFAULT, &recorder);
  direct_guest_run (&setup.guest);
  recorder_expect (&recorder, 1, 0);
  direct_guest_prepare (&setup.guest);
  ck_assert_int_eq (lock->locked, 1);
  direct_guest_close (&setup.guest);
  ck_assert_int_eq (lock->locked, 0);
  g_source_destroy (&lock->source);
  g_source_unref (&lock->source);
  g_main_context_unref (setup.context);
}
END_TEST

START_TEST (what_a_check_between_two_prepares_finds_is_not_lost)
{
  Setup setup = set_up ();
  LockSource *lock = add_lock (setup.context);
  lock->ready = 1;
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), LODGER_FOREVER);
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), 0);
  ck_assert_int_eq (direct_guest_run (&setup.guest), 1);
  ck_assert_int_eq (lock->dispatched, 1);
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), LODGER_FOREVER);
  g_source_destroy (&lock->source);
  g_source_unref (&lock->source);
  tear_down (&setup);
}
END_TEST

/* ---- nested loops ------------------------------------------------------------------------------------------------ */

typedef struct Nest
{
  Setup *setup;
  Recorder inner;
  int depth, deepest;
  bool only_prepares;
} Nest;

static gboolean
nest (void *data)
{
  Nest *nested = data;
  int64_t until = test_now () + test_limit_ns ();
  nested->depth++;
  nested->deepest = MAX (nested->deepest, nested->depth);
  add_idle (nested->setup->context, G_PRIORITY_LOW, &nested->inner);
  if (nested->only_prepares)
    {
      direct_guest_prepare (&nested->setup->guest);
      direct_guest_prepare (&nested->setup->guest);
    }
  else
    while (atomic_load (&nested->inner.ran) == 0 && test_now () < until)
      direct_guest_turn (&nested->setup->guest, until);
  nested->depth--;
  return G_SOURCE_REMOVE;
}

/* A nested loop may also end between a prepare and its dispatch. */
START_TEST (edge_73_a_dispatch_inside_a_dispatch)
{
  Setup setup = set_up ();
  Recorder others[2] = { 0 };
  Nest nested = { .setup = &setup, .only_prepares = _i != 0 };
  add (setup.context, g_idle_source_new (), G_PRIORITY_DEFAULT, nest, &nested);
  for (int i = 0; i < 2; i++)
    add_ending (setup.context, &others[i]);
  while (direct_guest_prepare (&setup.guest) == 0)
    direct_guest_run (&setup.guest);
  recorder_expect (&nested.inner, 1, 0);
  for (int i = 0; i < 2; i++)
    recorder_expect (&others[i], 1, 1);
  ck_assert_int_eq (nested.deepest, 1);
  tear_down (&setup);
}
END_TEST

/* ---- kicks ------------------------------------------------------------------------------------------------------- */

START_TEST (edge_71_this_threads_kicks_are_seen_by_the_next_prepare)
{
  Setup setup = set_up ();
  Recorder recorder = { 0 };
  int event = new_event ();
  GSource *source = add_fd (setup.context, event, &recorder);
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), LODGER_FOREVER);
  switch (_i)
    {
    case 0: add_idle (setup.context, G_PRIORITY_DEFAULT, &recorder); break;
    case 1: g_source_set_ready_time (source, 0); break;
    case 2: add (setup.context, g_timeout_source_new (0), G_PRIORITY_DEFAULT, note_once, &recorder); break;
    default: signal_event (event);
    }
  if (direct_guest_prepare (&setup.guest) != 0)
    ck_assert (direct_guest_is_readable (&setup.guest));
  ck_assert_int_ge (direct_guest_run (&setup.guest), 1);
  recorder_expect (&recorder, 1, 0);
  g_source_destroy (source);
  close (event);
  tear_down (&setup);
}
END_TEST

typedef struct Kick
{
  GMainContext *context;
  GSource *source;
  int event;
  int how;
  Recorder *recorder;
} Kick;

static void *
kick (void *data)
{
  Kick *kicked = data;
  switch (kicked->how)
    {
    case 0: add_idle (kicked->context, G_PRIORITY_DEFAULT, kicked->recorder); break;
    case 1: g_source_set_ready_time (kicked->source, 0); break;
    case 2: add (kicked->context, g_timeout_source_new (0), G_PRIORITY_DEFAULT, note_once, kicked->recorder); break;
    default: signal_event (kicked->event);
    }
  return NULL;
}

/* While the host sleeps: it sees the descriptor only. */
START_TEST (edge_71_another_threads_kicks_make_the_descriptor_readable)
{
  Setup setup = set_up ();
  Recorder recorder = { 0 };
  int event = new_event ();
  Kick kicked = { .context = setup.context, .event = event, .how = _i, .recorder = &recorder };
  kicked.source = add_fd (setup.context, event, &recorder);
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), LODGER_FOREVER);
  thread_join (thread_start (kick, &kicked));
  ck_assert (direct_guest_is_readable (&setup.guest));
  while (atomic_load (&recorder.ran) == 0)
    direct_guest_turn (&setup.guest, test_now () + test_limit_ns ());
  direct_guest_run (&setup.guest);
  g_source_destroy (kicked.source);
  close (event);
  tear_down (&setup);
}
END_TEST

START_TEST (edge_72_a_spurious_dispatch_is_harmless)
{
  Setup setup = set_up ();
  for (int i = 0; i < 3; i++)
    ck_assert (!direct_guest_dispatch (&setup.guest));
  g_main_context_wakeup (setup.context);
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), LODGER_FOREVER);
  ck_assert (direct_guest_is_readable (&setup.guest));
  ck_assert (!direct_guest_dispatch (&setup.guest));
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), LODGER_FOREVER);
  ck_assert (!direct_guest_is_readable (&setup.guest));
  tear_down (&setup);
}
END_TEST

/* ---- descriptors ------------------------------------------------------------------------------------------------- */

START_TEST (edge_75_a_descriptor_that_is_closed_and_used_again_is_seen)
{
  Setup setup = set_up ();
  Recorder old = { 0 }, next = { 0 };
  int event = new_event (), copy = dup (event), other;
  GSource *source = add_fd (setup.context, event, &old);
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), LODGER_FOREVER);
  g_source_destroy (source);
  close (event);
  if (_i == 0)
    close (copy);
  other = new_event ();
  if (other != event)
    {
      ck_assert_int_eq (dup2 (other, event), event);
      close (other);
    }
  source = add_fd (setup.context, event, &next);
  if (_i != 0)
    signal_event (copy);
  for (int i = 0; i < 3; i++)
    direct_guest_turn (&setup.guest, 0);
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), LODGER_FOREVER);
  ck_assert (!direct_guest_is_readable (&setup.guest));
  signal_event (event);
  ck_assert (direct_guest_is_readable (&setup.guest));
  ck_assert_int_eq (direct_guest_run (&setup.guest), 1);
  recorder_expect (&old, 0, 0);
  recorder_expect (&next, 1, 0);
  g_source_destroy (source);
  close (event);
  if (_i != 0)
    close (copy);
  tear_down (&setup);
}
END_TEST

START_TEST (edge_76_a_regular_file_is_always_ready)
{
  Setup setup = set_up ();
  Recorder recorder = { 0 };
  int file = open ("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  GSource *source = add_fd (setup.context, file, &recorder);
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), 0);
  ck_assert (direct_guest_dispatch (&setup.guest));
  ck_assert (direct_guest_dispatch (&setup.guest));
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), 0);
  g_source_destroy (source);
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), LODGER_FOREVER);
  recorder_expect (&recorder, 2, 0);
  close (file);
  tear_down (&setup);
}
END_TEST

/* GLib gives up a check after a change of the descriptors. The iteration is then made again. */
START_TEST (a_descriptor_added_after_the_prepare_is_served_at_once)
{
  Setup setup = set_up ();
  Recorder first = { 0 }, second = { 0 };
  int events[2] = { new_event (), new_event () };
  GSource *sources[2] = { add_fd (setup.context, events[0], &first) };
  ck_assert_int_eq (direct_guest_prepare (&setup.guest), LODGER_FOREVER);
  sources[1] = add_fd (setup.context, events[1], &second);
  signal_event (events[0]);
  signal_event (events[1]);
  ck_assert (direct_guest_dispatch (&setup.guest));
  recorder_expect (&first, 1, 0);
  recorder_expect (&second, 1, 0);
  for (int i = 0; i < 2; i++)
    {
      g_source_destroy (sources[i]);
      close (events[i]);
    }
  tear_down (&setup);
}
END_TEST

/* The program may run the context itself, between a prepare and its dispatch. */
START_TEST (an_iteration_of_the_programs_own_does_no_harm)
{
  Setup setup = set_up ();
  Recorder recorder = { 0 };
  int event = new_event ();
  GSource *source = add_fd (setup.context, event, &recorder);
  for (int i = 1; i <= 3; i++)
    {
      direct_guest_prepare (&setup.guest);
      signal_event (event);
      while (g_main_context_iteration (setup.context, FALSE))
        ;
      recorder_expect (&recorder, i, 0);
      ck_assert (!direct_guest_dispatch (&setup.guest));
    }
  g_source_destroy (source);
  close (event);
  tear_down (&setup);
}
END_TEST

int
main (int argc, char **argv)
{
  static const char *const kicks[] = { "attach", "modify", "timer", "event" };
  static const char *const options[] = { "size", "flags", "both" };
  Suite *suite = suite_create ("glib-guest");
  test_add (suite, without_options_it_is_the_context_in_which_gio_completes);
  test_add (suite, a_context_of_its_own_is_one_guest);
  for (int i = 0; i < 3; i++)
    {
      char *name = g_strdup_printf ("wrong_options_are_refused/%s", options[i]);
      test_add_variant (suite, name, wrong_options_are_refused, i);
      g_free (name);
    }
  test_add (suite, a_context_of_another_thread_is_refused);
  test_add (suite, the_thread_owns_the_context_for_the_guests_life);
  test_add (suite, the_context_is_the_threads_default_inside_the_guest_only);
  test_add_variant (suite, "a_guest_without_a_descriptor_is_refused/set", a_guest_without_a_descriptor_is_refused, 0);
  test_add_variant (suite, "a_guest_without_a_descriptor_is_refused/context", a_guest_without_a_descriptor_is_refused,
                    1);
  test_add (suite, an_own_context_ends_with_its_guest);
  test_add (suite, a_borrowed_context_lives_on);
  test_add (suite, a_guest_with_nothing_to_do_may_sleep_for_ever);
  test_add (suite, a_timer_limits_the_sleep);
  test_add (suite, priorities_are_kept);
  test_add (suite, a_check_comes_before_a_second_prepare);
  test_add (suite, what_a_check_between_two_prepares_finds_is_not_lost);
  test_add_variant (suite, "edge_73_a_dispatch_inside_a_dispatch/turned", edge_73_a_dispatch_inside_a_dispatch, 0);
  test_add_variant (suite, "edge_73_a_dispatch_inside_a_dispatch/prepared", edge_73_a_dispatch_inside_a_dispatch, 1);
  for (int i = 0; i < 4; i++)
    {
      char *here = g_strdup_printf ("edge_71_this_threads_kicks_are_seen_by_the_next_prepare/%s", kicks[i]);
      char *there = g_strdup_printf ("edge_71_another_threads_kicks_make_the_descriptor_readable/%s", kicks[i]);
      test_add_variant (suite, here, edge_71_this_threads_kicks_are_seen_by_the_next_prepare, i);
      test_add_variant (suite, there, edge_71_another_threads_kicks_make_the_descriptor_readable, i);
      g_free (here);
      g_free (there);
    }
  test_add (suite, edge_72_a_spurious_dispatch_is_harmless);
  test_add_variant (suite, "edge_75_a_descriptor_that_is_closed_and_used_again_is_seen/gone",
                    edge_75_a_descriptor_that_is_closed_and_used_again_is_seen, 0);
  test_add_variant (suite, "edge_75_a_descriptor_that_is_closed_and_used_again_is_seen/dup",
                    edge_75_a_descriptor_that_is_closed_and_used_again_is_seen, 1);
  test_add (suite, edge_76_a_regular_file_is_always_ready);
  test_add (suite, a_descriptor_added_after_the_prepare_is_served_at_once);
  test_add (suite, an_iteration_of_the_programs_own_does_no_harm);
  return test_main (suite, argc, argv);
}
