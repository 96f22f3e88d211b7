// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cpp-test.h"

#include <QString>
#include <QThread>

#include <stdexcept>

using lodger::Pending;

struct Broken : std::runtime_error
{
  using std::runtime_error::runtime_error;
  int detail = 7;
};

START_TEST (work_runs_in_a_worker_and_then_in_the_objects_thread)
{
  Program program;
  QObject object;
  QThread *here = QThread::currentThread (), *worker = nullptr, *after = nullptr;
  QString seen;
  const auto done = lodger::to_thread ([&] {
                      worker = QThread::currentThread ();
                      return QString ("hello");
                    }).then (&object, [&] (const QString &text) {
    after = QThread::currentThread ();
    seen = text;
    return text.size ();
  });
  program.run_until_done (done);
  ck_assert_int_eq (done.result (), 5);
  ck_assert (seen == QString ("hello"));
  ck_assert (worker != here);
  ck_assert (after == here);
}
END_TEST

START_TEST (a_value_that_cannot_be_copied_is_moved)
{
  Program program;
  QObject object;
  const auto done = lodger::to_thread ([number = std::make_unique<int> (41)] () mutable {
                      return std::move (number);
                    }).then (&object, [] (std::unique_ptr<int> number) {
    ++*number;
    return number;
  });
  program.run_until_done (done);
  ck_assert_int_eq (*done.take (), 42);
}
END_TEST

START_TEST (a_pending_that_a_function_returns_is_followed)
{
  Program program;
  QObject object;
  const Pending<int> done = lodger::to_thread ([] {
                              return 1;
                            }).then (&object, [] (int n) {
                                return lodger::to_thread ([n] { return n + 1; });
                              }).then (&object, [] (int n) { return n + 1; });
  program.run_until_done (done);
  ck_assert_int_eq (done.result (), 3);
}
END_TEST

START_TEST (an_exception_comes_back_as_it_was_thrown)
{
  Program program;
  QObject object;
  bool has_run = false;
  const auto failed = lodger::to_thread ([] () -> int { throw Broken ("it broke"); });
  const auto skipped = failed.then (&object, [&] (int) { has_run = true; });
  int detail = 0;
  const auto seen = skipped.then (&object, [&] (Pending<void> done) {
    try
      {
        done.result ();
    } catch (const Broken &broken)
      {
        detail = broken.detail;
    }
  });
  program.run_until_done (seen);
  ck_assert (!has_run);
  ck_assert_int_eq (detail, 7);
  ck_assert_str_eq (lodger_error_get_message (lodger_pending_get_error (failed.get ())), "it broke");
}
END_TEST

START_TEST (an_error_goes_to_c_and_back_as_it_is)
{
  Program program;
  LodgerError *error = lodger_error_new ("shop", -5, "sold out");
  const auto failed = lodger::to_thread ([error] { throw lodger::Error (lodger_error_ref (error)); });
  program.run_until_done (failed);
  ck_assert (lodger_pending_get_error (failed.get ()) == error);
  try
    {
      failed.result ();
      ck_abort_msg ("nothing was thrown");
  } catch (const lodger::Error &thrown)
    {
      ck_assert (thrown.get () == error);
      ck_assert_str_eq (thrown.domain (), "shop");
      ck_assert_int_eq (thrown.code (), -5);
      ck_assert_str_eq (thrown.what (), "sold out");
  }
  lodger_error_unref (error);
}
END_TEST

START_TEST (a_failure_is_told_to_who_asked_for_it)
{
  Program program;
  QObject object;
  int cancels = 0;
  QString message;
  const auto done = lodger::to_thread ([] () -> int { throw Broken ("it broke"); })
                        .on_cancelled (&object,
                                       [&] {
                                         cancels++;
                                         return 1;
                                       })
                        .on_failed (&object, [&] (const lodger::Error &error) {
                          message = error.what ();
                          return 2;
                        });
  program.run_until_done (done);
  ck_assert_int_eq (done.result (), 2);
  ck_assert (message == QString ("it broke"));
  ck_assert_int_eq (cancels, 0);
}
END_TEST

START_TEST (a_cancel_reaches_the_work_and_is_told)
{
  Program program;
  QObject object;
  Signal has_begun { 0 };
  bool was_seen = false;
  const auto work = lodger::to_thread ([&] (lodger::Self self) -> int {
    has_begun.release ();
    for (;;)
      self.check ();
  });
  const auto done = work.on_failed (&object, [] (const lodger::Error &) { return 1; }).on_cancelled (&object, [&] {
    was_seen = true;
    return 2;
  });
  has_begun.acquire ();
  ck_assert (work.cancel ("enough"));
  program.run_until_done (done);
  ck_assert (was_seen);
  ck_assert_int_eq (done.result (), 2);
  ck_assert (work.is_cancelled ());
}
END_TEST

START_TEST (a_function_that_throws_a_cancel_is_cancelled)
{
  Program program;
  const auto work = lodger::to_thread ([] { throw lodger::Cancelled (nullptr, LODGER_ECANCELED); });
  program.run_until_done (work);
  ck_assert (work.is_cancelled ());
  try
    {
      work.result ();
      ck_abort_msg ("nothing was thrown");
  } catch (const lodger::Cancelled &thrown)
    {
      ck_assert_int_eq (thrown.code (), LODGER_ECANCELED);
  }
}
END_TEST

START_TEST (law_8_then_does_not_run_once_the_object_is_gone)
{
  Program program;
  auto object = std::make_unique<QObject> ();
  Signal may_end { 0 };
  bool has_run = false;
  const auto work = lodger::to_thread ([&] { may_end.acquire (); });
  const auto bound = work.then (object.get (), [&] { has_run = true; });
  object.reset ();
  may_end.release ();
  program.run_until_done (bound);
  program.run_until_done (work);
  ck_assert (!has_run);
  ck_assert (bound.is_cancelled ());
}
END_TEST

START_TEST (law_3_a_function_is_destroyed_once_run_or_not)
{
  Program program;
  auto object = std::make_unique<QObject> ();
  {
    const Counted counted;
    const auto run = lodger::to_thread ([counted] {}).then (object.get (), [counted] {});
    const auto late = lodger::call_later (program.attachment.get (), LODGER_SECONDS (3600), [counted] { return 1; });
    const auto bound = late.then (object.get (), [counted] (int) {});
    program.run_until_done (run);
    object.reset ();
    late.cancel ();
    program.run_until_done (late);
    program.run_until_done (bound);
  }
  while (Counted::count != 0)
    program.run_until_done (lodger::call_soon (program.attachment.get (), [] {}));
}
END_TEST

START_TEST (the_guis_thread_does_not_wait)
{
  Program program;
  Signal may_end { 0 };
  const auto work = lodger::to_thread ([&] { may_end.acquire (); });
  try
    {
      work.wait ();
      ck_abort_msg ("it has waited");
  } catch (const lodger::Error &error)
    {
      ck_assert_int_eq (error.code (), LODGER_EWRONGTHREAD);
  }
  may_end.release ();
  program.run_until_done (work);
}
END_TEST

START_TEST (a_worker_waits_for_a_result)
{
  Program program;
  const auto work = lodger::to_thread ([] { return lodger::to_thread ([] { return 20; }).result () + 1; });
  program.run_until_done (work);
  ck_assert_int_eq (work.result (), 21);
}
END_TEST

START_TEST (a_thread_without_a_caller_is_told_so)
{
  int argc = 1;
  char name[] = "test";
  char *argv[] = { name, nullptr };
  QCoreApplication application (argc, argv);
  try
    {
      lodger::to_thread ([] {});
      ck_abort_msg ("it was accepted");
  } catch (const lodger::Error &error)
    {
      ck_assert_int_eq (error.code (), LODGER_ESTATE);
  }
}
END_TEST

START_TEST (a_future_has_the_value_or_the_exception)
{
  Program program;
  const QFuture<int> number = lodger::to_thread ([] { return 42; }).future ();
  QFuture<void> nothing = lodger::to_thread ([] {}).future ();
  QFuture<int> broken = lodger::to_thread ([] () -> int { throw Broken ("it broke"); }).future ();
  program.run_until ([&] { return number.isFinished () && nothing.isFinished () && broken.isFinished (); });
  ck_assert_int_eq (number.result (), 42);
  ck_assert (!nothing.isCanceled ());
  try
    {
      broken.waitForFinished ();
      ck_abort_msg ("nothing was thrown");
  } catch (const Broken &thrown)
    {
      ck_assert_int_eq (thrown.detail, 7);
  }
}
END_TEST

START_TEST (a_cancel_goes_from_a_future_to_the_work_and_back)
{
  Program program;
  Signal may_end { 0 };
  const auto waits = [&] (lodger::Self self) {
    while (!self.is_cancelled ())
      QThread::yieldCurrentThread ();
  };
  const auto first = lodger::to_thread (waits), second = lodger::to_thread (waits);
  QFuture<void> first_future = first.future (), second_future = second.future ();
  first_future.cancel ();
  second.cancel ();
  program.run_until_done (first);
  program.run_until_done (second);
  program.run_until ([&] { return second_future.isFinished (); });
  ck_assert (first.is_cancelled ());
  ck_assert (second_future.isCanceled ());
}
END_TEST

START_TEST (a_futures_outcome_is_taken_over)
{
  Program program;
  QPromise<int> number, broken;
  QPromise<void> nothing;
  const auto from_number = Pending<int>::from (number.future ());
  const auto from_broken = Pending<int>::from (broken.future ());
  const auto from_nothing = Pending<void>::from (nothing.future ());
  number.start ();
  number.addResult (42);
  number.finish ();
  broken.start ();
  broken.setException (std::make_exception_ptr (Broken ("it broke")));
  broken.finish ();
  nothing.start ();
  nothing.finish ();
  program.run_until_done (from_number);
  program.run_until_done (from_broken);
  program.run_until_done (from_nothing);
  ck_assert_int_eq (from_number.result (), 42);
  from_nothing.result ();
  try
    {
      from_broken.result ();
      ck_abort_msg ("nothing was thrown");
  } catch (const Broken &thrown)
    {
      ck_assert_int_eq (thrown.detail, 7);
  }
}
END_TEST

START_TEST (a_cancel_goes_to_a_future_that_is_taken_over_and_back)
{
  Program program;
  QPromise<int> first, second;
  const auto from_first = Pending<int>::from (first.future ());
  const auto from_second = Pending<int>::from (second.future ());
  first.start ();
  second.start ();
  from_first.cancel ();
  second.future ().cancel ();
  ck_assert (first.isCanceled ());
  first.finish ();
  second.finish ();
  program.run_until_done (from_first);
  program.run_until_done (from_second);
  ck_assert (from_first.is_cancelled ());
  ck_assert (from_second.is_cancelled ());
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("qt pendings");
  test_add (suite, work_runs_in_a_worker_and_then_in_the_objects_thread);
  test_add (suite, a_value_that_cannot_be_copied_is_moved);
  test_add (suite, a_pending_that_a_function_returns_is_followed);
  test_add (suite, an_exception_comes_back_as_it_was_thrown);
  test_add (suite, an_error_goes_to_c_and_back_as_it_is);
  test_add (suite, a_failure_is_told_to_who_asked_for_it);
  test_add (suite, a_cancel_reaches_the_work_and_is_told);
  test_add (suite, a_function_that_throws_a_cancel_is_cancelled);
  test_add (suite, law_8_then_does_not_run_once_the_object_is_gone);
  test_add (suite, law_3_a_function_is_destroyed_once_run_or_not);
  test_add (suite, the_guis_thread_does_not_wait);
  test_add (suite, a_worker_waits_for_a_result);
  test_add (suite, a_thread_without_a_caller_is_told_so);
  test_add (suite, a_future_has_the_value_or_the_exception);
  test_add (suite, a_cancel_goes_from_a_future_to_the_work_and_back);
  test_add (suite, a_futures_outcome_is_taken_over);
  test_add (suite, a_cancel_goes_to_a_future_that_is_taken_over_and_back);
  return test_main (suite, argc, argv);
}
