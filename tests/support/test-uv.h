/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program does with libuv, all of it in one loop and on this machine alone. */
#ifndef LODGER_TEST_UV_H
#define LODGER_TEST_UV_H

#include <lodger/lodger.h>
#include <uv.h>

/* One errand in a libuv loop. It checks that each call-back comes in the thread in which it began. */
typedef struct UvErrand UvErrand;

typedef struct UvErrandKind
{
  const char *name;
  void (*begin) (UvErrand *errand);
} UvErrandKind;

/* Timers, idle handles, TCP and a pipe with both ends in this loop, a file, a name, work in libuv's threads, a process, a
 * signal. */
enum
{
  UV_ERRANDS = 9
};
extern const UvErrandKind uv_errand_kinds[UV_ERRANDS];

enum
{
  UV_ROUNDS = 40 /* to and fro on a connection */
};

struct UvErrand
{
  const UvErrandKind *kind;
  uv_loop_t *loop;
  LodgerReply *reply;
  int thread_id;
  unsigned busy; /* handles that are not closed, and requests under way */
  int rounds;
  union
  {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_timer_t timer;
    uv_idle_t idle;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
    uv_process_t process;
    uv_signal_t signal;
  } server, served, client;
  union
  {
    uv_req_t request;
    uv_connect_t connect;
    uv_fs_t fs;
    uv_getaddrinfo_t name;
    uv_work_t work;
  } request;
  uv_write_t write;
  uv_file file;
  char byte, heard[2], path[64], text[16];
};

/* A call whose data is an errand of some kind: runs it in lodger_uv_get_loop(). It is done when nothing of it is left in the
 * loop. */
void uv_errand_call (LodgerPending *self, void *errand);

#endif
