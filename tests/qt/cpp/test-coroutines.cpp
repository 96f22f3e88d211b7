// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cpp-test.h"

#include <QThread>

#include <deque>
#include <stdexcept>
#include <thread>
#include <vector>

using lodger::Pending;

static Pending<int>
add (int a, int b)
{
  const int first = co_await lodger::to_thread ([a] { return a; });
  const int second = co_await lodger::to_thread ([b] { return b; });
  co_return first + second;
}

static Pending<void>
breaks ()
{
  co_await lodger::to_thread ([] { throw std::runtime_error ("it broke"); });
}

static Pending<int>
catches ()
{
  try
    {
      co_await breaks ();
  } catch (const std::runtime_error &)
    {
      co_return 1;
  }
  co_return 0;
}

START_TEST (a_coroutine_goes_on_in_its_thread)
{
  Program program;
  QThread *here = QThread::currentThread (), *after = nullptr;
  const auto done = [] (QThread **ret_after) -> Pending<int> {
    const int sum = co_await add (1, 2);
    *ret_after = QThread::currentThread ();
    co_return sum;
  }(&after);
  program.run_until_done (done);
  ck_assert_int_eq (done.result (), 3);
  ck_assert (after == here);
}
END_TEST

START_TEST (an_exception_goes_up_through_coroutines)
{
  Program program;
  const auto caught = catches ();
  const auto failed = breaks ();
  program.run_until_done (caught);
  program.run_until_done (failed);
  ck_assert_int_eq (caught.result (), 1);
  ck_assert_int_eq (lodger_pending_get_outcome (failed.get ()), LODGER_EFAILED);
}
END_TEST

static Pending<std::unique_ptr<int>>
moved ()
{
  co_return co_await lodger::to_thread ([] { return std::make_unique<int> (5); });
}

START_TEST (a_coroutine_moves_what_cannot_be_copied)
{
  Program program;
  const auto done = moved ();
  program.run_until_done (done);
  ck_assert_int_eq (*done.take (), 5);
}
END_TEST

START_TEST (a_coroutine_awaits_a_future_of_qt)
{
  Program program;
  QPromise<int> promise;
  const auto done = [] (QFuture<int> future) -> Pending<int> { co_return co_await future + 1; }(promise.future ());
  promise.start ();
  promise.addResult (1);
  promise.finish ();
  program.run_until_done (done);
  ck_assert_int_eq (done.result (), 2);
}
END_TEST

static Pending<void>
waits_twice (Signal *has_begun, int *cancels)
{
  const Counted counted;
  for (int i = 0; i < 2; i++)
    try
      {
        co_await lodger::to_thread ([has_begun] (lodger::Self self) {
          has_begun->release ();
          for (;;)
            self.check ();
        });
    } catch (const lodger::Cancelled &)
      {
        ++*cancels;
    }
}

START_TEST (a_cancel_reaches_this_await_and_each_later_one)
{
  Signal has_begun { 0 };
  Program program;
  int cancels = 0;
  const auto done = waits_twice (&has_begun, &cancels);
  has_begun.acquire ();
  ck_assert (done.cancel ("enough"));
  program.run_until_done (done);
  ck_assert_int_eq (cancels, 2);
  ck_assert (done.is_cancelled ());
  ck_assert_int_eq (Counted::count, 0);
}
END_TEST

class Window : public QObject {
public:
  int steps = 0;

  Pending<void> load (Signal *may_end)
  {
    const Counted counted;
    steps++;
    co_await lodger::to_thread ([may_end] { may_end->acquire (); });
    steps++;
  }
};

START_TEST (a_member_of_an_object_goes_on_while_the_object_is_there)
{
  Signal may_end { 0 };
  Program program;
  Window window;
  const auto done = window.load (&may_end);
  ck_assert_int_eq (window.steps, 1);
  may_end.release ();
  program.run_until_done (done);
  ck_assert_int_eq (window.steps, 2);
}
END_TEST

START_TEST (law_8_a_member_of_an_object_that_is_gone_is_unwound)
{
  Signal may_end { 0 };
  Program program;
  auto window = std::make_unique<Window> ();
  const auto done = window->load (&may_end);
  ck_assert_int_eq (Counted::count, 1);
  window.reset ();
  may_end.release ();
  program.run_until_done (done);
  ck_assert (done.is_cancelled ());
  while (Counted::count != 0)
    program.run_until_done (lodger::call_soon (program.attachment.get (), [] {}));
}
END_TEST

START_TEST (law_4_a_stop_unwinds_a_coroutine)
{
  Signal has_begun { 0 };
  int cancels = 0;
  {
    Program program;
    waits_twice (&has_begun, &cancels);
    has_begun.acquire ();
    ck_assert_int_eq (Counted::count, 1);
  }
  ck_assert_int_eq (Counted::count, 0);
  ck_assert_int_eq (cancels, 0);
}
END_TEST

START_TEST (a_refused_await_unwinds_the_coroutine)
{
  Signal may_end { 0 };
  Program program;
  Window window;
  lodger_scope_end (lodger_qt_object_get_scope (&window), "the test has ended it");
  const auto done = window.load (&may_end);
  ck_assert_int_eq (window.steps, 1);
  ck_assert_int_eq (Counted::count, 0);
  ck_assert (done.is_cancelled () && done.is_done ());
  may_end.release ();
}
END_TEST

static Pending<void>
awaits (Window &, Pending<int> only)
{
  const Counted counted;
  co_await std::move (only);
}

START_TEST (a_refused_await_drops_the_last_reference_to_what_it_awaits)
{
  Program program;
  Window window;
  lodger_scope_end (lodger_qt_object_get_scope (&window), nullptr);
  const auto done = awaits (window, Pending<int> (lodger_pending_new (LODGER_PENDING_DEFAULT)));
  ck_assert (done.is_done () && done.is_cancelled ());
  ck_assert_int_eq (Counted::count, 0);
}
END_TEST

START_TEST (an_object_of_another_thread_has_no_coroutine)
{
  Signal may_end { 1 };
  Program program;
  QThread thread;
  Window window;
  window.moveToThread (&thread);
  try
    {
      window.load (&may_end);
      ck_abort_msg ("it has begun");
  } catch (const lodger::Error &error)
    {
      ck_assert_int_eq (error.code (), LODGER_EWRONGTHREAD);
  }
  ck_assert_int_eq (window.steps, 0);
}
END_TEST

START_TEST (an_await_of_an_empty_pending_throws)
{
  Program program;
  const auto done = [] () -> Pending<int> {
    try
      {
        co_return co_await Pending<int> ();
    } catch (const lodger::Error &error)
      {
        co_return error.code ();
    }
  }();
  ck_assert_int_eq (done.result (), LODGER_EINVAL);
}
END_TEST

START_TEST (an_await_without_a_caller_throws)
{
  Signal may_end { 0 };
  Program program;
  const auto work = lodger::to_thread ([&may_end] { may_end.acquire (); });
  int code = 0;
  std::thread ([&] {
    const auto done = [] (Pending<void> awaited, int *ret_code) -> Pending<void> {
      try
        {
          co_await awaited;
      } catch (const lodger::Error &error)
        {
          *ret_code = error.code ();
      }
    }(work, &code);
    ck_assert (done.is_done ());
  }).join ();
  ck_assert_int_eq (code, LODGER_ESTATE);
  may_end.release ();
  program.run_until_done (work);
}
END_TEST

struct Watcher
{
  const Pending<int> *outcome;
  bool *ret_was_done;
  ~Watcher ()
  {
    *ret_was_done = outcome->is_done ();
  }
};

START_TEST (an_outcome_is_there_when_the_locals_are_gone)
{
  Program program;
  Pending<int> outcome;
  bool was_done = true;
  outcome = [] (const Pending<int> *of, bool *ret_was_done) -> Pending<int> {
    const Watcher watcher { of, ret_was_done };
    co_await lodger::to_thread ([] {});
    co_return 1;
  }(&outcome, &was_done);
  program.run_until_done (outcome);
  ck_assert_int_eq (outcome.result (), 1);
  ck_assert (!was_done);
}
END_TEST

struct Breaks
{
  ~Breaks () noexcept (false)
  {
    throw std::runtime_error ("its end has broken");
  }
};

START_TEST (a_local_that_breaks_at_the_end_is_the_outcome)
{
  Program program;
  const auto done = [] () -> Pending<int> {
    const Breaks breaks;
    co_return 1;
  }();
  try
    {
      done.result ();
      ck_abort_msg ("nothing was thrown");
  } catch (const std::runtime_error &error)
    {
      ck_assert_str_eq (error.what (), "its end has broken");
  }
}
END_TEST

START_TEST (a_coroutine_deletes_its_own_object)
{
  struct Dialog : QObject
  {
    Pending<void> close (Dialog *self)
    {
      const Counted counted;
      co_await lodger::to_thread ([] {});
      delete self;
      co_await lodger::to_thread ([] {});
      ck_abort_msg ("it went on without its object");
    }
  };
  Program program;
  auto *dialog = new Dialog;
  const auto done = dialog->close (dialog);
  program.run_until_done (done);
  ck_assert (done.is_cancelled ());
  ck_assert_int_eq (Counted::count, 0);
}
END_TEST

START_TEST (cancels_of_several_threads_meet_the_awaits)
{
  Program program;
  for (int i = 0; i < 100; i++)
    {
      std::vector<std::thread> threads;
      const auto done = [] () -> Pending<int> {
        const Counted counted;
        int steps = 0;
        for (int k = 0; k < 4; k++)
          try
            {
              steps += co_await lodger::to_thread ([] (lodger::Self self) {
                self.check ();
                return 1;
              });
          } catch (const lodger::Cancelled &)
            {
          }
        co_return steps;
      }();
      for (int k = 0; k < 2; k++)
        threads.emplace_back ([done] { done.cancel ("enough"); });
      program.run_until_done (done);
      for (std::thread &thread : threads)
        thread.join ();
      ck_assert (done.is_cancelled () || done.result () == 4);
      ck_assert_int_eq (Counted::count, 0);
    }
}
END_TEST

START_TEST (cancels_of_another_thread_meet_the_end_of_the_object)
{
  std::deque<Signal> signals; /* workers wait for them until the program's end */
  Program program;
  for (int i = 0; i < 100; i++)
    {
      auto window = std::make_unique<Window> ();
      Signal &may_end = signals.emplace_back (0);
      const auto done = window->load (&may_end);
      std::thread thread ([done] { done.cancel ("enough"); });
      window.reset ();
      may_end.release ();
      program.run_until_done (done);
      thread.join ();
      ck_assert (done.is_cancelled ());
      while (Counted::count != 0)
        program.run_until_done (lodger::call_soon (program.attachment.get (), [] {}));
    }
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("qt coroutines");
  test_add (suite, a_coroutine_goes_on_in_its_thread);
  test_add (suite, an_exception_goes_up_through_coroutines);
  test_add (suite, a_coroutine_moves_what_cannot_be_copied);
  test_add (suite, a_coroutine_awaits_a_future_of_qt);
  test_add (suite, a_cancel_reaches_this_await_and_each_later_one);
  test_add (suite, a_member_of_an_object_goes_on_while_the_object_is_there);
  test_add (suite, law_8_a_member_of_an_object_that_is_gone_is_unwound);
  test_add (suite, law_4_a_stop_unwinds_a_coroutine);
  test_add (suite, a_refused_await_unwinds_the_coroutine);
  test_add (suite, a_refused_await_drops_the_last_reference_to_what_it_awaits);
  test_add (suite, an_object_of_another_thread_has_no_coroutine);
  test_add (suite, an_await_of_an_empty_pending_throws);
  test_add (suite, an_await_without_a_caller_throws);
  test_add (suite, an_outcome_is_there_when_the_locals_are_gone);
  test_add (suite, a_local_that_breaks_at_the_end_is_the_outcome);
  test_add (suite, a_coroutine_deletes_its_own_object);
  test_add (suite, cancels_of_several_threads_meet_the_awaits);
  test_add (suite, cancels_of_another_thread_meet_the_end_of_the_object);
  return test_main (suite, argc, argv);
}
