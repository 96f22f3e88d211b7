/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-qt.hpp
 * Lodger for Qt programs in C++17: functions with results and exceptions instead of calls with data.
 *
 *     lodger::to_thread ([path] { return QImage (path); })
 *         .then (this, [this] (const QImage &image) { label->setPixmap (QPixmap::fromImage (image)); })
 *         .on_failed (this, [this] (const lodger::Error &error) { label->setText (error.what ()); });
 *
 * The work runs in a worker, and what `then` is given runs in the object's thread. It does not run once the object is gone.
 * Nothing here is a library: the file uses the C functions of lodger.h and lodger-qt.h.
 *
 * **Threads.** A function of this file may be called in any thread that has a caller: where lodger::Attachment lives, in
 * a worker, in a call. It throws lodger::Error with LODGER_ESTATE elsewhere. A Pending may be copied and used in any
 * thread.
 *
 * **Exceptions.** What a function throws is the outcome of its Pending, and result() throws it again. A lodger::Error
 * goes to and from C without loss. A failure that nobody reads is logged.
 *
 * **Dropping.** The work goes on without its Pending. cancel() ends it.
 */
#ifndef LODGER_QT_HPP
#define LODGER_QT_HPP

#include <lodger-qt.h>
#include <lodger/lodger.h>

#include <QCoreApplication>
#include <QFuture>
#include <QFutureWatcher>
#include <QObject>
#include <QPromise>

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#ifdef __cpp_impl_coroutine
#include <coroutine>
#include <mutex>
#endif

namespace lodger {

/* ---- errors ------------------------------------------------------------------------------------------------------------ */

/** A failure as Lodger knows it: a code, a domain and a message. */
class Error : public std::exception {
public:
  /** Takes over a reference. NULL stands for no memory. */
  explicit Error (LodgerError *error) noexcept : error_ (error, lodger_error_unref)
  {
  }
  /** Makes an error. @p domain NULL means Lodger's own. */
  Error (const char *domain, int code, const char *message = nullptr) : Error (lodger_error_new (domain, code, message))
  {
  }

  /** Returns the message. It is the error's own. */
  const char *what () const noexcept override
  {
    return error_ != nullptr ? lodger_error_get_message (error_.get ()) : lodger_error_code_string (LODGER_ENOMEM);
  }
  /** Returns the code in the error's domain. Lodger's own are in lodger/error.h. */
  int code () const noexcept
  {
    return error_ != nullptr ? lodger_error_get_code (error_.get ()) : int (LODGER_ENOMEM);
  }
  /** Returns the domain of the code, which is LODGER_ERROR_DOMAIN for Lodger's own. */
  const char *domain () const noexcept
  {
    return error_ != nullptr ? lodger_error_get_domain (error_.get ()) : LODGER_ERROR_DOMAIN;
  }
  /** The same as C knows it, borrowed. It may be NULL without memory. */
  LodgerError *get () const noexcept
  {
    return error_.get ();
  }

private:
  std::shared_ptr<LodgerError> error_;
};

/** The work was cancelled: by cancel(), by the end of an object, by a stop. */
class Cancelled : public Error {
public:
  using Error::Error;
};

template <class T> class Pending;

/** The running work itself, for a function that asks for it by its first parameter. It is valid inside the function. */
class Self {
public:
  /** Lodger makes it for each call. */
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
      throw Cancelled (nullptr, LODGER_ECANCELED);
  }
  /** The same as C knows it, borrowed. */
  LodgerPending *get () const noexcept
  {
    return self_;
  }

private:
  LodgerPending *self_;
};

/* ---- how values, exceptions and functions go through C ----------------------------------------------------------------- */

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

inline LodgerError *
to_error (const std::exception_ptr &thrown)
{
  const char *message = "an exception that is no std::exception";
  try
    {
      std::rethrow_exception (thrown);
  } catch (const Error &error)
    {
      return lodger_error_ref (error.get ());
  } catch (const std::exception &exception)
    {
      message = exception.what ();
      return lodger_error_new_with_payload (nullptr, LODGER_EFAILED, message, exception_ops (),
                                            new std::exception_ptr (thrown));
  } catch (...)
    {
      return lodger_error_new_with_payload (nullptr, LODGER_EFAILED, message, exception_ops (),
                                            new std::exception_ptr (thrown));
  }
}

[[noreturn]] inline void
throw_error (LodgerError *error)
{
  void *payload = lodger_error_get_payload (error, exception_ops ());
  if (payload != nullptr)
    std::rethrow_exception (*static_cast<std::exception_ptr *> (payload));
  throw Error (lodger_error_ref (error));
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
    throw error != nullptr ? Cancelled (lodger_error_ref (error)) : Cancelled (nullptr, code);
  if (error != nullptr)
    throw_error (error);
  throw Error (nullptr, code);
}

inline void
return_exception (LodgerPending *self)
{
  LodgerError *error = to_error (std::current_exception ());
  if (error != nullptr && lodger_error_matches (error, LODGER_ERROR_DOMAIN, LODGER_ECANCELED))
    lodger_pending_cancel (self, nullptr);
  lodger_pending_return_error (self, error);
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
template <class R> using Outcome = Pending<typename Flat<std::decay_t<R>>::type>;

/* Calls the function and answers with what comes of it. */
template <class F, class... A>
void
answer (LodgerPending *self, F &func, A &&...arguments)
{
  using R = std::invoke_result_t<F &, A...>;
  try
    {
      if constexpr (std::is_void_v<R>)
        {
          func (std::forward<A> (arguments)...);
          lodger_pending_return_nothing (self);
        }
      else if constexpr (Flat<std::decay_t<R>>::is_pending)
        lodger_pending_return_from (self, func (std::forward<A> (arguments)...).get ());
      else
        lodger_pending_return_pointer (self, new std::decay_t<R> (func (std::forward<A> (arguments)...)),
                                       delete_value<std::decay_t<R>>);
  } catch (...)
    {
      return_exception (self);
  }
}

template <class F> constexpr bool wants_self = std::is_invocable_v<F &, Self>;

template <class F, bool = wants_self<F>> struct WorkResult
{
  using type = std::invoke_result_t<F &>;
};
template <class F> struct WorkResult<F, true>
{
  using type = std::invoke_result_t<F &, Self>;
};
template <class F> using Work = Outcome<typename WorkResult<F>::type>;

template <class F>
void
run_work (LodgerPending *self, void *data)
{
  F &func = *static_cast<F *> (data);
  if constexpr (wants_self<F>)
    answer (self, func, Self (self));
  else
    answer (self, func);
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

} // namespace detail

/* ---- pendings ------------------------------------------------------------------------------------------------------------ */

/** The outcome of some work, now or later: a handle that may be copied. @p T is what the work returns, or void. */
template <class T> class Pending {
public:
  Pending () = default;
  /** Takes over a reference. The pending answers with a `new T`, as the functions of this file do, or with nothing if T
   * is void. */
  explicit Pending (LodgerPending *pending) noexcept : pending_ (pending, lodger_pending_unref)
  {
  }

  /** Whether it refers to any work. `Pending ()` does not. */
  bool is_valid () const noexcept
  {
    return pending_ != nullptr;
  }
  /** Whether the outcome is there. */
  bool is_done () const noexcept
  {
    return lodger_pending_is_done (get ());
  }
  /** Whether it was cancelled. A cancelled function may still be at work: is_done() tells. */
  bool is_cancelled () const noexcept
  {
    return lodger_pending_is_cancelled (get ());
  }
  /** Cancels the work, from any thread. False: it had ended before. */
  bool cancel (const char *message = nullptr) const
  {
    return lodger_pending_cancel (get (), message);
  }
  /** Waits in a worker, or in a thread without a caller. A GUI's thread must not block: this throws there, with
   * LODGER_EWRONGTHREAD, unless the outcome is there. It also throws what the work has thrown, or Cancelled. */
  const Pending &wait (int64_t timeout = LODGER_FOREVER) const
  {
    const int code = lodger_pending_wait (get (), timeout, LODGER_WAIT_NO_RESULT);
    if (code == LODGER_ECANCELED)
      throw Cancelled (nullptr, code);
    if (code != 0)
      throw Error (nullptr, code);
    return *this;
  }
  /** What the work has returned, after wait(). It lives as long as a Pending refers to it. */
  decltype (auto) result () const
  {
    wait ();
    detail::throw_failure (get ());
    if constexpr (!std::is_void_v<T>)
      return static_cast<const T &> (*value ());
  }
  /** The same, moved out: for types that cannot be copied. No other Pending may read it afterwards. */
  T take () const
  {
    wait ();
    detail::throw_failure (get ());
    if constexpr (!std::is_void_v<T>)
      return std::move (*value ());
  }

  /**
   * Runs @p func in this thread when the work has succeeded, with its value.
   *
   * It takes `const T &`, or T if that is moved out, or a Pending<T>. With a Pending<T> it runs after a failure and a
   * cancel, too. Without, a failure is the outcome of the pending that is returned.
   */
  template <class F> auto then (F func) const
  {
    return continue_with (nullptr, std::move (func));
  }
  /** The same, bound to @p object: @p func does not run once the object is gone. The object lives in this thread. */
  template <class F> auto then (QObject *object, F func) const
  {
    return continue_with (scope_of (object), std::move (func));
  }
  /** Runs @p func with the `const Error &` when the work has failed, but not when it was cancelled. What @p func returns
   * takes the place of the value. Otherwise the outcome is passed on. */
  template <class F> Pending on_failed (QObject *object, F func) const
  {
    return submit<T> (scope_of (object), std::move (func), [] (LodgerPending *self, F &f, const Pending &done) {
      const int code = lodger_pending_get_outcome (done.get ());
      LodgerError *error = lodger_pending_get_error (done.get ());
      if (code == 0 || code == LODGER_ECANCELED)
        lodger_pending_return_from (self, done.get ());
      else
        detail::answer (self, f, error != nullptr ? Error (lodger_error_ref (error)) : Error (nullptr, code));
    });
  }
  /** The same for a cancel. @p func takes nothing. */
  template <class F> Pending on_cancelled (QObject *object, F func) const
  {
    return submit<T> (scope_of (object), std::move (func), [] (LodgerPending *self, F &f, const Pending &done) {
      if (lodger_pending_get_outcome (done.get ()) == LODGER_ECANCELED)
        detail::answer (self, f);
      else
        lodger_pending_return_from (self, done.get ());
    });
  }

  /** The same as a QFuture. A cancel of either cancels the other. T is copied. This thread runs a loop of Qt. */
  QFuture<T> future () const;
  /** The outcome of a QFuture. A cancel of either cancels the other. This thread runs a loop of Qt. */
  static Pending from (const QFuture<T> &future);

  /** The handle of C, borrowed. */
  LodgerPending *get () const noexcept
  {
    return pending_.get ();
  }

private:
  template <class U> friend class Pending;

  static LodgerScope *scope_of (QObject *object)
  {
    LodgerScope *scope = lodger_qt_object_get_scope (object);
    if (scope == nullptr)
      throw Error (nullptr, LODGER_EINVAL, "the object has no scope");
    return scope;
  }

  auto value () const
  {
    void *value = nullptr;
    lodger_pending_get_pointer (get (), &value);
    return static_cast<T *> (value);
  }

  template <class F> auto continue_with (LodgerScope *scope, F func) const
  {
    if constexpr (std::is_invocable_v<F &, Pending>)
      return submit<std::invoke_result_t<F &, Pending>> (
          scope, std::move (func),
          [] (LodgerPending *self, F &f, const Pending &done) { detail::answer (self, f, done); });
    else if constexpr (std::is_void_v<T>)
      return submit<std::invoke_result_t<F &>> (scope, std::move (func),
                                                [] (LodgerPending *self, F &f, const Pending &done) {
                                                  if (!passes_on (self, done))
                                                    detail::answer (self, f);
                                                });
    else if constexpr (std::is_invocable_v<F &, const T &>)
      return submit<std::invoke_result_t<F &, const T &>> (scope, std::move (func),
                                                           [] (LodgerPending *self, F &f, const Pending &done) {
                                                             if (!passes_on (self, done))
                                                               detail::answer (self, f, std::as_const (*done.value ()));
                                                           });
    else
      return submit<std::invoke_result_t<F &, T>> (scope, std::move (func),
                                                   [] (LodgerPending *self, F &f, const Pending &done) {
                                                     if (!passes_on (self, done))
                                                       detail::answer (self, f, std::move (*done.value ()));
                                                   });
  }

  /* A failure is the outcome of whoever continues. */
  static bool passes_on (LodgerPending *self, const Pending &done)
  {
    const int code = lodger_pending_get_outcome (done.get ());
    if (code != 0)
      lodger_pending_return_from (self, done.get ());
    return code != 0;
  }

  template <class R, class F, class Run> detail::Outcome<R> submit (LodgerScope *scope, F func, Run run) const
  {
    using Both = std::pair<F, Run>;
    const auto enter = [] (LodgerPending *self, LodgerPending *done, void *data) {
      Both &both = *static_cast<Both *> (data);
      both.second (self, both.first, Pending (lodger_pending_ref (done)));
    };
    return detail::Outcome<R> (
        lodger_pending_then_full (get (), detail::caller_here (), enter, new Both (std::move (func), std::move (run)),
                                  detail::delete_value<Both>, LODGER_CALL_OPTIONS (.scope = scope)));
  }

  std::shared_ptr<LodgerPending> pending_;
};

/* ---- submissions --------------------------------------------------------------------------------------------------------- */

/**
 * Runs @p func in a worker.
 *
 * @p func may take a lodger::Self as its only parameter. It is moved into the call, and destroyed where it has run.
 */
template <class F>
detail::Work<F>
to_thread (LodgerCaller *caller, F func, const LodgerCallOptions *options = nullptr)
{
  return detail::Work<F> (lodger_caller_to_thread_full (caller, detail::run_work<F>, new F (std::move (func)),
                                                        detail::delete_value<F>, options));
}
/** The same from this thread's caller. */
template <class F>
detail::Work<F>
to_thread (F func, const LodgerCallOptions *options = nullptr)
{
  return to_thread (detail::caller_here (), std::move (func), options);
}

/** Runs @p func in the caller's thread, in a later turn of its loop. */
template <class F>
detail::Work<F>
call_soon (LodgerCaller *caller, F func, const LodgerCallOptions *options = nullptr)
{
  return detail::Work<F> (lodger_caller_call_soon_full (caller, detail::run_work<F>, new F (std::move (func)),
                                                        detail::delete_value<F>, options));
}

/** The same, not before @p delay nanoseconds have passed. */
template <class F>
detail::Work<F>
call_later (LodgerCaller *caller, int64_t delay, F func, const LodgerCallOptions *options = nullptr)
{
  return detail::Work<F> (lodger_caller_call_later_full (caller, delay, detail::run_work<F>, new F (std::move (func)),
                                                         detail::delete_value<F>, options));
}

/* ---- QFuture ------------------------------------------------------------------------------------------------------------ */

template <class T>
QFuture<T>
Pending<T>::future () const
{
  auto promise = std::make_shared<QPromise<T>> ();
  const QFuture<T> future = promise->future ();
  auto *watcher = new QFutureWatcher<T>;
  const auto finish = [] (LodgerPending *done, void *data) {
    QPromise<T> &told = **static_cast<std::shared_ptr<QPromise<T>> *> (data);
    const Pending pending (lodger_pending_ref (done));
    if (lodger_pending_get_outcome (done) == LODGER_ECANCELED)
      told.future ().cancel ();
    else
      try
        {
          if constexpr (std::is_void_v<T>)
            pending.result ();
          else
            told.addResult (pending.result ());
      } catch (...)
        {
          told.setException (std::current_exception ());
      }
    told.finish ();
    return 0;
  };
  QObject::connect (watcher, &QFutureWatcherBase::canceled, watcher, [pending = *this] { pending.cancel (); });
  QObject::connect (watcher, &QFutureWatcherBase::finished, watcher, &QObject::deleteLater);
  promise->start ();
  watcher->setFuture (future);
  lodger_pending_add_done_callback (get (), finish, new std::shared_ptr<QPromise<T>> (promise),
                                    detail::delete_value<std::shared_ptr<QPromise<T>>>);
  return future;
}

template <class T>
Pending<T>
Pending<T>::from (const QFuture<T> &future)
{
  Pending promise (lodger_pending_new (LODGER_PENDING_DEFAULT));
  auto *watcher = new QFutureWatcher<T>;
  const auto cancel = [] (LodgerPending *, const char *, void *data) { static_cast<QFuture<T> *> (data)->cancel (); };
  const auto finish = [promise, watcher] {
    QFuture<T> done = watcher->future ();
    const auto answer = [&done] () -> T {
      done.waitForFinished (); /* throws what the future has failed with */
      if (done.isCanceled ())
        throw Cancelled (nullptr, LODGER_ECANCELED);
      if constexpr (!std::is_void_v<T>)
        return done.result ();
    };
    detail::answer (promise.get (), answer);
    watcher->deleteLater ();
  };
  lodger_pending_set_canceller (promise.get (), cancel, new QFuture<T> (future), detail::delete_value<QFuture<T>>);
  if (LodgerCaller *caller = lodger_caller_current (); caller != nullptr)
    lodger_pending_set_completer (promise.get (), caller);
  QObject::connect (watcher, &QFutureWatcherBase::finished, watcher, finish);
  watcher->setFuture (future);
  return promise;
}

/* ---- attaching ----------------------------------------------------------------------------------------------------------- */

/** This thread's caller, attached to Qt's loop as long as the object lives. A program makes one in main(), after its
 * application. */
class Attachment {
public:
  /** Throws lodger::Error if the thread has no loop of Qt, or the options are wrong. */
  explicit Attachment (const LodgerCallerOptions *options = nullptr)
  {
    LodgerError *error = nullptr;
    caller_ = lodger_qt_attach_full (nullptr, options, &error);
    if (caller_ == nullptr)
      throw Error (error);
  }
  ~Attachment ()
  {
    lodger_caller_leave (caller_);
    lodger_caller_unref (caller_);
  }
  Attachment (const Attachment &) = delete;
  Attachment &operator= (const Attachment &) = delete;

  /** The caller, borrowed. */
  LodgerCaller *get () const noexcept
  {
    return caller_;
  }

private:
  LodgerCaller *caller_;
};

} // namespace lodger

/* ---- coroutines ---------------------------------------------------------------------------------------------------------- */

#ifdef __cpp_impl_coroutine

namespace lodger::detail {

/* Whom a coroutine awaits, so that a cancel of the coroutine reaches it from any thread. */
class Awaited {
public:
  void set (LodgerPending *pending)
  {
    const std::lock_guard<std::mutex> guard (mutex_);
    pending_ = std::shared_ptr<LodgerPending> (lodger_pending_ref (pending), lodger_pending_unref);
  }
  void cancel (const char *message)
  {
    std::unique_lock<std::mutex> guard (mutex_);
    const std::shared_ptr<LodgerPending> pending = pending_;
    guard.unlock ();
    lodger_pending_cancel (pending.get (), message);
  }

private:
  std::mutex mutex_;
  std::shared_ptr<LodgerPending> pending_;
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
  ~CoroutineBase ()
  {
    if (!lodger_pending_is_done (promise_.get ()))
      {
        lodger_pending_cancel (promise_.get (), "its coroutine was destroyed");
        lodger_pending_return_nothing (promise_.get ());
      }
    lodger_scope_unref (scope_);
  }
  CoroutineBase (const CoroutineBase &) = delete;
  CoroutineBase &operator= (const CoroutineBase &) = delete;

  std::suspend_never initial_suspend () noexcept
  {
    return {};
  }
  std::suspend_never final_suspend () noexcept
  {
    return {};
  }
  void unhandled_exception () noexcept
  {
    return_exception (promise_.get ());
  }

  /* An await that begins after the cancel is cancelled at once: the cancel is seen here, or finds what is awaited. */
  void await (LodgerPending *pending, std::coroutine_handle<> handle)
  {
    const auto resume
        = [] (LodgerPending *, LodgerPending *, void *data) { static_cast<Suspended *> (data)->resume (); };
    const std::shared_ptr<LodgerPending> promise = promise_;
    LodgerCaller *caller = caller_here ();
    awaited_->set (pending);
    if (lodger_pending_is_cancelled (promise.get ()))
      lodger_pending_cancel (pending, nullptr);
    lodger_pending_disown (lodger_pending_then_full (pending, caller, resume, new Suspended { handle },
                                                     delete_value<Suspended>, LODGER_CALL_OPTIONS (.scope = scope_)));
  }

protected:
  CoroutineBase (QObject *object, std::nullptr_t)
      : promise_ (lodger_pending_new (LODGER_PENDING_DEFAULT), lodger_pending_unref),
        awaited_ (std::make_shared<Awaited> ()),
        scope_ (object != nullptr ? lodger_scope_ref (lodger_qt_object_get_scope (object)) : nullptr)
  {
    const auto cancel = [] (LodgerPending *, const char *message, void *data) {
      (*static_cast<std::shared_ptr<Awaited> *> (data))->cancel (message);
    };
    lodger_pending_set_canceller (promise_.get (), cancel, new std::shared_ptr<Awaited> (awaited_),
                                  delete_value<std::shared_ptr<Awaited>>);
  }

  std::shared_ptr<LodgerPending> promise_;

private:
  std::shared_ptr<Awaited> awaited_;
  LodgerScope *scope_;
};

template <class U> struct Awaiter
{
  Pending<U> pending;
  CoroutineBase &coroutine;

  bool await_ready () const noexcept
  {
    return pending.is_done ();
  }
  void await_suspend (std::coroutine_handle<> handle) const
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

/* The object that a member function of a QObject belongs to. The type of a lambda is not complete here: it is not asked. */
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
  /* A member function of a QObject is not resumed once the object is gone, and destroyed instead. */
  template <class First, class... A>
  explicit Coroutine (First &first, A &...) : CoroutineBase (object_of (std::addressof (first)), nullptr)
  {
  }

  Pending<T> get_return_object ()
  {
    return Pending<T> (lodger_pending_ref (promise_.get ()));
  }
  template <class U> Awaiter<U> await_transform (Pending<U> pending)
  {
    return { std::move (pending), *this };
  }
  template <class U> Awaiter<U> await_transform (const QFuture<U> &future)
  {
    return { Pending<U>::from (future), *this };
  }
};

template <class T> class ValueCoroutine : public Coroutine<T> {
public:
  using Coroutine<T>::Coroutine;
  template <class V> void return_value (V &&value)
  {
    lodger_pending_return_pointer (this->promise_.get (), new T (std::forward<V> (value)), delete_value<T>);
  }
};

class VoidCoroutine : public Coroutine<void> {
public:
  using Coroutine<void>::Coroutine;
  void return_void ()
  {
    lodger_pending_return_nothing (promise_.get ());
  }
};

} // namespace lodger::detail

/* A function that returns a lodger::Pending may be a coroutine. It runs at once, up to its first co_await. */
template <class T, class... A> struct std::coroutine_traits<lodger::Pending<T>, A...>
{
  using promise_type
      = std::conditional_t<std::is_void_v<T>, lodger::detail::VoidCoroutine, lodger::detail::ValueCoroutine<T>>;
};

#endif

#endif
