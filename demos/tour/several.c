/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several pendings at once: iterations, waits, groups, managers, and the context that all of them travel with. */
#include "tour.h"

LODGER_DECLARE_CONTEXT_KEY (request, const char)
LODGER_DEFINE_CONTEXT_KEY (request)

static const LodgerContextKey downloads = { "downloads" };

/* A promise that is kept later, and a call that is done soon. */
typedef struct Some
{
  LodgerCaller *caller;
  LodgerPending *promise;
  int given;
} Some;

static LodgerPending *
give_next (void *data, LodgerError **ret_error)
{
  static int two = 2;
  Some *some = data;
  (void) ret_error;
  switch (some->given++)
    {
    case 0: return lodger_pending_ref (some->promise);
    case 1: return lodger_caller_call_soon (some->caller, tour_double, &two, NULL);
    default: return NULL;
    }
}

/* Pendings come as they are done. A function gives them, so many at a time. An early end cancels the others. */
static void
show_completed (void)
{
  Some some = { tour_open ("ann"), lodger_pending_new (LODGER_PENDING_DEFAULT), 0 };
  LodgerCompleted *completed
      = lodger_completed_new_from (give_next, &some, NULL, LODGER_COMPLETED_OPTIONS (.max_concurrent = 2));
  LodgerPending *done;
  while ((done = lodger_completed_next (completed, LODGER_FOREVER, NULL)) != NULL)
    {
      tour_say ("%s: %d", done == some.promise ? "the promise" : "the call", tour_number (done));
      lodger_pending_return_int (some.promise, 7);
    }
  lodger_completed_free (completed);
  lodger_pending_unref (some.promise);
  tour_close (some.caller);
}

/* A wait for one, for the first failure, or for all. Its limit is no error of the pendings, and cancels nothing. */
static void
show_wait (void)
{
  LodgerCaller *caller = tour_open ("ann");
  LodgerPending *some[]
      = { lodger_pending_new (LODGER_PENDING_DEFAULT), lodger_caller_call_soon (caller, tour_fail, NULL, NULL) };
  size_t done;
  int code = lodger_wait_many (some, 2, LODGER_WAIT_FIRST_EXCEPTION, LODGER_FOREVER, LODGER_WAIT_DEFAULT, &done);
  tour_say ("the first failure: %s, %zu done", lodger_error_code_string (code), done);
  code = lodger_wait_many (some, 2, LODGER_WAIT_ALL_COMPLETED, LODGER_MILLISECONDS (1), LODGER_WAIT_DEFAULT, &done);
  tour_say ("all: %s, %zu done", lodger_error_code_string (code), done);
  tour_say ("the other one: %s", lodger_error_code_string (lodger_pending_get_outcome (some[0])));
  lodger_pending_unref (some[0]);
  lodger_pending_get_error (some[1]);
  lodger_pending_unref (some[1]);
  tour_close (caller);
}

/* Ends only by a cancel. */
static void
stay (LodgerPending *self, void *data)
{
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  (void) data;
  lodger_pending_wait (never, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (never);
}

/* Calls that end as one: the failure of one cancels the others, and the leave waits for all. The error lists them. */
static void
work_in_group (LodgerPending *self, void *data)
{
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.name = "letters", .timeout = LODGER_SECONDS (60)));
  LodgerCaller *caller = lodger_caller_current ();
  LodgerPending *other;
  int code;
  (void) self;
  (void) data;
  lodger_group_enter (group);
  other = lodger_caller_to_thread (caller, stay, NULL, NULL);
  tour_say ("members: %zu", lodger_group_count (group));
  lodger_pending_disown (lodger_caller_to_thread (caller, tour_fail, NULL, NULL));
  code = lodger_group_leave (group, NULL);
  tour_say ("the leave: %s; the other member: %s", lodger_error_code_string (code),
            lodger_error_code_string (lodger_pending_get_outcome (other)));
  lodger_pending_unref (other);
  lodger_group_unref (group);
}

static void
show_groups (void)
{
  LodgerCaller *caller = tour_open ("ann");
  tour_finish (lodger_caller_call_soon (caller, work_in_group, NULL, NULL));
  tour_close (caller);
}

/* A manager knows what is under way. It cancels nothing, and its key keeps it apart from other parts of the program. */
static void
show_managers (void)
{
  LodgerCaller *caller = tour_open ("ann");
  LodgerManager *manager = lodger_manager_new (&downloads);
  LodgerManagerToken token;
  LodgerPending *call;
  lodger_manager_activate (manager, &token);
  call = lodger_caller_call_later (caller, LODGER_SECONDS (60), tour_nothing, NULL, NULL);
  lodger_manager_deactivate (manager, token);
  lodger_pending_disown (lodger_caller_call_later (caller, LODGER_SECONDS (60), tour_nothing, NULL, NULL));
  tour_say ("under way: %zu", lodger_manager_count (manager));
  lodger_pending_cancel (call, "offline");
  tour_say ("after a cancel: %zu", lodger_manager_count (manager));
  lodger_pending_unref (call);
  lodger_manager_unref (manager);
  tour_close (caller);
}

static void
say_request (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  tour_say ("for %s", request_get ());
}

static void
begin_request (LodgerPending *self, void *name)
{
  LodgerPending *there;
  request_set (name, NULL);
  there = lodger_caller_to_thread (lodger_caller_current (), say_request, NULL, NULL);
  lodger_pending_return_from (self, there);
  lodger_pending_unref (there);
}

/* A value reaches all work that follows from a call, in each thread. Other calls have other values. */
static void
show_contexts (void)
{
  LodgerCaller *caller = tour_open ("ann");
  tour_finish (lodger_caller_call_soon (caller, begin_request, tour_text ("the first request"), NULL));
  tour_finish (lodger_caller_call_soon (caller, begin_request, tour_text ("the second request"), NULL));
  tour_say ("here: %s", request_get () == NULL ? "none" : request_get ());
  tour_close (caller);
}

const TourSection tour_several[] = {
  { "as_completed", "pendings as they are done", show_completed },
  { "wait_many", "a wait for several pendings", show_wait },
  { "groups", "calls that end as one", show_groups },
  { "managers", "what is under way", show_managers },
  { "contexts", "values that travel with the work", show_contexts },
  { 0 },
};
