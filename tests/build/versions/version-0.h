/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The structs that a program gives, as version 0 had them. They are not changed when the headers are. */
#ifndef VERSION_0_H
#define VERSION_0_H

#include <lodger/backend.h>
#include <lodger/host.h>
#include <lodger/lodger.h>
#ifdef WITH_GLIB
#include <lodger-glib.h>
#endif

typedef struct LodgerCallOptions0
{
  size_t size;
  const char *name;
  const char *file;
  int line;
  LodgerPendingFlags flags;
  LodgerCaller *result_home;
  const char *worker;
  LodgerScope *scope;
  LodgerCaller *data_home;
} LodgerCallOptions0;

typedef struct LodgerCallerOptions0
{
  size_t size;
  const char *name;
  const char *host;
  const void *host_options;
  const char *backend;
  const void *backend_options;
  const char *worker_backend;
  unsigned max_workers;
  int64_t stop_deadline;
  bool is_protected;
  unsigned max_threads;
  unsigned inbox_limit;
  int nice;
  LodgerStartHook on_start;
  LodgerStopHook on_stop;
  void *hook_data;
  LodgerDestroyFunc hook_destroy;
} LodgerCallerOptions0;

typedef struct LodgerScopeOptions0
{
  size_t size;
  bool (*hold) (void *object);
  void (*release) (void *object);
  void *object;
  LodgerDestroyFunc destroy;
} LodgerScopeOptions0;

typedef struct LodgerErrorPayloadOps0
{
  size_t size;
  const char *name;
  void (*destroy) (void *payload);
} LodgerErrorPayloadOps0;

typedef struct LodgerHostOps0
{
  size_t size;
  const char *name;
  const char *worker_backend;
  int (*run_sync_soon_threadsafe) (void *impl, LodgerHostNode *node);
  void (*run_sync_soon_not_threadsafe) (void *impl, LodgerHostNode *node);
  void (*want_before_wait) (void *impl, bool on);
  void (*arm) (void *impl, int64_t deadline);
  int (*watch_fd) (void *impl, LodgerHostWatch *watch, int fd, uint32_t events);
  void (*unwatch_fd) (void *impl, LodgerHostWatch *watch);
  int64_t (*now) (void *impl);
  int64_t (*slice_ns) (void *impl);
  int (*mainloop) (void *impl);
  void (*quit) (void *impl);
  void (*done) (void *impl);
  bool (*detach) (void *impl);
  void (*destroy) (void *impl);
} LodgerHostOps0;

typedef struct LodgerHostDriver0
{
  size_t size;
  const LodgerHostOps0 *ops;
  const void *(*identify) (const void *options);
  int (*open) (LodgerHost *host, const void *options, void **ret_impl);
} LodgerHostDriver0;

typedef struct LodgerBackendOps0
{
  size_t size;
  const char *name;
  int (*open) (const void *options, void **ret_impl);
  const LodgerHostDriver *(*host) (void *impl, const void **ret_host_options);
  int (*run) (void *impl);
  void (*quit) (void *impl);
  void (*close) (void *impl);
  int64_t (*prepare) (void *impl);
  void (*dispatch) (void *impl);
  void (*wake) (void *impl);
} LodgerBackendOps0;

#ifdef WITH_GLIB
typedef struct LodgerGlibHostOptions0
{
  size_t size;
  GMainContext *context;
  LodgerGlibHostFlags flags;
  int64_t (*slice) (void *slice_data);
  void *slice_data;
} LodgerGlibHostOptions0;
#endif

#endif
