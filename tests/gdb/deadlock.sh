#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The commands for gdb, in a process that has aborted and in its core file. The library is what a distribution installs: built
# with -O2, stripped, with its debug information in another file, and with the script that gdb finds by its name.
set -euo pipefail

source=${LODGER_SOURCE:?}
cc=${CC:-cc}
for needed in gdb objcopy; do
  command -v $needed >/dev/null || { echo "left out: missing: $needed; install it with: apt-get install gdb binutils"; exit 77; }
done
if [ -n "${LODGER_SANITIZE:-}" ]; then
  echo "left out: a library without a sanitizer is the same in each build"
  exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export LC_ALL=C HOME=$dir
prefix=$dir/prefix
library=$prefix/lib/liblodger.so.$(sed -n 's/^#define LODGER_VERSION_[A-Z]* //p' "$source/core/include/lodger/version.h" |
  head -n 3 | paste -sd.)
failures=0

quietly () { "$@" >"$dir/log" 2>&1 || { cat "$dir/log"; echo "failed: $*"; exit 1; }; }

debugger () { # debugger ARGUMENT …: what gdb prints
  timeout 120 gdb -batch -nx -iex 'set debuginfod enabled off' -iex 'set pagination off' -iex 'set width 0' "$@" 2>&1
}

says () { # says WHERE REGEX …: each matches in a file
  local where=$1 regex
  shift
  for regex; do
    if ! grep -Eq -- "$regex" "$where"; then
      echo "$where does not say: $regex"
      failures=$((failures + 1))
    fi
  done
}

quietly cmake -S "$source" -B "$dir/build" -DCMAKE_C_COMPILER="$cc" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCMAKE_C_FLAGS_RELWITHDEBINFO='-O2 -g' -DLODGER_GLIB=OFF -DLODGER_GTK=OFF -DLODGER_UV=OFF -DLODGER_QT=OFF -DLODGER_TK=OFF \
  -DLODGER_SQLITE=OFF -DLODGER_SOUP=OFF -DLODGER_TESTS=OFF -DLODGER_BENCH=OFF -DLODGER_DEMOS=OFF \
  -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib
quietly cmake --build "$dir/build" -j 2
quietly cmake --install "$dir/build"
objcopy --only-keep-debug "$library" "$library.debug"
strip --strip-all "$library"
(cd "$prefix/lib" && objcopy --add-gnu-debuglink="$library.debug" "$library")

compile () { # compile PROGRAM
  quietly "$cc" -O2 -g -std=gnu11 -I"$prefix/include" -o "$dir/$1" "$source/tests/gdb/$1.c" \
    -L"$prefix/lib" -llodger -Wl,-rpath,"$prefix/lib" -pthread
}

allowed=(-iex "add-auto-load-safe-path $prefix/lib")
commands () { # commands COMMAND …: as arguments, each with its name before
  local command
  for command; do
    printf '%s\n' -ex "echo ==== $command\\n" -ex "lodger $command"
  done
}

# ---- two calls that wait for each other -------------------------------------------------------------------------------

compile deadlock
mapfile -t asked < <(commands callers pendings why fibers)
debugger "${allowed[@]}" -ex run "${asked[@]}" -ex 'generate-core-file core' ./deadlock >live || true
if grep -q 'ptrace: Operation not permitted\|Could not trace' live; then
  echo "left out: this system does not let gdb trace a process"
  exit 77
fi
[ -s core ] || { cat live; echo "gdb has written no core file"; exit 1; }
debugger "${allowed[@]}" "${asked[@]}" ./deadlock core >dead || true

line () { # line TEXT [PROGRAM]: of the program
  grep -n -m 1 -F -- "$1" "$source/tests/gdb/${2:-deadlock}.c" | cut -d: -f1
}

at () { printf '\\(%s:%s\\)' "$source/tests/gdb/deadlock.c" "$(line "$1")"; } # at TEXT: as the site of a call

deposit="deposit $(at '.name = "deposit"')"
withdraw="withdraw $(at '.name = "withdraw"')"
audit="audit $(at '.name = "audit"')"
for where in live dead; do
  says $where \
    "^left #1 .*: running, thread [0-9]+ .*LWP [0-9]+" \
    "^  runs       $deposit, waits for $withdraw, running in right #2, at .*deadlock.c:$(line 'wait (withdraw_done')$" \
    "^  runs       $withdraw, waits for $deposit, running in left #1, at .*deadlock.c:$(line 'wait (deposit_done')$" \
    "^worker-1 #3: running, thread .*, child of left #1" \
    "^thread [0-9]+, in no call: waits for answer" \
    "^  on stack   $deposit: running, waits for $withdraw, running in right #2$" \
    "^  inbox      next .*: queued, comes after $deposit, running in left #1$" \
    "^  unfinished post .*: returned, not answered yet$" \
    "^  continues  print .*: queued, comes after post" \
    "^  timers     interest .*: queued" \
    "^  at a gate  fee .*: queued, waits in a limiter for the end of $deposit" \
    "^  queue letters reminder .*: queued" \
    "^ +answer .*: not answered yet$" \
    "^circle of 2$" \
    "^  $deposit, running in left #1, waits for$" \
    "^  $withdraw, running in right #2, waits for$" \
    "^  $audit, running in worker-1 #3, waits for all of$" \
    "^    $deposit, running in left #1, which is in a circle above$" \
    "^    answer .*, is not answered$" \
    "^  thread [0-9]+, in no call, waits for$"
done
grep -c '^circle' dead | grep -qx 1 || { echo "there is more than one circle"; failures=$((failures + 1)); }

# ---- what is missing is said ------------------------------------------------------------------------------------------

debugger -ex 'lodger callers' ./deadlock core >declined || true
says declined 'Undefined command: "lodger"'
debugger -ex "source $prefix/share/lodger/lodger.py" -ex 'lodger callers' -ex 'lodger why now' -ex 'lodger bt' ./deadlock core \
  >sourced || true
says sourced '^left #1 ' '^lodger why takes no argument$' '^lodger bt takes FIBER'
debugger -ex "source $prefix/share/lodger/lodger.py" -ex 'lodger callers' >nothing || true
says nothing '^lodger: there is no process and no core file'
mv "$library.debug" "$dir/away"
debugger "${allowed[@]}" -ex 'lodger callers' ./deadlock core >undebugged || true
says undebugged '^lodger: the debug information of .*liblodger.so.* is not there'
mv "$dir/away" "$library.debug"

if [ "$failures" != 0 ]; then
  for file in live dead declined sourced nothing undebugged; do
    printf '==== %s\n' "$file"
    cat "$file"
  done
  exit 1
fi
