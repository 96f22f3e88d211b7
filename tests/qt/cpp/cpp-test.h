/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of lodger-qt.hpp share: an application with an attached caller, and a loop that runs until something
 * is. */
#ifndef LODGER_TEST_QT_CPP_H
#define LODGER_TEST_QT_CPP_H

#include <lodger-qt.hpp>

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QEventLoop>

#include <atomic>
#include <check.h>
#include <condition_variable>
#include <mutex>

extern "C" {
void test_add (Suite *suite, const TTest *test);
int test_main (Suite *suite, int argc, char **argv);
}

/* Runs the loop until the function says so. Something of Lodger's, or of the test's, has to wake the loop. A dispatcher
 * runs what is posted and then blocks, so the function is asked between the two. */
template <class F>
void
run_loop_until (F is_so)
{
  QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance ();
  const auto connection = QObject::connect (dispatcher, &QAbstractEventDispatcher::aboutToBlock, dispatcher,
                                            [is_so, dispatcher] () mutable {
                                              if (is_so ())
                                                dispatcher->wakeUp ();
                                            });
  while (!is_so ())
    QCoreApplication::processEvents (QEventLoop::WaitForMoreEvents);
  QObject::disconnect (connection);
}

class Program {
public:
  template <class F> void run_until (F is_so)
  {
    run_loop_until (is_so);
  }
  template <class T> void run_until_done (const lodger::Pending<T> &pending)
  {
    pending.then ([] (lodger::Pending<T>) {});
    run_until ([&] { return pending.is_done (); });
  }

private:
  int argc_ = 1;
  char name_[5] = "test";
  char *argv_[2] = { name_, nullptr };
  QCoreApplication application_ { argc_, argv_ };

public:
  lodger::Attachment attachment;
};

/* One thread waits for another. */
class Signal {
public:
  explicit Signal (int count) : count_ (count)
  {
  }
  void release ()
  {
    const std::lock_guard<std::mutex> guard (mutex_);
    count_++;
    changed_.notify_one ();
  }
  void acquire ()
  {
    std::unique_lock<std::mutex> guard (mutex_);
    changed_.wait (guard, [this] { return count_ > 0; });
    count_--;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_;
};

/* Counts its live copies: what is moved into a call is destroyed once. */
struct Counted
{
  static inline std::atomic_int count { 0 };
  Counted ()
  {
    count++;
  }
  Counted (const Counted &)
  {
    count++;
  }
  Counted (Counted &&) noexcept
  {
    count++;
  }
  ~Counted ()
  {
    count--;
  }
};

#endif
