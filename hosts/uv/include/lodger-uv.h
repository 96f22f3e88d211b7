/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-uv.h
 * Lodger and libuv: a libuv loop as host, as a worker's backend, and as a guest in another loop.
 *
 * The same adapter serves three roles. As **host** it lives in a libuv loop that the program runs. As **backend** "uv"
 * it gives each worker thread a libuv loop of its own. As **guest** a libuv loop lives in the thread of another loop,
 * such as GTK's: its timers, sockets, files and processes are served there, and no thread is made for it.
 *
 * **Keeping the loop going.** The handles of an attached caller keep `uv_run ()` going, as a listening socket does. It
 * returns when the caller has stopped and the program's own handles are closed. A call ends the loop by
 * lodger_caller_stop(). LODGER_UV_HOST_UNREF changes this.
 *
 * **Closing the loop.** libuv frees a closed handle in the next iteration. After the last lodger_caller_leave(), run
 * the loop once more before `uv_loop_close ()`. The handles that uv_walk() shows belong to Lodger as long as the caller
 * is attached. The program must not close them.
 *
 * **Nested loops.** libuv cannot run a loop in one of that loop's own call-backs. A call in a libuv host or worker
 * therefore must not run the loop. A libuv guest rests while one of its call-backs runs a nested loop of the host.
 */
#ifndef LODGER_UV_H
#define LODGER_UV_H

#include <lodger/lodger.h>
#include <uv.h>

LODGER_BEGIN_DECLS

/** How a libuv loop is used as host. */
typedef enum LodgerUvHostFlags
{
  /** The attached caller keeps `uv_run ()` going until it stops. */
  LODGER_UV_HOST_DEFAULT = 0,
  /** Only calls that are queued or delayed in this thread keep `uv_run ()` going. A call of another thread that is
   * still under way does not. When `uv_run ()` returns before it is done, its continuation waits for the next
   * `uv_run ()`. */
  LODGER_UV_HOST_UNREF = 1 << 0,
} LodgerUvHostFlags;

/** LodgerCallerOptions::host_options for the host "uv". NULL means the default loop. */
typedef struct LodgerUvHostOptions
{
  size_t size; /**< sizeof (LodgerUvHostOptions) */
  /** The loop. Optional. Default: uv_default_loop(). It must live until the handles of the caller are closed. */
  uv_loop_t *loop;
  /** How the loop is used. It is read only when the caller is made. */
  LodgerUvHostFlags flags;
} LodgerUvHostOptions;

/** Options of a libuv host with the given members. See lodger/options.h. */
#define LODGER_UV_HOST_OPTIONS(...) LODGER_OPTIONS (LodgerUvHostOptions, __VA_ARGS__)

/** The options of a guest of the backend "uv". NULL means a loop of the guest's own. */
typedef struct LodgerUvGuestOptions
{
  size_t size; /**< sizeof (LodgerUvGuestOptions) */
  /** A loop of the program's. Optional. Default: a loop that the guest makes and closes. A caller has one such guest at
   * most: another start with the default gives the same guest. The program's loop lives on when the guest ends; the
   * program does not run it meanwhile. */
  uv_loop_t *loop;
} LodgerUvGuestOptions;

/** Options of a libuv guest with the given members. See lodger/options.h. */
#define LODGER_UV_GUEST_OPTIONS(...) LODGER_OPTIONS (LodgerUvGuestOptions, __VA_ARGS__)

/**
 * Attaches this thread's caller to a libuv loop, and enters it.
 *
 * Call it in the thread that runs the loop, before or while it runs; it does not block. The caller is made if there is
 * none. The same loop in the same thread gives the same caller. lodger_caller_leave() and lodger_caller_unref() undo an
 * attach. Workers of lodger_caller_to_thread() get the backend "uv".
 *
 * @param loop Optional. Default: uv_default_loop().
 * @param ret_error Optional. Receives a new reference to the error.
 * @return the caller, or NULL with an error.
 * Errors: LODGER_EALREADY (another thread has attached the loop; another host or backend has taken the name "uv"),
 * LODGER_EAGAIN (no descriptor), LODGER_ENOMEM (no memory).
 * Test: unit/uv-host attaching_twice_gives_the_same_caller
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_uv_attach (uv_loop_t *loop, LodgerError **ret_error);

/**
 * Attaches as lodger_uv_attach(), with options.
 *
 * @param loop Optional. Default: uv_default_loop().
 * @param options Optional. `host` and `host_options` in it are ignored.
 * @param ret_error Optional. Receives a new reference to the error.
 * @return the caller, or NULL with an error.
 * Errors: as lodger_uv_attach(), LODGER_EINVAL (wrong options, a `backend` in @p options), LODGER_EMISMATCH (the
 * existing caller has another name or backend), LODGER_ENOENT (no such workers' backend), LODGER_ENOSYS (it can only
 * be a guest).
 * Test: unit/uv-host a_refused_attach_says_why
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_uv_attach_full (uv_loop_t *loop, const LodgerCallerOptions *options,
                                                             LodgerError **ret_error);

/**
 * Returns the caller of a libuv loop, without counting an enter.
 *
 * Call it in the thread of the loop; it does not block. The caller is made and started if there is none, as by
 * lodger_uv_attach(). It runs until it is stopped.
 *
 * @param host_options which loop, and how it is used. Optional. NULL means the default loop.
 * @param options Optional. `host` and `host_options` in it are ignored. The name and the backends have to match an
 *                existing caller. The other members are looked at only when the caller is made.
 * @param ret_error Optional. Receives a new reference to the error.
 * @return the caller, or NULL with an error.
 * Errors: as lodger_uv_attach_full().
 * Test: unit/uv-host a_caller_that_does_not_count_lets_the_loop_end
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_uv_open_caller (const LodgerUvHostOptions *host_options,
                                                             const LodgerCallerOptions *options,
                                                             LodgerError **ret_error);

/**
 * Returns the libuv loop that this code runs in.
 *
 * Does not block. In a call or call-back of a libuv guest it is the guest's loop. In a worker of the backend "uv" it is
 * the worker's loop. In a call of an attached loop it is that loop. Where several apply, it is the innermost one.
 *
 * @return the loop, borrowed: it is valid as long as its worker, guest or caller. NULL: there is none.
 * Errors: none.
 * Test: unit/uv-worker a_worker_has_a_loop_of_its_own
 * Since: 0.2
 */
LODGER_API uv_loop_t *lodger_uv_get_loop (void);

/**
 * Makes the host and the backend "uv" known to lodger_caller_open() and lodger_guest_start().
 *
 * Any thread; does not block. It may be repeated. Attaching does it, too.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EALREADY (another host or backend has taken the name "uv"), LODGER_ENOMEM (no memory).
 * Test: unit/uv-worker a_worker_has_a_loop_of_its_own
 * Since: 0.2
 */
LODGER_API int lodger_uv_register (void);

LODGER_END_DECLS

#endif
