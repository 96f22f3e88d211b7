/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-qt.hpp
 * Lodger for Qt programs in C++17: functions with results and exceptions instead of calls with data.
 *
 *     lodger::to_thread ([path] { return QImage (path); })
 *         .then (this, [this] (const QImage &image) { label->setPixmap (QPixmap::fromImage (image)); })
 *         .on_failed (this, [this] (const lodger::Error &error) { label->setText (error.what ()); });
 *
 * The work runs in a worker, and what `then` is given runs in the object's thread. It does not run once the object is
 * gone. Nothing here is a library: the file uses the C functions of lodger.h and lodger-qt.h. It needs exceptions, and
 * no RTTI.
 *
 * **Threads.** A function of this file may be called in any thread that has a caller: where lodger::Attachment lives,
 * in a worker, in a call. It throws lodger::Error with LODGER_ESTATE elsewhere. A Pending may be copied and used in
 * any thread. One Pending object that several threads use while one of them assigns to it needs a lock. No function
 * blocks, except for wait(), result() and take() in a thread that may.
 *
 * **Exceptions.** What a function throws is the outcome of its Pending, and result() throws it again: the same object,
 * also in several threads. A lodger::Error goes to and from C without loss. A failure that nobody reads is logged, with
 * the line of its submission. std::bad_alloc is LODGER_ENOMEM in C, and all other exceptions are LODGER_EFAILED. A
 * submission itself throws std::bad_alloc, and what the copy constructor of the function throws. Nothing has been
 * submitted then. Two libraries that do not share their symbols see each other's exceptions as lodger::Error.
 *
 * **Lifetime.** A function is moved into its call, and destroyed in the thread that it has run in, or was to run in. A
 * value is destroyed with the last Pending that refers to it, in the thread of that one.
 *
 * **Dropping.** The work goes on without its Pending. cancel() ends it.
 */
#ifndef LODGER_QT_HPP
#define LODGER_QT_HPP

#include <lodger-qt.h>
#include <lodger/lodger.h>

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QFuture>
#include <QFutureWatcher>
#include <QObject>
#include <QPromise>
#include <QThread>

#include <exception>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#ifdef __cpp_impl_coroutine
#include <coroutine>
#include <mutex>
#endif

namespace lodger {

namespace detail {

/* A reference to an object of C. It is copied without memory, so that copies never throw. */
template <class Object, Object *(*ref) (Object *), void (*unref) (Object *)> class Ref {
public:
  Ref () = default;
  /* Takes over a reference. */
  explicit Ref (Object *object) noexcept : object_ (object)
  {
  }
  Ref (const Ref &other) noexcept : object_ (other.object_ != nullptr ? ref (other.object_) : nullptr)
  {
  }
  Ref (Ref &&other) noexcept : object_ (std::exchange (other.object_, nullptr))
  {
  }
  Ref &operator= (Ref other) noexcept
  {
    std::swap (object_, other.object_);
    return *this;
  }
  ~Ref ()
  {
    if (object_ != nullptr)
      unref (object_);
  }
  Object *get () const noexcept
  {
    return object_;
  }

private:
  Object *object_ = nullptr;
};

using ErrorRef = Ref<LodgerError, lodger_error_ref, lodger_error_unref>;
using PendingRef = Ref<LodgerPending, lodger_pending_ref, lodger_pending_unref>;
using ScopeRef = Ref<LodgerScope, lodger_scope_ref, lodger_scope_unref>;

/* Where a function of this file is called. */
struct Place
{
  const char *file;
  int line;
};

} // namespace detail

/* ---- errors ------------------------------------------------------------------------------------------------------ */

/** A failure as Lodger knows it: a code, a domain and a message. It may be copied and read in any thread. */
class Error : public std::exception {
public:
  /** Takes over a reference. NULL stands for no memory. */
  explicit Error (LodgerError *error) noexcept
      : error_ (error != nullptr ? error : lodger_error_new (nullptr, LODGER_ENOMEM, nullptr))
  {
  }
  /** Makes an error. @p domain NULL means Lodger's own. @p message NULL means the text of the code. Both are copied. */
  Error (const char *domain, int code, const char *message = nullptr) noexcept
      : error_ (lodger_error_new (domain, code, message))
  {
  }
  /* No move: an error is never empty. */
  /** The copy is of the same error. */
  Error (const Error &) noexcept = default;
  /** As the copy. */
  Error &operator= (const Error &) noexcept = default;
  ~Error () override = default;

  /** The message. It lives as long as the error. */
  const char *what () const noexcept override
  {
    return lodger_error_get_message (error_.get ());
  }
  /** A negative code of Lodger's, or a number of another domain. */
  int code () const noexcept
  {
    return lodger_error_get_code (error_.get ());
  }
  /** Never NULL. It lives as long as the process. */
  const char *domain () const noexcept
  {
    return lodger_error_get_domain (error_.get ());
  }
  /** The same as C knows it, borrowed. Never NULL. */
  LodgerError *get () const noexcept
  {
    return error_.get ();
  }

private:
  detail::ErrorRef error_;
};

/** The work was cancelled: by cancel(), by the end of an object, by a stop. A function that throws it is cancelled. */
class Cancelled : public Error {
public:
  using Error::Error;
  /** Makes one without a reason. */
  Cancelled () noexcept : Error (nullptr, LODGER_ECANCELED)
  {
  }
};

template <class T> class Pending;

/** The running work itself, for a function that asks for it by its first parameter. It is valid inside the function. */
class Self {
public:
  /** Borrows the pending of a call. */
  explicit Self (LodgerPending *self) noexcept : self_ (self)
  {
  }
  /** Whether somebody has cancelled the work. A long loop looks at it. */
  bool is_cancelled () const noexcept
  {
    return lodger_pending_is_cancelled (self_);
  }
  /** Throws Cancelled if somebody has cancelled the work. */
  void check () const
  {
    if (is_cancelled ())
      throw Cancelled ();
  }
  /** The handle of C, borrowed. */
  LodgerPending *get () const noexcept
  {
    return self_;
  }

private:
  LodgerPending *self_;
};

/* ---- how values, exceptions and functions go through C ----------------------------------------------------------- */

namespace detail {

/* The exception of an error, when C++ code has thrown it. */
inline const LodgerErrorPayloadOps *
exception_ops ()
{
  static const LodgerErrorPayloadOps ops = { sizeof ops, "lodger-qt.hpp exception", [] (void *payload) {
                                              delete static_cast<std::exception_ptr *> (payload);
                                            } };
  return &ops;
}

/* Without memory the message is kept, and the exception is not. */
inline LodgerError *
error_with_exception (int code, const char *message, const std::exception_ptr &thrown) noexcept
{
  auto *copy = new (std::nothrow) std::exception_ptr (thrown);
  if (copy == nullptr)
    return lodger_error_new (nullptr, code, message);
  return lodger_error_new_with_payload (nullptr, code, message, exception_ops (), copy);
}

inline LodgerError *
to_error (const std::exception_ptr &thrown) noexcept
{
  try
    {
      std::rethrow_exception (thrown);
  } catch (const Error &error)
    {
      return lodger_error_ref (error.get ());
  } catch (const std::bad_alloc &exception)
    {
      return error_with_exception (LODGER_ENOMEM, exception.what (), thrown);
  } catch (const std::exception &exception)
    {
      return error_with_exception (LODGER_EFAILED, exception.what (), thrown);
  } catch (...)
    {
      return error_with_exception (LODGER_EFAILED, "an exception that is no std::exception", thrown);
  }
}

/* Of a pending that is done: returns, or throws what it has failed with. */
inline void
throw_failure (LodgerPending *done)
{
  const int code = lodger_pending_get_outcome (done);
  LodgerError *error;
  if (code == 0)
    return;
  error = lodger_pending_get_error (done);
  if (code == LODGER_ECANCELED)
    throw error != nullptr ? Cancelled (lodger_error_ref (error)) : Cancelled ();
  if (error == nullptr)
    throw Error (nullptr, code);
  if (void *payload = lodger_error_get_payload (error, exception_ops ()); payload != nullptr)
    std::rethrow_exception (*static_cast<std::exception_ptr *> (payload));
  throw Error (lodger_error_ref (error));
}

/* In a handler: answers with the exception. */
inline void
return_exception (LodgerPending *self) noexcept
{
  LodgerError *error = to_error (std::current_exception ());
  if (lodger_error_matches (error, LODGER_ERROR_DOMAIN, LODGER_ECANCELED) && !lodger_pending_is_cancelled (self))
    lodger_pending_cancel (self, lodger_error_get_message (error));
  lodger_pending_return_error (self, error);
}

/* Answers with the outcome of another pending, or throws. */
inline void
follow (LodgerPending *self, LodgerPending *other)
{
  const int code = lodger_pending_return_from (self, other);
  if (other == nullptr)
    throw Error (nullptr, LODGER_EINVAL, "a function has returned an empty lodger::Pending");
  if (code != 0 && code != LODGER_ECANCELED)
    throw Error (nullptr, code);
}

template <class T>
void
delete_value (void *value)
{
  delete static_cast<T *> (value);
}

/* A function that returns a Pending answers with the outcome of that. */
template <class R> struct Flat
{
  static constexpr bool is_pending = false;
  using type = R;
};
template <class T> struct Flat<Pending<T>>
{
  static constexpr bool is_pending = true;
  using type = T;
};
template <class R> using Value = typename Flat<std::decay_t<R>>::type;

/* Calls the function, and answers with a T, or with the outcome of the Pending<T> that it returns. */
template <class T, class F, class... A>
void
answer (LodgerPending *self, F &func, A &&...arguments) noexcept
{
  using R = std::invoke_result_t<F &, A...>;
  try
    {
      if constexpr (Flat<std::decay_t<R>>::is_pending)
        {
          static_assert (std::is_same_v<Value<R>, T>, "the function returns a Pending of another type");
          follow (self, func (std::forward<A> (arguments)...).get ());
        }
      else if constexpr (std::is_void_v<T>)
        {
          static_cast<void> (func (std::forward<A> (arguments)...));
          lodger_pending_return_nothing (self);
        }
      else
        {
          static_assert (std::is_same_v<std::decay_t<R>, T> || std::is_convertible_v<R, T>,
                         "what the function returns takes the place of the value, and has another type");
          lodger_pending_return_pointer (self, new T (func (std::forward<A> (arguments)...)), delete_value<T>);
        }
  } catch (...)
    {
      return_exception (self);
  }
}

template <class F> constexpr bool wants_self = std::is_invocable_v<F &, Self>;

template <class F, bool = wants_self<F>, bool = std::is_invocable_v<F &>> struct WorkValue
{
};
template <class F, bool either> struct WorkValue<F, true, either>
{
  using type = Value<std::invoke_result_t<F &, Self>>;
};
template <class F> struct WorkValue<F, false, true>
{
  using type = Value<std::invoke_result_t<F &>>;
};
/* Nothing for what cannot be called, so that overloads are told apart. */
template <class F> using Work = Pending<typename WorkValue<F>::type>;

template <class F>
void
run_work (LodgerPending *self, void *data)
{
  F &func = *static_cast<F *> (data);
  if constexpr (wants_self<F>)
    answer<typename WorkValue<F>::type> (self, func, Self (self));
  else
    answer<typename WorkValue<F>::type> (self, func);
}

/* This thread's caller, borrowed. */
inline LodgerCaller *
caller_here ()
{
  LodgerCaller *caller = lodger_caller_current ();
  if (caller == nullptr)
    throw Error (nullptr, LODGER_ESTATE, "this thread has no caller: make a lodger::Attachment first");
  return caller;
}

/* The object's scope, borrowed. */
inline LodgerScope *
scope_of (QObject *object)
{
  LodgerScope *scope = lodger_qt_object_get_scope (object);
  if (scope != nullptr)
    return scope;
  if (object == nullptr)
    throw Error (nullptr, LODGER_EINVAL, "the object is NULL");
  throw Error (nullptr, object->thread () != QThread::currentThread () ? LODGER_EWRONGTHREAD : LODGER_ENOMEM);
}

/* Signals of Qt come only to a thread that delivers them. */
inline QAbstractEventDispatcher *
dispatcher_here ()
{
  QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance ();
  if (dispatcher == nullptr)
    throw Error (nullptr, LODGER_ESTATE, "this thread has no event dispatcher of Qt");
  return dispatcher;
}

/* A promise that never stays without an answer: it is cancelled when this object goes. */
class Promise {
public:
  explicit Promise (const char *reason) : reason_ (reason), pending_ (lodger_pending_new (LODGER_PENDING_DEFAULT))
  {
  }
  ~Promise ()
  {
    if (lodger_pending_is_done (get ()))
      return;
    lodger_pending_cancel (get (), reason_);
    lodger_pending_return_nothing (get ());
  }
  Promise (const Promise &) = delete;
  Promise &operator= (const Promise &) = delete;

  LodgerPending *get () const noexcept
  {
    return pending_.get ();
  }
  /* Calls cancel (const char *message) of a copy of @p object when somebody cancels the promise, in any thread. */
  template <class Object> void set_canceller (const Object &object)
  {
    const auto cancel
        = [] (LodgerPending *, const char *message, void *data) { (*static_cast<Object *> (data)) (message); };
    const int code = lodger_pending_set_canceller (get (), cancel, new Object (object), delete_value<Object>);
    if (code != 0)
      throw Error (nullptr, code);
  }

private:
  const char *reason_;
  PendingRef pending_;
};

} // namespace detail

/* ---- pendings ---------------------------------------------------------------------------------------------------- */

/** The outcome of some work, now or later: a handle that may be copied. @p T is what the work returns, or void.
 *
 * A Pending is empty when it was made without anything, or was moved from. It answers false then, and its other
 * functions throw lodger::Error with LODGER_EINVAL. */
template <class T> class Pending {
public:
  /** An empty one. */
  Pending () = default;
  /** Takes over a reference. The pending answers with a `new T`, as the functions of this file do, or with nothing if T
   * is void. */
  explicit Pending (LodgerPending *pending) noexcept : pending_ (pending)
  {
  }

  /** Whether it is not empty. */
  bool is_valid () const noexcept
  {
    return get () != nullptr;
  }
  /** Whether the outcome is there. */
  bool is_done () const noexcept
  {
    return is_valid () && lodger_pending_is_done (get ());
  }
  /** Whether it was cancelled. A cancelled function may still be at work: is_done() tells. */
  bool is_cancelled () const noexcept
  {
    return lodger_pending_is_cancelled (get ());
  }
  /** Cancels the work, from any thread. @p message is copied. False: it had ended before, or this is empty. */
  bool cancel (const char *message = nullptr) const noexcept
  {
    return lodger_pending_cancel (get (), message);
  }
  /**
   * Waits in a worker, or in a thread without a caller, until the outcome is there.
   *
   * A GUI's thread must not block: this throws Error with LODGER_EWRONGTHREAD there, unless the outcome is there. The
   * end of @p timeout nanoseconds throws Error with LODGER_ETIMEDOUT, and cancels the work. A cancel of the work that
   * waits throws Cancelled, and cancels this work, too. A failure of this work is left to result(). */
  Pending wait (int64_t timeout = LODGER_FOREVER) const
  {
    const int code = lodger_pending_wait (checked (), timeout, LODGER_WAIT_NO_RESULT);
    if (code == LODGER_ECANCELED)
      throw Cancelled ();
    if (code != 0)
      throw Error (nullptr, code);
    return *this;
  }
  /** What the work has returned, after wait(). It lives as long as a Pending refers to it. Throws what the work has
   * thrown, or Cancelled, or what wait() throws. */
  decltype (auto) result () const &
  {
    wait ();
    return stored ();
  }
  /** The same, copied, since nothing may refer to it any more. */
  T result () const &&
  {
    static_assert (std::is_void_v<T> || std::is_copy_constructible_v<T>, "a type that cannot be copied needs take ()");
    wait ();
    return stored ();
  }
  /** The same, moved out: for types that cannot be copied. No other Pending may read it afterwards. */
  T take () const
  {
    wait ();
    if constexpr (std::is_void_v<T>)
      stored ();
    else
      return std::move (const_cast<T &> (stored ()));
  }

  /**
   * Runs @p func in this thread when the work has succeeded, with its value.
   *
   * It takes `const T &`, or T if that is moved out, or a Pending<T>. With a Pending<T> it runs after a failure and a
   * cancel, too. Without, a failure is the outcome of the pending that is returned. A function that could take either
   * is given the value.
   */
  template <class F> auto then (F func, detail::Place place = { __builtin_FILE(), __builtin_LINE() }) const
  {
    return continue_with (nullptr, std::move (func), place);
  }
  /** The same, bound to @p object: @p func does not run once the object is gone, and the pending that is returned is
   * cancelled. The object lives in this thread: Error with LODGER_EWRONGTHREAD otherwise. */
  template <class F>
  auto then (QObject *object, F func, detail::Place place = { __builtin_FILE(), __builtin_LINE() }) const
  {
    return continue_with (detail::scope_of (object), std::move (func), place);
  }
  /** Runs @p func with the `const Error &` when the work has failed, but not when it was cancelled. What @p func
   * returns takes the place of the value: a T, or what becomes one, or a Pending<T>. Otherwise the outcome is passed
   * on. It is bound to @p object as in then(). */
  template <class F>
  Pending on_failed (QObject *object, F func, detail::Place place = { __builtin_FILE(), __builtin_LINE() }) const
  {
    return submit<T> (detail::scope_of (object), std::move (func), place,
                      [] (LodgerPending *self, F &f, const Pending &done) {
                        const int code = lodger_pending_get_outcome (done.get ());
                        LodgerError *error = lodger_pending_get_error (done.get ());
                        if (code == 0 || code == LODGER_ECANCELED)
                          detail::follow (self, done.get ());
                        else if (error != nullptr)
                          detail::answer<T> (self, f, Error (lodger_error_ref (error)));
                        else
                          detail::answer<T> (self, f, Error (nullptr, code));
                      });
  }
  /** The same for a cancel. @p func takes nothing. */
  template <class F>
  Pending on_cancelled (QObject *object, F func, detail::Place place = { __builtin_FILE(), __builtin_LINE() }) const
  {
    return submit<T> (detail::scope_of (object), std::move (func), place,
                      [] (LodgerPending *self, F &f, const Pending &done) {
                        if (lodger_pending_get_outcome (done.get ()) == LODGER_ECANCELED)
                          detail::answer<T> (self, f);
                        else
                          detail::follow (self, done.get ());
                      });
  }

  /** The same as a QFuture. A cancel of either cancels the other. T is copied. Throws Error with LODGER_ESTATE in a
   * thread without an event dispatcher of Qt, such as a worker. */
  QFuture<T> future () const;
  /** The outcome of a QFuture: its first result. A cancel of either cancels the other. A future without a result is a
   * failure, unless T is void. The end of this thread's event dispatcher is a cancel. Throws Error with LODGER_ESTATE
   * in a thread without one. */
  static Pending from (const QFuture<T> &future);

  /** The handle of C, borrowed. NULL if empty. */
  LodgerPending *get () const noexcept
  {
    return pending_.get ();
  }

private:
  template <class U> friend class Pending;

  LodgerPending *checked () const
  {
    if (!is_valid ())
      throw Error (nullptr, LODGER_EINVAL, "an empty lodger::Pending");
    return get ();
  }

  /* The value of a success; otherwise throws. It is done. */
  decltype (auto) stored () const
  {
    detail::throw_failure (get ());
    if constexpr (!std::is_void_v<T>)
      {
        void *value = nullptr;
        const int code = lodger_pending_get_pointer (get (), &value);
        if (code != 0 || value == nullptr)
          throw Error (nullptr, code != 0 ? code : int (LODGER_ETYPE), "the pending has no such value");
        return static_cast<const T &> (*static_cast<T *> (value));
      }
  }

  template <class F> auto continue_with (LodgerScope *scope, F func, detail::Place place) const
  {
    if constexpr (std::is_void_v<T> && std::is_invocable_v<F &>)
      return submit<detail::Value<std::invoke_result_t<F &>>> (
          scope, std::move (func), place, [] (LodgerPending *self, F &f, const Pending &done) {
            if (!passes_on (self, done))
              detail::answer<detail::Value<std::invoke_result_t<F &>>> (self, f);
          });
    else if constexpr (takes<F, std::add_lvalue_reference_t<const T>> ())
      return submit_with_value<F, std::add_lvalue_reference_t<const T>> (scope, std::move (func), place);
    else if constexpr (takes<F, T> ())
      return submit_with_value<F, T> (scope, std::move (func), place);
    else
      {
        static_assert (std::is_invocable_v<F &, Pending>, "the function takes const T &, T, or a Pending<T>");
        return submit<detail::Value<std::invoke_result_t<F &, Pending>>> (
            scope, std::move (func), place, [] (LodgerPending *self, F &f, const Pending &done) {
              detail::answer<detail::Value<std::invoke_result_t<F &, Pending>>> (self, f, done);
            });
      }
  }

  template <class F, class A> static constexpr bool takes ()
  {
    if constexpr (std::is_void_v<T>)
      return false;
    else
      return std::is_invocable_v<F &, A>;
  }

  template <class F, class A> auto submit_with_value (LodgerScope *scope, F func, detail::Place place) const
  {
    using R = detail::Value<std::invoke_result_t<F &, A>>;
    return submit<R> (scope, std::move (func), place, [] (LodgerPending *self, F &f, const Pending &done) {
      if (!passes_on (self, done))
        detail::answer<R> (self, f, static_cast<A &&> (const_cast<T &> (done.stored ())));
    });
  }

  /* A failure is the outcome of whoever continues. */
  static bool passes_on (LodgerPending *self, const Pending &done)
  {
    const int code = lodger_pending_get_outcome (done.get ());
    if (code != 0)
      detail::follow (self, done.get ());
    return code != 0;
  }

  template <class R, class F, class Run>
  Pending<R> submit (LodgerScope *scope, F func, detail::Place place, Run run) const
  {
    using Both = std::pair<F, Run>;
    LodgerCaller *const caller = detail::caller_here ();
    LodgerPending *const work = checked ();
    const auto enter = [] (LodgerPending *self, LodgerPending *done, void *data) {
      Both &both = *static_cast<Both *> (data);
      try
        {
          both.second (self, both.first, Pending (lodger_pending_ref (done)));
      } catch (...)
        {
          detail::return_exception (self);
      }
    };
    return Pending<R> (lodger_pending_then_full (
        work, caller, enter, new Both (std::move (func), std::move (run)), detail::delete_value<Both>,
        LODGER_OPTIONS (LodgerCallOptions, .scope = scope, .file = place.file, .line = place.line)));
  }

  detail::PendingRef pending_;
};

/* ---- submissions ------------------------------------------------------------------------------------------------- */

/**
 * Runs @p func in a worker of @p caller.
 *
 * @p func may take a lodger::Self as its only parameter. A refusal is a Pending that has failed.
 *
 * @param caller borrowed.
 * @param options Optional. Read before this returns. NULL means all defaults.
 */
template <class F>
detail::Work<F>
to_thread (LodgerCaller *caller, F func, const LodgerCallOptions *options = nullptr,
           detail::Place place = { __builtin_FILE(), __builtin_LINE() })
{
  auto *data = new F (std::move (func));
  if (options != nullptr)
    return detail::Work<F> (
        lodger_caller_to_thread_full (caller, detail::run_work<F>, data, detail::delete_value<F>, options));
  return detail::Work<F> (
      lodger_caller_to_thread_full (caller, detail::run_work<F>, data, detail::delete_value<F>,
                                    LODGER_OPTIONS (LodgerCallOptions, .file = place.file, .line = place.line)));
}
/** The same in a worker of this thread's caller. */
template <class F>
detail::Work<F>
to_thread (F func, const LodgerCallOptions *options = nullptr,
           detail::Place place = { __builtin_FILE(), __builtin_LINE() })
{
  return to_thread (detail::caller_here (), std::move (func), options, place);
}

/** Runs @p func in the caller's thread, not before @p delay nanoseconds have passed. It is as to_thread() otherwise. */
template <class F>
detail::Work<F>
call_later (LodgerCaller *caller, int64_t delay, F func, const LodgerCallOptions *options = nullptr,
            detail::Place place = { __builtin_FILE(), __builtin_LINE() })
{
  auto *data = new F (std::move (func));
  if (options != nullptr)
    return detail::Work<F> (
        lodger_caller_call_later_full (caller, delay, detail::run_work<F>, data, detail::delete_value<F>, options));
  return detail::Work<F> (
      lodger_caller_call_later_full (caller, delay, detail::run_work<F>, data, detail::delete_value<F>,
                                     LODGER_OPTIONS (LodgerCallOptions, .file = place.file, .line = place.line)));
}

/** Runs @p func in the caller's thread, in a later turn of its loop. It is as to_thread() otherwise. */
template <class F>
detail::Work<F>
call_soon (LodgerCaller *caller, F func, const LodgerCallOptions *options = nullptr,
           detail::Place place = { __builtin_FILE(), __builtin_LINE() })
{
  auto *data = new F (std::move (func));
  if (options != nullptr)
    return detail::Work<F> (
        lodger_caller_call_soon_full (caller, detail::run_work<F>, data, detail::delete_value<F>, options));
  return detail::Work<F> (
      lodger_caller_call_soon_full (caller, detail::run_work<F>, data, detail::delete_value<F>,
                                    LODGER_OPTIONS (LodgerCallOptions, .file = place.file, .line = place.line)));
}

/**
 * Runs @p func inside a function of C, such as the `work` of lodger_qt_run(), and answers with what it returns or
 * throws.
 *
 * In the call's own function. It never throws.
 *
 * @param self the call's pending.
 * @param func may take a lodger::Self. It is called once, before this returns. Its value is read by a Pending of its
 * type.
 */
template <class F>
void
answer (LodgerPending *self, F func) noexcept
{
  detail::run_work<F> (self, &func);
}

/** A LodgerDestroyFunc: deletes the T that `new` has made, for data and items of C functions. */
template <class T>
void
destroy (void *value)
{
  delete static_cast<T *> (value);
}

/* ---- QFuture ----------------------------------------------------------------------------------------------------- */

template <class T>
QFuture<T>
Pending<T>::future () const
{
  QAbstractEventDispatcher *dispatcher = detail::dispatcher_here ();
  const auto promise = std::make_shared<QPromise<T>> ();
  const QFuture<T> future = promise->future ();
  auto watcher = std::make_unique<QFutureWatcher<T>> ();
  const auto finish = [] (LodgerPending *done, void *data) {
    QPromise<T> &told = **static_cast<std::shared_ptr<QPromise<T>> *> (data);
    if (lodger_pending_get_outcome (done) == LODGER_ECANCELED)
      told.future ().cancel ();
    else
      try
        {
          const Pending pending (lodger_pending_ref (done));
          if constexpr (std::is_void_v<T>)
            pending.stored ();
          else
            told.addResult (pending.stored ());
      } catch (...)
        {
          told.setException (std::current_exception ());
      }
    told.finish ();
    return 0;
  };
  int code;
  checked ();
  QObject::connect (watcher.get (), &QFutureWatcherBase::canceled, watcher.get (),
                    [pending = *this] { pending.cancel (); });
  QObject::connect (watcher.get (), &QFutureWatcherBase::finished, watcher.get (), &QObject::deleteLater);
  promise->start ();
  watcher->setFuture (future);
  code = lodger_pending_add_done_callback (get (), finish, new std::shared_ptr<QPromise<T>> (promise),
                                           detail::delete_value<std::shared_ptr<QPromise<T>>>);
  if (code != 0)
    throw Error (nullptr, code);
  watcher.release ()->setParent (dispatcher);
  return future;
}

template <class T>
Pending<T>
Pending<T>::from (const QFuture<T> &future)
{
  QAbstractEventDispatcher *dispatcher = detail::dispatcher_here ();
  auto watcher = std::make_unique<QFutureWatcher<T>> ();
  const auto promise = std::make_shared<detail::Promise> ("the event dispatcher that waits for the future has ended");
  const auto finish = [promise, watcher = watcher.get ()] {
    QFuture<T> done = watcher->future ();
    const auto answer = [&done] () -> T {
      done.waitForFinished (); /* throws what the future has failed with */
      if (done.isCanceled ())
        throw Cancelled ();
      if constexpr (!std::is_void_v<T>)
        {
          if (done.resultCount () == 0)
            throw Error (nullptr, LODGER_EFAILED, "the QFuture has no result");
          if constexpr (std::is_copy_constructible_v<T>)
            return done.result ();
          else
            return done.takeResult ();
        }
    };
    detail::answer<T> (promise->get (), answer);
    watcher->deleteLater ();
  };
  promise->set_canceller ([future] (const char *) { QFuture<T> (future).cancel (); });
  if (LodgerCaller *caller = lodger_caller_current (); caller != nullptr)
    lodger_pending_set_completer (promise->get (), caller);
  QObject::connect (watcher.get (), &QFutureWatcherBase::finished, watcher.get (), finish);
  watcher->setFuture (future);
  watcher.release ()->setParent (dispatcher);
  return Pending (lodger_pending_ref (promise->get ()));
}

/* ---- attaching --------------------------------------------------------------------------------------------------- */

/** This thread's caller, attached to Qt's loop as long as the object lives. One in main(), after the application. It is
 * destroyed in the thread that has made it. */
class Attachment {
public:
  /** Throws lodger::Error if the thread has no loop of Qt, or the options are wrong: see lodger_qt_attach_full(). */
  explicit Attachment (const LodgerCallerOptions *options = nullptr)
  {
    LodgerError *error = nullptr;
    caller_ = lodger_qt_attach_full (nullptr, options, &error);
    if (caller_ == nullptr)
      throw Error (error);
  }
  /** Leaves the caller. The last one to leave stops it. */
  ~Attachment ()
  {
    lodger_caller_leave (caller_);
    lodger_caller_unref (caller_);
  }
  Attachment (const Attachment &) = delete;
  Attachment &operator= (const Attachment &) = delete;

  /** The caller, borrowed. Never NULL. */
  LodgerCaller *get () const noexcept
  {
    return caller_;
  }

private:
  LodgerCaller *caller_;
};

} // namespace lodger

/* ---- coroutines -------------------------------------------------------------------------------------------------- */

#ifdef __cpp_impl_coroutine

namespace lodger::detail {

/* Whom a coroutine awaits, so that a cancel of the coroutine reaches it from any thread. */
class Awaited {
public:
  void set (const PendingRef &pending)
  {
    PendingRef before (pending);
    const std::lock_guard<std::mutex> guard (mutex_);
    std::swap (pending_, before); /* the last reference runs functions: it goes after the lock */
  }
  void cancel (const char *message)
  {
    std::unique_lock<std::mutex> guard (mutex_);
    const PendingRef pending = pending_;
    guard.unlock ();
    lodger_pending_cancel (pending.get (), message);
  }

private:
  std::mutex mutex_;
  PendingRef pending_;
};

/* A suspended coroutine: whoever destroys this unresumed destroys the coroutine, so that its locals are unwound. */
struct Suspended
{
  std::coroutine_handle<> handle;
  ~Suspended ()
  {
    if (handle)
      handle.destroy ();
  }
  void resume ()
  {
    std::exchange (handle, nullptr).resume ();
  }
};

class CoroutineBase {
public:
  CoroutineBase () : CoroutineBase (nullptr, nullptr)
  {
  }
  CoroutineBase (const CoroutineBase &) = delete;
  CoroutineBase &operator= (const CoroutineBase &) = delete;

  std::suspend_never initial_suspend () noexcept
  {
    return {};
  }
  void unhandled_exception () noexcept
  {
    has_failed_ = true;
    return_exception (promise_.get ());
  }

  /* Whether the object is gone: the await is refused then, whether or not the outcome is there. */
  bool is_unbound () const noexcept
  {
    return scope_.get () != nullptr && lodger_scope_has_ended (scope_.get ());
  }
  /* An await that begins after the cancel is cancelled at once: the cancel is seen here, or finds what is awaited. A
   * refusal destroys the coroutine, and this, inside. So what is needed until the end is on the stack. */
  void await (LodgerPending *awaited, std::coroutine_handle<> handle)
  {
    const auto resume
        = [] (LodgerPending *, LodgerPending *, void *data) { static_cast<Suspended *> (data)->resume (); };
    const PendingRef pending (lodger_pending_ref (awaited)), promise (lodger_pending_ref (promise_.get ()));
    const ScopeRef scope = scope_;
    LodgerCaller *const caller = caller_here ();
    auto suspended = std::make_unique<Suspended> ();
    awaited_->set (pending);
    if (lodger_pending_is_cancelled (promise.get ()))
      lodger_pending_cancel (pending.get (), nullptr);
    suspended->handle = handle;
    lodger_pending_disown (lodger_pending_then_full (pending.get (), caller, resume, suspended.release (),
                                                     delete_value<Suspended>,
                                                     LODGER_OPTIONS (LodgerCallOptions, .scope = scope.get ())));
  }

protected:
  CoroutineBase (QObject *object, std::nullptr_t)
      : promise_ ("its coroutine was destroyed"), awaited_ (std::make_shared<Awaited> ()),
        scope_ (object != nullptr ? lodger_scope_ref (scope_of (object)) : nullptr)
  {
    promise_.set_canceller ([awaited = awaited_] (const char *message) { awaited->cancel (message); });
  }

  Promise promise_;
  bool has_failed_ = false;

private:
  std::shared_ptr<Awaited> awaited_;
  ScopeRef scope_;
};

template <class U> struct Awaiter
{
  Pending<U> pending;
  CoroutineBase &coroutine;

  bool await_ready () const noexcept
  {
    return pending.is_done () && !coroutine.is_unbound ();
  }
  /* Not inline: some compilers put what is on the stack of an inline one into the coroutine, which may be gone. */
  [[gnu::noinline]] void await_suspend (std::coroutine_handle<> handle) const
  {
    coroutine.await (pending.get (), handle);
  }
  U await_resume () const
  {
    if constexpr (std::is_copy_constructible_v<U>)
      return pending.result ();
    else
      return pending.take ();
  }
};

/* The object that a member function of a QObject belongs to. The type of a lambda is not complete here: it is not
 * asked. */
inline QObject *
object_of (const QObject *object)
{
  return const_cast<QObject *> (object);
}
inline QObject *
object_of (const void *)
{
  return nullptr;
}

template <class T> class Coroutine : public CoroutineBase {
public:
  Coroutine () = default;
  /* A member function of a QObject, or a function whose first parameter refers to one, is not resumed once the object
   * is gone, and destroyed instead. */
  template <class First, class... A>
  explicit Coroutine (First &first, A &...) : CoroutineBase (object_of (std::addressof (first)), nullptr)
  {
  }

  Pending<T> get_return_object () noexcept
  {
    return Pending<T> (lodger_pending_ref (promise_.get ()));
  }
  template <class U> Awaiter<U> await_transform (Pending<U> pending)
  {
    if (!pending.is_valid ())
      throw Error (nullptr, LODGER_EINVAL, "co_await of an empty lodger::Pending");
    return { std::move (pending), *this };
  }
  template <class U> Awaiter<U> await_transform (const QFuture<U> &future)
  {
    return { Pending<U>::from (future), *this };
  }
};

/* The outcome is there when the locals are gone: at the final suspend, and not when it is returned. */
template <class T> class ValueCoroutine : public Coroutine<T> {
public:
  using Coroutine<T>::Coroutine;
  template <class V> void return_value (V &&value)
  {
    value_ = std::make_unique<T> (std::forward<V> (value));
  }
  std::suspend_never final_suspend () noexcept
  {
    if (!this->has_failed_)
      lodger_pending_return_pointer (this->promise_.get (), value_.release (), delete_value<T>);
    return {};
  }

private:
  std::unique_ptr<T> value_;
};

class VoidCoroutine : public Coroutine<void> {
public:
  using Coroutine<void>::Coroutine;
  void return_void () noexcept
  {
  }
  std::suspend_never final_suspend () noexcept
  {
    if (!has_failed_)
      lodger_pending_return_nothing (promise_.get ());
    return {};
  }
};

} // namespace lodger::detail

/**
 * A function that returns a lodger::Pending may be a coroutine of C++20. It runs at once, up to its first co_await of a
 * Pending or a QFuture, and goes on in the same thread. co_await throws what the work has thrown.
 *
 * A cancel of the coroutine cancels what it awaits, and each later await at once. Its outcome is there when its locals
 * are gone. A stop of the thread's caller, or the end of the object whose member function it is, destroys it at its
 * await: its locals are unwound, in this thread, and its Pending is cancelled. The same happens if it awaits something
 * after that.
 */
template <class T, class... A> struct std::coroutine_traits<lodger::Pending<T>, A...>
{
  using promise_type
      = std::conditional_t<std::is_void_v<T>, lodger::detail::VoidCoroutine, lodger::detail::ValueCoroutine<T>>;
};

#endif

#endif
