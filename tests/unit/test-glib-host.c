/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-suite.h"

#include <glib-unix.h>
#include <lodger-glib.h>
#include <unistd.h>

#define MS              INT64_C (1000000)
#define REDRAW_PRIORITY 120

static LodgerCaller *
attach (GMainContext *context)
{
  GError *error = NULL;
  LodgerCaller *caller = lodger_glib_attach (context, &error);
  if (caller == NULL)
    test_fail ("cannot attach: %s", error->message);
  return caller;
}

static void
leave (LodgerCaller *caller)
{
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
}

static void
run_until (GMainContext *context, const atomic_int *value, int at_least)
{
  while (atomic_load (value) < at_least)
    g_main_context_iteration (context, TRUE);
}

/* Takes that long, however fast the machine is. */
static void
spin (int64_t ns)
{
  int64_t until = test_now () + ns;
  while (test_now () < until)
    ;
}

/* ---- attaching --------------------------------------------------------------------------------------------------- */

START_TEST (attaching_twice_gives_the_same_caller)
{
  GMainContext *context = g_main_context_new ();
  LodgerCallerOptions options = { .size = sizeof options, .name = "kitchen" };
  LodgerCaller *first = lodger_glib_attach_full (context, &options, NULL);
  LodgerCaller *second = attach (context);
  ck_assert_ptr_nonnull (first);
  ck_assert_ptr_eq (first, second);
  ck_assert_str_eq (lodger_caller_get_name (first), "kitchen");
  ck_assert_str_eq (lodger_caller_get_host (first), "glib");
  ck_assert_ptr_null (lodger_caller_get_backend (first));
  expect_code (lodger_caller_leave (second), 0);
  ck_assert (lodger_caller_is_running (first));
  lodger_caller_unref (second);
  leave (first);
  g_main_context_unref (context);
}
END_TEST

START_TEST (a_refused_attach_says_why)
{
  GMainContext *context = g_main_context_new ();
  LodgerCallerOptions options = { .size = 1 };
  GError *error = NULL;
  log_capture_begin ();
  ck_assert_ptr_null (lodger_glib_attach_full (context, &options, &error));
  log_capture_end ();
  ck_assert (g_error_matches (error, LODGER_GLIB_ERROR, LODGER_EINVAL));
  g_error_free (error);
  g_main_context_unref (context);
}
END_TEST

START_TEST (no_context_means_the_default_one)
{
  LodgerCaller *caller = attach (NULL), *same = attach (g_main_context_default ());
  Recorder recorder = { 0 };
  ck_assert_ptr_eq (caller, same);
  lodger_caller_call_direct (caller, recorder_direct, &recorder, recorder_destroy);
  run_until (NULL, &recorder.ran, 1);
  recorder_expect (&recorder, 1, 1);
  expect_code (lodger_caller_leave (same), 0);
  lodger_caller_unref (same);
  leave (caller);
}
END_TEST

START_TEST (two_contexts_in_one_thread_are_two_callers)
{
  GMainContext *one = g_main_context_new (), *two = g_main_context_new ();
  LodgerCaller *first = attach (one), *second = attach (two);
  Recorder here = { 0 }, there = { 0 };
  ck_assert_ptr_ne (first, second);
  lodger_caller_call_direct (first, recorder_direct, &here, NULL);
  lodger_caller_call_direct (second, recorder_direct, &there, NULL);
  run_until (one, &here.ran, 1);
  recorder_expect (&there, 0, 0);
  run_until (two, &there.ran, 1);
  leave (first);
  leave (second);
  g_main_context_unref (one);
  g_main_context_unref (two);
}
END_TEST

typedef struct Occupier
{
  GMainContext *context;
  Latch is_owner;
  Latch may_go;
} Occupier;

static void *
occupy (void *data)
{
  Occupier *occupier = data;
  test_check (g_main_context_acquire (occupier->context));
  latch_open (&occupier->is_owner);
  latch_wait (&occupier->may_go);
  g_main_context_release (occupier->context);
  return NULL;
}

START_TEST (a_context_that_another_thread_runs_is_refused)
{
  Occupier occupier = { .context = g_main_context_new () };
  GError *error = NULL;
  LodgerCaller *caller;
  pthread_t thread;
  latch_init (&occupier.is_owner);
  latch_init (&occupier.may_go);
  thread = thread_start (occupy, &occupier);
  latch_wait (&occupier.is_owner);
  log_capture_begin ();
  ck_assert_ptr_null (lodger_glib_attach (occupier.context, &error));
  log_capture_end ();
  ck_assert (g_error_matches (error, LODGER_GLIB_ERROR, LODGER_EWRONGTHREAD));
  g_error_free (error);
  latch_open (&occupier.may_go);
  thread_join (thread);
  caller = attach (occupier.context);
  leave (caller);
  latch_clear (&occupier.is_owner);
  latch_clear (&occupier.may_go);
  g_main_context_unref (occupier.context);
}
END_TEST

/* ---- waking up --------------------------------------------------------------------------------------------------- */

/* A poll function that counts, and calls a hook just before or just after the poll: the narrowest places for a post. */
typedef struct Poll
{
  int count;
  int woken;
  int last_timeout;
  int own_fd; /* of the test's, not the context's for waking up */
  bool never_blocks;
  bool hook_is_after;
  void (*hook) (void *data);
  void *hook_data;
} Poll;

static Poll poll_state;

static void
poll_hook (void)
{
  void (*hook) (void *) = poll_state.hook;
  poll_state.hook = NULL;
  if (hook != NULL)
    hook (poll_state.hook_data);
}

static int
counting_poll (GPollFD *fds, guint n_fds, int timeout)
{
  int result;
  poll_state.count++;
  poll_state.last_timeout = timeout;
  if (!poll_state.hook_is_after)
    poll_hook ();
  result = g_poll (fds, n_fds, poll_state.never_blocks ? 0 : timeout);
  if (poll_state.hook_is_after)
    poll_hook ();
  for (guint i = 0; i < n_fds; i++)
    if (fds[i].revents != 0 && fds[i].fd != poll_state.own_fd)
      poll_state.woken++;
  return result;
}

static void
poll_by_counting (GMainContext *context)
{
  poll_state = (Poll) { .own_fd = -1 };
  g_main_context_set_poll_func (context, counting_poll);
}

typedef struct Posts
{
  LodgerCaller *caller;
  Recorder recorder;
  int count;
} Posts;

static void *
post_all (void *data)
{
  Posts *posts = data;
  for (int i = 0; i < posts->count; i++)
    test_check (lodger_caller_call_direct (posts->caller, recorder_direct, &posts->recorder, recorder_destroy) == 0);
  return NULL;
}

static void
post_here (void *data)
{
  post_all (data);
}

static void
post_from_another_thread (void *data)
{
  thread_join (thread_start (post_all, data));
}

START_TEST (a_post_around_the_poll_is_not_lost)
{
  GMainContext *context = g_main_context_new ();
  Posts posts = { .caller = attach (context), .count = 100 };
  poll_by_counting (context);
  while (g_main_context_iteration (context, FALSE))
    ;
  poll_state.hook = (_i & 1) != 0 ? post_here : post_from_another_thread;
  poll_state.hook_data = &posts;
  poll_state.hook_is_after = (_i & 2) != 0;
  if (poll_state.hook_is_after)
    poll_state.never_blocks = true;
  g_main_context_iteration (context, TRUE);
  poll_state.never_blocks = false;
  run_until (context, &posts.recorder.ran, 100);
  recorder_expect (&posts.recorder, 100, 100);
  ck_assert_int_eq (atomic_load (&posts.recorder.ran_in), test_thread_id ());
  leave (posts.caller);
  g_main_context_unref (context);
}
END_TEST

static gboolean
post_in_dispatch (void *data)
{
  post_from_another_thread (data);
  post_here (data);
  return G_SOURCE_REMOVE;
}

static gboolean
post_at_input (int fd, GIOCondition condition, void *data)
{
  char byte;
  (void) condition;
  test_check (read (fd, &byte, 1) == 1);
  post_in_dispatch (data);
  return G_SOURCE_CONTINUE;
}

static void
add_idle (GMainContext *context, int priority, GSourceFunc func, void *data)
{
  GSource *source = g_idle_source_new ();
  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, context);
  g_source_unref (source);
}

/* Something of the program's is being dispatched: the loop looks again before it sleeps. */
START_TEST (posts_to_a_busy_loop_make_no_wake_up)
{
  static const int priorities[] = { G_PRIORITY_DEFAULT, REDRAW_PRIORITY, G_PRIORITY_LOW };
  GMainContext *context = g_main_context_new ();
  Posts posts = { .caller = attach (context), .count = 100 };
  GSource *input;
  int ends[2];
  poll_by_counting (context);
  while (g_main_context_iteration (context, FALSE))
    ;
  add_idle (context, priorities[_i], post_in_dispatch, &posts);
  poll_state.woken = 0;
  run_until (context, &posts.recorder.ran, 200);
  ck_assert_int_eq (poll_state.woken, 0);
  recorder_expect (&posts.recorder, 200, 200);

  /* The same when the poll found it, so that the loop had made ready to sleep before. */
  ck_assert_int_eq (pipe (ends), 0);
  poll_state.own_fd = ends[0];
  input = g_unix_fd_source_new (ends[0], G_IO_IN);
  g_source_set_priority (input, priorities[_i]);
  g_source_set_callback (input, G_SOURCE_FUNC (post_at_input), &posts, NULL);
  g_source_set_can_recurse (input, TRUE); /* else GLib itself wakes the context for each dispatch */
  g_source_attach (input, context);
  while (g_main_context_iteration (context, FALSE))
    ;
  poll_state.woken = 0;
  ck_assert_int_eq (write (ends[1], "x", 1), 1);
  run_until (context, &posts.recorder.ran, 400);
  ck_assert_int_eq (poll_state.woken, 0);
  g_source_destroy (input);
  g_source_unref (input);
  close (ends[0]);
  close (ends[1]);
  leave (posts.caller);
  g_main_context_unref (context);
}
END_TEST

START_TEST (a_sleeping_loop_is_woken_once_for_many_posts)
{
  GMainContext *context = g_main_context_new ();
  Posts posts = { .caller = attach (context), .count = 1000 };
  poll_by_counting (context);
  while (g_main_context_iteration (context, FALSE))
    ;
  poll_state.hook = post_from_another_thread;
  poll_state.hook_data = &posts;
  poll_state.woken = 0;
  run_until (context, &posts.recorder.ran, 1000);
  ck_assert_int_eq (poll_state.woken, 1);
  leave (posts.caller);
  g_main_context_unref (context);
}
END_TEST

START_TEST (a_loop_with_nothing_to_do_sleeps_without_limit)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = attach (context);
  Recorder recorder = { 0 };
  lodger_caller_call_direct (caller, recorder_direct, &recorder, NULL);
  run_until (context, &recorder.ran, 1);
  while (g_main_context_iteration (context, FALSE))
    ;
  poll_by_counting (context);
  poll_state.never_blocks = true;
  poll_state.woken = 0;
  for (int i = 0; i < 3; i++)
    {
      poll_state.last_timeout = 0;
      ck_assert (!g_main_context_iteration (context, TRUE));
      ck_assert_int_eq (poll_state.last_timeout, -1);
    }
  ck_assert_int_eq (poll_state.woken, 0);
  leave (caller);
  g_main_context_unref (context);
}
END_TEST

/* A source of the program's that submits while the loop makes ready to sleep. */
typedef struct LateSource
{
  GSource source;
  Posts *posts;
} LateSource;

static gboolean
late_prepare (GSource *source, int *timeout)
{
  Posts *posts = ((LateSource *) source)->posts;
  *timeout = -1;
  if (posts->count > 0)
    {
      post_here (posts);
      posts->count = 0;
    }
  return FALSE;
}

static gboolean
late_check (GSource *source)
{
  (void) source;
  return FALSE;
}

static gboolean
late_dispatch (GSource *source, GSourceFunc func, void *data)
{
  (void) source;
  (void) func;
  (void) data;
  return G_SOURCE_CONTINUE;
}

START_TEST (a_submit_from_another_sources_prepare_is_not_lost)
{
  static GSourceFuncs funcs = { .prepare = late_prepare, .check = late_check, .dispatch = late_dispatch };
  GMainContext *context = g_main_context_new ();
  Posts posts = { .caller = attach (context), .count = 10 };
  GSource *source = g_source_new (&funcs, sizeof (LateSource));
  ((LateSource *) source)->posts = &posts;
  g_source_set_priority (source, _i == 0 ? G_PRIORITY_LOW : G_MAXINT);
  g_source_attach (source, context);
  run_until (context, &posts.recorder.ran, 10);
  g_source_destroy (source);
  g_source_unref (source);
  leave (posts.caller);
  g_main_context_unref (context);
}
END_TEST

typedef struct PingPong
{
  LodgerCaller *caller;
  Counter answers;
  atomic_int asked;
  int rounds;
} PingPong;

static void
answer_ping (void *data)
{
  PingPong *game = data;
  atomic_fetch_add (&game->asked, 1);
  counter_add (&game->answers, 1);
}

static void *
ask_pings (void *data)
{
  PingPong *game = data;
  for (int i = 1; i <= game->rounds; i++)
    {
      test_check (lodger_caller_call_direct (game->caller, answer_ping, game, NULL) == 0);
      counter_wait (&game->answers, i);
    }
  return NULL;
}

START_TEST (each_post_to_a_loop_that_falls_asleep_arrives)
{
  GMainContext *context = g_main_context_new ();
  PingPong game = { .caller = attach (context), .rounds = (int) test_scaled (20000) };
  pthread_t thread;
  counter_init (&game.answers);
  thread = thread_start (ask_pings, &game);
  run_until (context, &game.asked, game.rounds);
  thread_join (thread);
  leave (game.caller);
  counter_clear (&game.answers);
  g_main_context_unref (context);
}
END_TEST

enum
{
  PRODUCERS = 2
};

typedef struct Producer
{
  LodgerCaller *caller;
  int count;
  int arrived; /* in the owner's thread only */
  atomic_int *total;
} Producer;

typedef struct Parcel
{
  Producer *producer;
  int number;
} Parcel;

static void
receive_parcel (void *data)
{
  Parcel *parcel = data;
  test_check (parcel->number == parcel->producer->arrived);
  parcel->producer->arrived++;
  atomic_fetch_add (parcel->producer->total, 1);
}

static void *
produce (void *data)
{
  Producer *producer = data;
  for (int i = 0; i < producer->count; i++)
    {
      Parcel *parcel = g_new (Parcel, 1);
      *parcel = (Parcel) { .producer = producer, .number = i };
      test_check (lodger_caller_call_direct (producer->caller, receive_parcel, parcel, g_free) == 0);
    }
  return NULL;
}

START_TEST (posts_from_two_threads_arrive_in_order)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = attach (context);
  Producer producers[PRODUCERS];
  pthread_t threads[PRODUCERS];
  atomic_int total = 0;
  int count = (int) test_scaled (50000);
  for (int i = 0; i < PRODUCERS; i++)
    {
      producers[i] = (Producer) { .caller = caller, .count = count, .total = &total };
      threads[i] = thread_start (produce, &producers[i]);
    }
  run_until (context, &total, PRODUCERS * count);
  for (int i = 0; i < PRODUCERS; i++)
    {
      thread_join (threads[i]);
      ck_assert_int_eq (producers[i].arrived, count);
    }
  leave (caller);
  g_main_context_unref (context);
}
END_TEST

/* ---- room for the program, and for the calls --------------------------------------------------------------------- */

/* A redraw as GTK has it: ready when somebody asked for it. */
typedef struct Redraw
{
  GSource source;
  bool *is_wanted;
  bool stays; /* ready again at once: frames back to back */
  int64_t takes;
  int count;
  int *calls_since;
} Redraw;

static gboolean
redraw_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return *((Redraw *) source)->is_wanted;
}

static gboolean
redraw_check (GSource *source)
{
  return *((Redraw *) source)->is_wanted;
}

static gboolean
redraw_dispatch (GSource *source, GSourceFunc func, void *data)
{
  Redraw *redraw = (Redraw *) source;
  (void) func;
  (void) data;
  *redraw->is_wanted = redraw->stays;
  redraw->count++;
  if (redraw->calls_since != NULL)
    *redraw->calls_since = 0;
  spin (redraw->takes);
  return G_SOURCE_CONTINUE;
}

static Redraw *
add_redraw (GMainContext *context, bool *is_wanted)
{
  static GSourceFuncs funcs = { .prepare = redraw_prepare, .check = redraw_check, .dispatch = redraw_dispatch };
  Redraw *redraw = (Redraw *) g_source_new (&funcs, sizeof (Redraw));
  redraw->is_wanted = is_wanted;
  g_source_set_priority (&redraw->source, REDRAW_PRIORITY);
  g_source_attach (&redraw->source, context);
  return redraw;
}

static void
remove_redraw (Redraw *redraw)
{
  g_source_destroy (&redraw->source);
  g_source_unref (&redraw->source);
}

/* A call that takes a tenth of a slice, asks for a redraw, and submits the next. */
typedef struct Flood
{
  LodgerCaller *caller;
  bool redraw_wanted;
  bool stops;
  int calls;
  int since_redraw;
  int most_since_redraw;
} Flood;

static void
flood_call (void *data)
{
  Flood *flood = data;
  flood->calls++;
  flood->since_redraw++;
  if (flood->since_redraw > flood->most_since_redraw)
    flood->most_since_redraw = flood->since_redraw;
  flood->redraw_wanted = true;
  spin (MS / 10);
  if (!flood->stops)
    lodger_caller_call_direct (flood->caller, flood_call, flood, NULL);
}

START_TEST (a_flood_leaves_room_for_the_redraw)
{
  GMainContext *context = g_main_context_new ();
  Flood flood = { .caller = attach (context) };
  Redraw *redraw = add_redraw (context, &flood.redraw_wanted);
  redraw->calls_since = &flood.since_redraw;
  lodger_caller_call_direct (flood.caller, flood_call, &flood, NULL);
  while (redraw->count < 50 && flood.calls < 5000)
    g_main_context_iteration (context, TRUE);
  flood.stops = true;
  ck_assert_int_ge (redraw->count, 50);
  /* The longest slice there is takes 8 ms; an ordinary one 1 ms. */
  ck_assert_int_le (flood.most_since_redraw, 82);
  remove_redraw (redraw);
  leave (flood.caller);
  g_main_context_unref (context);
}
END_TEST

START_TEST (frames_back_to_back_leave_room_for_the_calls)
{
  GMainContext *context = g_main_context_new ();
  Flood flood = { .caller = attach (context), .redraw_wanted = true };
  Redraw *redraw = add_redraw (context, &flood.redraw_wanted);
  redraw->stays = true;
  redraw->takes = 2 * MS;
  lodger_caller_call_direct (flood.caller, flood_call, &flood, NULL);
  while (flood.calls < 100 && redraw->count < 400)
    g_main_context_iteration (context, TRUE);
  flood.stops = true;
  ck_assert_int_ge (flood.calls, 100);
  /* They wait their 10 ms each time. */
  ck_assert_int_ge (redraw->count, 1);
  remove_redraw (redraw);
  leave (flood.caller);
  g_main_context_unref (context);
}
END_TEST

START_TEST (frames_back_to_back_leave_room_for_the_timers)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = attach (context);
  bool wanted = true;
  Redraw *redraw = add_redraw (context, &wanted);
  Recorder recorder = { 0 };
  redraw->stays = true;
  redraw->takes = 2 * MS;
  lodger_pending_unref (lodger_caller_call_later (caller, 30 * MS, recorder_call, &recorder, recorder_destroy));
  while (atomic_load (&recorder.ran) == 0 && redraw->count < 400)
    g_main_context_iteration (context, TRUE);
  recorder_expect (&recorder, 1, 1);
  remove_redraw (redraw);
  leave (caller);
  g_main_context_unref (context);
}
END_TEST

static gboolean
note_idle (void *data)
{
  recorder_direct (data);
  return G_SOURCE_REMOVE;
}

START_TEST (a_frame_goes_before_a_call)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = attach (context);
  Journal journal;
  journal_init (&journal);
  Recorder call = { .journal = &journal, .number = 2 }, frame = { .journal = &journal, .number = 1 };
  lodger_caller_call_direct (caller, recorder_direct, &call, NULL);
  add_idle (context, REDRAW_PRIORITY, note_idle, &frame);
  run_until (context, &call.ran, 1);
  journal_expect (&journal, 1, 2);
  leave (caller);
  journal_clear (&journal);
  g_main_context_unref (context);
}
END_TEST

/* ---- nested loops ------------------------------------------------------------------------------------------------ */

typedef struct Nest
{
  GMainContext *context;
  LodgerCaller *caller;
  Journal journal;
  Recorder two, three, four;
  bool rest_first;
} Nest;

static void
nest_call (void *data)
{
  Nest *nest = data;
  journal_add (&nest->journal, 1);
  if (nest->rest_first)
    run_until (nest->context, &nest->three.ran, 1);
  lodger_caller_call_direct (nest->caller, recorder_direct, &nest->four, NULL);
  run_until (nest->context, &nest->four.ran, 1);
  journal_add (&nest->journal, 5);
}

START_TEST (a_nested_loop_goes_on_with_the_interrupted_turn)
{
  Nest nest = { .context = g_main_context_new (), .rest_first = _i == 0 };
  journal_init (&nest.journal);
  nest.caller = attach (nest.context);
  nest.two = (Recorder) { .journal = &nest.journal, .number = 2 };
  nest.three = (Recorder) { .journal = &nest.journal, .number = 3 };
  nest.four = (Recorder) { .journal = &nest.journal, .number = 4 };
  lodger_caller_call_direct (nest.caller, nest_call, &nest, NULL);
  lodger_caller_call_direct (nest.caller, recorder_direct, &nest.two, NULL);
  lodger_caller_call_direct (nest.caller, recorder_direct, &nest.three, NULL);
  while (journal_count (&nest.journal) < 5)
    g_main_context_iteration (nest.context, TRUE);
  journal_expect (&nest.journal, 1, 2, 3, 4, 5);
  leave (nest.caller);
  journal_clear (&nest.journal);
  g_main_context_unref (nest.context);
}
END_TEST

static gboolean
nest_in_the_programs_own (void *data)
{
  nest_call (data);
  return G_SOURCE_REMOVE;
}

START_TEST (a_nested_loop_of_the_programs_own_serves_the_calls)
{
  Nest nest = { .context = g_main_context_new () };
  journal_init (&nest.journal);
  nest.caller = attach (nest.context);
  nest.four = (Recorder) { .journal = &nest.journal, .number = 4 };
  add_idle (nest.context, G_PRIORITY_DEFAULT, nest_in_the_programs_own, &nest);
  while (journal_count (&nest.journal) < 3)
    g_main_context_iteration (nest.context, TRUE);
  journal_expect (&nest.journal, 1, 4, 5);
  leave (nest.caller);
  journal_clear (&nest.journal);
  g_main_context_unref (nest.context);
}
END_TEST

static void
nest_until_timer (void *data)
{
  Nest *nest = data;
  LodgerPending *pending = lodger_caller_call_later (nest->caller, 2 * MS, recorder_call, &nest->two, NULL);
  lodger_pending_unref (pending);
  run_until (nest->context, &nest->two.ran, 1);
  journal_add (&nest->journal, 5);
}

START_TEST (a_timer_set_in_a_call_fires_in_its_nested_loop)
{
  Nest nest = { .context = g_main_context_new () };
  journal_init (&nest.journal);
  nest.caller = attach (nest.context);
  lodger_caller_call_direct (nest.caller, nest_until_timer, &nest, NULL);
  while (journal_count (&nest.journal) < 1)
    g_main_context_iteration (nest.context, TRUE);
  leave (nest.caller);
  journal_clear (&nest.journal);
  g_main_context_unref (nest.context);
}
END_TEST

/* ---- time -------------------------------------------------------------------------------------------------------- */

enum
{
  TIMERS = 300
};

typedef struct Timer
{
  int64_t not_before;
  atomic_int *fired;
} Timer;

static void
timer_call (LodgerPending *self, void *data)
{
  Timer *timer = data;
  (void) self;
  test_check (test_now () >= timer->not_before);
  atomic_fetch_add (timer->fired, 1);
}

START_TEST (a_deadline_is_never_early)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = attach (context);
  TestRandom random = test_random_new (1);
  static Timer timers[TIMERS];
  atomic_int fired = 0;
  for (int i = 0; i < TIMERS; i++)
    {
      int64_t delay = test_random_below (&random, 20 * 1000 * 1000);
      timers[i] = (Timer) { .not_before = test_now () + delay, .fired = &fired };
      lodger_pending_unref (lodger_caller_call_later (caller, delay, timer_call, &timers[i], NULL));
    }
  run_until (context, &fired, TIMERS);
  leave (caller);
  g_main_context_unref (context);
}
END_TEST

/* ---- the end ----------------------------------------------------------------------------------------------------- */

START_TEST (leaving_takes_the_sources_away)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = attach (context);
  Recorder queued = { 0 }, late = { 0 };
  lodger_caller_call_direct (caller, recorder_direct, &queued, recorder_destroy);
  ck_assert_ptr_nonnull (g_main_context_find_source_by_id (context, 1));
  expect_code (lodger_caller_leave (caller), 0);
  for (guint id = 1; id < 10; id++)
    ck_assert_ptr_null (g_main_context_find_source_by_id (context, id));
  ck_assert (!g_main_context_pending (context));
  recorder_expect (&queued, 0, 1);
  expect_code (lodger_caller_call_direct (caller, recorder_direct, &late, recorder_destroy), LODGER_ESHUTDOWN);
  recorder_expect (&late, 0, 1);
  lodger_caller_unref (caller);
  g_main_context_unref (context);
}
END_TEST

START_TEST (the_context_lives_as_long_as_the_caller)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = attach (context);
  Recorder recorder = { 0 };
  g_main_context_unref (context);
  lodger_caller_call_direct (caller, recorder_direct, &recorder, recorder_destroy);
  run_until (context, &recorder.ran, 1);
  recorder_expect (&recorder, 1, 1);
  leave (caller);
}
END_TEST

static void *
destroy_source (void *source)
{
  g_source_destroy (source);
  return NULL;
}

START_TEST (edge_77_a_destroyed_source_is_the_end_of_the_host)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = attach (context);
  Recorder queued = { 0 }, late = { 0 };
  GSource *source = g_main_context_find_source_by_id (context, (guint) _i / 2 + 1);
  LodgerPending *pending = lodger_caller_call_soon (caller, recorder_call, &queued, recorder_destroy);
  ck_assert_ptr_nonnull (source);
  if (_i % 2 == 0)
    destroy_source (source);
  else
    thread_join (thread_start (destroy_source, source));
  expect_code (lodger_caller_call_direct (caller, recorder_direct, &late, recorder_destroy), LODGER_ESHUTDOWN);
  while (g_main_context_iteration (context, FALSE))
    ;
  recorder_expect (&queued, 0, 1);
  recorder_expect (&late, 0, 1);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  lodger_pending_unref (pending);
  lodger_caller_unref (caller);
  g_main_context_unref (context);
}
END_TEST

typedef struct Suicide
{
  GMainContext *context;
  Recorder recorder;
} Suicide;

static void
destroy_own_source (void *data)
{
  Suicide *suicide = data;
  g_source_destroy (g_main_current_source ());
  recorder_direct (&suicide->recorder);
}

START_TEST (a_source_destroyed_in_its_own_dispatch_is_the_end_of_the_host)
{
  Suicide suicide = { .context = g_main_context_new () };
  LodgerCaller *caller = attach (suicide.context);
  Recorder next = { 0 };
  lodger_caller_call_direct (caller, destroy_own_source, &suicide, NULL);
  run_until (suicide.context, &suicide.recorder.ran, 1);
  expect_code (lodger_caller_call_direct (caller, recorder_direct, &next, recorder_destroy), LODGER_ESHUTDOWN);
  recorder_expect (&next, 0, 1);
  lodger_caller_unref (caller);
  g_main_context_unref (suicide.context);
}
END_TEST

static void
stop_in_call (void *data)
{
  lodger_caller_stop (data, true);
}

START_TEST (a_caller_that_stops_in_its_own_call_takes_the_sources_away)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = attach (context);
  lodger_caller_call_direct (caller, stop_in_call, caller, NULL);
  while (!lodger_pending_is_done (lodger_caller_get_stopped (caller)))
    g_main_context_iteration (context, TRUE);
  for (guint id = 1; id < 10; id++)
    ck_assert_ptr_null (g_main_context_find_source_by_id (context, id));
  lodger_caller_unref (caller);
  g_main_context_unref (context);
}
END_TEST

/* ---- another thread turns the context ---------------------------------------------------------------------------- */

static void
count_warning (const char *domain, GLogLevelFlags level, const char *message, void *data)
{
  (void) domain;
  (void) level;
  (void) message;
  atomic_fetch_add ((atomic_int *) data, 1);
}

static void *
turn_context (void *context)
{
  for (int i = 0; i < 5; i++)
    g_main_context_iteration (context, FALSE);
  return NULL;
}

START_TEST (calls_wait_for_the_owner_while_another_thread_turns_the_context)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = attach (context);
  Recorder recorder = { 0 };
  atomic_int warnings = 0;
  guint handler = g_log_set_handler ("Lodger", G_LOG_LEVEL_WARNING, count_warning, &warnings);
  lodger_caller_call_direct (caller, recorder_direct, &recorder, recorder_destroy);
  lodger_pending_unref (lodger_caller_call_later (caller, 1, recorder_call, &recorder, recorder_destroy));
  thread_join (thread_start (turn_context, context));
  recorder_expect (&recorder, 0, 0);
  ck_assert_int_eq (atomic_load (&warnings), 1);
  run_until (context, &recorder.ran, 2);
  recorder_expect (&recorder, 2, 2);
  ck_assert_int_eq (atomic_load (&recorder.ran_in), test_thread_id ());
  g_log_remove_handler ("Lodger", handler);
  leave (caller);
  g_main_context_unref (context);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-host");
  test_add (suite, attaching_twice_gives_the_same_caller);
  test_add (suite, a_refused_attach_says_why);
  test_add (suite, no_context_means_the_default_one);
  test_add (suite, two_contexts_in_one_thread_are_two_callers);
  test_add (suite, a_context_that_another_thread_runs_is_refused);
  test_add_variant (suite, "a_post_around_the_poll_is_not_lost/before_from_another_thread",
                    a_post_around_the_poll_is_not_lost, 0);
  test_add_variant (suite, "a_post_around_the_poll_is_not_lost/before_from_the_owner",
                    a_post_around_the_poll_is_not_lost, 1);
  test_add_variant (suite, "a_post_around_the_poll_is_not_lost/after_from_another_thread",
                    a_post_around_the_poll_is_not_lost, 2);
  test_add_variant (suite, "a_post_around_the_poll_is_not_lost/after_from_the_owner",
                    a_post_around_the_poll_is_not_lost, 3);
  test_add_variant (suite, "posts_to_a_busy_loop_make_no_wake_up/input", posts_to_a_busy_loop_make_no_wake_up, 0);
  test_add_variant (suite, "posts_to_a_busy_loop_make_no_wake_up/redraw", posts_to_a_busy_loop_make_no_wake_up, 1);
  test_add_variant (suite, "posts_to_a_busy_loop_make_no_wake_up/idle", posts_to_a_busy_loop_make_no_wake_up, 2);
  test_add (suite, a_sleeping_loop_is_woken_once_for_many_posts);
  test_add (suite, a_loop_with_nothing_to_do_sleeps_without_limit);
  test_add_variant (suite, "a_submit_from_another_sources_prepare_is_not_lost/low",
                    a_submit_from_another_sources_prepare_is_not_lost, 0);
  test_add_variant (suite, "a_submit_from_another_sources_prepare_is_not_lost/last",
                    a_submit_from_another_sources_prepare_is_not_lost, 1);
  test_add (suite, each_post_to_a_loop_that_falls_asleep_arrives);
  test_add (suite, posts_from_two_threads_arrive_in_order);
  test_add (suite, a_flood_leaves_room_for_the_redraw);
  test_add (suite, frames_back_to_back_leave_room_for_the_calls);
  test_add (suite, frames_back_to_back_leave_room_for_the_timers);
  test_add (suite, a_frame_goes_before_a_call);
  test_add_variant (suite, "a_nested_loop_goes_on_with_the_interrupted_turn",
                    a_nested_loop_goes_on_with_the_interrupted_turn, 0);
  test_add_variant (suite, "a_nested_loop_goes_on_with_the_interrupted_turn/and_more_is_submitted",
                    a_nested_loop_goes_on_with_the_interrupted_turn, 1);
  test_add (suite, a_nested_loop_of_the_programs_own_serves_the_calls);
  test_add (suite, a_timer_set_in_a_call_fires_in_its_nested_loop);
  test_add (suite, a_deadline_is_never_early);
  test_add (suite, leaving_takes_the_sources_away);
  test_add (suite, the_context_lives_as_long_as_the_caller);
  test_add_variant (suite, "edge_77_a_destroyed_source_is_the_end_of_the_host/slice",
                    edge_77_a_destroyed_source_is_the_end_of_the_host, 0);
  test_add_variant (suite, "edge_77_a_destroyed_source_is_the_end_of_the_host/slice_elsewhere",
                    edge_77_a_destroyed_source_is_the_end_of_the_host, 1);
  test_add_variant (suite, "edge_77_a_destroyed_source_is_the_end_of_the_host/before_wait",
                    edge_77_a_destroyed_source_is_the_end_of_the_host, 2);
  test_add_variant (suite, "edge_77_a_destroyed_source_is_the_end_of_the_host/before_wait_elsewhere",
                    edge_77_a_destroyed_source_is_the_end_of_the_host, 3);
  test_add_variant (suite, "edge_77_a_destroyed_source_is_the_end_of_the_host/ageing",
                    edge_77_a_destroyed_source_is_the_end_of_the_host, 4);
  test_add (suite, a_source_destroyed_in_its_own_dispatch_is_the_end_of_the_host);
  test_add (suite, a_caller_that_stops_in_its_own_call_takes_the_sources_away);
  test_add (suite, calls_wait_for_the_owner_while_another_thread_turns_the_context);
  return test_main (suite, argc, argv);
}
