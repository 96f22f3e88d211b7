// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cpp-test.h"

#include <QThread>

#include <stdexcept>

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
  Program program;
  Signal has_begun { 0 };
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
  Program program;
  Window window;
  Signal may_end { 0 };
  const auto done = window.load (&may_end);
  ck_assert_int_eq (window.steps, 1);
  may_end.release ();
  program.run_until_done (done);
  ck_assert_int_eq (window.steps, 2);
}
END_TEST

START_TEST (law_8_a_member_of_an_object_that_is_gone_is_unwound)
{
  Program program;
  auto window = std::make_unique<Window> ();
  Signal may_end { 0 };
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
  return test_main (suite, argc, argv);
}
