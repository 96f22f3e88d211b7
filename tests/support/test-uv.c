/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-uv.h"

#include "test-recorder.h"
#include "test-suite.h"

#include <lodger-uv.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OF(x) ((UvErrand *) (x)->data)

static void
check_thread (const UvErrand *errand)
{
  if (errand->thread_id != test_thread_id ())
    test_fail ("%s: a call-back came in another thread", errand->kind->name);
}

static void
check_code (UvErrand *errand, int code)
{
  check_thread (errand);
  if (code < 0)
    test_fail ("%s: %s", errand->kind->name, uv_strerror (code));
}

/* ---- from the begin to the end ------------------------------------------------------------------------------------- */

static void
end_one (UvErrand *errand)
{
  check_thread (errand);
  if (--errand->busy == 0)
    lodger_reply_return_int (errand->reply, errand->rounds);
}

static void
on_closed (uv_handle_t *handle)
{
  end_one (OF (handle));
}

static void
begin_handle (UvErrand *errand, uv_handle_t *handle, int code)
{
  check_code (errand, code);
  handle->data = errand;
  errand->busy++;
}

static void
begin_request (UvErrand *errand, int code)
{
  check_code (errand, code);
  errand->busy++;
}

void
uv_errand_call (LodgerPending *self, void *data)
{
  UvErrand *errand = data;
  errand->loop = lodger_uv_get_loop ();
  test_check (errand->loop != NULL);
  errand->thread_id = test_thread_id ();
  errand->busy = 0;
  errand->rounds = 0;
  errand->request.request.data = errand->write.data = errand;
  errand->reply = lodger_pending_defer (self);
  errand->kind->begin (errand);
}

/* ---- timers and idle handles --------------------------------------------------------------------------------------- */

static void
on_timer (uv_timer_t *timer)
{
  if (++OF (timer)->rounds == 3)
    uv_close ((uv_handle_t *) timer, on_closed);
}

static void
begin_timer (UvErrand *errand)
{
  begin_handle (errand, &errand->client.handle, uv_timer_init (errand->loop, &errand->client.timer));
  uv_timer_start (&errand->client.timer, on_timer, 2, 1);
}

static void
on_idle (uv_idle_t *idle)
{
  if (++OF (idle)->rounds == 3)
    uv_close ((uv_handle_t *) idle, on_closed);
}

static void
begin_idle (UvErrand *errand)
{
  begin_handle (errand, &errand->client.handle, uv_idle_init (errand->loop, &errand->client.idle));
  uv_idle_start (&errand->client.idle, on_idle);
}

/* ---- connections: a byte goes to and fro ----------------------------------------------------------------------------- */

static void
on_written (uv_write_t *write, int status)
{
  check_code (OF (write), status);
}

static void
send_byte (UvErrand *errand, uv_stream_t *stream)
{
  uv_buf_t buffer = uv_buf_init (&errand->byte, 1);
  check_code (errand, uv_write (&errand->write, stream, &buffer, 1, on_written));
}

static void
give_buffer (uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
  (void) size;
  *buffer = uv_buf_init (OF (handle)->heard, 1);
}

static void
on_read (uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
  UvErrand *errand = OF (stream);
  (void) buffer;
  if (size == UV_EOF)
    {
      uv_close ((uv_handle_t *) stream, on_closed);
      return;
    }
  check_code (errand, (int) size);
  if (size == 0)
    return;
  test_check (errand->heard[0] == errand->byte);
  if (stream == &errand->client.stream && ++errand->rounds == UV_ROUNDS)
    {
      uv_close (&errand->client.handle, on_closed);
      return;
    }
  send_byte (errand, stream);
}

static void
on_connection (uv_stream_t *server, int status)
{
  UvErrand *errand = OF (server);
  int is_tcp = server->type == UV_TCP;
  check_code (errand, status);
  begin_handle (errand, &errand->served.handle,
                is_tcp ? uv_tcp_init (errand->loop, &errand->served.tcp)
                       : uv_pipe_init (errand->loop, &errand->served.pipe, 0));
  check_code (errand, uv_accept (server, &errand->served.stream));
  check_code (errand, uv_read_start (&errand->served.stream, give_buffer, on_read));
  uv_close ((uv_handle_t *) server, on_closed);
}

static void
on_connected (uv_connect_t *connect, int status)
{
  UvErrand *errand = OF (connect);
  check_code (errand, status);
  check_code (errand, uv_read_start (&errand->client.stream, give_buffer, on_read));
  errand->byte = 'x';
  send_byte (errand, &errand->client.stream);
}

static void
begin_tcp (UvErrand *errand)
{
  struct sockaddr_in address;
  int size = sizeof address;
  begin_handle (errand, &errand->server.handle, uv_tcp_init (errand->loop, &errand->server.tcp));
  begin_handle (errand, &errand->client.handle, uv_tcp_init (errand->loop, &errand->client.tcp));
  check_code (errand, uv_ip4_addr ("127.0.0.1", 0, &address));
  check_code (errand, uv_tcp_bind (&errand->server.tcp, (const struct sockaddr *) &address, 0));
  check_code (errand, uv_listen (&errand->server.stream, 1, on_connection));
  check_code (errand, uv_tcp_getsockname (&errand->server.tcp, (struct sockaddr *) &address, &size));
  check_code (errand, uv_tcp_connect (&errand->request.connect, &errand->client.tcp, (const struct sockaddr *) &address,
                                      on_connected));
}

static void
begin_pipe (UvErrand *errand)
{
  char folder[] = "/tmp/lodger-uv-XXXXXX";
  test_check (mkdtemp (folder) != NULL);
  snprintf (errand->path, sizeof errand->path, "%s/pipe", folder);
  begin_handle (errand, &errand->server.handle, uv_pipe_init (errand->loop, &errand->server.pipe, 0));
  begin_handle (errand, &errand->client.handle, uv_pipe_init (errand->loop, &errand->client.pipe, 0));
  check_code (errand, uv_pipe_bind (&errand->server.pipe, errand->path));
  check_code (errand, uv_listen (&errand->server.stream, 1, on_connection));
  uv_pipe_connect (&errand->request.connect, &errand->client.pipe, errand->path, on_connected);
  test_check (unlink (errand->path) == 0 && rmdir (folder) == 0); /* it is connected to already */
}

/* ---- files ------------------------------------------------------------------------------------------------------------ */

static void
on_file (uv_fs_t *fs)
{
  UvErrand *errand = OF (fs);
  uv_fs_type type = fs->fs_type;
  int result = (int) fs->result;
  uv_buf_t buffer = uv_buf_init (errand->text, 5);
  check_code (errand, result);
  if (type == UV_FS_MKSTEMP)
    {
      errand->file = result;
      snprintf (errand->path, sizeof errand->path, "%s", fs->path);
    }
  uv_fs_req_cleanup (fs);
  errand->rounds++;
  switch ((int) type)
    {
    case UV_FS_MKSTEMP:
      memcpy (errand->text, "bread", 5);
      check_code (errand, uv_fs_write (errand->loop, fs, errand->file, &buffer, 1, 0, on_file));
      break;
    case UV_FS_WRITE:
      memset (errand->text, 0, sizeof errand->text);
      check_code (errand, uv_fs_read (errand->loop, fs, errand->file, &buffer, 1, 0, on_file));
      break;
    case UV_FS_READ:
      test_check (result == 5 && memcmp (errand->text, "bread", 5) == 0);
      check_code (errand, uv_fs_close (errand->loop, fs, errand->file, on_file));
      break;
    case UV_FS_CLOSE: check_code (errand, uv_fs_unlink (errand->loop, fs, errand->path, on_file)); break;
    default: end_one (errand);
    }
}

static void
begin_file (UvErrand *errand)
{
  begin_request (errand, uv_fs_mkstemp (errand->loop, &errand->request.fs, "/tmp/lodger-uv-XXXXXX", on_file));
}

/* ---- names, and work in libuv's threads --------------------------------------------------------------------------------- */

static void
on_name (uv_getaddrinfo_t *name, int status, struct addrinfo *addresses)
{
  UvErrand *errand = OF (name);
  check_code (errand, status);
  for (const struct addrinfo *address = addresses; address != NULL; address = address->ai_next)
    errand->rounds++;
  uv_freeaddrinfo (addresses);
  end_one (errand);
}

static void
begin_name (UvErrand *errand)
{
  begin_request (errand, uv_getaddrinfo (errand->loop, &errand->request.name, on_name, "localhost", NULL, NULL));
}

static void
work (uv_work_t *work)
{
  test_check (OF (work)->thread_id != test_thread_id ());
}

static void
after_work (uv_work_t *work, int status)
{
  check_code (OF (work), status);
  OF (work)->rounds++;
  end_one (OF (work));
}

static void
begin_work (UvErrand *errand)
{
  begin_request (errand, uv_queue_work (errand->loop, &errand->request.work, work, after_work));
}

/* ---- processes and signals ------------------------------------------------------------------------------------------------ */

static void
on_exit_of (uv_process_t *process, int64_t status, int signal)
{
  test_check (status == 0 && signal == 0);
  OF (process)->rounds++;
  uv_close ((uv_handle_t *) process, on_closed);
}

static void
begin_process (UvErrand *errand)
{
  char *arguments[] = { (char *) (uintptr_t) "true", NULL };
  uv_process_options_t options = { .file = "/bin/true", .args = arguments, .exit_cb = on_exit_of };
  begin_handle (errand, &errand->client.handle, uv_spawn (errand->loop, &errand->client.process, &options));
}

static void
on_signal (uv_signal_t *signal, int number)
{
  test_check (number == SIGUSR1);
  OF (signal)->rounds++;
  uv_close ((uv_handle_t *) signal, on_closed);
}

static void
begin_signal (UvErrand *errand)
{
  begin_handle (errand, &errand->client.handle, uv_signal_init (errand->loop, &errand->client.signal));
  check_code (errand, uv_signal_start (&errand->client.signal, on_signal, SIGUSR1));
  test_check (kill (getpid (), SIGUSR1) == 0);
}

const UvErrandKind uv_errand_kinds[UV_ERRANDS] = {
  { "timer", begin_timer }, { "idle", begin_idle },       { "tcp", begin_tcp },
  { "pipe", begin_pipe },   { "file", begin_file },       { "name", begin_name },
  { "work", begin_work },   { "process", begin_process }, { "signal", begin_signal },
};
