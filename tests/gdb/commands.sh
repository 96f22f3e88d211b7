#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The commands for gdb, in processes that have aborted and in their core files. The library is as a distribution has it:
# built with -O2, stripped, its debug information in another file, and with the script that gdb finds by its name.
set -euo pipefail

source=${LODGER_SOURCE:?}
cc=${CC:-cc}
for needed in gdb objcopy; do
  package=$needed
  [ $needed = gdb ] || package=binutils
  command -v $needed >/dev/null && continue
  echo "left out: missing: $needed; install it with: apt-get install $package"
  exit 77
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
  -DCMAKE_C_FLAGS_RELWITHDEBINFO='-O2 -g' -DLODGER_GLIB=OFF -DLODGER_GTK=OFF -DLODGER_UV=OFF -DLODGER_QT=OFF \
  -DLODGER_TK=OFF -DLODGER_SQLITE=OFF -DLODGER_SOUP=OFF -DLODGER_TESTS=OFF -DLODGER_BENCH=OFF -DLODGER_DEMOS=OFF \
  -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib
quietly cmake --build "$dir/build" -j 2
quietly cmake --install "$dir/build"
library=$(readlink -f "$prefix/lib/liblodger.so")
objcopy --only-keep-debug "$library" "$library.debug"
strip --strip-all "$library"
(cd "$prefix/lib" && objcopy --add-gnu-debuglink="$library.debug" "$library")

compile () { # compile PROGRAM
  quietly "$cc" -O2 -g -std=gnu11 -Wall -Wextra -Werror -I"$prefix/include" -o "$dir/$1" "$source/tests/gdb/$1.c" \
    -L"$prefix/lib" -llodger -Wl,-rpath,"$prefix/lib" -pthread
}

allowed=(-iex "add-auto-load-safe-path $prefix/lib")
commands () { # commands COMMAND …: as arguments, each with its name before
  local command
  for command; do
    printf '%s\n' -ex "echo ==== $command\\n" -ex "lodger $command"
  done
}

line () { # line TEXT: of the program
  grep -n -m 1 -F -- "$1" "$program" | cut -d: -f1
}

call () { printf '%s \\(%s:%s\\)' "$1" "$program" "$(line ".name = \"$1\"")"; } # call NAME: with its site, as a regex

name_calls () { # name_calls PROGRAM
  program=$source/tests/gdb/$1.c
  deposit=$(call deposit)
  withdraw=$(call withdraw)
  audit=$(call audit)
}

# ---- two calls that wait for each other ------------------------------------------------------------------------------

compile deadlock
mapfile -t asked < <(commands callers pendings why fibers)
debugger "${allowed[@]}" -ex run "${asked[@]}" -ex 'generate-core-file core' ./deadlock >live || true
if grep -q 'ptrace: Operation not permitted\|Could not trace' live; then
  echo "left out: this system does not let gdb trace a process"
  exit 77
fi
[ -s core ] || { cat live; echo "gdb has written no core file"; exit 1; }
debugger "${allowed[@]}" "${asked[@]}" ./deadlock core >dead || true

name_calls deadlock
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
    "^  - $deposit, running in left #1, which is in a circle above$" \
    "^  - answer .*, is not answered$" \
    "^  thread [0-9]+, in no call, waits for$"
done
grep -c '^circle' dead | grep -qx 1 || { echo "there is more than one circle"; failures=$((failures + 1)); }

# ---- what is missing is said -----------------------------------------------------------------------------------------

debugger -ex 'lodger callers' ./deadlock core >declined || true
says declined 'Undefined command: "lodger"'
by_hand=(-ex "source $prefix/share/lodger/lodger.py" -ex 'lodger callers')
debugger "${by_hand[@]}" -ex 'lodger why now' -ex 'lodger bt' ./deadlock core >sourced || true
says sourced '^left #1 ' '^lodger why takes no argument$' '^lodger bt takes FIBER'
debugger "${by_hand[@]}" >nothing || true
says nothing '^lodger: there is no process and no core file'
mv "$library.debug" "$dir/away"
debugger "${allowed[@]}" -ex 'lodger callers' ./deadlock core >undebugged || true
says undebugged '^lodger: the debug information of .*liblodger.so.* is not there'
mv "$dir/away" "$library.debug"

# ---- two spawned calls of one thread that wait for each other --------------------------------------------------------

compile fibers
name_calls fibers
mapfile -t asked < <(commands callers fibers 'bt 0x0' 'bt deposit_done' 'bt withdraw_done 2' why pendings)
debugger "${allowed[@]}" -ex run -ex 'frame 2' "${asked[@]}" -ex 'frame' -ex 'generate-core-file core.gdb' ./fibers \
  >live-fibers || true
# The first stacks are in gdb's own core file, too.
mkdir "$dir/system"
{ (cd "$dir/system" && ulimit -c unlimited && "$dir/fibers") || true; } >aborted 2>&1
core=$(find "$dir/system" -name 'core*' -size +0 | head -n 1)
[ -n "$core" ] || echo "left out: a core file of the system's, which keeps it as $(cat /proc/sys/kernel/core_pattern)"
debugger "${allowed[@]}" "${asked[@]}" ./fibers "${core:-core.gdb}" >dead-fibers || true
debugger "${allowed[@]}" "${asked[@]}" ./fibers core.gdb >dead-gdb || true

check_fibers () { # check_fibers FILE
  local number
  says "$1" \
    "^bank #1 .*: running, thread [0-9]+" \
    "^  suspended  5 spawned calls$" \
    "^fiber [0-9]+ +$deposit in bank #1, waits for $withdraw, suspended in bank #1, at .*:$(line 'wait (*other')$" \
    "^fiber [0-9]+ +$audit in bank #1, waits for any one of $deposit, .*, answer .*:$(line 'wait_many (')$" \
    "^fiber [0-9]+ +$(call report) in bank #1, waits for answer .*, at .*fibers.c:$(line 'wait (answer')$" \
    "^fiber [0-9]+ +$(call rest) in bank #1, waits for its time, at .*fibers.c:$(line 'lodger_sleep')$" \
    "^fiber [0-9]+ +$(call carry) in shop #2, runs in thread [0-9]" \
    '^lodger bt: there is no fiber 0x0: see .lodger fibers.$' \
    "^fiber [0-9]+: $deposit in bank #1$" \
    "^#[0-9]+ .* lodger_pending_wait \\(pending=" \
    "^#[0-9]+ .* wait_for_other \\(amount=(amount@entry=)?41, .*fibers.c:$(line 'wait (*other')$" \
    "^#[0-9]+ .* deposit .*fibers.c:$(line '&withdraw_done, 41')$" \
    "^#[0-9]+ .* run_functions " \
    "^fiber [0-9]+: $withdraw in bank #1$" \
    "^circle of 2$" \
    "^  $deposit, suspended in bank #1, waits for$" \
    "^  $withdraw, suspended in bank #1, waits for$" \
    "^  suspended  $deposit: suspended, waits for $withdraw, suspended in bank #1$"
  number=$(sed -n '/^fiber.*: withdraw/,/====/p' "$1" | grep -c '^#' || true)
  [ "$number" = 2 ] || { echo "$1: $number frames were shown, not 2"; failures=$((failures + 1)); }
}
check_fibers live-fibers
grep -c '^#2 .*\(abort\|raise\)' live-fibers | grep -qx 2 ||
  { echo "another frame is selected afterwards"; failures=$((failures + 1)); }
check_fibers dead-gdb
[ -z "$core" ] || check_fibers dead-fibers

# ---- everything that a call can hang on ------------------------------------------------------------------------------

compile kinds
mapfile -t asked < <(commands why)
debugger "${allowed[@]}" -ex run "${asked[@]}" ./kinds >kinds-live || true
tr '\n' ' ' <kinds-live | sed "s,$source/tests/gdb/,,g; s/([a-z.]*:[0-9]*)//g; s/  */ /g; s/ ,/,/g; s/chain/\n/g" >kinds-said
anchor='anchor, suspended in yard #1, waits for answer, is not answered'
says kinds-said \
  "^ $anchor $" \
  '^ in group, suspended in yard #1, waits for a group, waits for the members of its group: member, suspended' \
  '^ for task, suspended in yard #1, waits for a task, comes with the end of job, waits to be started $' \
  '^ in slot, .* waits for second, queued in yard #1, waits in a slot for the end of first, suspended in yard #1, waits for' \
  '^ for room, .* waits for room in the inbox of narrow #2, which runs blocker, running in narrow #2, waits for answer, is' \
  "^ for follower, .* waits for follower, returned in yard #1, takes the outcome of $anchor $" \
  '^ for item, suspended in yard #1, waits for an item of a channel $' \
  "^ one by one, suspended in yard #1, waits for any one of - $anchor - answer, is not answered $" \
  "^ for any, .* waits for a group, waits for any member of its group: - $anchor - answer, is not answered $" \
  '^ for completer, .* waits for promised, is answered in the thread of narrow #2, which runs blocker, running in narrow #2' \
  '^ for worker, .* waits for pooled, waits for a worker of yard #1: they run busy, running in worker-1 #3, waits' \
  '^ blocker, running in narrow #2, waits for answer, is not answered'

if [ "$failures" != 0 ]; then
  for file in kinds-live kinds-said live dead live-fibers dead-fibers dead-gdb declined sourced nothing undebugged; do
    printf '==== %s\n' "$file"
    cat "$file"
  done
  exit 1
fi
