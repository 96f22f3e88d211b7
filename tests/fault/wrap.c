/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that the libraries call in place of the system.
 *
 * The build gives the linker the name of each function. Mutexes are left out, since creating one never fails. */
#define _GNU_SOURCE
#include "inject.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#define FROM                      __builtin_return_address (0)
#define FAILS(what)               inject_fails (what, FROM)
#define TRACK(memory, size, what) inject_track (memory, size, what, FROM)

/* The linker assumes that shared libraries call these too, and has to find them. They do not call them. */
#pragma GCC visibility push(default)

#define WRAP(type, name, ...)                                                                                          \
  type __real_##name (__VA_ARGS__);                                                                                    \
  type __wrap_##name (__VA_ARGS__);                                                                                    \
  type __wrap_##name (__VA_ARGS__)

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static void *
no_memory (void)
{
  errno = ENOMEM;
  return NULL;
}

WRAP (void *, malloc, size_t size)
{
  return FAILS ("malloc") ? no_memory () : TRACK (__real_malloc (size), size, "malloc");
}

WRAP (void *, calloc, size_t n, size_t size)
{
  return FAILS ("calloc") ? no_memory () : TRACK (__real_calloc (n, size), n * size, "calloc");
}

WRAP (void *, realloc, void *memory, size_t size)
{
  if (FAILS ("realloc"))
    return no_memory ();
  inject_untrack (memory);
  return TRACK (__real_realloc (memory, size), size, "realloc");
}

WRAP (void *, aligned_alloc, size_t alignment, size_t size)
{
  return FAILS ("aligned_alloc") ? no_memory () : TRACK (__real_aligned_alloc (alignment, size), size, "aligned_alloc");
}

WRAP (char *, strdup, const char *string)
{
  return FAILS ("strdup") ? no_memory () : TRACK (__real_strdup (string), strlen (string) + 1, "strdup");
}

WRAP (void, free, void *memory)
{
  inject_untrack (memory);
  __real_free (memory);
}

WRAP (void *, mmap, void *address, size_t length, int rights, int flags, int fd, off_t offset)
{
  if (FAILS ("mmap"))
    {
      errno = ENOMEM;
      return MAP_FAILED;
    }
  return __real_mmap (address, length, rights, flags, fd, offset);
}

int __real_vasprintf (char **ret_string, const char *format, va_list args) __attribute__ ((format (printf, 2, 0)));

static int __attribute__ ((format (printf, 2, 0)))
print (char **ret_string, const char *format, va_list args, const char *what, const void *from)
{
  int length = -1;
  if (inject_fails (what, from))
    {
      errno = ENOMEM;
      *ret_string = (char *) 1; /* undefined: nobody may look at it */
    }
  else
    length = __real_vasprintf (ret_string, format, args);
  if (length >= 0)
    inject_track (*ret_string, (size_t) length + 1, what, from);
  return length;
}

int __wrap_vasprintf (char **ret_string, const char *format, va_list args) __attribute__ ((format (printf, 2, 0)));
int
__wrap_vasprintf (char **ret_string, const char *format, va_list args)
{
  return print (ret_string, format, args, "vasprintf", FROM);
}

int __wrap_asprintf (char **ret_string, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
int
__wrap_asprintf (char **ret_string, const char *format, ...)
{
  va_list args;
  int length;
  va_start (args, format);
  length = print (ret_string, format, args, "asprintf", FROM);
  va_end (args);
  return length;
}

/* The same where the C library checks formats. */
int __wrap___vasprintf_chk (char **ret_string, int flag, const char *format, va_list args)
    __attribute__ ((format (printf, 3, 0)));
int
__wrap___vasprintf_chk (char **ret_string, int flag, const char *format, va_list args)
{
  (void) flag;
  return print (ret_string, format, args, "vasprintf", FROM);
}

int __wrap___asprintf_chk (char **ret_string, int flag, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));
int
__wrap___asprintf_chk (char **ret_string, int flag, const char *format, ...)
{
  va_list args;
  int length;
  (void) flag;
  va_start (args, format);
  length = print (ret_string, format, args, "asprintf", FROM);
  va_end (args);
  return length;
}

/* ---- GLib's ------------------------------------------------------------------------------------------------------ */

#ifdef LODGER_HAVE_GLIB

/* Only functions that may fail: GLib aborts when it lacks memory, or a descriptor for a context. */
WRAP (void *, g_try_malloc0, size_t size)
{
  return FAILS ("g_try_malloc0") ? NULL : TRACK (__real_g_try_malloc0 (size), size, "g_try_malloc0");
}

/* g_try_new0() calls it in a build without optimisation. */
WRAP (void *, g_try_malloc0_n, size_t count, size_t size)
{
  return FAILS ("g_try_malloc0") ? NULL : TRACK (__real_g_try_malloc0_n (count, size), count * size, "g_try_malloc0");
}

/* g_try_renew() calls it. */
WRAP (void *, g_try_realloc_n, void *memory, size_t count, size_t size)
{
  if (FAILS ("g_try_realloc"))
    return NULL;
  inject_untrack (memory);
  return TRACK (__real_g_try_realloc_n (memory, count, size), count * size, "g_try_realloc");
}

WRAP (void, g_free, void *memory)
{
  inject_untrack (memory);
  __real_g_free (memory);
}
#endif

/* ---- threads ----------------------------------------------------------------------------------------------------- */

WRAP (int, pthread_create, pthread_t *thread, const pthread_attr_t *attributes, void *(*func) (void *), void *data)
{
  return FAILS ("pthread_create") ? EAGAIN : __real_pthread_create (thread, attributes, func, data);
}

WRAP (int, pthread_key_create, pthread_key_t *key, void (*destroy) (void *))
{
  return FAILS ("pthread_key_create") ? EAGAIN : __real_pthread_key_create (key, destroy);
}

WRAP (int, pthread_setspecific, pthread_key_t key, const void *value)
{
  return FAILS ("pthread_setspecific") ? ENOMEM : __real_pthread_setspecific (key, value);
}

WRAP (int, pthread_condattr_init, pthread_condattr_t *attributes)
{
  return FAILS ("pthread_condattr_init") ? ENOMEM : __real_pthread_condattr_init (attributes);
}

WRAP (int, pthread_cond_init, pthread_cond_t *condition, const pthread_condattr_t *attributes)
{
  int failed = FAILS ("pthread_cond_init") ? ENOMEM : __real_pthread_cond_init (condition, attributes);
  if (failed == 0)
    TRACK (condition, 0, "pthread_cond_init");
  return failed;
}

WRAP (int, pthread_cond_destroy, pthread_cond_t *condition)
{
  inject_untrack (condition);
  return __real_pthread_cond_destroy (condition);
}

WRAP (int, pthread_atfork, void (*prepare) (void), void (*parent) (void), void (*child) (void))
{
  return FAILS ("pthread_atfork") ? ENOMEM : __real_pthread_atfork (prepare, parent, child);
}

WRAP (int, atexit, void (*func) (void))
{
  return FAILS ("atexit") ? -1 : __real_atexit (func);
}

/* ---- descriptors ------------------------------------------------------------------------------------------------- */

static int
no_descriptor (int code)
{
  errno = code;
  return -1;
}

WRAP (FILE *, fopen, const char *name, const char *mode)
{
  if (FAILS ("fopen"))
    {
      errno = EMFILE;
      return NULL;
    }
  return __real_fopen (name, mode);
}

WRAP (int, eventfd, unsigned initial, int flags)
{
  return FAILS ("eventfd") ? no_descriptor (EMFILE) : __real_eventfd (initial, flags);
}

WRAP (int, epoll_create1, int flags)
{
  return FAILS ("epoll_create1") ? no_descriptor (EMFILE) : __real_epoll_create1 (flags);
}

WRAP (int, epoll_ctl, int epoll_fd, int operation, int fd, struct epoll_event *event)
{
  return FAILS ("epoll_ctl") ? no_descriptor (ENOSPC) : __real_epoll_ctl (epoll_fd, operation, fd, event);
}

WRAP (int, dup3, int from, int to, int flags)
{
  return FAILS ("dup3") ? no_descriptor (EMFILE) : __real_dup3 (from, to, flags);
}

/* ---- the libraries' own ------------------------------------------------------------------------------------------ */

/* As under a memory checker, each call is a block of its own. Spare blocks would hide a leak. */
bool __wrap_lodger__port_is_checked (void);
bool
__wrap_lodger__port_is_checked (void)
{
  return true;
}
