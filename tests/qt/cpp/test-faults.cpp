// SPDX-License-Identifier: LGPL-2.1-or-later
/* lodger-qt.hpp in wrong hands, and without memory: an exception instead of a crash, and nothing is left. */
#include "cpp-test.h"

#include <QThread>

#include <any>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using lodger::Pending;

/* ---- memory that runs out ---------------------------------------------------------------------------------------- */

static thread_local int allocations_left = -1; /* of operator new in this thread; negative: any number */

void *
operator new (size_t size, const std::nothrow_t &) noexcept
{
  if (allocations_left == 0)
    return nullptr;
  if (allocations_left > 0)
    allocations_left--;
  return std::malloc (size);
}

void *
operator new (size_t size)
{
  void *memory = operator new (size, std::nothrow);
  if (memory == nullptr)
    throw std::bad_alloc ();
  return memory;
}

void
operator delete (void *memory) noexcept
{
  std::free (memory);
}

void
operator delete (void *memory, size_t) noexcept
{
  std::free (memory);
}

void
operator delete (void *memory, const std::nothrow_t &) noexcept
{
  std::free (memory);
}

/* ---- what the tests share ---------------------------------------------------------------------------------------- */

template <class F>
static int
code_of (F func)
{
  try
    {
      func ();
  } catch (const lodger::Error &error)
    {
      return error.code ();
  }
  return 0;
}

/* Whether the call is told with this file and the line. */
static bool
is_named_after (LodgerPending *pending, int line)
{
  char *text = lodger_pending_describe (pending);
  const bool is_so = std::string (text).find ("test-faults.cpp:" + std::to_string (line) + ")") != std::string::npos;
  lodger_free (text);
  return is_so;
}

static void
settle (Program &program)
{
  while (Counted::count != 0)
    program.run_until_done (lodger::call_soon (program.attachment.get (), [] {}));
}

/* There is never memory for one. */
struct Large
{
  static void *operator new (size_t)
  {
    throw std::bad_alloc ();
  }
  static void operator delete (void *)
  {
  }
};

/* Throws when it is copied, or moved, for the last time. */
struct Fragile
{
  int *copies_left;
  Counted counted;
  explicit Fragile (int *left) : copies_left (left)
  {
  }
  Fragile (const Fragile &other) : copies_left (other.copies_left), counted (other.counted)
  {
    if ((*copies_left)-- == 0)
      throw std::runtime_error ("it cannot be copied");
  }
};

/* ---- the tests --------------------------------------------------------------------------------------------------- */

START_TEST (an_empty_pending_answers_by_exceptions)
{
  Program program;
  QObject object;
  Pending<int> moved = lodger::to_thread ([] { return 1; });
  const Pending<int> work = std::move (moved);
  for (const Pending<int> &empty : { Pending<int> (), moved })
    {
      ck_assert (!empty.is_valid () && !empty.is_done () && !empty.is_cancelled () && !empty.cancel ());
      ck_assert_int_eq (code_of ([&] { empty.wait (); }), LODGER_EINVAL);
      ck_assert_int_eq (code_of ([&] { empty.result (); }), LODGER_EINVAL);
      ck_assert_int_eq (code_of ([&] { empty.take (); }), LODGER_EINVAL);
      ck_assert_int_eq (code_of ([&] { empty.then ([] (int) {}); }), LODGER_EINVAL);
      ck_assert_int_eq (code_of ([&] { empty.then (&object, [] (Pending<int>) {}); }), LODGER_EINVAL);
      ck_assert_int_eq (code_of ([&] { empty.on_failed (&object, [] (const lodger::Error &) { return 1; }); }),
                        LODGER_EINVAL);
      ck_assert_int_eq (code_of ([&] { empty.on_cancelled (&object, [] { return 1; }); }), LODGER_EINVAL);
      ck_assert_int_eq (code_of ([&] { empty.future (); }), LODGER_EINVAL);
    }
  program.run_until_done (work);
}
END_TEST

START_TEST (a_function_that_returns_an_empty_pending_fails)
{
  Program program;
  const Pending<int> work = lodger::to_thread ([] { return Pending<int> (); });
  program.run_until_done (work);
  ck_assert_int_eq (code_of ([&] { work.result (); }), LODGER_EINVAL);
}
END_TEST

START_TEST (a_value_of_c_that_is_no_pointer_is_told)
{
  Program program;
  LodgerPending *number = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *nothing = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_int (number, 1);
  lodger_pending_return_nothing (nothing);
  const Pending<int> wrong (number), none (nothing);
  const auto next = wrong.then ([] (int) {});
  program.run_until_done (next);
  ck_assert_int_eq (code_of ([&] { wrong.result (); }), LODGER_ETYPE);
  ck_assert_int_eq (code_of ([&] { next.result (); }), LODGER_ETYPE);
  ck_assert_int_eq (code_of ([&] { none.take (); }), LODGER_ETYPE);
}
END_TEST

START_TEST (an_error_is_never_null)
{
  Program program;
  ck_assert_int_eq (lodger::Error (nullptr).code (), LODGER_ENOMEM);
  const auto work = lodger::to_thread ([] { throw lodger::Error (nullptr); });
  program.run_until_done (work);
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (work.get ())), LODGER_ENOMEM);
}
END_TEST

START_TEST (what_a_handler_returns_becomes_a_value_of_the_type)
{
  Program program;
  QObject object;
  const auto failed = lodger::to_thread ([] () -> std::string {
                        throw std::runtime_error ("it broke");
                      }).on_failed (&object, [] (const lodger::Error &error) { return error.what (); });
  const auto cancelled
      = lodger::to_thread ([] () -> int64_t { throw lodger::Cancelled (); }).on_cancelled (&object, [] { return -1; });
  program.run_until_done (failed);
  program.run_until_done (cancelled);
  ck_assert (failed.result () == "it broke");
  ck_assert (cancelled.result () == -1);
}
END_TEST

START_TEST (a_function_that_could_take_either_is_given_the_value)
{
  Program program;
  bool was_any = false;
  const auto work = lodger::to_thread ([] { return 20; });
  const auto generic = work.then ([] (auto number) { return number + 1; });
  const auto any = work.then ([&] (const std::any &value) { was_any = value.type () == typeid (int); });
  program.run_until_done (generic);
  program.run_until_done (any);
  ck_assert_int_eq (generic.result (), 21);
  ck_assert (was_any);
}
END_TEST

START_TEST (the_result_of_a_temporary_is_a_copy)
{
  Program program;
  static_assert (std::is_same_v<decltype (std::declval<Pending<int>> ().result ()), int>);
  static_assert (std::is_same_v<decltype (std::declval<Pending<int> &> ().result ()), const int &>);
  static_assert (std::is_same_v<decltype (std::declval<Pending<void>> ().result ()), void>);
  const auto work = lodger::to_thread ([] {
    std::string text;
    for (const char letter : lodger::to_thread ([] { return std::string (100, 'x'); }).wait ().result ())
      text += letter;
    return text;
  });
  program.run_until_done (work);
  ck_assert (work.result () == std::string (100, 'x'));
}
END_TEST

START_TEST (a_reason_to_cancel_is_kept)
{
  Program program;
  const auto work = lodger::to_thread ([] { throw lodger::Cancelled (nullptr, LODGER_ECANCELED, "nobody needs it"); });
  program.run_until_done (work);
  try
    {
      work.result ();
      ck_abort_msg ("nothing was thrown");
  } catch (const lodger::Cancelled &cancelled)
    {
      ck_assert_str_eq (cancelled.what (), "nobody needs it");
  }
}
END_TEST

START_TEST (a_cancel_that_the_work_throws_is_told_once)
{
  Program program;
  const auto work = lodger::to_thread ([] (lodger::Self self) {
    for (;;)
      self.check ();
  });
  work.cancel ("enough");
  program.run_until_done (work);
  ck_assert_str_eq (lodger_error_get_message (lodger_pending_get_error (work.get ())), "enough");
}
END_TEST

START_TEST (a_function_of_c_answers_with_what_is_returned_or_thrown)
{
  Program program;
  LodgerCaller *caller = program.attachment.get ();
  const auto answer = [] (LodgerPending *self, void *data) {
    lodger::answer (self, [data] (lodger::Self) {
      if (data == nullptr)
        throw std::runtime_error ("it broke");
      return *static_cast<int *> (data);
    });
  };
  const Pending<int> work (lodger_caller_call_soon_full (caller, answer, new int (5), lodger::destroy<int>, nullptr));
  const Pending<int> broken (lodger_caller_call_soon_full (caller, answer, nullptr, nullptr, nullptr));
  program.run_until_done (work);
  program.run_until_done (broken);
  ck_assert_int_eq (work.result (), 5);
  ck_assert_int_eq (code_of ([&] {
                      try
                        {
                          broken.result ();
                      } catch (const std::runtime_error &)
                        {
                          throw lodger::Error ("test", 9);
                      }
                    }),
                    9);
}
END_TEST

START_TEST (a_submission_is_named_after_its_line)
{
  Program program;
  QObject object;
  const int line = __LINE__ + 1;
  const auto work = lodger::to_thread ([] {});
  const auto next = work.then (&object, [] {});
  const auto soon = lodger::call_soon (program.attachment.get (), [] {});
  ck_assert (is_named_after (work.get (), line));
  ck_assert (is_named_after (next.get (), line + 1));
  ck_assert (is_named_after (soon.get (), line + 2));
  program.run_until_done (next);
  program.run_until_done (soon);
}
END_TEST

START_TEST (a_caller_is_named)
{
  Program program;
  const auto work = lodger::to_thread (program.attachment.get (), [] (lodger::Self) { return 3; });
  program.run_until_done (work);
  ck_assert_int_eq (work.result (), 3);
}
END_TEST

START_TEST (a_thread_without_a_caller_leaves_nothing)
{
  Program program;
  const auto work = lodger::to_thread ([] {});
  int code = 0;
  std::thread ([&] {
    const Counted counted;
    code = code_of ([&] { work.then ([counted] {}); });
  }).join ();
  ck_assert_int_eq (code, LODGER_ESTATE);
  ck_assert_int_eq (Counted::count, 0);
  program.run_until_done (work);
}
END_TEST

START_TEST (an_object_of_another_thread_is_refused)
{
  Program program;
  QThread thread;
  QObject object;
  const auto work = lodger::to_thread ([] {});
  object.moveToThread (&thread);
  ck_assert_int_eq (code_of ([&] { work.then (&object, [] {}); }), LODGER_EWRONGTHREAD);
  ck_assert_int_eq (code_of ([&] { work.then (static_cast<QObject *> (nullptr), [] {}); }), LODGER_EINVAL);
  program.run_until_done (work);
}
END_TEST

START_TEST (a_copy_that_throws_submits_nothing)
{
  Program program;
  int left = 0, refusals = 0;
  for (int i = 0; i < 8; i++)
    {
      left = i + 1;
      const Fragile fragile (&left);
      try
        {
          const auto work = lodger::to_thread ([fragile] {});
          program.run_until_done (work);
          const auto next = work.then ([fragile] {});
          program.run_until_done (next);
      } catch (const std::runtime_error &)
        {
          refusals++;
      }
    }
  ck_assert_int_gt (refusals, 0);
  settle (program);
}
END_TEST

START_TEST (a_value_whose_copy_throws_is_a_failure)
{
  Program program;
  int left = 0;
  const auto work = lodger::to_thread ([&left] {
    static const Fragile *value = new Fragile (&left);
    return static_cast<const Fragile &> (*value);
  });
  program.run_until_done (work);
  try
    {
      work.result ();
      ck_abort_msg ("nothing was thrown");
  } catch (const std::runtime_error &error)
    {
      ck_assert_str_eq (error.what (), "it cannot be copied");
  }
}
END_TEST

START_TEST (without_memory_a_submission_throws_and_leaves_nothing)
{
  Program program;
  QObject object;
  int refusals = 0;
  ck_assert_ptr_nonnull (lodger_qt_object_get_scope (&object)); /* it is made here */
  for (int count = 0; count < 8; count++)
    {
      const Counted counted;
      try
        {
          allocations_left = count;
          const auto done = lodger::to_thread ([counted] {
                              return 1;
                            }).then (&object, [counted] (int) {
                                return 2;
                              }).on_failed (&object, [counted] (const lodger::Error &) { return 3; });
          const Pending<int> copy = done, moved = std::move (copy);
          allocations_left = -1;
          program.run_until_done (moved);
          ck_assert_int_eq (moved.result (), 2);
      } catch (const std::bad_alloc &)
        {
          allocations_left = -1;
          refusals++;
      }
    }
  ck_assert_int_ge (refusals, 3); /* one for each function; Qt's loop may take some, too */
  settle (program);
}
END_TEST

START_TEST (without_memory_an_exception_keeps_its_message)
{
  Program program;
  const auto broken = lodger::to_thread ([] {
    allocations_left = 1; /* for the exception's text */
    throw std::runtime_error ("it broke, and that in more letters than fit into a string without memory");
  });
  const auto memory = lodger::to_thread ([] { return Large (); });
  program.run_until_done (broken);
  program.run_until_done (memory);
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (memory.get ())), LODGER_ENOMEM);
  try
    {
      broken.result ();
      ck_abort_msg ("nothing was thrown");
  } catch (const lodger::Error &error)
    {
      ck_assert_int_eq (error.code (), LODGER_EFAILED);
      ck_assert_int_eq (std::string (error.what ()).rfind ("it broke", 0), 0);
  }
}
END_TEST

START_TEST (a_thread_without_a_dispatcher_has_no_futures)
{
  Program program;
  QPromise<int> promise;
  const auto work = lodger::to_thread ([&] {
    const auto inner = lodger::to_thread ([] {});
    const int to = code_of ([&] { inner.future (); });
    const int from = code_of ([&] { Pending<int>::from (promise.future ()); });
    inner.wait ();
    return to == LODGER_ESTATE && from == LODGER_ESTATE;
  });
  program.run_until_done (work);
  ck_assert (work.result ());
}
END_TEST

START_TEST (a_future_without_a_result_is_a_failure)
{
  Program program;
  QPromise<int> promise;
  const auto work = Pending<int>::from (promise.future ());
  const auto none = Pending<int>::from (QFuture<int> ());
  promise.start ();
  promise.finish ();
  program.run_until_done (work);
  program.run_until_done (none);
  ck_assert_int_eq (code_of ([&] { work.result (); }), LODGER_EFAILED);
  ck_assert (none.is_cancelled ());
}
END_TEST

START_TEST (a_value_of_a_future_is_moved)
{
  Program program;
  QPromise<std::unique_ptr<int>> promise;
  const auto work = Pending<std::unique_ptr<int>>::from (promise.future ());
  promise.start ();
  promise.addResult (std::make_unique<int> (6));
  promise.finish ();
  program.run_until_done (work);
  ck_assert_int_eq (*work.take (), 6);
}
END_TEST

START_TEST (the_end_of_a_dispatcher_cancels_what_it_waits_for)
{
  Program program;
  QPromise<int> promise;
  Pending<int> work;
  promise.start ();
  std::thread ([&] {
    const QEventLoop loop; /* brings a dispatcher, which goes with the thread */
    work = Pending<int>::from (promise.future ());
  }).join ();
  program.run_until_done (work);
  ck_assert (work.is_cancelled ());
  ck_assert (promise.isCanceled ());
}
END_TEST

START_TEST (copies_of_a_failure_are_read_in_several_threads)
{
  Program program;
  for (int i = 0; i < 100; i++)
    {
      Pending<std::string> work = lodger::to_thread ([] () -> std::string { throw std::runtime_error ("it broke"); });
      std::atomic_int failures { 0 };
      std::vector<std::thread> threads;
      for (int k = 0; k < 4; k++)
        threads.emplace_back ([&failures, work] () mutable {
          const Pending<std::string> copy = std::move (work);
          try
            {
              copy.result ();
          } catch (const std::runtime_error &error)
            {
              failures += std::string (error.what ()) == "it broke";
          }
        });
      work = Pending<std::string> ();
      for (std::thread &thread : threads)
        thread.join ();
      ck_assert_int_eq (failures, 4);
    }
}
END_TEST

START_TEST (cancels_of_several_threads_meet_the_end)
{
  Program program;
  QObject object;
  for (int i = 0; i < 100; i++)
    {
      const auto work = lodger::to_thread ([] (lodger::Self self) {
        self.check ();
        return std::string ("a value");
      });
      const auto done = work.then (&object, [] (const std::string &text) { return text.size (); });
      std::vector<std::thread> threads;
      for (int k = 0; k < 3; k++)
        threads.emplace_back ([k, work, done] { k < 2 ? work.cancel ("enough") : done.cancel (); });
      program.run_until_done (done);
      for (std::thread &thread : threads)
        thread.join ();
      program.run_until_done (work);
      ck_assert (done.is_cancelled () || done.result () == 7);
    }
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("qt faults");
  test_add (suite, an_empty_pending_answers_by_exceptions);
  test_add (suite, a_function_that_returns_an_empty_pending_fails);
  test_add (suite, a_value_of_c_that_is_no_pointer_is_told);
  test_add (suite, an_error_is_never_null);
  test_add (suite, what_a_handler_returns_becomes_a_value_of_the_type);
  test_add (suite, a_function_that_could_take_either_is_given_the_value);
  test_add (suite, the_result_of_a_temporary_is_a_copy);
  test_add (suite, a_reason_to_cancel_is_kept);
  test_add (suite, a_cancel_that_the_work_throws_is_told_once);
  test_add (suite, a_function_of_c_answers_with_what_is_returned_or_thrown);
  test_add (suite, a_submission_is_named_after_its_line);
  test_add (suite, a_caller_is_named);
  test_add (suite, a_thread_without_a_caller_leaves_nothing);
  test_add (suite, an_object_of_another_thread_is_refused);
  test_add (suite, a_copy_that_throws_submits_nothing);
  test_add (suite, a_value_whose_copy_throws_is_a_failure);
  test_add (suite, without_memory_a_submission_throws_and_leaves_nothing);
  test_add (suite, without_memory_an_exception_keeps_its_message);
  test_add (suite, a_thread_without_a_dispatcher_has_no_futures);
  test_add (suite, a_future_without_a_result_is_a_failure);
  test_add (suite, a_value_of_a_future_is_moved);
  test_add (suite, the_end_of_a_dispatcher_cancels_what_it_waits_for);
  test_add (suite, copies_of_a_failure_are_read_in_several_threads);
  test_add (suite, cancels_of_several_threads_meet_the_end);
  return test_main (suite, argc, argv);
}
