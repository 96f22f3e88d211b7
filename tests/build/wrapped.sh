#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# tests/fault makes fail what the libraries ask of the system. That is worth something only as long as it knows all of it:
# each function below that a library calls, and that may fail for want of something, has to be wrapped there.
set -eu

build=${LODGER_BUILD:?}
may_fail='accept accept4 aligned_alloc asprintf __asprintf_chk atexit calloc dup dup2 dup3 epoll_create epoll_create1
epoll_ctl eventfd fdopen fopen fork getdelim getline inotify_init inotify_init1 malloc memalign memfd_create mmap mmap64 on_exit
open open64 open_memstream openat openat64 opendir pidfd_open pipe pipe2 posix_memalign pthread_atfork pthread_attr_init
pthread_barrier_init pthread_cond_init pthread_condattr_init pthread_create pthread_key_create pthread_rwlock_init
pthread_setspecific realloc reallocarray sem_init sem_open signalfd socket socketpair strdup strndup thrd_create timer_create
timerfd_create vasprintf __vasprintf_chk
g_try_malloc g_try_malloc0 g_try_malloc0_n g_try_malloc_n g_try_realloc g_try_realloc_n'

called=$(find "$build/core" "$build/hosts" -name 'liblodger*.a' -exec nm -u {} + 2>/dev/null |
  awk '$1 == "U" { sub (/@.*/, "", $2); print $2 }' | sort -u)
[ -n "$called" ] || { echo "there are no libraries in $build"; exit 1; }
[ -e "$build/tests/link/fault" ] || { echo "there is no $build/tests/link/fault"; exit 1; }

status=0
for function in $may_fail; do
  if printf '%s\n' "$called" | grep -qx "$function" && ! grep -qx -- "-Wl,--wrap=$function" "$build/tests/link/fault"; then
    echo "$function is called and may fail: wrap it in tests/fault/wrap.c, and name it in tests/CMakeLists.txt"
    status=1
  fi
done
exit $status
